// Comfort on top of pages that work without it. Blocking in <head> on purpose: the
// theme is chosen before anything is painted.
(() => {
  const root = document.documentElement;
  const key = "callsite-theme";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  let theme;

  function apply(wanted) {
    theme = wanted === "light" || wanted === "dark" ? wanted : "system";
    root.dataset.theme = theme;
    for (const meta of all("meta[data-scheme]")) {
      const { scheme } = meta.dataset;
      meta.media = theme === "system" ? `(prefers-color-scheme: ${scheme})` : scheme === theme ? "all" : "not all";
    }
    for (const button of all(".theme-switch")) {
      button.hidden = false;
      button.title = button.ariaLabel = `Theme: ${theme}`;
    }
  }

  // Storage may be forbidden: then nothing is remembered, and all else works.
  let stored;
  try { stored = localStorage; } catch { stored = {}; }
  apply(stored[key]);

  // The first click always changes what one sees, the third leads back to the system's wish.
  function next() {
    const order = ["system", "dark", "light"];
    if (matchMedia("(prefers-color-scheme: dark)").matches) order.reverse().unshift(order.pop());
    return order[(order.indexOf(theme) + 1) % 3];
  }

  // Code without the cues for screen readers, and with an empty line for each gap.
  function codeOf(region) {
    const copy = region.cloneNode(true);
    for (const helper of all(".visually-hidden, [aria-hidden]", copy)) helper.remove();
    return [...copy.children].map((part) => part.tagName === "PRE" ? part.textContent : "\n").join("");
  }

  document.addEventListener("DOMContentLoaded", () => {
    const status = document.querySelector("[role=status]");

    apply(theme);
    for (const button of all(".theme-switch")) {
      button.onclick = () => {
        apply(next());
        status.textContent = button.ariaLabel;
        try { stored[key] = theme; } catch {}
      };
    }

    for (const region of all(".listing > .highlight")) {
      if (!navigator.clipboard) break; // the site is not served securely
      const figure = region.parentNode;
      if (!figure.querySelector("figcaption")) figure.prepend(document.createElement("figcaption"));
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.innerHTML = "<span>Copy</span> <span class=visually-hidden></span>";
      const [verb, name] = button.children;
      name.textContent = region.ariaLabel.replace(/^L/, "l");
      button.onclick = () => navigator.clipboard.writeText(codeOf(region)).then(() => "Copied", () => "Not copied").then((word) => {
        verb.textContent = word;
        status.textContent = button.textContent;
        setTimeout(() => { verb.textContent = "Copy"; }, 2000);
      });
      figure.querySelector("figcaption").append(button);
    }

    // What scrolls must be reachable by keyboard.
    for (const region of all(".prose table, .prose pre")) {
      if (region.scrollWidth > region.clientWidth && !region.closest("[tabindex]")) region.tabIndex = 0;
    }

    // The sidebar opens at the page's own place; as a drawer it closes after a choice.
    const sidebar = document.querySelector(".sidebar");
    const current = sidebar.querySelector("[aria-current]");
    if (current) sidebar.scrollTop = current.offsetTop - sidebar.clientHeight / 2;
    sidebar.onclick = (event) => event.target.closest("a") && sidebar.matches(":popover-open") && sidebar.hidePopover();
  });
})();
