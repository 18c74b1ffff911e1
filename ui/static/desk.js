// The desk: what happens when. State is one object; every change is drawn from it and kept for this tab, so that a
// reload or a change of language loses nothing.

import { boot, byId, h, hasText, post, Problem, t, toast, translate } from "./dom.js";
import * as draft from "./draft.js";
import { drawSources, emptyState, light } from "./sources.js";

const PARTS = ["topbar", "conversation", "options", "draft", "draft-foot", "sources"];
const BUTTONS = ["newConversation", "ask", "restore", "addTurn", "copy"];
const TYPING_PAUSE = 450; // ms without a key before a typed message is asked
const CHECK_PAUSE = 350; // ms without a key before an edit is checked
const KEPT = "youju.desk";

const state = {
  turns: [], // [{role, text}], oldest first
  answer: null, // the answer that draft and sources show
  contexts: null, // {n: passages} of that answer
  pending: null, // an answer to a changed message, while an edited draft stands
  dirty: false, // edited since drafted or copied
  asked: "", // the message last asked, with its options
  phase: "empty", // empty | waiting | loading | error | ready
  error: "",
  copied: false,
};
let checked = { text: null, problems: [] };
let warned = null; // the text whose doubts the agent has been told of when copying
let asking = null; // AbortController of the question under way
let roundTrip = 0;
let askTimer = 0;
let checkTimer = 0;

// ---- start ----------------------------------------------------------------------------------------------------------

const attached = new Set();

function attach(name, element) {
  translate(element);
  attached.add(name);
  if (PARTS.every((part) => attached.has(part))) start();
}

const message = () => document.querySelector("#message textarea");

function start() {
  if (!message() || !BUTTONS.every((name) => byId(`button-${name}`))) return void setTimeout(start, 20);
  document.documentElement.lang = boot.lang; // Gradio has put its own locale there
  document.title = `${t("brand")} · ${t("page")}`;
  byId("shop").textContent = boot.shop;
  byId("as-of").value = boot.today;
  for (const link of document.querySelectorAll(".languages a")) link.classList.toggle("on", link.lang === boot.lang);
  document.querySelector(".keys dl").replaceChildren(...[
    ["Ctrl Enter", "key.ask"], ["Ctrl Enter", "key.copy"], ["Alt 1–9", "key.source"], ["/", "key.message"], ["?", "key.help"],
  ].flatMap(([keys, text]) => [h("dt", {}, ...keys.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, t(text))]));
  const editor = byId("editor");
  editor.contentEditable = "true";
  try { editor.contentEditable = "plaintext-only"; } catch { /* an older browser: the paste handler keeps text plain */ }
  listen(editor);
  const query = new URL(location).searchParams;
  recall();
  showTab("conversation");
  drawAll();
  history.replaceState(null, "", location.pathname);
  if (query.get("q")) { setMessage(query.get("q")); ask(); }
  else if (message().value.trim() && !state.answer) ask();
  if (matchMedia("(min-width: 761px)").matches) message().focus();
  document.body.classList.add("ready");
}

/** Put text into Gradio's box the way typing does. */
function setMessage(text) {
  const box = message();
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  clearTimeout(askTimer);
}

const options = () => ({
  as_of: byId("as-of").value && byId("as-of").value !== boot.today ? byId("as-of").value : null,
  lang: byId("reply-language").value || null,
  asker: byId("asker").value,
});

// ---- ask ------------------------------------------------------------------------------------------------------------

async function ask() {
  clearTimeout(askTimer);
  const text = message().value.trim();
  if (!text) return void message().focus();
  const body = { text, history: state.turns.slice(-100), ...options() };
  asking?.abort();
  const mine = (asking = new AbortController());
  state.asked = JSON.stringify(body);
  const slow = setTimeout(() => { if (mine === asking && !state.dirty) setPhase("loading"); }, 120);
  const began = performance.now();
  try {
    const answer = await post("/api/v1/answer", body, mine.signal);
    if (mine !== asking) return;
    roundTrip = performance.now() - began;
    if (state.dirty) { state.pending = answer; drawBanners(); keep(); } else show(answer);
  } catch (error) {
    if (mine !== asking || error.name === "AbortError") return;
    if (!(error instanceof Problem)) console.error(error);
    state.error = error instanceof Problem ? error.message : t("error.server");
    if (state.dirty) toast(state.error, "bad"); else setPhase("error");
    showTab("draft");
  } finally {
    clearTimeout(slow);
    if (mine === asking) asking = null;
  }
}

/** A typed message waits for a pause, a pasted one doesn't. */
function typed(pause) {
  clearTimeout(askTimer);
  const text = message().value.trim();
  if ([...text].length < 2) return;
  askTimer = setTimeout(() => { if (JSON.stringify({ text, history: state.turns.slice(-100), ...options() }) !== state.asked) ask(); }, pause);
}

function show(answer) {
  Object.assign(state, { answer, contexts: null, pending: null, dirty: false, copied: false, phase: "ready", error: "" });
  checked = { text: null, problems: [] };
  warned = null;
  draft.write(answer.draft, answer);
  drawAll();
  if (document.activeElement !== message() || pastedLast) showTab("draft");
  check();
  if (answer.sources.length) showContexts(answer);
}

async function showContexts(answer) {
  try {
    const { contexts } = await post("/api/v1/context", { snapshot: answer.snapshot, sources: answer.sources });
    if (state.answer !== answer) return;
    state.contexts = Object.fromEntries(contexts.map((context) => [context.n, context.passages]));
    drawSources(answer, state.contexts);
    keep();
  } catch { /* the card keeps showing its quote */ }
}

// ---- edit and check ---------------------------------------------------------------------------------------------------

function edited() {
  state.dirty = draft.read() !== state.answer?.draft;
  warned = null;
  keep();
  drawButtons();
  clearTimeout(checkTimer);
  checkTimer = setTimeout(check, CHECK_PAUSE);
}

/** Check the text as it stands; true when the result is for that text. */
async function check() {
  clearTimeout(checkTimer);
  const answer = state.answer;
  const text = draft.read();
  if (!answer || state.phase !== "ready") return false;
  if (checked.text === text) {
    drawChecked(); // an edit and its undo: the text is as it was, its nodes are not
    return true;
  }
  drawCheckLine("checking");
  try {
    const { problems } = await post("/api/v1/check", { text, answer });
    if (state.answer !== answer || draft.read() !== text) return false;
    checked = { text, problems };
    drawChecked();
    return true;
  } catch (error) {
    if (state.answer === answer && draft.read() === text) drawCheckLine("failed", error.message);
    return false;
  }
}

function drawChecked() {
  draft.drawDoubts(checked.problems);
  drawCheckLine(checked.problems.length ? "some" : state.answer.sources.length ? "ok" : "nothing");
}

async function copy() {
  if (state.phase !== "ready") return;
  const fresh = await check();
  const text = draft.read();
  if ((!fresh || checked.problems.length) && warned !== text) {
    warned = text;
    return void toast(fresh ? t("copy.doubts", { n: checked.problems.length }) : t("copy.unchecked"), "warn");
  }
  if (!(await toClipboard(byId("with-marks").checked ? text : draft.withoutMarks(text, state.answer)))) return void toast(t("copy.failed"), "bad");
  state.dirty = false;
  state.copied = true;
  keep();
  drawButtons();
  toast(t("copied"));
}

async function toClipboard(text) {
  const trimmed = text.trim();
  try {
    await navigator.clipboard.writeText(trimmed);
    return true;
  } catch {
    const box = h("textarea", { style: "position:fixed;opacity:0" });
    box.value = trimmed;
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    return done;
  }
}

function restore() {
  if (!state.answer) return;
  draft.write(state.answer.draft, state.answer);
  state.dirty = false;
  edited();
}

// ---- conversation -----------------------------------------------------------------------------------------------------

/** The question and the reply become turns; the next message is asked with them. */
function addTurn() {
  if (state.phase !== "ready") return;
  state.turns.push(
    { role: state.answer.asker, text: state.answer.question },
    { role: "agent", text: draft.withoutMarks(draft.read(), state.answer).trim() },
  );
  leave("waiting");
  toast(t("turn_added"));
}

function newConversation() {
  state.turns = [];
  byId("as-of").value = boot.today;
  byId("reply-language").value = "";
  byId("asker").value = "customer";
  leave("empty");
}

function leave(phase) {
  asking?.abort();
  asking = null;
  Object.assign(state, { answer: null, contexts: null, pending: null, dirty: false, copied: false, asked: "", phase, error: "" });
  setMessage("");
  draft.drawDoubts([]);
  drawAll();
  showTab("conversation");
  message().focus();
}

// ---- draw -------------------------------------------------------------------------------------------------------------

function drawAll() {
  drawTurns();
  drawPhase();
  drawBanners();
  drawFacts();
  drawButtons();
  drawSources(state.phase === "ready" ? state.answer : null, state.contexts);
  keep();
}

function setPhase(phase) {
  state.phase = phase;
  drawAll();
}

function drawTurns() {
  const turns = byId("turns");
  if (!state.turns.length) {
    const examples = boot.examples.map((text) => h("button", { type: "button", class: "example", onclick: () => { setMessage(text); pastedLast = true; ask(); } }, text));
    return turns.replaceChildren(emptyState("start", examples.length ? h("div", { class: "examples" }, h("small", {}, t("start.examples")), ...examples) : null));
  }
  turns.replaceChildren(
    ...state.turns.map((turn) => h("div", { class: `turn ${turn.role}` }, h("small", {}, t(turn.role)), h("p", {}, turn.text))),
    h("div", { class: "turns-hint" }, t("turns.hint")));
  turns.scrollTop = turns.scrollHeight;
}

function drawPhase() {
  const ready = state.phase === "ready";
  document.body.dataset.phase = state.phase;
  byId("editor").hidden = !ready;
  byId("doubts").hidden = !ready;
  if (!ready) byId("check-line").hidden = true;
  const box = byId("draft-state");
  box.hidden = ready;
  if (state.phase === "empty") box.replaceChildren(emptyState("draft.empty"));
  if (state.phase === "waiting") box.replaceChildren(emptyState("draft.waiting"));
  if (state.phase === "loading") box.replaceChildren(h("div", { class: "skeleton", "aria-label": t("loading") }, ...[96, 88, 93, 40, 0, 82, 57].map((width) => h("i", { style: `width:${width}%` }))));
  if (state.phase === "error") {
    box.replaceChildren(h("div", { class: "banner bad", role: "alert" }, h("b", {}, t("error.title")), h("p", {}, state.error),
      h("button", { type: "button", class: "retry", onclick: ask }, t("retry"))));
  }
}

function drawBanners() {
  const answer = state.phase === "ready" ? state.answer : null;
  const banners = [];
  if (state.pending && answer) {
    banners.push(h("div", { class: "banner pending" }, h("p", {}, t("pending")), h("div", { class: "acts" },
      h("button", { type: "button", onclick: () => show(state.pending) }, t("pending.take")),
      h("button", { type: "button", onclick: () => { state.pending = null; drawBanners(); } }, t("pending.keep")))));
  }
  if (answer?.abstain) {
    banners.push(h("div", { class: "banner abstain", role: "alert" }, h("b", {}, t("abstain.title")), answer.reason && h("p", {}, reason(answer.reason)),
      h("p", { class: "soft" }, t("abstain.body")), answer.escalate_to && h("p", { class: "escalate" }, t("escalate", { who: answer.escalate_to }))));
  }
  if (answer?.ask) {
    banners.push(h("div", { class: "banner ask" }, h("b", {}, t("ask_back")), h("p", {}, answer.ask), h("div", { class: "acts" },
      h("button", { type: "button", onclick: () => draft.replaceAll(answer.ask) }, t("ask_back.use")))));
  }
  for (const conflict of answer?.conflicts ?? []) {
    banners.push(h("div", { class: "banner conflict" }, h("b", {}, t("conflict")), h("p", {}, conflict.topic ?? "", " ", ...(conflict.sources ?? []).map(draft.chip))));
  }
  if (answer?.notes.length) {
    banners.push(h("div", { class: "banner note" }, h("b", {}, t("notes")), ...answer.notes.map((note) => h("p", {}, note))));
  }
  byId("banners").replaceChildren(...banners);
}

const reason = (text) => (hasText(`reason.${text}`) ? t(`reason.${text}`) : text);

function drawFacts() {
  const answer = state.phase === "ready" ? state.answer : null;
  const facts = [];
  if (answer && answer.as_of !== boot.today) facts.push(h("span", { class: "pill warm" }, t("as_of.notice", { date: answer.as_of })));
  if (answer && !answer.abstain) {
    const percent = Math.round(answer.confidence * 100);
    const level = percent >= 75 ? "high" : percent >= 55 ? "middle" : "low";
    facts.push(h("span", { class: `confidence ${level}` }, h("span", { class: "meter" }, h("i", { style: `width:${percent}%` })),
      t(level === "low" ? "confidence.low" : "confidence", { percent })));
  }
  byId("facts").replaceChildren(...facts);
  const timings = answer?.timings_ms ?? {};
  byId("timings").textContent = answer && "total" in timings ? `${timings.total.toFixed(1)} ms${roundTrip ? ` · ↔ ${roundTrip.toFixed(0)} ms` : ""}` : "";
  byId("timings").title = Object.entries(timings).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`).join("\n");
  document.querySelector('[data-tab="draft"] .dot').className = `dot ${answer ? (answer.abstain ? "warn" : "on") : ""}`;
}

function drawButtons() {
  const ready = state.phase === "ready";
  const changed = ready && draft.read() !== state.answer.draft;
  const off = { copy: !ready, addTurn: !ready, restore: !changed, newConversation: !state.turns.length && state.phase === "empty" };
  for (const [name, disabled] of Object.entries(off)) {
    byId(`button-${name}`).classList.toggle("off", disabled);
    byId(`button-${name}`).setAttribute("aria-disabled", String(disabled));
  }
  byId("button-addTurn").classList.toggle("next", ready && state.copied);
}

function drawCheckLine(result, detail = "") {
  const line = byId("check-line");
  line.className = `check-line ${result}`;
  line.hidden = result === "nothing";
  line.textContent = result === "checking" ? t("checking") : result === "some" ? t("check.some", { n: checked.problems.length }) : t(`check.${result}`);
  line.title = detail;
}

function showTab(name) {
  document.body.dataset.tab = name;
  for (const tab of document.querySelectorAll(".tabs [data-tab]")) tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
}

// ---- kept for this tab ------------------------------------------------------------------------------------------------

function keep() {
  if (!document.body.classList.contains("ready")) return;
  const kept = {
    turns: state.turns, answer: state.answer, contexts: state.contexts, phase: state.phase === "ready" || state.phase === "waiting" ? state.phase : "empty",
    dirty: state.dirty, copied: state.copied, asked: state.asked, text: state.phase === "ready" ? draft.read() : "", message: message().value,
    asOf: byId("as-of").value, lang: byId("reply-language").value, asker: byId("asker").value, today: boot.today,
  };
  try { sessionStorage.setItem(KEPT, JSON.stringify(kept)); } catch { /* full or forbidden: nothing is kept */ }
}

function recall() {
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem(KEPT)); } catch { /* damaged: start afresh */ }
  if (!kept) return;
  Object.assign(state, { turns: kept.turns ?? [], asked: kept.asked ?? "", phase: kept.answer ? kept.phase : kept.phase === "waiting" ? "waiting" : "empty" });
  if (kept.asOf && kept.asOf !== kept.today) byId("as-of").value = kept.asOf;
  byId("reply-language").value = kept.lang ?? "";
  byId("asker").value = kept.asker || "customer";
  if (kept.message) setMessage(kept.message);
  if (kept.answer && kept.phase === "ready") {
    Object.assign(state, { answer: kept.answer, contexts: kept.contexts, dirty: kept.dirty, copied: kept.copied });
    draft.write(kept.text, kept.answer);
    setTimeout(check);
  }
}

// ---- events -----------------------------------------------------------------------------------------------------------

let pastedLast = false;
let composing = false;

const inMessage = (event) => event.target === message();

document.addEventListener("compositionstart", () => { composing = true; });
document.addEventListener("compositionend", (event) => {
  composing = false;
  if (inMessage(event)) typed(TYPING_PAUSE);
  if (event.target === byId("editor")) edited();
});

document.addEventListener("paste", (event) => {
  if (inMessage(event)) { pastedLast = true; return; }
  if (event.target.closest?.("input, textarea, [contenteditable]")) return;
  const text = event.clipboardData?.getData("text/plain");
  if (text) { event.preventDefault(); pastedLast = true; setMessage(text); typed(0); }
});

document.addEventListener("input", (event) => {
  if (!inMessage(event)) return;
  const pasted = event.inputType?.startsWith("insertFromPaste") || event.inputType === "insertFromDrop";
  pastedLast = pasted;
  keep();
  if (!composing && event.isTrusted) typed(pasted ? 0 : TYPING_PAUSE);
});

document.addEventListener("change", (event) => {
  if (!["as-of", "reply-language", "asker"].includes(event.target.id)) return;
  if (!byId("as-of").value) byId("as-of").value = boot.today;
  keep();
  if (message().value.trim()) ask();
});

document.addEventListener("focusin", (event) => {
  // The reply is copied: what is pasted next is the next message.
  if (inMessage(event) && state.copied) message().select();
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (inMessage(event)) { event.preventDefault(); pastedLast = true; ask(); }
    else if (byId("editor").contains(event.target)) { event.preventDefault(); copy(); }
  } else if (event.altKey && /^Digit[1-9]$/.test(event.code)) {
    event.preventDefault();
    goToSource(Number(event.code.slice(5)));
  } else if (event.key === "?" && !writing) {
    byId("keys").showModal();
  } else if (event.key === "/" && !writing) {
    event.preventDefault();
    showTab("conversation");
    message().focus();
  } else if (event.key === "Enter" && event.target.classList?.contains("card")) {
    goToMark(Number(event.target.dataset.n));
  }
});

document.addEventListener("click", (event) => {
  const tab = event.target.closest(".tabs [data-tab]");
  if (tab) return showTab(tab.dataset.tab);
  if (event.target.closest("#keys-button")) return byId("keys").showModal();
  const mark = event.target.closest(".cite");
  if (mark) return goToSource(Number(mark.dataset.n));
  const card = event.target.closest(".card[data-n]");
  if (card && !getSelection().toString()) goToMark(Number(card.dataset.n));
});

document.addEventListener("mouseover", (event) => {
  const cited = event.target.closest?.(".cite, .card[data-n]");
  const pinned = document.querySelector(".card.pinned");
  light(cited ? Number(cited.dataset.n) : pinned ? Number(pinned.dataset.n) : 0, { scroll: Boolean(cited?.classList.contains("cite")) });
});

function goToSource(n) {
  if (!state.answer?.sources.some((source) => source.n === n)) return;
  showTab("sources");
  light(n, { pin: true });
}

function goToMark(n) {
  light(n, { pin: true, scroll: false });
  if (matchMedia("(max-width: 760px)").matches) showTab("draft");
  document.querySelector(`#editor .cite[data-n="${n}"]`)?.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function listen(editor) {
  editor.addEventListener("input", () => { if (!composing) edited(); });
  editor.addEventListener("paste", (event) => {
    event.preventDefault();
    draft.insert(event.clipboardData.getData("text/plain").replaceAll("\r\n", "\n"));
  });
  editor.addEventListener("drop", (event) => {
    event.preventDefault();
    draft.insert(event.dataTransfer.getData("text/plain"));
  });
  for (const kind of ["copy", "cut"]) {
    editor.addEventListener(kind, (event) => {
      const selection = getSelection();
      if (!selection.rangeCount || selection.isCollapsed) return;
      const text = draft.read(selection.getRangeAt(0).cloneContents());
      event.clipboardData.setData("text/plain", byId("with-marks").checked ? text : draft.withoutMarks(text, state.answer));
      event.preventDefault();
      if (kind === "cut") document.execCommand("delete");
    });
  }
  const tip = byId("tip");
  editor.addEventListener("mousemove", (event) => {
    const found = draft.doubtAt(event.clientX, event.clientY);
    tip.hidden = !found;
    if (!found) return;
    tip.textContent = draft.wording(found.doubt, found.value);
    tip.style.left = `${Math.max(8, Math.min(found.box.left, innerWidth - 300))}px`;
    tip.style.top = `${found.box.bottom + 6}px`;
  });
  editor.addEventListener("mouseleave", () => { tip.hidden = true; });
}

window.youju = { attach, ask: () => { pastedLast = true; ask(); }, copy, restore, addTurn, newConversation };
