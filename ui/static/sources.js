// The source cards: title, section, validity, and the quoted span within its section.

import { byId, h, t } from "./dom.js";

/** Cards of an answer's sources, or of the nearest articles where there are none. contexts: by n, or null while loading. */
export function drawSources(answer, contexts) {
  const cards = byId("cards");
  byId("source-count").replaceChildren(...(answer?.sources.length ? [h("span", { class: "pill" }, String(answer.sources.length))] : []));
  document.querySelector('[data-tab="sources"] .count').textContent = answer?.sources.length || "";
  if (!answer) return cards.replaceChildren(emptyState("sources.empty"));
  if (answer.sources.length) return cards.replaceChildren(...answer.sources.map((source) => card(source, answer, contexts?.[source.n])));
  const near = answer.nearest.map((article) => h("div", { class: "card near" },
    h("div", { class: "card-title" }, article.title ?? article.article ?? article.id ?? ""),
    h("div", { class: "card-meta" }, article.article ?? article.id ?? "")));
  if (!near.length) return cards.replaceChildren(h("div", { class: "state small" }, h("p", {}, t("sources.none"))));
  cards.replaceChildren(h("div", { class: "near-head" }, h("b", {}, t("nearest")), h("span", {}, t("nearest.body"))), ...near);
}

export function emptyState(key, ...more) {
  return h("div", { class: "state" }, h("div", { class: `state-art ${key.split(".")[0]}` }),
    h("b", {}, t(`${key}.title`)), h("p", {}, t(`${key}.body`)), ...more);
}

function card(source, answer, passages) {
  const body = h("div", { class: "passages" }, ...(passages ?? [{ text: source.quote, highlight: true }]).map(passage));
  const [first, last] = source.lines;
  const lines = first === last ? t("line", { lines: first }) : t("lines", { lines: `${first}–${last}` });
  const more = h("button", { type: "button", class: "more", hidden: true, onclick: (event) => {
    event.stopPropagation();
    const open = body.classList.toggle("open");
    more.textContent = t(open ? "less" : "more");
    if (!open) toQuote(body);
  } }, t("more"));
  const element = h("article", { class: "card", "data-n": source.n, tabindex: "0" },
    h("div", { class: "card-title" }, h("span", { class: "number" }, String(source.n)), h("span", {}, source.title), ...badges(source, answer)),
    h("div", { class: "card-meta" }, [source.section.replaceAll(" > ", " › "), validity(source)].filter(Boolean).join(" · ")),
    body, more,
    h("div", { class: "card-file" }, `${source.article} · ${lines}`));
  requestAnimationFrame(() => {
    more.hidden = body.scrollHeight <= body.clientHeight + 4;
    toQuote(body);
  });
  return element;
}

/** One line of an article as text: list bullets and table bars become layout, nothing is interpreted further. */
function passage({ text, highlight }) {
  const cells = text.includes(" | ") ? text.trim().replace(/^\||\|$/g, "").split("|") : null;
  const item = /^\s*(?:[-*+]|\d+[.)])\s+([\s\S]*)$/.exec(text);
  const tag = highlight ? "mark" : "span";
  if (cells) return h("div", { class: "row" }, ...cells.map((cell) => h(tag, {}, plain(cell))));
  return h("div", { class: item ? "item" : "" }, h(tag, {}, plain(item ? item[1] : text)));
}

const plain = (text) => text.trim().replace(/\*\*(.+?)\*\*/g, "$1");

function toQuote(body) {
  const quote = body.querySelector("mark");
  if (quote) body.scrollTop = Math.max(0, quote.offsetTop - body.offsetTop - 28);
}

function badges(source, answer) {
  const kinds = [];
  if (source.valid_until && source.valid_until < answer.as_of) kinds.push("expired");
  if (source.valid_from && source.valid_from > answer.as_of) kinds.push("coming");
  if (source.stale) kinds.push("stale");
  return kinds.map((kind) => h("span", { class: `badge ${kind}` }, t(kind)));
}

function validity(source) {
  if (!source.valid_from && !source.valid_until) return t("valid.always");
  if (!source.valid_from) return t("valid.until", { date: source.valid_until });
  if (!source.valid_until) return t("valid.from", { date: source.valid_from });
  return `${source.valid_from} → ${source.valid_until}`;
}

/** Light up one citation: its card and its marks. Scrolls the card into view. */
export function light(n, { scroll = true, pin = false } = {}) {
  for (const element of document.querySelectorAll(".lit")) element.classList.remove("lit");
  if (pin) for (const element of document.querySelectorAll(".pinned")) element.classList.remove("pinned");
  if (!n) return;
  for (const element of document.querySelectorAll(`.cite[data-n="${n}"], .card[data-n="${n}"]`)) {
    element.classList.add("lit");
    if (pin) element.classList.add("pinned");
  }
  if (scroll) document.querySelector(`.card[data-n="${n}"]`)?.scrollIntoView({ block: "nearest", behavior: "smooth" });
}
