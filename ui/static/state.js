// What the desk knows: one object. Every change is drawn from it and kept for this tab, so that a reload, a change of language or
// signing in again loses nothing.

import { boot, newId } from "./dom.js";

const KEPT = "youju.desk";

export const state = {
  turns: [], // [{role, text, reply?}], oldest first; reply: what became of one that was sent
  split: null, // {raw, turns, count}: a pasted chat that was split into messages, and how it was before
  answer: null, // the answer that draft and sources show, with the sources inserted since
  inserted: [], // sources that the agent inserted beside the answer's own
  contexts: null, // {n: passages} of that answer
  pending: null, // {answer, writer} to a changed message, while an edited draft stands
  writer: "extractive", // who worded the draft: extractive, or the model's name
  dirty: false, // edited since drafted or copied
  asked: "", // the message last asked, with its options
  phase: "empty", // empty | waiting | loading | streaming | error | ready
  error: "",
  copied: false,
  verdict: "", // right | wrong | missing: the agent's feedback on the draft
  sent: null, // {id, answer, delivery, seconds, text}: the reply that was sent last
  conversation: newId(),
  began: 0, // when the message came, in ms since 1970
  clocked: "", // the message whose clock runs
};

/** Whether the page is drawn and may be kept. */
let started = false;

/** Keep the state, and what stands in the fields, for this tab. fields: a function that reads them. */
export function keep(fields) {
  if (!started) return;
  const { turns, split, answer, inserted, contexts, writer, dirty, asked, copied, verdict, sent, conversation, began, clocked } = state;
  const phase = state.phase === "ready" || state.phase === "waiting" ? state.phase : "empty";
  const kept = {
    user: boot.user?.name ?? "", today: boot.today, phase, turns, split, answer, inserted, contexts, writer, dirty, asked, copied, verdict, sent,
    conversation, began, clocked, ...fields,
  };
  try { sessionStorage.setItem(KEPT, JSON.stringify(kept)); } catch { /* full or forbidden: nothing is kept */ }
}

export const mayKeep = () => { started = true; };

/** What was kept in this tab for this person, or null. */
export function recall() {
  let kept = null;
  try { kept = JSON.parse(sessionStorage.getItem(KEPT)); } catch { /* damaged: start afresh */ }
  if (!kept || kept.user !== (boot.user?.name ?? "")) return null; // another person's conversation is not shown
  const names = ["turns", "split", "inserted", "writer", "asked", "verdict", "sent", "conversation", "began", "clocked"];
  for (const name of names) if (kept[name] !== undefined) state[name] = kept[name];
  if (kept.phase === "ready" && kept.answer) Object.assign(state, { answer: kept.answer, contexts: kept.contexts, dirty: kept.dirty, copied: kept.copied, phase: "ready" });
  else state.phase = kept.phase === "waiting" ? "waiting" : "empty";
  return kept;
}
