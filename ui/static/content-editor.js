// The editor of an article: its front matter as a form or as YAML, the Markdown with its problems beside the lines, how agents would see it, and
// what becomes of the text. There is one text: with the form, its head stands in the form and the rest in the box; without, all of it in the box.
// What is typed is kept in the tab until it is saved, so leaving the page loses nothing.

import { h, t } from "./dom.js";
import { post } from "./http.js";
import { toast } from "./shell.js";
import { checkImpact } from "./content-impact.js";
import { matterForm } from "./content-form.js";
import { article, differenceView, moment, problemLine, refusalOf } from "./content-parts.js";

const PAUSE = 300; // ms without a key
const MODE = "youju:content-matter"; // form or yaml, as this person likes it
const key = (file) => `youju:content:${file}`;

let editor = null; // {file, opened, base, head, area, …} of the one that is open

const wholeOf = (mine) => mine.head + mine.area.value;

let left = Promise.resolve(); // until what was typed last stands in the tab

/** Leave the editor; what is typed stays in the tab, and does so once the promise is kept. */
export function closeEditor() {
  if (editor) {
    clearTimeout(editor.timer);
    editor.linting?.abort();
    left = settled(editor);
    editor = null;
  }
  return left;
}

export function openEditor(body, one, place) {
  closeEditor();
  const base = one.head.text.replaceAll("\r\n", "\n").replace("\ufeff", "");
  const { message = "", ...kept } = restored(one) ?? {};
  const changed = typeof kept.text === "string" && kept.text !== base;
  const mine = (editor = { file: one.file, one, place, body, opened: changed ? kept.opened : one.head.version, base, timer: 0, linting: null, head: "", matter: null, pending: Promise.resolve() });
  mine.area = h("textarea", { class: "source", spellcheck: "false", wrap: "soft", "aria-label": t("content.edit.source"), maxlength: "1000000" });
  mine.form = matterForm((name, value) => changeValue(mine, name, value));
  mine.modes = h("div", { class: "matter-modes", role: "tablist", "aria-label": t("content.matter") }, h("b", {}, t("content.matter")),
    ...["form", "yaml"].map((mode) => h("button", { type: "button", role: "tab", "data-mode": mode, onclick: () => choose(mine, mode) }, t(`content.matter.${mode}`))), h("small", { class: "soft" }));
  mine.lines = h("div", { class: "lines", "aria-hidden": "true" });
  mine.problems = h("ul", { class: "problems", "aria-live": "polite" });
  mine.count = h("span", { class: "problem-count" });
  mine.preview = h("div", { class: "preview" });
  mine.said = h("div", { class: "editor-said" });
  mine.message = h("input", { type: "text", class: "message", maxlength: "500", placeholder: t("content.edit.message"), "aria-label": t("content.edit.message"), autocomplete: "off", value: message, oninput: () => keep(mine) });
  mine.buttons = h("div", { class: "editor-acts" }, ...actions(mine));
  putMode(mine, localStorage.getItem(MODE) === "yaml" ? "yaml" : "form", changed ? kept.text : base);
  body.replaceChildren(mine.said, mine.modes, mine.form.element,
    h("div", { class: "editor-panes" },
      h("div", { class: "source-pane" }, mine.lines, mine.area),
      h("div", { class: "preview-pane" }, h("div", { class: "problem-head" }, h("h3", {}, t("content.edit.problems")), mine.count), mine.problems, h("h3", {}, t("content.edit.preview")), mine.preview)),
    h("div", { class: "editor-foot" }, mine.message, mine.buttons));
  if (changed) tellRestored(mine);
  else if (one.aside) mine.said.replaceChildren(h("div", { class: "banner pending" }, t("content.edit.aside", { by: one.aside.by, at: moment(one.aside.at) })));
  mine.area.addEventListener("input", () => typed(mine));
  mine.area.addEventListener("scroll", () => { mine.lines.scrollTop = mine.area.scrollTop; });
  for (const part of [mine.area, mine.form.element]) part.addEventListener("keydown", (event) => keys(mine, event));
  drawLines(mine, []);
  check(mine);
  return { toLine: (line) => toLine(mine, line) };
}

// ---- form or YAML --------------------------------------------------------------------------------------------------------

/** The lines up to the second `---`, and the rest; null where there is no such head. */
function split(text) {
  const head = /^[ \t]*---[ \t]*\n(?:.*\n)*?[ \t]*---[ \t]*(?:\n|$)/.exec(text);
  return head && [head[0].endsWith("\n") ? head[0] : `${head[0]}\n`, text.slice(head[0].length)];
}

/** Show a text in one of the two ways; without a head there is only YAML. */
function putMode(mine, mode, text) {
  const parts = mode === "form" ? split(text) : null;
  mine.mode = parts ? "form" : "yaml";
  [mine.head, mine.area.value] = parts ?? ["", text];
  mine.form.element.hidden = !parts;
  for (const button of mine.modes.querySelectorAll("[data-mode]")) button.setAttribute("aria-selected", String(button.dataset.mode === mine.mode));
  mine.modes.querySelector("small").textContent = mode === "form" && !parts ? t("content.matter.broken") : "";
}

async function choose(mine, mode) {
  await settled(mine);
  localStorage.setItem(MODE, mode);
  if (mode === "form" && !mine.matter) return putMode(mine, "yaml", wholeOf(mine)), void (mine.modes.querySelector("small").textContent = t("content.matter.broken"));
  putMode(mine, mode, wholeOf(mine));
  if (mine.mode === "form") mine.form.show(mine.matter, mine.found ?? []);
  drawLines(mine, mine.found ?? []);
  mine.area.scrollTop = 0;
}

/** One value, written into the head by the server; one after the other. */
function changeValue(mine, name, value) {
  mine.pending = mine.pending.then(async () => {
    if (mine.mode !== "form") return;
    try {
      const { text } = await post("/api/v1/content/matter", { text: mine.head, changes: { [name]: value } });
      mine.head = text;
      typed(mine, 0);
    } catch (error) {
      mine.form.say(name, error.message);
    }
  });
}

/** When all values stand in the text. */
async function settled(mine) {
  mine.form.flush();
  await mine.pending;
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
    mine.message.value = "";
    put(mine, mine.base);
    mine.said.replaceChildren();
  } }, t("content.edit.forget")))));
}

function put(mine, text) {
  putMode(mine, mine.mode, text);
  typed(mine);
}

function typed(mine, pause = PAUSE) {
  keep(mine);
  if (mine !== editor) return;
  drawLines(mine, mine.found ?? []);
  clearTimeout(mine.timer);
  mine.timer = setTimeout(() => check(mine), pause);
}

/** Keep the text and why it changes in the tab, until they are saved. */
function keep(mine) {
  const [text, message] = [wholeOf(mine), mine.message.value];
  if (text === mine.base && !message) sessionStorage.removeItem(key(mine.file));
  else sessionStorage.setItem(key(mine.file), JSON.stringify({ text, message, opened: mine.opened }));
}

// ---- problems and preview ---------------------------------------------------------------------------------------------------

async function check(mine) {
  mine.linting?.abort();
  const signal = (mine.linting = new AbortController()).signal;
  const text = wholeOf(mine);
  try {
    const { problems, tree, matter } = await post("/api/v1/content/lint", { file: mine.file, text }, { signal });
    if (mine !== editor || text !== wholeOf(mine)) return;
    Object.assign(mine, { found: problems, matter });
    if (mine.mode === "form" && !matter) {
      putMode(mine, "yaml", text);
      mine.modes.querySelector("small").textContent = t("content.matter.broken");
    } else if (matter) {
      mine.modes.querySelector("small").textContent = "";
      mine.form.show(matter, problems);
    }
    mine.problems.replaceChildren(...problems.map((problem) => problemOf(mine, problem)));
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

const problemOf = (mine, problem) => problemLine(problem, (line) => toLine(mine, line),
  problem.code === "leaves-a-gap" && h("button", { type: "button", class: "ghost succeed", onclick: () => succeed(mine) }, t("content.succeed")));

/** How many lines stand before those in the box. */
const above = (mine) => mine.head.split("\n").length - 1;

/** The lines under the text box: they carry the numbers and the marks, and wrap as the text does. */
function drawLines(mine, problems) {
  const worst = new Map();
  const before = above(mine);
  mine.lines.style.counterReset = `line ${before}`;
  for (const problem of problems) if (worst.get(problem.line) !== "error") worst.set(problem.line, problem.severity);
  mine.lines.replaceChildren(...mine.area.value.split("\n").map((line, index) => h("div", { class: worst.get(index + 1 + before) ?? null }, line || " ")));
  mine.lines.scrollTop = mine.area.scrollTop;
}

function toLine(mine, at) {
  if (at <= above(mine)) return mine.form.focus(at);
  const line = at - above(mine);
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
  const impact = h("button", { type: "button", class: "plain", id: "check-impact", onclick: () => settled(mine).then(() => checkImpact(mine.file, wholeOf(mine), place.go)) }, t("content.impact.check"));
  if (mine.stage === "review") return [impact, act("draft"), act("review"), act("published", true)];
  const retire = mine.stage === "published" ? [act("retired")] : [];
  return [impact, ...retire, act("draft"), act("review", second), ...(second ? [] : [act("published", true)])];
}

const stageOf = (text) => text.split("\n").map((line) => /^status\s*:\s*(\w+)/.exec(line)?.[1]).find(Boolean) ?? "published";

async function save(mine, status) {
  if (mine.body.inert) return; // one save at a time; what is typed meanwhile would be in neither text
  mine.body.inert = true;
  await settled(mine);
  const text = wholeOf(mine);
  try {
    const { summary, starts } = await post("/api/v1/content/save", { file: mine.file, text, opened: mine.opened, status, message: mine.message.value });
    sessionStorage.removeItem(key(mine.file));
    toast(t(`content.saved.${status}`));
    if (mine === editor) await mine.place.again(summary);
    if (starts) toast(t("content.starts", { date: starts }));
  } catch (error) {
    if (mine === editor) await refused(mine, error, text);
  } finally {
    mine.body.inert = false;
  }
}

async function refused(mine, error, text) {
  const data = error.data ?? {};
  if (data.code === "conflict") return tellConflict(mine, data, text);
  const found = (data.found ?? []).map((problem) => problemOf(mine, problem));
  mine.said.replaceChildren(h("div", { class: "banner bad", role: "alert", id: "refused" }, h("b", {}, t("content.not_saved")), found.length ? h("ul", { class: "problems" }, ...found) : refusalOf(error)));
  mine.said.scrollIntoView({ block: "nearest" });
}

/** The text is to hold from a later day: begin it as the article that supersedes this one, which stays as it is. */
async function succeed(mine) {
  await settled(mine);
  try {
    const { file } = await post("/api/v1/content/succeed", { file: mine.file, text: wholeOf(mine) });
    sessionStorage.removeItem(key(mine.file));
    toast(t("content.succeeded"));
    await mine.place.changed(null);
    mine.place.go({ file, tab: "edit" });
  } catch (error) {
    toast(error.data?.code === "conflict" ? t("content.new.taken") : refusalOf(error), "bad");
  }
}

/** Somebody else was there first: both texts in one, and nothing is written before the owner has decided. */
async function tellConflict(mine, data, text) {
  const { difference } = await post("/api/v1/content/compare", { old: data.current, new: text });
  const decide = (act) => () => { mine.opened = data.version; act(); mine.said.replaceChildren(); };
  mine.said.replaceChildren(h("div", { class: "banner conflict", role: "alert", id: "conflict" }, h("b", {}, data.by ? t("content.conflict.who", { by: data.by }) : t("content.conflict.somebody")), h("p", {}, t("content.conflict")), differenceView(difference),
    h("div", { class: "acts" },
      h("button", { type: "button", onclick: decide(() => put(mine, data.current.replaceAll("\r\n", "\n"))) }, t("content.conflict.theirs")),
      h("button", { type: "button", onclick: decide(() => typed(mine)) }, t("content.conflict.mine")))));
  mine.said.scrollIntoView({ block: "start" });
}
