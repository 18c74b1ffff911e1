// The channel and its clock: how long the customer has waited, beside the target of the channel. Quiet until it is late.

import { boot, byId, h, t } from "./dom.js";
import { state } from "./state.js";

const CHOSEN = "youju.channel";
let channels = [];

/** Offer the channels; `wanted` is one that the address names. */
export function startClock(given, wanted, changed) {
  channels = given;
  const select = byId("channel");
  let chosen = wanted;
  try { chosen ||= localStorage.getItem(CHOSEN) ?? ""; } catch { /* forbidden: not remembered */ }
  select.replaceChildren(h("option", { value: "" }, t("channel.none")), ...channels.map((one) => h("option", { value: one.id }, nameOf(one))));
  select.value = channels.some((one) => one.id === chosen) ? chosen : "";
  select.hidden = !channels.length;
  select.addEventListener("change", () => {
    try { localStorage.setItem(CHOSEN, select.value); } catch { /* forbidden */ }
    drawClock();
    changed();
  });
  setInterval(drawClock, 1000);
  drawClock();
}

const nameOf = ({ id, name }) => (typeof name === "string" ? name : name?.[boot.lang]) || id;

export const channel = () => byId("channel").value;

/** A message came: its clock runs, unless it does already. */
export function clockMessage(text) {
  if (state.clocked === text && state.began) return;
  Object.assign(state, { clocked: text, began: Date.now() });
  drawClock();
}

/** The reply is out, or there is nothing to reply to: give back the seconds that it took. */
export function stopClock() {
  const seconds = elapsed();
  Object.assign(state, { clocked: "", began: 0 });
  drawClock();
  return seconds;
}

/** Seconds since the message came; null where no clock runs. */
export const elapsed = () => (state.began ? Math.max(0, Math.round((Date.now() - state.began) / 100) / 10) : null);

function drawClock() {
  const clock = byId("clock");
  const seconds = elapsed();
  clock.hidden = seconds === null;
  if (seconds === null) return;
  const target = channels.find((one) => one.id === channel())?.target_seconds ?? 0;
  const level = !target || seconds < target * 0.75 ? "" : seconds < target ? "soon" : "late";
  const text = target ? `${counted(seconds)} / ${rounded(target)}` : counted(seconds);
  if (clock.textContent !== text) clock.textContent = text;
  clock.className = `clock ${level}`;
  clock.title = target ? t("clock", { elapsed: rounded(seconds), target: rounded(target) }) : t("clock.elapsed", { elapsed: rounded(seconds) });
}

/** 0:07, 12:30, 3:05:00 */
export function counted(seconds) {
  const whole = Math.floor(seconds);
  const two = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${two(whole % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

function rounded(seconds) {
  if (seconds < 90) return t("unit.s", { n: Math.round(seconds) });
  if (seconds < 5400) return t("unit.min", { n: Math.round(seconds / 60) });
  return t("unit.h", { n: Math.round(seconds / 360) / 10 });
}
