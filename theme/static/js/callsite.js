// Comfort on top of pages that work without it. It blocks: the theme is chosen before
// anything is painted.
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
      button.onclick = () => {
        // The first click changes what one sees, the third leads back to the system.
        const order = matchMedia("(prefers-color-scheme: dark)").matches ? ["light", "dark"] : ["dark", "light"];
        apply(order[order.indexOf(theme) + 1]);
        all("[role=status]")[0].textContent = button.title;
        try { stored[key] = theme; } catch {}
      };
    }
  }

  apply(stored[key]);

  addEventListener("DOMContentLoaded", () => {
    apply(theme);

    // The link opens a search, loaded when used.
    for (const link of all("[data-search]")) {
      link.ariaKeyShortcuts = stored["callsite-search"] ?? "/";
      link.onclick = onkeydown = (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(":read-write, select")) return;
        if (event.key && event.key !== link.ariaKeyShortcuts) return;
        event.preventDefault();
        import("./search.js").then((search) => search.open(link), () => location = link);
      };
    }

    // Without https there is no clipboard.
    for (const region of navigator.clipboard ? all(".listing > .highlight") : []) {
      const button = document.createElement("button");
      button.className = "copy";
      button.innerHTML = "<span>Copy</span> <span class=visually-hidden></span>";
      const [verb, name] = button.children;
      name.textContent = region.ariaLabel.replace("L", "l");
      const say = (word) => {
        verb.textContent = word;
        all("[role=status]")[0].textContent = button.textContent;
        setTimeout(() => verb.textContent = "Copy", 2000);
      };
      button.onclick = () => {
        // Code without cues, with an empty line for each gap.
        const copy = region.cloneNode(true);
        for (const helper of all(".visually-hidden, [aria-hidden]", copy)) helper.remove();
        for (const gap of all(".gap", copy)) gap.textContent = "\n";
        const code = [...copy.children].map((part) => part.textContent).join("");
        navigator.clipboard.writeText(code).then(() => say("Copied"), () => say("Not copied"));
      };
      const [caption = document.createElement("figcaption")] = all("figcaption", region.parentNode);
      region.before(caption);
      caption.append(button);
    }

    // What scrolls must be reachable by keyboard.
    const reach = new ResizeObserver((entries) => {
      for (const { target } of entries) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
    });
    for (const region of all(".prose table, .prose pre:not(.listing pre)")) reach.observe(region);

    // The sidebar opens at the page's own place; a drawer closes after a choice.
    const [sidebar] = all(".sidebar");
    const [current] = all(".sidebar [aria-current]");
    if (current) sidebar.scrollTop = current.offsetTop - sidebar.clientHeight / 2;
    sidebar.onclick = (event) => event.target.closest("a") && sidebar.hidePopover();
  });
})();
