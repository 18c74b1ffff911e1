// The editable draft. Its text is the editor's textContent: a citation is an element whose text is "[n]", or just that text where the
// agent typed or inserted it. Doubts and typed citations are drawn with the CSS Custom Highlight API, so that neither touches the text,
// the caret or undo.

import { byId, h, t } from "./dom.js";

const MARK = /\[(\d{1,2})\]/g;
const highlights = globalThis.CSS?.highlights;

const editor = () => byId("editor");
let drawn = []; // [{doubt, span, range}]: span in UTF-16 units
let typed = []; // [{n, range}]: citations that are plain text
let caret = null; // where the agent last was in the draft
let shown = -1; // index of the doubt last gone to

/** Make the editor editable, and remember the caret when the agent goes elsewhere. */
export function startDraft() {
  lock(false);
  document.addEventListener("selectionchange", rememberCaret);
}

/** Where the agent is in the draft, if there; the browser tells of a change late, so ask before the focus goes elsewhere. */
export function rememberCaret() {
  const selection = getSelection();
  if (selection.rangeCount && editor().contains(selection.getRangeAt(0).startContainer)) caret = selection.getRangeAt(0).cloneRange();
}

function lock(locked) {
  editor().contentEditable = locked ? "false" : "true";
  try { if (!locked) editor().contentEditable = "plaintext-only"; } catch { /* an older browser: the paste handler keeps text plain */ }
  editor().setAttribute("aria-busy", String(locked));
}

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
  lock(false);
  caret = null;
  editor().lang = answer.reply_lang;
  editor().replaceChildren(...parts);
  drawDoubts([]);
}

/** Show the sentences of a draft that is still being written; nothing can be edited yet. */
export function preview(claims) {
  const cited = new Set(claims.flatMap((claim) => claim.citations));
  const sentences = claims.map(({ text, citations }) => {
    const marks = citations.filter((n) => !text.includes(`[${n}]`)).map((n) => `[${n}]`).join("");
    return h("span", { class: "arriving" }, ...marked(`${text} ${marks}`.trim(), cited), " ");
  });
  lock(true);
  drawDoubts([]);
  editor().replaceChildren(...sentences, h("span", { class: "writing", "aria-hidden": "true" }));
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

/** Put a sentence where the agent last was in the draft, behind the sentence under way, or else after the last cited one. Words are kept apart. */
export function insertSentence(text) {
  goToCaret();
  select(betweenSentences(getSelection().getRangeAt(0)), () => {});
  const before = getSelection().getRangeAt(0).cloneRange();
  before.setStart(editor(), 0);
  const latin = /[\p{Script=Latin}\d\]][.,!?;:)]?$/u.test(read(before.cloneContents())) && /^[\p{Script=Latin}\d]/u.test(text);
  const space = latin ? " " : "";
  insert(space + text);
}

const ENDED = /(?:[。．！？!?\n]|\.\s)(?:\s*\[\d{1,2}\])*\s*$/u; // before the caret: a sentence has ended here
const END = /[。．！？!?](?:\s*\[\d{1,2}\])*|\.(?:\s*\[\d{1,2}\])*(?=\s|$)|(?=\n)/u; // after it: where this one ends

/** A caret within a sentence, moved behind that sentence; a selection stays, to be replaced. */
function betweenSentences(range) {
  if (!range.collapsed) return range;
  const before = range.cloneRange();
  before.setStart(editor(), 0);
  const said = read(before.cloneContents());
  if (!said.trim() || ENDED.test(said)) return range;
  const after = read().slice(said.length);
  const end = END.exec(after);
  const steps = end ? end.index + end[0].length : after.length;
  if (!steps) return range;
  const passed = rangeOf(said.length, said.length + steps);
  passed?.collapse(false);
  return passed ?? range;
}

/** Go back to where the agent last was in the draft. */
export function goToCaret() {
  if (editor().contains(document.activeElement)) rememberCaret();
  const usable = caret && editor().contains(caret.startContainer) && editor().contains(caret.endContainer);
  const range = usable ? caret.cloneRange() : afterLastCitation();
  select(range, () => {});
}

function afterLastCitation() {
  const range = document.createRange();
  const last = [...editor().querySelectorAll(".cite")].filter((mark) => !mark.closest(".disclaimer")).at(-1);
  const after = last?.nextSibling;
  if (after?.nodeType === Node.TEXT_NODE) range.setStart(after, /^[\s]*[。．.!?！？]*/u.exec(after.data)[0].trimEnd().length);
  else if (last) range.setStartAfter(last);
  else if (editor().querySelector(".disclaimer")) range.setStartBefore(editor().querySelector(".disclaimer"));
  else range.selectNodeContents(editor());
  range.collapse(!last ? Boolean(editor().querySelector(".disclaimer")) : true);
  return range;
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
  editor().focus({ preventScroll: true });
  place(range);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

// ---- citations that are plain text ----

/** Find the [n] of these numbers that were typed or inserted, and draw them. */
export function drawTyped(numbers) {
  typed = [];
  const walker = document.createTreeWalker(editor(), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest(".cite")) continue;
    for (const match of node.data.matchAll(MARK)) {
      if (!numbers.has(Number(match[1]))) continue;
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      typed.push({ n: Number(match[1]), range });
    }
  }
  highlights?.set("cite", new Highlight(...typed.map((one) => one.range)));
}

/** The number of the typed citation under a point of the screen, or 0. */
export const typedAt = (x, y) => typed.find(({ range }) => boxAt(range, x, y))?.n ?? 0;

function boxAt(range, x, y) {
  return [...range.getClientRects()].find((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom + 3) ?? null;
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

/** Underline the doubts of the text as checked; list them with a way to mend each. */
export function drawDoubts(doubts) {
  const text = read();
  shown = -1;
  drawn = doubts.map((doubt) => {
    const [start, end] = doubt.span.map((point) => toUnits(text, point));
    return { doubt, span: [start, end], range: end > start ? rangeOf(start, end) : null };
  });
  const ranges = drawn.map((one) => one.range).filter(Boolean);
  highlights?.set("doubt", new Highlight(...ranges));
  byId("doubts").replaceChildren(...drawn.map(doubtLine));
  byId("doubts").setAttribute("aria-label", t("doubts"));
}

/** How a doubt is mended at one press: put back what is missing, use what the source says, or take the sentence out. */
function mending({ doubt, span, range }) {
  if (doubt.code === "missing-disclaimer") return { text: t("doubt.add"), act: () => append(doubt.fix) };
  if (!range) return null;
  if (doubt.fix) return { text: t("doubt.use", { value: doubt.fix }), act: () => { show(range); insert(doubt.fix); } };
  return { text: t("doubt.cut"), act: () => { select(sentenceOf(...span), () => {}); document.execCommand("delete"); } };
}

/** The whole sentence, or sentences, that a span of the text touches. */
function sentenceOf(start, end) {
  const text = read();
  const before = [...text.slice(0, start).matchAll(/(?:[。．！？!?\n]|\.\s)(?:\s*\[\d{1,2}\])*[^\S\n]*/gu)].at(-1);
  const after = END.exec(text.slice(Math.max(end - 1, start)));
  const from = before ? before.index + before[0].length : 0;
  const to = after ? Math.max(end - 1, start) + after.index + after[0].length : text.length;
  return rangeOf(from, Math.max(to, end));
}

function doubtLine(one) {
  const mend = mending(one);
  return h("li", { "data-code": one.doubt.code },
    h("button", { type: "button", class: "where", onclick: () => one.range && show(one.range) }, one.doubt.message),
    mend && h("button", { type: "button", class: "mend", title: mend.text, onclick: mend.act }, mend.text));
}

/** Go to the next doubt; the words in question are selected. */
export function nextDoubt() {
  if (!drawn.length) return;
  shown = (shown + 1) % drawn.length;
  const lines = [...byId("doubts").children];
  for (const line of lines) line.classList.toggle("on", line === lines[shown]);
  lines[shown].scrollIntoView({ block: "nearest" });
  if (drawn[shown].range) show(drawn[shown].range);
}

/** Mend the doubt last gone to, or the first that can be. */
export function mendDoubt() {
  const one = drawn[shown] && mending(drawn[shown]) ? drawn[shown] : drawn.find(mending);
  if (one) mending(one).act();
}

function show(range) {
  select(range.cloneRange(), () => {});
  range.startContainer.parentElement?.scrollIntoView({ block: "nearest" });
}

/** The doubt under a point of the screen, or null. */
export function doubtAt(x, y) {
  for (const one of drawn) {
    const box = one.range && boxAt(one.range, x, y);
    if (box) return { ...one, box };
  }
  return null;
}
