// Whoever leaves an open page is signed out after boot.idle minutes; the page says so by itself, and a page in use is never taken for left.

import { boot } from "./dom.js";

const MINUTE = 60_000;
const IDLE = boot.idle * MINUTE;
const OFTEN = Math.min(IDLE / 10, MINUTE); // between two words to the server about being used, and between two looks once it seems left
const SIGNS = ["keydown", "pointerdown", "wheel", "touchstart"];

let used = Date.now();
let told = used;
let timer = 0;

/** What a person does: reading and typing ask the server nothing, so it is told now and then. */
function notice() {
  used = Date.now();
  if (used - told < OFTEN) return;
  told = used;
  ask({});
}

/** Whether the session is still there, once nothing was done here for so long: another tab may use it. Looking is no use of it. */
function look() {
  clearTimeout(timer);
  const left = used + IDLE - Date.now();
  if (left <= 0) ask({ "X-Unattended": "1" });
  timer = setTimeout(look, Math.max(left, OFTEN));
}

async function ask(headers) {
  const response = await fetch("/session", { credentials: "same-origin", headers }).catch(() => null);
  if (response?.status !== 401) return;
  stop();
  dispatchEvent(new CustomEvent("youju:ended", { detail: "idle" }));
}

function watched() {
  if (document.visibilityState === "visible") look();
}

function stop() {
  clearTimeout(timer);
  for (const sign of SIGNS) removeEventListener(sign, notice, { capture: true });
  document.removeEventListener("visibilitychange", watched);
}

if (boot.idle) {
  for (const sign of SIGNS) addEventListener(sign, notice, { capture: true, passive: true });
  document.addEventListener("visibilitychange", watched);
  look();
}
