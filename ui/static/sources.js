// The source cards: title, section, validity, and the quoted span within its section; each can lend its sentence to the draft.

import { byId, h, t } from "./dom.js";

/** Cards of an answer's sources, or of the nearest articles where there are none. contexts: by n, or null while loading. insert(source): into the draft. */
export function drawSources(answer, contexts, insert) {
  const cards = byId("cards");
  byId("source-count").replaceChildren(...(answer?.sources.length ? [h("span", { class: "pill" }, String(answer.sources.length))] : []));
  document.querySelector('[data-tab="sources"] .count').textContent = answer?.sources.length || "";
  if (!answer) {
    pinned = 0;
    return cards.replaceChildren(emptyState("sources.empty"));
  }
  if (answer.sources.length) {
    cards.replaceChildren(...answer.sources.map((source) => card(source, answer, contexts?.[source.n], insert)));
    return light(pinned, { pin: true, scroll: false });
  }
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

function card(source, answer, passages, insert) {
  const body = h("div", { class: "passages" }, ...(passages ?? [{ text: source.quote, highlight: true }]).map(passage));
  const more = h("button", { type: "button", class: "more", hidden: true, onclick: (event) => {
    event.stopPropagation();
    const open = body.classList.toggle("open");
    more.textContent = t(open ? "less" : "more");
    if (!open) toQuote(body);
  } }, t("more"));
  const element = h("article", { class: "card", "data-n": source.n, tabindex: "0" },
    h("div", { class: "card-title" }, h("span", { class: "number" }, String(source.n)), h("span", {}, source.title), ...badges(source, answer.as_of)),
    h("div", { class: "card-meta" }, [sectionOf(source), validity(source)].filter(Boolean).join(" · ")),
    body, more, foot(source, insert));
  requestAnimationFrame(() => {
    more.hidden = body.scrollHeight <= body.clientHeight + 4;
    toQuote(body);
  });
  return element;
}

/** A passage of the knowledge base that the draft does not cite. */
export function passageCard(hit, asOf, insert) {
  const marked = hit.text?.includes(hit.quote) && hit.text !== hit.quote;
  const [before, after] = marked ? hit.text.split(hit.quote, 2) : ["", ""];
  const internal = hit.audience === "agent";
  return h("article", { class: "card hit", tabindex: "0", "data-article": hit.article },
    h("div", { class: "card-title" }, h("span", {}, hit.title), internal && h("span", { class: "badge internal" }, t("internal")), ...badges(hit, asOf)),
    h("div", { class: "card-meta" }, [sectionOf(hit), why(hit)].filter(Boolean).join(" · ")),
    h("div", { class: "passages open" }, before.trim() && passage({ text: before }), passage({ text: hit.quote || hit.text, highlight: true }), after.trim() && passage({ text: after })),
    foot(hit, internal ? null : insert));
}

/** Why a passage was found: by its words, by its meaning, or both. */
function why({ lexical, dense }) {
  const words = lexical >= 0.15; // share of the query's words
  const meaning = dense >= 0.5; // cosine
  return t(words && meaning ? "why.both" : words ? "why.lexical" : meaning ? "why.dense" : "why.weak");
}

const sectionOf = ({ section }) => (section ?? "").replaceAll(" > ", " › ");

function foot(source, insert) {
  const [first, last] = source.lines;
  const lines = first === last ? t("line", { lines: first }) : t("lines", { lines: `${first}–${last}` });
  return h("div", { class: "card-file" }, h("span", {}, `${source.article} · ${lines}`),
    insert && h("button", { type: "button", class: "ghost insert", onclick: (event) => { event.stopPropagation(); insert(source); } }, t("insert")));
}

/** One line of an article as text: list bullets and table bars become layout, nothing is interpreted further. */
function passage({ text, highlight }) {
  const cells = cellsOf(text);
  const item = ITEM.exec(text);
  const tag = highlight ? "mark" : "span";
  if (cells) return h("div", { class: "row" }, ...cells.map((cell) => h(tag, {}, plain(cell))));
  return h("div", { class: item ? "item" : "" }, h(tag, {}, plain(item ? item[1] : text)));
}

const ITEM = /^\s*(?:[-*+]|\d+[.)])\s+([\s\S]*)$/;
const cellsOf = (text) => (text.includes(" | ") ? text.trim().replace(/^\||\|$/g, "").split("|") : null);
const plain = (text) => text.trim().replace(/\*\*(.+?)\*\*/g, "$1");

/** A quote as a sentence for the draft, its mark before the full stop: "… 14 日 [1]。" */
export function sentenceOf(quote, n) {
  const cells = cellsOf(quote);
  const wide = /[\u3400-\u9fff]/.test(quote);
  const text = cells ? cells.map(plain).filter(Boolean).join(wide ? "，" : ", ") : plain(ITEM.exec(quote)?.[1] ?? quote).replace(/\s*\n\s*/g, " ");
  const stop = /[。．.!?！？]+$/u.exec(text)?.[0] ?? (wide ? "。" : ".");
  return `${text.replace(/[。．.!?！？]+$/u, "")} [${n}]${stop}`;
}

function toQuote(body) {
  const quote = body.querySelector("mark");
  if (quote) body.scrollTop = Math.max(0, quote.offsetTop - 28);
}

function badges(source, asOf) {
  const kinds = [];
  if (source.valid_until && source.valid_until < asOf) kinds.push("expired");
  if (source.valid_from && source.valid_from > asOf) kinds.push("coming");
  if (source.stale) kinds.push("stale");
  return kinds.map((kind) => h("span", { class: `badge ${kind}` }, t(kind)));
}

function validity(source) {
  if (!source.valid_from && !source.valid_until) return t("valid.always");
  if (!source.valid_from) return t("valid.until", { date: source.valid_until });
  if (!source.valid_until) return t("valid.from", { date: source.valid_from });
  return `${source.valid_from} → ${source.valid_until}`;
}

let pinned = 0; // the citation that stays lit

/** The source that stays lit, or 0. */
export const litSource = () => pinned;

/** Light up one citation: its card and its marks. Scrolls the card into view. */
export function light(n, { scroll = true, pin = false } = {}) {
  for (const element of document.querySelectorAll(".lit")) element.classList.remove("lit");
  if (pin) {
    pinned = n;
    for (const element of document.querySelectorAll(".pinned")) element.classList.remove("pinned");
  }
  if (!n) return;
  for (const element of document.querySelectorAll(`.cite[data-n="${n}"], .card[data-n="${n}"]`)) {
    element.classList.add("lit");
    if (pin) element.classList.add("pinned");
  }
  if (scroll) document.querySelector(`.card[data-n="${n}"]`)?.scrollIntoView({ block: "nearest", behavior: "smooth" });
}
