// Comfort on top of pages that work without it. Blocking on purpose: the theme is
// chosen before anything is painted.
(() => {
  const key = "callsite-theme";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  let theme;
  let stored = {}; // storage may be forbidden
  try { stored = localStorage; } catch {}

  function apply(wanted) {
    theme = wanted === "light" || wanted === "dark" ? wanted : "system";
    document.documentElement.dataset.theme = theme;
    for (const meta of all("meta[data-scheme]")) {
      const { scheme } = meta.dataset;
      meta.media = theme === "system" ? `(prefers-color-scheme: ${scheme})` : scheme === theme ? "all" : "not all";
    }
    for (const button of all(".theme-switch")) {
      button.hidden = false;
      button.title = `Theme: ${theme}`;
    }
  }

  // The first click always changes what one sees, the third leads back to the system's wish.
  function next() {
    const order = matchMedia("(prefers-color-scheme: dark)").matches ? ["light", "dark"] : ["dark", "light"];
    return order[order.indexOf(theme) + 1];
  }

  // Code without cues, and with an empty line for each gap.
  function codeOf(region) {
    const copy = region.cloneNode(true);
    for (const helper of all(".visually-hidden, [aria-hidden]", copy)) helper.remove();
    return [...copy.children].map((part) => part.tagName === "PRE" ? part.textContent : "\n").join("");
  }

  apply(stored[key]);

  addEventListener("DOMContentLoaded", () => {
    const [status] = all("[role=status]");
    const [sidebar] = all(".sidebar");
    const [current] = all("[aria-current]", sidebar);

    apply(theme);
    for (const button of all(".theme-switch")) {
      button.onclick = () => {
        apply(next());
        status.textContent = button.title;
        try { stored[key] = theme; } catch {}
      };
    }

    // Without https there is no clipboard.
    for (const region of navigator.clipboard ? all(".listing > .highlight") : []) {
      const figure = region.parentNode;
      const button = document.createElement("button");
      button.className = "copy";
      button.innerHTML = "<span>Copy</span> <span class=visually-hidden></span>";
      const [verb, name] = button.children;
      name.textContent = region.ariaLabel.replace("L", "l");
      const say = (word) => {
        verb.textContent = word;
        status.textContent = button.textContent;
        setTimeout(() => { verb.textContent = "Copy"; }, 2000);
      };
      button.onclick = () => navigator.clipboard.writeText(codeOf(region)).then(() => say("Copied"), () => say("Not copied"));
      if (!all("figcaption", figure)[0]) figure.prepend(document.createElement("figcaption"));
      all("figcaption", figure)[0].append(button);
    }

    // What scrolls must be reachable by keyboard.
    const reach = new ResizeObserver((entries) => {
      for (const { target } of entries) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
    });
    for (const region of all(".prose table, .prose pre:not(.listing pre)")) reach.observe(region);

    // The sidebar opens at the page's own place; as a drawer it closes after a choice.
    if (current) sidebar.scrollTop = current.offsetTop - sidebar.clientHeight / 2;
    sidebar.onclick = (event) => event.target.closest("a") && sidebar.matches(":popover-open") && sidebar.hidePopover();
  });
})();
