// The reply goes out: checked, copied, recorded, delivered; and what the agent thinks of the draft.

import { boot, byId, h, newId, t } from "./dom.js";
import { channel, counted, elapsed } from "./clock.js";
import { get, post, put } from "./http.js";
import { toast } from "./shell.js";
import { state } from "./state.js";

const EDIT_PAUSE = 2000; // ms without a key before the edited text is kept
const DELIVERY_LOOKS = [1, 2, 3, 5, 8, 13, 20, 30, 60]; // seconds between looks at a delivery

// ---- recorded -----------------------------------------------------------------------------------------------------------

let attempt = { of: "", key: "" }; // the same reply tried again keeps its key: it is recorded once

/** Record a reply; gives back {id, delivery, …}. Throws Problem; with status 409 the checks doubt it. */
export async function record(action, text, { acknowledged = false } = {}) {
  const of = JSON.stringify([state.answer.id, action, text]);
  if (attempt.of !== of) attempt = { of, key: newId() };
  const about = state.inserted.length ? { answer: state.answer } : { answer_id: state.answer.id }; // the server knows the answer's own sources only
  const seconds = elapsed();
  const body = {
    ...about, text, action, acknowledged, channel: channel(), conversation: state.conversation, lang: boot.lang, ...(seconds === null ? {} : { seconds }),
  };
  const { reply } = await post("/api/v1/replies", body, { key: attempt.key });
  attempt = { of: "", key: "" };
  return reply;
}

export async function toClipboard(text) {
  const trimmed = text.trim();
  try {
    await navigator.clipboard.writeText(trimmed);
    return true;
  } catch {
    const box = h("textarea", { style: "position:fixed;opacity:0" });
    box.value = trimmed;
    const before = document.activeElement;
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    before?.focus?.();
    return done;
  }
}

/** Keep the text as edited, so that what the agent changed is known. */
let editTimer = 0;

export function keepEdit(text) {
  clearTimeout(editTimer);
  const { id } = state.answer;
  editTimer = setTimeout(() => put(`/api/v1/answers/${encodeURIComponent(id)}/edit`, { text }).catch(() => { /* kept in the tab all the same */ }), EDIT_PAUSE);
}

// ---- delivered ------------------------------------------------------------------------------------------------------------

/** What became of a reply, as a line. */
export function deliveryLine(reply) {
  return h("span", { class: `delivery ${reply.delivery}` }, t(`delivery.${reply.delivery}`));
}

/** Look now and then until a reply is delivered or given up; changed(delivery) is called when it is. */
export async function watchDelivery(reply, changed) {
  for (const seconds of DELIVERY_LOOKS) {
    await new Promise((done) => setTimeout(done, seconds * 1000));
    try {
      const { replies } = await get(`/api/v1/replies?${new URLSearchParams({ answer_id: reply.answer_id })}`);
      const found = replies.find((one) => one.id === reply.id);
      if (found && found.delivery !== "pending") return changed(found.delivery);
    } catch { /* the next look may do */ }
  }
}

// ---- feedback -------------------------------------------------------------------------------------------------------------

const VERDICTS = ["right", "wrong", "missing"];

/** The three verdicts on an answer, as buttons. */
export function verdictButtons(give) {
  return VERDICTS.map((verdict) => h("button", { type: "button", class: `verdict ${verdict}`, "data-verdict": verdict, "aria-pressed": String(state.verdict === verdict), onclick: () => give(verdict) },
    t(`feedback.${verdict}`)));
}

/** Give feedback: right at once, the others with a reason. done() is called when it is kept. */
export async function giveFeedback(answerId, verdict, done) {
  const why = verdict === "right" ? "" : await askReason(verdict);
  if (why === null) return;
  try {
    await post("/api/v1/feedback", { answer_id: answerId, verdict, reason: why });
    state.verdict = verdict;
    toast(t("feedback.thanks"));
    done();
  } catch (error) {
    toast(error.message, "bad");
  }
}

/** A reason in the agent's words, "" for none, null when called off. Digits pick one of those offered. */
function askReason(verdict) {
  const sheet = byId("reason");
  if (sheet.open) return Promise.resolve(null);
  const text = byId("reason-text");
  const reasons = [1, 2, 3].map((n) => t(`reason.${verdict}.${n}`));
  sheet.querySelector("h2").textContent = t(`feedback.${verdict}.title`);
  const pick = (reason) => { text.value = reason; text.focus(); };
  sheet.querySelector(".reasons").replaceChildren(...reasons.map((reason, index) =>
    h("button", { type: "button", class: "plain", onclick: () => pick(reason) }, h("kbd", {}, String(index + 1)), reason)));
  text.value = "";
  return new Promise((resolve) => {
    const end = (value) => {
      sheet.querySelector("form").onsubmit = sheet.oncancel = sheet.onkeydown = byId("reason-cancel").onclick = null;
      sheet.close();
      resolve(value);
    };
    sheet.querySelector("form").onsubmit = (event) => { event.preventDefault(); end(text.value.trim()); };
    sheet.oncancel = (event) => { event.preventDefault(); end(null); };
    sheet.onkeydown = (event) => {
      if (event.isComposing || text.value || !/^[1-3]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      pick(reasons[Number(event.key) - 1]);
    };
    byId("reason-cancel").onclick = () => end(null);
    sheet.showModal();
    text.focus();
  });
}

// ---- receipt --------------------------------------------------------------------------------------------------------------

export const receiptOf = (answerId) => `/receipts/${encodeURIComponent(answerId)}`;

/** What was just sent: its state, its time, its receipt, and what to do next. on: {next(), give(verdict)} */
export function sentPanel(sent, on) {
  return h("div", { class: `banner sent ${sent.delivery}`, role: "status" },
    h("b", {}, t(`delivery.${sent.delivery}`)),
    h("p", { class: "sent-line" }, sent.seconds !== null && h("span", {}, t("sent.in", { elapsed: counted(sent.seconds) })),
      h("a", { class: "receipt", href: receiptOf(sent.answer), target: "_blank", rel: "noopener", title: t("receipt.title") }, t("receipt")),
      h("button", { type: "button", class: "link", onclick: () => toClipboard(sent.text).then((done) => toast(t(done ? "copied" : "copy.failed"), done ? "good" : "bad")) }, t("sent.again"))),
    h("div", { class: "acts" }, h("span", { class: "verdicts", role: "group", "aria-label": t("feedback") }, ...verdictButtons(on.give)), h("span", { class: "spring" }),
      h("button", { type: "button", class: "next", onclick: on.next }, t("turns.next"))));
}
