// The editable draft. Its text is the editor's textContent: a citation is an element whose text is "[n]".
// Doubts are drawn with the CSS Custom Highlight API, so that checking never touches the text, the caret or undo.

import { byId, h, hasText, t } from "./dom.js";

const MARK = /\[(\d{1,2})\]/g;
const highlights = globalThis.CSS?.highlights;

const editor = () => byId("editor");
let drawn = []; // [{doubt, range}]

/** Show a draft with its citation marks and its disclaimers told apart. */
export function write(text, answer) {
  const numbers = new Set(answer.sources.map((source) => source.n));
  const spans = answer.disclaimers
    .map((disclaimer) => ({ start: text.indexOf(disclaimer.text), length: disclaimer.text.length }))
    .filter((span) => span.start >= 0)
    .sort((one, other) => one.start - other.start);
  const parts = [];
  let at = 0;
  for (const span of spans) {
    if (span.start < at) continue;
    parts.push(...marked(text.slice(at, span.start), numbers));
    at = span.start + span.length;
    parts.push(h("span", { class: "disclaimer", title: t("disclaimer") }, ...marked(text.slice(span.start, at), numbers)));
  }
  parts.push(...marked(text.slice(at), numbers));
  editor().lang = answer.reply_lang;
  editor().replaceChildren(...parts);
  drawDoubts([]);
}

function marked(text, numbers) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(MARK)) {
    if (!numbers.has(Number(match[1]))) continue;
    parts.push(text.slice(at, match.index), chip(Number(match[1])));
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return parts.filter((part) => part !== "");
}

/** A citation mark; the brackets are there for copying and reading aloud. */
export function chip(n) {
  return h("span", { class: "cite", "data-n": n, contenteditable: "false" }, h("i", {}, "["), String(n), h("i", {}, "]"));
}

/** The text as it stands, marks included. */
export function read(node = editor()) {
  let text = "";
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) text += child.data;
    else if (child.nodeName === "BR") text += "\n";
    else {
      if (/^(DIV|P)$/.test(child.nodeName) && text && !text.endsWith("\n")) text += "\n";
      text += read(child);
    }
  }
  return text;
}

/** The text without the marks of this answer's sources, as a customer gets it. */
export function withoutMarks(text, answer) {
  const numbers = new Set(answer.sources.map((source) => source.n));
  return text.replace(/[ \t\u00a0]*\[(\d{1,2})\]/g, (whole, n) => (numbers.has(Number(n)) ? "" : whole));
}

/** Put text at the end of the draft as the agent would, so that undo takes it back. */
export function append(text) {
  select(document.createRange(), (range) => {
    range.selectNodeContents(editor());
    range.collapse(false);
  });
  insert(`${read().trim() ? "\n\n" : ""}${text}`);
}

/** Replace the whole text as the agent would. */
export function replaceAll(text) {
  select(document.createRange(), (range) => range.selectNodeContents(editor()));
  insert(text);
}

/** Insert plain text at the selection. */
export function insert(text) {
  // execCommand is the one way to edit that the browser's undo knows.
  if (!document.execCommand("insertText", false, text)) {
    const range = getSelection().getRangeAt(0);
    range.deleteContents();
    range.insertNode(document.createTextNode(text));
    range.collapse(false);
    editor().dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}

function select(range, place) {
  editor().focus();
  place(range);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

// ---- doubts ----

/** The server counts code points, the DOM counts UTF-16 units. */
function toUnits(text, points) {
  let units = 0;
  let left = points;
  for (const character of text) {
    if (left-- <= 0) break;
    units += character.length;
  }
  return units;
}

/** The range of the editor's text from one offset to another, in UTF-16 units. */
function rangeOf(start, end) {
  const range = document.createRange();
  const walker = document.createTreeWalker(editor(), NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  let at = 0;
  let begun = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.nodeType === Node.TEXT_NODE ? node.length : node.nodeName === "BR" ? 1 : 0;
    if (!length) continue;
    if (!begun && start < at + length) {
      if (node.nodeType === Node.TEXT_NODE) range.setStart(node, start - at);
      else range.setStartBefore(node);
      begun = true;
    }
    if (begun && end <= at + length) {
      if (node.nodeType === Node.TEXT_NODE) range.setEnd(node, end - at);
      else range.setEndAfter(node);
      return range;
    }
    at += length;
  }
  return null;
}

/** What a doubt says, in the interface language where its code is known. */
export function wording(doubt, value) {
  const key = `doubt.${doubt.code}`;
  return hasText(key) ? t(key, { value }) : [doubt.message, doubt.fix].filter(Boolean).join(" — ");
}

/** Underline the doubts of the text as checked; list them with a way to mend each. */
export function drawDoubts(doubts) {
  const text = read();
  drawn = doubts.map((doubt) => {
    const [start, end] = doubt.span.map((point) => toUnits(text, point));
    return { doubt, value: text.slice(start, end).trim(), range: end > start ? rangeOf(start, end) : null };
  });
  const ranges = drawn.map((one) => one.range).filter(Boolean);
  highlights?.set("doubt", new Highlight(...ranges));
  byId("doubts").replaceChildren(...drawn.map(doubtLine));
  byId("doubts").setAttribute("aria-label", t("doubts"));
}

function doubtLine({ doubt, value, range }) {
  const mend =
    doubt.code === "missing-disclaimer" ? { text: t("doubt.add"), act: () => append(doubt.fix) }
    : doubt.code === "unsupported" && doubt.fix && range
      ? { text: t("doubt.use", { value: doubt.fix }), act: () => { show(range); insert(doubt.fix); } }
      : null;
  return h("li", { "data-code": doubt.code },
    h("button", { type: "button", class: "where", onclick: () => range && show(range) }, wording(doubt, value)),
    mend && h("button", { type: "button", class: "mend", onclick: mend.act }, mend.text));
}

function show(range) {
  select(range.cloneRange(), () => {});
  range.startContainer.parentElement?.scrollIntoView({ block: "nearest" });
}

/** The doubt under a point of the screen, or null. */
export function doubtAt(x, y) {
  for (const one of drawn) {
    if (!one.range) continue;
    for (const box of one.range.getClientRects()) {
      if (x >= box.left && x <= box.right && y >= box.top && y <= box.bottom + 3) return { ...one, box };
    }
  }
  return null;
}
