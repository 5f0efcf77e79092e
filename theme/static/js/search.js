// Searching the site: a dialog with a combobox over Pagefind's index. callsite.js loads
// this when it is first asked for; what is searched is loaded after that.

const BEST = 8; // so many symbols come before everything else
const SHEET = 10; // so many results are shown at a time

const dialog = document.createElement("dialog");
dialog.className = "search";
dialog.ariaLabel = "Search";
dialog.innerHTML = `<form>
<label class="visually-hidden" for="callsite-query">Search this site</label>
<input id="callsite-query" name="query" role="combobox" placeholder="Symbol, project or words" enterkeyhint="go"
  autocomplete="off" autocapitalize="off" spellcheck="false"
  aria-autocomplete="list" aria-controls="callsite-results" aria-expanded="false">
<button type="button">Close</button>
<div class="search-filters">
<label hidden>Library <select name="library"></select></label>
<label hidden>Project <select name="project"></select></label>
<label hidden>Licence <select name="licence"></select></label>
</div>
</form>
<p class="search-status" role="status"></p>
<div id="callsite-results" role="listbox" aria-label="Results"></div>
<button class="search-more" type="button" hidden>More results</button>
<p class="search-foot"><a>All symbols</a> <label><input type="checkbox"> Open with <kbd>/</kbd></label></p>`;

const part = (selector) => dialog.querySelector(selector);
const form = part("form");
const [input, close, ...selects] = form.elements;
const status = part(".search-status");
const list = part("[role=listbox]");
const more = part(".search-more");
const index = part("a");
const slash = part("[type=checkbox]");

let link; // what opens the dialog without a key
let ready; // settled once there is something to search
let pagefind;
let totals; // of each filter, how many pages there are of each value
let names = []; // every name that has a page, with what it is compared by
let results = [];
let active; // the result that Enter opens
let pressed;
let timer;
let turn = 0; // an answer to an older question is not shown
let answered = false; // what is shown belongs to what is asked
let hurried = false; // Enter came before the answer

// Storage may be forbidden.
const keep = (where, key, value) => { try { window[where][key] = value; } catch {} };
const kept = (where, key) => { try { return window[where][key]; } catch { return undefined; } };
const asked = new URLSearchParams(kept("sessionStorage", "callsite-search"));

const style = document.createElement("link");
style.rel = "stylesheet";
style.href = new URL("../css/search.css", import.meta.url);
const styled = new Promise((done) => { style.onload = style.onerror = done; });
document.head.append(style);
document.body.append(dialog);

export async function open(opener) {
  link = opener;
  index.href = link.href;
  slash.checked = link.ariaKeyShortcuts;
  await styled;
  if (!dialog.open) dialog.showModal();
  input.focus();
  input.select();
  try {
    await (ready ??= load());
  } catch {
    fail();
    ready = undefined; // the next time may be luckier
  }
}

async function load() {
  status.textContent = "Loading …";
  const root = new URL(".", link.href);
  const loaded = await import(new URL("pagefind/pagefind.js", root));
  await loaded.options({ baseUrl: root.pathname, excerptLength: 24 });
  const values = totals = await loaded.filters();
  pagefind = loaded;
  names = Object.keys(values.symbol ?? {}).map((name) => ({ name, all: flat(name), end: flat(name.split(".").at(-1)) }));
  for (const select of selects) {
    const counts = values[select.name] ?? {};
    fill(select, counts, asked.get(select.name) in counts ? asked.get(select.name) : "");
    select.parentNode.hidden = Object.keys(counts).length < 2;
  }
  await search();
}

function fail() {
  status.replaceChildren("The search cannot be loaded. What there is stands in a list, too: ", index.cloneNode(true));
}

function fill(select, counts = {}, chosen = select.value) {
  const values = new Set(Object.keys(counts).filter((value) => counts[value]));
  if (chosen) values.add(chosen);
  const options = [...values].sort().map((value) => new Option(`${value} (${counts[value] ?? 0})`, value, false, value === chosen));
  select.replaceChildren(new Option("All", ""), ...options);
}

// Names are found however they are split: after_this_request, afterThisRequest, after this.
function flat(name) {
  const word = name.toLowerCase();
  return word.replaceAll("_", "") || word;
}

// The names that a question can mean, the likeliest first.
function rank(query) {
  const raw = query.split(/[\s.]+/).filter(Boolean);
  const words = raw.map(flat);
  const last = words.at(-1);
  const scored = [];
  for (const { name, all, end } of names) {
    if (!last || !words.every((word) => all.includes(word))) continue;
    let score = 0; // of two that are as near, the one in the letters asked for, and with the whole path, comes first
    if (!`.${all}`.endsWith(`.${words.join(".")}`)) score += 1;
    if (!name.includes(raw.at(-1))) score += 1;
    if (![last, words.join("")].includes(end)) score += 4;
    if (!end.startsWith(last) && !end.startsWith(words.join(""))) {
      score += 4;
      // A single word must be in the name proper, and not just a few letters somewhere.
      if (end.includes(last) ? last.length < 3 : words.length < 2) continue;
    }
    scored.push([score, name]);
  }
  scored.sort(([a, one], [b, other]) => a - b || one.length - other.length);
  return scored.slice(0, BEST).map(([, name]) => name);
}

// The page of a symbol. Its words are asked for as well: a filter alone makes Pagefind load its whole index, which is
// left for the alias that shares no word with its page.
async function findPage(name, filters) {
  const narrowed = { filters: { ...filters, symbol: name } };
  const found = await pagefind.search(name.split(".").at(-1).replaceAll("_", " "), narrowed);
  return found.results.length ? found : pagefind.search(null, narrowed);
}

// What there is for a question: the pages of symbols with such a name, then what Pagefind finds.
async function answer(query, filters) {
  const best = rank(query);
  const [texts, ...named] = await Promise.all([
    // It takes a dot for a part of the word, and a single letter for the beginning of too many.
    query.length === 1 ? { results: [], filters: {} } : pagefind.search(query.replaceAll(".", " ") || null, { filters }),
    ...best.map((name) => findPage(name, filters)),
  ]);
  if (!best.length && query && await isFarFetched(query, texts.results[0])) return { counts: {}, all: [] };
  const counts = { ...texts.filters };
  const found = new Map(texts.results.map((result) => [result.id, result]));
  const pages = new Map(named.flatMap(({ results }) => results.map((result) => [result.id, result])));
  const first = await Promise.all([...pages.values()].map(async (result) => {
    const { filters: own } = await result.data();
    const same = found.get(result.id); // this one has an excerpt
    for (const [key, values] of same ? [] : Object.entries(own)) {
      counts[key] = { ...counts[key] };
      for (const value of values) counts[key][value] = (counts[key][value] ?? 0) + 1;
    }
    return same ?? result;
  }));
  return { counts, all: [...new Set([...first, ...texts.results])] };
}

// Of a word that is nowhere, Pagefind takes fewer and fewer letters until it finds something.
async function isFarFetched(query, result) {
  const marks = (await result?.data())?.excerpt.match(/<mark>.*?<\/mark>/g);
  const beginnings = query.split(/[\s.]+/).map(flat).map((word) => word.slice(0, Math.ceil(word.length / 2)));
  return marks && !marks.some((mark) => beginnings.some((beginning) => flat(mark).includes(beginning)));
}

async function search() {
  clearTimeout(timer);
  const mine = ++turn;
  const query = input.value.trim();
  keep("sessionStorage", "callsite-search", new URLSearchParams(new FormData(form)));
  if (!pagefind) return; // this is asked again when it is there
  answered = false;
  try {
    const filters = Object.fromEntries(selects.filter(({ value }) => value).map(({ name, value }) => [name, value]));
    const idle = !query && !Object.keys(filters).length;
    const { counts, all } = idle ? { counts: { ...totals }, all: [] } : await answer(query, filters);
    for (const name in filters) { // what another choice would give
      const { [name]: _, ...others } = filters;
      counts[name] = (query || Object.keys(others).length ? (await answer(query, others)).counts : totals)[name];
    }
    if (mine !== turn) return;
    for (const select of selects) fill(select, counts[select.name]);
    results = all;
    await show(0);
    if (mine !== turn) return;
    const count = results.length;
    status.textContent = idle ? "" : count ? `${count} result${count > 1 ? "s" : ""}` : `No results for “${query}”`;
    answered = true;
    if (hurried) active?.click();
  } catch {
    if (mine === turn) fail();
  }
  hurried = false;
}

// Show a sheet of results, and choose its first one.
async function show(from) {
  const mine = turn;
  const sheet = await Promise.all(results.slice(from, from + SHEET).map((result) => result.data()));
  if (mine !== turn) return;
  if (!from) list.replaceChildren();
  list.append(...sheet.map(render));
  more.hidden = list.children.length === results.length;
  input.ariaExpanded = Boolean(results.length);
  choose(list.children[from]);
}

function shorten(names) {
  const rest = names.length - 3;
  return names.slice(0, 3).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

function make(tag, className, ...content) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...content);
  return element;
}

function render({ url, meta, filters, excerpt }, number) {
  const { library = [], project = [] } = filters;
  const facts = [meta.symbol && make("code", "", meta.symbol), ...library, project.length && `from ${shorten(project)}`];
  const words = new DOMParser().parseFromString(excerpt, "text/html").body.childNodes;
  const option = make("a", "",
    make("b", "", meta.title), " ",
    make("span", "search-facts", ...facts.filter(Boolean).map((fact) => make("span", "", fact, " "))), " ",
    make("span", "search-excerpt", ...[...words].map((node) => node.nodeName === "MARK" ? make("mark", "", node.textContent) : node.textContent)),
  );
  option.id = `callsite-result-${list.children.length + number}`;
  option.role = "option";
  option.tabIndex = -1;
  option.href = url;
  option.ariaSelected = false;
  return option;
}

function choose(option) {
  if (active) active.ariaSelected = false;
  active = option;
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.ariaSelected = true;
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

input.oninput = () => {
  turn += 1;
  answered = hurried = false;
  clearTimeout(timer);
  timer = setTimeout(search, 120);
};

input.onkeydown = async (event) => {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && active) {
    event.preventDefault();
    const options = [...list.children];
    const place = options.indexOf(active) + step;
    if (place === options.length && !more.hidden) await show(place);
    else choose(options.at(place % options.length));
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (answered) active?.dispatchEvent(new MouseEvent("click", event));
    else {
      hurried = true;
      search();
    }
  }
};

more.onclick = () => {
  input.focus();
  show(list.children.length);
};

form.onsubmit = (event) => event.preventDefault();
form.onchange = (event) => { if (event.target !== input) search(); };

input.value = asked.get("query") ?? "";
slash.onchange = () => {
  link.ariaKeyShortcuts = slash.checked ? "/" : "";
  keep("localStorage", "callsite-search", link.ariaKeyShortcuts);
};

close.onclick = () => dialog.close();
dialog.onpointerdown = (event) => { pressed = event.target; };
dialog.onclick = (event) => { if (event.target === dialog && pressed === dialog) dialog.close(); }; // the backdrop
addEventListener("pagehide", () => dialog.close()); // who comes back sees the page as it was
