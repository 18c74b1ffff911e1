// Passages beside the answer's own: what the agent looks up, and what else might hold where confidence is low.

import { boot, byId, h, t } from "./dom.js";
import { get } from "./http.js";
import { passageCard } from "./sources.js";

const PAUSE = 220; // ms without a key
const LOW = 0.75; // of confidence: below it the next best passages are shown
const MOST_OTHERS = 3;

let searching = null; // AbortController
let timer = 0;

const asOf = () => byId("as-of").value || boot.today;

async function find(words, options, signal) {
  const { hits } = await get(`/api/v1/search?${new URLSearchParams({ q: words.slice(0, 500), as_of: asOf(), ...options })}`, signal);
  return hits;
}

/** The search box. insert(hit): its sentence into the draft. */
export function startLookup(insert) {
  const box = byId("lookup");
  const run = () => {
    clearTimeout(timer);
    timer = setTimeout(() => look(box.value.trim(), insert), PAUSE);
  };
  box.addEventListener("input", (event) => { if (!event.isComposing) run(); });
  box.addEventListener("compositionend", run);
  byId("pane-sources").addEventListener("keydown", (event) => moveAmong(event, insert));
}

async function look(words, insert) {
  searching?.abort();
  const mine = (searching = new AbortController());
  if (!words) return close();
  try {
    const hits = await find(words, { limit: "8" }, mine.signal);
    if (mine !== searching) return;
    draw(hits.length ? [h("div", { class: "near-head" }, h("b", {}, t("lookup.count", { n: hits.length }))), ...hits.map((hit) => keepHit(passageCard(hit, asOf(), insert), hit))]
      : [h("div", { class: "state small" }, h("p", {}, t("lookup.none")))]);
  } catch (error) {
    if (error.name !== "AbortError" && mine === searching) draw([h("div", { class: "banner bad", role: "alert" }, error.message)]);
  }
}

const hitOf = new WeakMap(); // card → hit, for Enter

function keepHit(card, hit) {
  hitOf.set(card, hit);
  return card;
}

function draw(parts) {
  byId("found").replaceChildren(...parts);
  byId("found").hidden = false;
  byId("cards").hidden = true;
}

function close() {
  byId("lookup").value = "";
  byId("found").hidden = true;
  byId("found").replaceChildren();
  byId("cards").hidden = false;
}

/** Whether the search is open; Escape closes it. */
export function closeLookup() {
  if (byId("found").hidden && !byId("lookup").value) return false;
  searching?.abort();
  clearTimeout(timer);
  close();
  return true;
}

function moveAmong(event, insert) {
  if (event.isComposing || event.keyCode === 229) return;
  const cards = [...document.querySelectorAll(byId("found").hidden ? "#cards .card" : "#found .card")];
  const at = cards.indexOf(event.target.closest(".card"));
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step && (at >= 0 || event.target.id === "lookup")) {
    event.preventDefault();
    const next = at + step;
    if (next < 0) byId("lookup").focus(); else cards[Math.min(next, cards.length - 1)]?.focus();
  } else if (event.key === "Enter" && event.target.id === "lookup") {
    event.preventDefault();
    cards[0]?.focus();
  } else if (event.key === "Enter" && hitOf.has(event.target) && event.target.querySelector(".insert")) {
    event.preventDefault();
    insert(hitOf.get(event.target));
  }
}

/** Where confidence is low: the best passages that the answer does not cite; none elsewhere. */
export async function othersOf(answer) {
  if (!answer.abstain && answer.confidence >= LOW) return [];
  try {
    const hits = await find(answer.question, { limit: "8", asker: "customer" });
    const cited = answer.sources.map((source) => source.quote);
    const inForce = hits.filter((hit) => hit.state === "in-force" || hit.state === "stale");
    return inForce.filter((hit) => !cited.some((quote) => quote.includes(hit.quote) || hit.quote.includes(quote))).slice(0, MOST_OTHERS);
  } catch {
    return []; // the page does without
  }
}

/** Put those passages below the sources, or in the place of the nearest articles' names, each with why it was found. */
export function drawOthers(answer, others, insert) {
  if (!others.length) return;
  for (const old of document.querySelectorAll("#cards .near-head, #cards .near, #cards .state")) old.remove();
  byId("cards").append(
    h("div", { class: "near-head" }, h("b", {}, t(answer.abstain ? "nearest" : "others")), h("span", {}, t(answer.abstain ? "others.abstain" : "others.body"))),
    ...others.map((hit) => keepHit(passageCard(hit, answer.as_of, insert), hit)));
}
