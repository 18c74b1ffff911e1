// The editor of an article: the Markdown with its problems beside the lines, how agents would see it, and what becomes of the text.
// What is typed is kept in the tab until it is saved, so leaving the page loses nothing.

import { h, t } from "./dom.js";
import { post } from "./http.js";
import { toast } from "./shell.js";
import { article, differenceView, moment, problemLine } from "./content-parts.js";

const PAUSE = 300; // ms without a key
const key = (file) => `youju:content:${file}`;

let editor = null; // {file, opened, base, area, …} of the one that is open

/** Leave the editor; what is typed stays in the tab. */
export function closeEditor() {
  clearTimeout(editor?.timer);
  editor?.linting?.abort();
  editor = null;
}

export function openEditor(body, one, place) {
  closeEditor();
  const kept = restored(one);
  const mine = (editor = { file: one.file, one, place, opened: kept?.opened ?? one.head.version, base: one.head.text.replaceAll("\r\n", "\n").replace("\ufeff", ""), timer: 0, linting: null });
  mine.area = h("textarea", { class: "source", spellcheck: "false", wrap: "soft", "aria-label": t("content.edit.source"), maxlength: "1000000" });
  mine.area.value = kept?.text ?? mine.base;
  mine.lines = h("div", { class: "lines", "aria-hidden": "true" });
  mine.problems = h("ul", { class: "problems", "aria-live": "polite" });
  mine.count = h("span", { class: "problem-count" });
  mine.preview = h("div", { class: "preview" });
  mine.said = h("div", { class: "editor-said" });
  mine.message = h("input", { type: "text", class: "message", maxlength: "500", placeholder: t("content.edit.message"), "aria-label": t("content.edit.message"), autocomplete: "off" });
  mine.buttons = h("div", { class: "editor-acts" }, ...actions(mine));
  body.replaceChildren(mine.said,
    h("div", { class: "editor-panes" },
      h("div", { class: "source-pane" }, mine.lines, mine.area),
      h("div", { class: "preview-pane" }, h("div", { class: "problem-head" }, h("h3", {}, t("content.edit.problems")), mine.count), mine.problems, h("h3", {}, t("content.edit.preview")), mine.preview)),
    h("div", { class: "editor-foot" }, mine.message, mine.buttons));
  if (kept) tellRestored(mine);
  else if (one.aside) mine.said.replaceChildren(h("div", { class: "banner pending" }, t("content.edit.aside", { by: one.aside.by, at: moment(one.aside.at) })));
  mine.area.addEventListener("input", () => typed(mine));
  mine.area.addEventListener("scroll", () => { mine.lines.scrollTop = mine.area.scrollTop; });
  mine.area.addEventListener("keydown", (event) => keys(mine, event));
  drawLines(mine, []);
  check(mine);
}

function restored(one) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key(one.file)));
    return kept && typeof kept.text === "string" ? kept : null;
  } catch {
    return null;
  }
}

function tellRestored(mine) {
  mine.said.replaceChildren(h("div", { class: "banner note" }, t("content.edit.restored"), h("div", { class: "acts" }, h("button", { type: "button", onclick: () => {
    sessionStorage.removeItem(key(mine.file));
    mine.opened = mine.one.head.version;
    put(mine, mine.base);
    mine.said.replaceChildren();
  } }, t("content.edit.forget")))));
}

function put(mine, text) {
  mine.area.value = text;
  typed(mine);
}

function typed(mine) {
  if (mine.area.value === mine.base) sessionStorage.removeItem(key(mine.file));
  else sessionStorage.setItem(key(mine.file), JSON.stringify({ text: mine.area.value, opened: mine.opened }));
  drawLines(mine, mine.found ?? []);
  clearTimeout(mine.timer);
  mine.timer = setTimeout(() => check(mine), PAUSE);
}

// ---- problems and preview ---------------------------------------------------------------------------------------------------

async function check(mine) {
  mine.linting?.abort();
  const signal = (mine.linting = new AbortController()).signal;
  const text = mine.area.value;
  try {
    const { problems, tree } = await post("/api/v1/content/lint", { file: mine.file, text }, { signal });
    if (mine !== editor || text !== mine.area.value) return;
    mine.found = problems;
    mine.problems.replaceChildren(...problems.map((problem) => problemLine(problem, (line) => toLine(mine, line))));
    const errors = problems.filter((problem) => problem.severity === "error").length;
    mine.count.textContent = problems.length ? t("content.edit.found", { errors, warnings: problems.length - errors }) : t("content.edit.sound");
    mine.count.className = `problem-count ${errors ? "error" : problems.length ? "warning" : "sound"}`;
    mine.preview.replaceChildren(article(tree));
    drawLines(mine, problems);
  } catch (error) {
    if (error.name === "AbortError" || mine !== editor) return;
    mine.count.textContent = error.message;
    mine.count.className = "problem-count error";
  }
}

/** The lines under the text box: they carry the numbers and the marks, and wrap as the text does. */
function drawLines(mine, problems) {
  const worst = new Map();
  for (const problem of problems) if (worst.get(problem.line) !== "error") worst.set(problem.line, problem.severity);
  mine.lines.replaceChildren(...mine.area.value.split("\n").map((line, index) => h("div", { class: worst.get(index + 1) ?? null }, line || " ")));
  mine.lines.scrollTop = mine.area.scrollTop;
}

function toLine(mine, line) {
  const lines = mine.area.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  mine.area.focus();
  mine.area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  mine.area.scrollTop = Math.max(0, (mine.lines.children[line - 1]?.offsetTop ?? 0) - mine.area.clientHeight / 3);
}

function keys(mine, event) {
  if (event.isComposing || event.keyCode === 229 || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  save(mine, mine.stage === "review" ? "review" : "draft");
}

// ---- saving ---------------------------------------------------------------------------------------------------------------

function actions(mine) {
  const { one, place } = mine;
  mine.stage = one.aside ? stageOf(one.head.text) : one.facts.length ? String(one.facts.find(([name]) => name === "status")[1]) : stageOf(one.head.text);
  const second = place.listed.second_person;
  const act = (status, strong = false) => h("button", { type: "button", class: strong ? "strong" : "plain", "data-status": status, onclick: () => save(mine, status) }, t(`content.to.${status}`));
  if (mine.stage === "review") return [act("draft"), act("review"), act("published", true)];
  const retire = mine.stage === "published" ? [act("retired")] : [];
  return second ? [...retire, act("draft"), act("review", true)] : [...retire, act("draft"), act("review"), act("published", true)];
}

const stageOf = (text) => text.split("\n").map((line) => /^status\s*:\s*(\w+)/.exec(line)?.[1]).find(Boolean) ?? "published";

async function save(mine, status) {
  for (const button of mine.buttons.children) button.disabled = true;
  const text = mine.area.value;
  try {
    const { summary } = await post("/api/v1/content/save", { file: mine.file, text, opened: mine.opened, status, message: mine.message.value });
    sessionStorage.removeItem(key(mine.file));
    toast(t(`content.saved.${status}`));
    if (mine === editor) await mine.place.again(summary);
  } catch (error) {
    if (mine === editor) await refused(mine, error, text);
  } finally {
    for (const button of mine.buttons.children) button.disabled = false;
  }
}

async function refused(mine, error, text) {
  const data = error.data ?? {};
  if (data.code === "conflict") return tellConflict(mine, data, text);
  const found = (data.found ?? []).map((problem) => problemLine(problem, (line) => toLine(mine, line)));
  mine.said.replaceChildren(h("div", { class: "banner bad", role: "alert", id: "refused" }, h("b", {}, t("content.not_saved")), found.length ? h("ul", { class: "problems" }, ...found) : error.message));
}

/** Somebody else was there first: both texts in one, and nothing is written before the owner has decided. */
async function tellConflict(mine, data, text) {
  const { difference } = await post("/api/v1/content/compare", { old: data.current, new: text });
  const decide = (act) => () => { mine.opened = data.version; act(); mine.said.replaceChildren(); };
  mine.said.replaceChildren(h("div", { class: "banner conflict", role: "alert", id: "conflict" }, h("b", {}, data.detail), h("p", {}, t("content.conflict")), differenceView(difference),
    h("div", { class: "acts" },
      h("button", { type: "button", onclick: decide(() => put(mine, data.current.replaceAll("\r\n", "\n"))) }, t("content.conflict.theirs")),
      h("button", { type: "button", onclick: decide(() => typed(mine)) }, t("content.conflict.mine")))));
  mine.said.scrollIntoView({ block: "start" });
}
