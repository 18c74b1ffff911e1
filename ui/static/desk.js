// The desk: what happens when. A message is asked, the draft arrives, is edited and checked, goes out, and becomes a turn of the conversation.

import { askServer } from "./ask.js";
import { clockMessage, startClock, stopClock } from "./clock.js";
import { boot, byId, h, hasText, newId, t } from "./dom.js";
import * as draft from "./draft.js";
import { post, Problem } from "./http.js";
import { startKeys } from "./keys.js";
import { closeLookup, drawOthers, othersOf, startLookup } from "./lookup.js";
import { offerSeasons, optionValues, question, resetOptions, restoreOptions, startOptions } from "./options.js";
import { openPalette, phrases, startPalette } from "./phrases.js";
import { giveFeedback, keepEdit, receiptOf, record, sentPanel, toClipboard, verdictButtons, watchDelivery } from "./reply.js";
import { toast, whenAttached } from "./shell.js";
import { drawSources, emptyState, light, litSource, sentenceOf } from "./sources.js";
import { keep as keepState, mayKeep, recall, state } from "./state.js";
import { readTranscript, split } from "./transcript.js";
import { drawTurns } from "./turns.js";

const PARTS = ["topbar", "tabs", "conversation", "options", "draft", "draft-foot", "sources"];
const BUTTONS = ["newConversation", "ask", "addTurn", "copy", "send"];
const TYPING_PAUSE = 450; // ms without a key before a typed message is asked
const CHECK_PAUSE = 350; // ms without a key before an edit is checked
const SLOW = 120; // ms after which a search shows that it is awaited

let checked = { text: null, problems: [] };
let warned = null; // the text whose doubts the agent has been told of when copying
let questioned = null; // {text, count}: the text that the agent was asked about when sending; count null: it could not be checked
let asking = null; // AbortController of the question under way
let sending = false;
let others = []; // passages beside an answer of low confidence
let roundTrip = 0;
let askTimer = 0;
let checkTimer = 0;

const message = () => document.querySelector("#message textarea");
const narrow = () => matchMedia("(max-width: 760px)").matches;

// ---- start ----------------------------------------------------------------------------------------------------------

function start() {
  if (!message() || !BUTTONS.every((name) => byId(`button-${name}`))) return void setTimeout(start, 20);
  const query = new URL(location).searchParams;
  history.replaceState(null, "", location.pathname + (boot.embed ? "?embed=1" : ""));
  draft.startDraft();
  listen(byId("editor"));
  startOptions(() => { keep(); askAgain(); });
  startLookup(insertSource);
  startPalette();
  startKeys(ACTIONS, boot.llm ? [] : ["reword"]);
  byId("tool-phrases").addEventListener("click", ACTIONS.phrases);
  byId("tool-reword").addEventListener("click", reword);
  byId("tool-restore").addEventListener("click", restore);
  putBack(recall());
  if (query.get("conversation")) state.conversation = query.get("conversation").slice(0, 200);
  showTab(state.phase === "ready" ? "draft" : "conversation");
  mayKeep();
  drawAll();
  offerPhrases(query.get("channel") ?? "");
  if (query.get("q")) { setMessage(query.get("q").slice(0, 10_000)); ask(); }
  else if (message().value.trim() && !state.answer) ask();
  if (!narrow()) message().focus();
  document.body.classList.add("ready");
}

function putBack(kept) {
  if (!kept) return;
  restoreOptions(kept.options ?? {}, kept.today);
  if (kept.message) setMessage(kept.message);
  if (state.phase !== "ready") return;
  draft.write(kept.text, state.answer);
  setTimeout(check);
  loadOthers(state.answer);
}

/** The shop's greetings and channels; the desk works without. */
async function offerPhrases(wantedChannel) {
  const known = await phrases(boot.lang).catch(() => ({ greetings: [], channels: [] }));
  offerSeasons(known.greetings);
  startClock(boot.channels.length ? boot.channels : known.channels, wantedChannel, keep);
}

/** Put text into Gradio's box the way typing does. */
function setMessage(text) {
  const box = message();
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  clearTimeout(askTimer);
}

const keep = () => keepState({ text: state.phase === "ready" ? draft.read() : "", message: message().value, options: optionValues() });

// ---- ask ------------------------------------------------------------------------------------------------------------

/** Ask the message. drafter "model": have the language model word the draft. */
async function ask({ drafter = "" } = {}) {
  clearTimeout(askTimer);
  const text = message().value.trim();
  if (!text) return void message().focus();
  const body = question(text);
  asking?.abort();
  const mine = (asking = new AbortController());
  state.asked = JSON.stringify(body);
  clockMessage(text);
  drawButtons();
  const slow = setTimeout(() => { if (mine === asking && !state.dirty && state.phase !== "streaming") setPhase("loading"); }, SLOW);
  const began = performance.now();
  const claims = [];
  const arriving = {
    sources: ({ sources }) => {
      if (mine === asking && !state.dirty) drawSources({ sources, nearest: [], as_of: body.as_of ?? boot.today }, null, null);
    },
    claim: (claim) => {
      if (mine !== asking || state.dirty) return;
      claims[claim.index] = claim;
      if (state.phase !== "streaming") setPhase("streaming");
      draft.preview(claims.filter(Boolean));
      showTab("draft");
    },
  };
  try {
    const given = await askServer(body, drafter, mine.signal, arriving);
    if (mine !== asking) return;
    asking = null;
    roundTrip = performance.now() - began;
    if (state.dirty) { state.pending = given; drawBanners(); drawTools(); keep(); } else show(given);
  } catch (error) {
    if (mine !== asking || error.name === "AbortError") return;
    if (!(error instanceof Problem)) console.error(error);
    asking = null;
    state.error = error instanceof Problem ? error.message : t("error.server");
    if (drafter && state.answer) stop(); // the draft that stood before is as good as it was
    if (state.dirty || (drafter && state.answer)) toast(state.error, "bad"); else setPhase("error");
    showTab("draft");
  } finally {
    clearTimeout(slow);
  }
}

/** An option or the conversation changed: the same message is another question. */
function askAgain() {
  if (message().value.trim()) ask();
}

/** A typed message waits for a pause, a pasted one doesn't. */
function typed(pause) {
  clearTimeout(askTimer);
  const text = message().value.trim();
  if ([...text].length < 2) return;
  askTimer = setTimeout(() => { if (JSON.stringify(question(text)) !== state.asked) ask(); }, pause);
}

/** Whether draft and message belong together: nothing was typed since. */
const isAnswered = () => state.phase === "ready" && JSON.stringify(question(message().value.trim())) === state.asked;

function show({ answer, writer }) {
  Object.assign(state, { answer, writer, inserted: [], contexts: null, pending: null, dirty: false, copied: false, verdict: "", sent: null, phase: "ready", error: "" });
  checked = { text: null, problems: [] };
  warned = questioned = null;
  others = [];
  light(0, { pin: true });
  draft.write(answer.draft, answer);
  drawAll();
  if (document.activeElement !== message() || pastedLast) showTab("draft");
  check();
  loadContexts();
  loadOthers(answer);
}

async function loadContexts() {
  const { answer } = state;
  if (!answer.sources.length) return;
  try {
    const { contexts } = await post("/api/v1/context", { snapshot: answer.snapshot, sources: answer.sources });
    if (state.answer !== answer) return;
    state.contexts = Object.fromEntries(contexts.map((context) => [context.n, context.passages]));
    drawCards();
    keep();
  } catch { /* the card keeps showing its quote */ }
}

async function loadOthers(answer) {
  const found = await othersOf(answer);
  if (state.answer?.id !== answer.id) return;
  others = found;
  if (others.length) drawCards();
}

function reword() {
  if (!boot.llm) return;
  if (asking) stop();
  else if (state.phase === "ready") ask({ drafter: state.writer === "extractive" ? "model" : "" });
}

/** Give up the question under way, and go back to the draft that stood before. */
function stop() {
  asking?.abort();
  asking = null;
  if (!state.answer) return leave("empty");
  if (state.phase !== "ready") draft.write(state.answer.draft, state.answer);
  setPhase("ready");
  check();
}

// ---- edit and check ---------------------------------------------------------------------------------------------------

function edited() {
  state.dirty = draft.read() !== state.answer?.draft;
  warned = null;
  if (questioned && questioned.text !== draft.read()) settle();
  keep();
  keepEdit(draft.read());
  drawButtons();
  draft.drawTyped(numbers());
  clearTimeout(checkTimer);
  checkTimer = setTimeout(check, CHECK_PAUSE);
}

const numbers = () => new Set((state.answer?.sources ?? []).map((source) => source.n));

/** Check the text as it stands; true when the result is for that text. */
async function check() {
  clearTimeout(checkTimer);
  const { answer } = state;
  const text = draft.read();
  if (!answer || state.phase !== "ready") return false;
  draft.drawTyped(numbers());
  if (checked.text === text) {
    drawChecked(); // an edit and its undo: the text is as it was, its nodes are not
    return true;
  }
  drawCheckLine("checking");
  try {
    const { problems } = await post("/api/v1/check", { text, answer, lang: boot.lang });
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

function restore() {
  if (!state.answer) return;
  const added = new Set(state.inserted.map((source) => source.n));
  state.answer = { ...state.answer, sources: state.answer.sources.filter((source) => !added.has(source.n)) };
  state.inserted = [];
  draft.write(state.answer.draft, state.answer);
  state.dirty = false;
  edited();
  drawCards();
}

/** Put a passage's sentence into the draft where the agent last was, with its citation; a new passage becomes a further source. */
function insertSource(source) {
  if (state.phase !== "ready") return void toast(t("insert.no_draft"), "warn");
  const { answer } = state;
  const known = answer.sources.find((one) => one.article === source.article && one.quote === source.quote);
  const n = known?.n ?? Math.max(0, ...answer.sources.map((one) => one.n)) + 1;
  if (n > 99) return;
  if (!known) {
    const { article, title, section, lines, quote, version = "", valid_from = null, valid_until = null, stale = false } = source;
    const added = { n, article, title, section, lines, quote, version, valid_from, valid_until, stale };
    state.inserted = [...state.inserted, added];
    state.answer = { ...answer, sources: [...answer.sources, added] };
    others = others.filter((one) => one.quote !== quote);
    loadContexts();
  }
  closeLookup();
  showTab("draft");
  draft.insertSentence(sentenceOf(source.quote, n));
  drawCards();
  light(n, { pin: true, scroll: !narrow() });
  toast(t("inserted", { n }));
}

function useQuestion() {
  if (state.phase !== "ready" || !state.answer.ask) return;
  draft.replaceAll(state.answer.ask);
  showTab("draft");
}

async function openPhrases() {
  if (state.phase !== "ready") return void toast(t("insert.no_draft"), "warn");
  draft.rememberCaret();
  showTab("draft");
  try {
    await openPalette(state.answer.reply_lang, (text) => draft.insertSentence(text));
  } catch (error) {
    toast(error.message, "bad");
  }
}

// ---- out it goes --------------------------------------------------------------------------------------------------------

/** The text as the customer gets it. */
const outgoing = (text) => (byId("with-marks").checked ? text : draft.withoutMarks(text, state.answer)).trim();

async function copy() {
  if (state.phase !== "ready") return;
  const fresh = await check();
  const text = draft.read();
  if ((!fresh || checked.problems.length) && warned !== text) {
    warned = text;
    return void toast(fresh ? t("copy.doubts", { n: checked.problems.length }) : t("copy.unchecked"), "warn");
  }
  if (!(await toClipboard(outgoing(text)))) return void toast(t("copy.failed"), "bad");
  state.dirty = false;
  state.copied = true;
  keep();
  drawButtons();
  toast(t("copied"));
  record("copy", text, { acknowledged: warned === text }).catch(() => toast(t("copy.unrecorded"), "warn"));
}

async function send() {
  if (state.phase !== "ready" || sending) return;
  sending = true;
  drawButtons();
  try {
    await sendChecked();
  } finally {
    sending = false;
    drawButtons();
  }
}

async function sendChecked() {
  const text = draft.read();
  if (!text.trim()) return void toast(t("send.empty"), "warn");
  const acknowledged = questioned?.text === text;
  if (!acknowledged) {
    const fresh = await check();
    if (!fresh || checked.problems.length) return askBeforeSending(text, fresh ? checked.problems.length : null);
  }
  let reply;
  try {
    reply = await record("send", text, { acknowledged });
  } catch (error) {
    const problems = error.status === 409 ? error.data?.problems : null;
    if (!problems) return void toast(t("send.failed", { why: error.message }), "bad");
    checked = { text, problems };
    drawChecked();
    return askBeforeSending(text, problems.length);
  }
  const words = outgoing(text);
  const copied = await toClipboard(words);
  state.sent = { id: reply.id, answer: state.answer.id, delivery: reply.delivery ?? "none", seconds: stopClock(), text: words };
  const turn = { role: "agent", text: draft.withoutMarks(text, state.answer).trim(), reply: { id: reply.id, delivery: state.sent.delivery } };
  state.turns = [...state.turns, { role: state.answer.asker, text: state.answer.question }, turn];
  leave("waiting", { keepSent: true });
  showTab("draft");
  if (copied) toast(t("sent")); else toast(t("sent.uncopied"), "warn");
  if (state.sent.delivery === "pending") watchDelivery(reply, (delivery) => delivered(reply.id, delivery));
}

function delivered(id, delivery) {
  if (state.sent?.id === id) state.sent.delivery = delivery;
  for (const turn of state.turns) if (turn.reply?.id === id) turn.reply = { id, delivery };
  if (delivery === "failed") toast(t("delivery.failed"), "bad");
  drawConversation();
  if (state.phase === "waiting") drawPhase();
  keep();
}

/** Open problems: ask once; sending the same text again is the answer. */
function askBeforeSending(text, count) {
  questioned = { text, count };
  drawSendQuestion();
  showTab("draft");
}

function settle() {
  questioned = null;
  drawSendQuestion();
}

function give(verdict) {
  const answerId = state.phase === "ready" ? state.answer.id : state.phase === "waiting" ? state.sent?.answer : null;
  if (answerId) giveFeedback(answerId, verdict, () => { keep(); drawFoot(); drawPhase(); });
}

// ---- conversation -----------------------------------------------------------------------------------------------------

/** The question and the reply become turns; the next message is asked with them. */
function addTurn() {
  if (state.phase !== "ready") return;
  state.turns = [
    ...state.turns,
    { role: state.answer.asker, text: state.answer.question },
    { role: "agent", text: draft.withoutMarks(draft.read(), state.answer).trim() },
  ];
  stopClock();
  leave("waiting");
  toast(t("turn_added"));
}

function newConversation() {
  Object.assign(state, { turns: [], conversation: newId() });
  resetOptions();
  stopClock();
  leave("empty");
}

function leave(phase, { keepSent = false } = {}) {
  asking?.abort();
  asking = null;
  others = [];
  questioned = null;
  Object.assign(state, {
    answer: null, inserted: [], contexts: null, pending: null, dirty: false, copied: false, asked: "", phase, error: "", split: null,
    ...(keepSent ? {} : { sent: null, verdict: "" }),
  });
  setMessage("");
  draft.drawDoubts([]);
  closeLookup();
  drawAll();
  showTab("conversation");
  message().focus();
}

/** A pasted chat becomes turns and a message; anything else stays a message. True where it was a chat. */
function takeTranscript(text) {
  const read = readTranscript(text, boot.shop);
  if (!read) return false;
  const before = { raw: text, turns: state.turns, count: read.length };
  const { history, message: last } = split(read);
  leave("empty");
  Object.assign(state, { turns: history, split: before, phase: last ? "empty" : "waiting" });
  setMessage(last);
  drawAll();
  if (last) ask();
  return true;
}

const CONVERSATION = {
  changed: () => { drawAll(); askAgain(); },
  next: newConversation,
  example: (text) => { setMessage(text); pastedLast = true; ask(); },
  unsplit: () => {
    const { raw, turns } = state.split;
    Object.assign(state, { turns, split: null });
    setMessage(raw);
    drawAll();
    ask();
  },
};

// ---- draw -------------------------------------------------------------------------------------------------------------

function drawAll() {
  drawConversation();
  drawPhase();
  drawBanners();
  drawFacts();
  drawFoot();
  drawButtons();
  drawSendQuestion();
  drawCards();
  keep();
}

function setPhase(phase) {
  state.phase = phase;
  drawAll();
}

const drawConversation = () => drawTurns(CONVERSATION);

function drawCards() {
  if (state.phase === "streaming" || state.phase === "loading") return; // what has arrived so far is drawn already
  const answer = state.phase === "ready" ? state.answer : null;
  drawSources(answer, state.contexts, insertSource);
  if (answer) drawOthers(answer, others, insertSource);
}

function drawPhase() {
  const ready = state.phase === "ready";
  const streaming = state.phase === "streaming";
  document.body.dataset.phase = state.phase;
  byId("editor").hidden = !ready && !streaming;
  byId("under").hidden = !ready && !streaming;
  byId("doubts").hidden = !ready;
  const box = byId("draft-state");
  box.hidden = ready || streaming;
  if (streaming) drawCheckLine("writing");
  if (state.phase === "empty") box.replaceChildren(emptyState("draft.empty"));
  if (state.phase === "waiting") box.replaceChildren(...(state.sent ? [sentPanel(state.sent, { next: newConversation, give })] : []), emptyState("draft.waiting"));
  if (state.phase === "loading") box.replaceChildren(h("div", { class: "skeleton", role: "status", "aria-label": t("loading") }, ...[96, 88, 93, 40, 0, 82, 57].map((width) => h("i", { style: `width:${width}%` }))));
  if (state.phase === "error") {
    box.replaceChildren(h("div", { class: "banner bad", role: "alert" }, h("b", {}, t("error.title")), h("p", {}, state.error),
      h("button", { type: "button", class: "retry", onclick: () => ask() }, t("retry"))));
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
      h("button", { type: "button", onclick: useQuestion }, t("ask_back.use")))));
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
  document.querySelector('[data-tab="draft"] .dot').className = `dot ${answer ? (answer.abstain ? "warn" : "on") : ""}`;
}

/** Who wrote the draft, its receipt, and what the agent thinks of it. */
function drawFoot() {
  const answer = state.phase === "ready" ? state.answer : null;
  const timings = answer?.timings_ms ?? {};
  const model = state.writer !== "extractive";
  const spent = [...Object.entries(timings).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`), roundTrip ? `↔ ${roundTrip.toFixed(0)} ms` : ""].filter(Boolean);
  byId("writer").hidden = !answer || answer.abstain;
  byId("writer").className = `writer ${model ? "model" : ""}`;
  byId("writer").textContent = model ? t("writer.model", { model: state.writer.split(":").at(-1) }) : t("writer.extractive");
  byId("writer").title = spent.join("\n");
  byId("verdicts").hidden = !answer;
  byId("verdicts").replaceChildren(...(answer ? verdictButtons(give) : []));
  byId("receipt").hidden = !answer;
  if (answer) byId("receipt").href = receiptOf(answer.id);
}

function drawButtons() {
  const ready = state.phase === "ready";
  const off = { copy: !ready, send: !ready || sending, addTurn: !ready, newConversation: !state.turns.length && state.phase === "empty" };
  for (const [name, disabled] of Object.entries(off)) {
    byId(`button-${name}`).classList.toggle("off", disabled);
    byId(`button-${name}`).setAttribute("aria-disabled", String(disabled));
  }
  byId("button-addTurn").classList.toggle("next", ready && state.copied);
  drawTools();
}

function drawTools() {
  const ready = state.phase === "ready";
  byId("tool-restore").hidden = !ready || draft.read() === state.answer.draft;
  byId("tool-phrases").hidden = !ready;
  const busy = Boolean(asking) && (state.phase === "streaming" || ready);
  byId("tool-reword").hidden = !boot.llm || !(ready || busy) || Boolean(state.answer?.abstain);
  byId("tool-reword").textContent = t(busy ? "reword.stop" : state.writer === "extractive" ? "reword" : "reword.back");
}

function drawSendQuestion() {
  const box = byId("send-question");
  if (!questioned || state.phase !== "ready") return box.replaceChildren();
  const text = questioned.count === null ? t("send.unchecked") : t("send.doubts", { n: questioned.count });
  box.replaceChildren(h("div", { class: "banner send-question", role: "alertdialog", "aria-label": text }, h("b", {}, text), h("div", { class: "acts" },
    h("button", { type: "button", class: "go-back", onclick: () => { settle(); draft.nextDoubt(); } }, t("send.back")),
    h("button", { type: "button", class: "anyway", onclick: send }, t("send.anyway")))));
}

function drawCheckLine(result, detail = "") {
  const line = byId("check-line");
  const said = { checking: t("checking"), writing: t(boot.llm ? "rewording" : "loading"), some: t("check.some", { n: checked.problems.length }), ok: t("check.ok"), failed: t("check.failed") };
  line.className = `check-line ${result}`;
  line.hidden = result === "nothing";
  line.textContent = said[result] ?? "";
  line.title = detail;
}

function showTab(name) {
  document.body.dataset.tab = name;
  for (const tab of document.querySelectorAll(".tabs [data-tab]")) tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
}

// ---- keys ---------------------------------------------------------------------------------------------------------------

const digit = (event) => Number(event.code.slice(5));

const ACTIONS = {
  next: (event) => {
    if (byId("editor").contains(event.target)) send();
    else if (event.target === message() && !isAnswered()) { pastedLast = true; ask(); }
    else if (state.phase === "ready") goToDraft();
    else message().focus();
  },
  copy, addTurn, newConversation, restore, reword,
  question: useQuestion,
  draft: goToDraft,
  phrases: openPhrases,
  insert: () => {
    const source = state.answer?.sources.find((one) => one.n === (litSource() || 1));
    if (source) insertSource(source);
  },
  doubt: draft.nextDoubt,
  mend: draft.mendDoubt,
  source: (event) => goToSource(digit(event)),
  lookup: () => { draft.rememberCaret(); showTab("sources"); byId("lookup").focus(); byId("lookup").select(); },
  message: () => { showTab("conversation"); message().focus(); },
  options: () => { showTab("conversation"); byId("options").open = true; byId("as-of").focus(); },
  right: () => give("right"), wrong: () => give("wrong"), missing: () => give("missing"),
};

function goToDraft() {
  if (state.phase !== "ready") return;
  showTab("draft");
  draft.goToCaret();
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
  const elsewhere = !event.target.closest?.("input, textarea, select, [contenteditable], dialog");
  if (!inMessage(event) && !elsewhere) return;
  const text = event.clipboardData?.getData("text/plain");
  if (!text) return;
  pastedLast = true;
  const whole = elsewhere || state.copied || !message().value.trim() || message().selectionEnd - message().selectionStart === message().value.length;
  if (whole && text.length <= 10_000 && takeTranscript(text)) return event.preventDefault();
  if (elsewhere) { event.preventDefault(); setMessage(text); typed(0); }
  else if (state.copied) message().select(); // the reply is copied: what is pasted next is the next message
});

document.addEventListener("input", (event) => {
  if (!inMessage(event)) return;
  const pasted = event.inputType?.startsWith("insertFromPaste") || event.inputType === "insertFromDrop";
  pastedLast = pasted;
  keep();
  if (!composing && event.isTrusted) typed(pasted ? 0 : TYPING_PAUSE);
});

document.addEventListener("focusin", (event) => {
  if (inMessage(event) && state.copied) message().select();
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Enter" && event.target.classList?.contains("card") && event.target.dataset.n) goToMark(Number(event.target.dataset.n));
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (closeLookup()) goToDraft();
  else if (questioned) settle();
  else if (asking && boot.llm) stop();
});

document.addEventListener("click", (event) => {
  const tab = event.target.closest(".tabs [data-tab]");
  if (tab) return showTab(tab.dataset.tab);
  const mark = event.target.closest(".cite");
  if (mark) return goToSource(Number(mark.dataset.n));
  const card = event.target.closest(".card[data-n]");
  if (card && !event.target.closest("button") && !getSelection().toString()) goToMark(Number(card.dataset.n));
});

document.addEventListener("mouseover", (event) => {
  const cited = event.target.closest?.(".cite, .card[data-n]");
  const pinned = document.querySelector(".card.pinned");
  light(cited ? Number(cited.dataset.n) : pinned ? Number(pinned.dataset.n) : 0, { scroll: Boolean(cited?.classList.contains("cite")) });
});

function goToSource(n) {
  if (!state.answer?.sources.some((source) => source.n === n)) return;
  closeLookup();
  showTab("sources");
  light(n, { pin: true });
}

function goToMark(n) {
  light(n, { pin: true, scroll: false });
  if (narrow()) showTab("draft");
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
  editor.addEventListener("click", (event) => {
    const n = draft.typedAt(event.clientX, event.clientY);
    if (n) goToSource(n);
  });
  const tip = byId("tip");
  editor.addEventListener("mousemove", (event) => {
    const cited = draft.typedAt(event.clientX, event.clientY);
    if (cited) light(cited);
    const found = draft.doubtAt(event.clientX, event.clientY);
    tip.hidden = !found;
    if (!found) return;
    tip.textContent = found.doubt.message;
    tip.style.left = `${Math.max(8, Math.min(found.box.left, innerWidth - 300))}px`;
    tip.style.top = `${found.box.bottom + 6}px`;
  });
  editor.addEventListener("mouseleave", () => { tip.hidden = true; });
}

Object.assign(window.youju, { ask: () => { pastedLast = true; ask(); }, copy, send, addTurn, newConversation });
whenAttached(PARTS, start);
