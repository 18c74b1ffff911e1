// How the reply is to be: day of the rules, language, tone, length, greeting. Folded away; what differs from the usual shows on the fold.

import { boot, byId, h, t } from "./dom.js";
import { channel } from "./clock.js";
import { state } from "./state.js";

const USUAL = { "reply-language": "", tone: "warm", length: "normal", asker: "customer", season: "" };
const REMEMBERED = ["tone", "length"]; // an agent's own way of writing; the rest belongs to one conversation
const PLACE = "youju.style";

export const OPTION_FIELDS = ["as-of", ...Object.keys(USUAL)];

/** Fill the fields as last left; changed() is called when the agent changes one. */
export function startOptions(changed) {
  resetOptions();
  byId("options").addEventListener("change", (event) => {
    if (!OPTION_FIELDS.includes(event.target.id)) return;
    if (!byId("as-of").value) byId("as-of").value = boot.today;
    try { localStorage.setItem(PLACE, JSON.stringify(Object.fromEntries(REMEMBERED.map((id) => [id, byId(id).value])))); } catch { /* forbidden */ }
    drawOptions();
    changed();
  });
}

/** As for a new conversation: tone and length stay the agent's own. */
export function resetOptions() {
  let own = {};
  try { own = JSON.parse(localStorage.getItem(PLACE)) ?? {}; } catch { /* forbidden or damaged */ }
  byId("as-of").value = boot.today;
  for (const [id, usual] of Object.entries(USUAL)) choose(id, REMEMBERED.includes(id) ? own[id] ?? usual : usual);
  drawOptions();
}

function choose(id, value) {
  const field = byId(id);
  field.value = value;
  if (field.selectedIndex < 0) field.value = USUAL[id];
}

/** What the fields say, to be kept for this tab. */
export const optionValues = () => Object.fromEntries(OPTION_FIELDS.map((id) => [id, byId(id).value]));

/** Put kept values back; a date that was only that day's today becomes this day's. */
export function restoreOptions(values, keptToday) {
  for (const id of Object.keys(USUAL)) if (values[id] !== undefined) choose(id, values[id]);
  if (values["as-of"] && values["as-of"] !== keptToday) byId("as-of").value = values["as-of"];
  drawOptions();
}

/** The greetings that a reply may end with; none in season: the field stays away. */
export function offerSeasons(greetings) {
  const chosen = byId("season").value;
  const now = greetings.filter((greeting) => greeting.now);
  byId("season").replaceChildren(h("option", { value: "" }, t("season.none")), ...now.map((one) => h("option", { value: one.id }, one.name)));
  choose("season", chosen);
  byId("season-field").hidden = !now.length;
  drawOptions();
}

/** The body of a question: the message, its history and every option that is not the usual one. */
export function question(text) {
  const value = (id) => byId(id).value;
  const asOf = value("as-of");
  const body = {
    text, history: state.turns.slice(-100).map(({ role, text }) => ({ role, text })), asker: value("asker"),
    as_of: asOf && asOf !== boot.today ? asOf : null, lang: value("reply-language") || null,
    tone: value("tone") === USUAL.tone ? null : value("tone"), length: value("length") === USUAL.length ? null : value("length"),
    season: value("season") || null, channel: channel() || null, conversation: state.conversation,
  };
  return Object.fromEntries(Object.entries(body).filter(([, given]) => given !== null));
}

export function drawOptions() {
  const selected = (id) => byId(id).selectedOptions[0]?.textContent ?? "";
  const chips = [];
  if (byId("as-of").value && byId("as-of").value !== boot.today) chips.push([byId("as-of").value, true]);
  for (const [id, usual] of Object.entries(USUAL)) {
    const changed = byId(id).value !== usual;
    if (changed || id === "tone" || id === "length") chips.push([selected(id), changed]);
  }
  byId("options-now").replaceChildren(...chips.map(([text, changed]) => h("span", { class: changed ? "changed" : null }, text)));
}
