// Facts in conflict: both sentences side by side, who is to settle it, what was decided. Beside it, language parity.

import { h, t } from "./dom.js";
import { get, post } from "./http.js";
import { toast } from "./shell.js";
import { empty, failed, moment } from "./content-parts.js";

const NOBODY = "\u0000"; // chosen where only conflicts that nobody has are wanted
const chosen = { state: "open", person: "" };

let styled = false;
let asked = 0;

/** Show the list that the address names: conflicts, or with `list=parity` the translations. */
export function showConflicts(view, { place, go, open, changed }) {
  if (!styled) document.head.append(h("link", { rel: "stylesheet", href: "/static/content-conflicts.css" }));
  styled = true;
  const parity = place.list === "parity";
  const tab = (name, on, to) => h("button", { type: "button", class: "count", "aria-pressed": String(on), onclick: () => go(to) }, t(name));
  const body = h("div", {});
  const head = h("div", { class: "conflicts-head" }, h("div", { class: "lists", role: "group" },
    tab("conflicts.facts", !parity, { view: "conflicts" }), tab("conflicts.parity", parity, { view: "conflicts", list: "parity" })));
  view.replaceChildren(h("section", { class: "pane conflicts" }, head, body));
  return parity ? loadParity(body, open) : loadConflicts(head, body, { open, changed });
}

async function load(body, path, again, draw) {
  const mine = ++asked;
  body.replaceChildren(h("div", { class: "state loading" }, h("p", {}, t("conflicts.looking"))));
  try {
    const found = await get(path);
    if (mine === asked) draw(found);
  } catch (error) {
    if (mine === asked) body.replaceChildren(failed(error, again));
  }
}

// ---- conflicts -----------------------------------------------------------------------------------------------------------

function loadConflicts(head, body, tools) {
  const filters = h("div", { class: "conflicts-head", id: "conflict-filters" });
  head.append(filters);
  return load(body, "/api/v1/content/conflicts", () => loadConflicts(head, body, tools), (found) => drawConflicts(found, filters, body, tools));
}

function drawConflicts(found, filters, body, tools) {
  const again = () => drawConflicts(found, filters, body, tools);
  const ofPerson = (one) => !chosen.person || one.person === (chosen.person === NOBODY ? "" : chosen.person);
  const fits = (one, state) => (!state || one.state === state) && ofPerson(one);
  filters.replaceChildren(...stateChips(found, fits, again), personFilter(found, again), h("p", { class: "conflicts-intro" }, t("conflicts.intro", { date: found.as_of })));
  const shown = found.conflicts.filter((one) => fits(one, chosen.state)).sort((one, other) => (one.state === "dismissed") - (other.state === "dismissed"));
  if (!found.conflicts.length) return body.replaceChildren(empty(t("conflicts.empty"), t("conflicts.empty.body")));
  if (!shown.length) return body.replaceChildren(empty(t("conflicts.none")));
  body.replaceChildren(h("ul", { class: "conflict-list" }, ...shown.map((one) => card(one, found.people, { ...tools, again }))),
    found.total > found.conflicts.length && h("p", { class: "soft" }, t("conflicts.more", { n: found.conflicts.length, total: found.total })) || "");
}

function stateChips(found, fits, again) {
  return ["open", "dismissed", ""].map((state) => h("button", {
    type: "button", class: "count", "data-state": state || "all", "aria-pressed": String(chosen.state === state), onclick: () => { chosen.state = state; again(); },
  }, state ? t(`conflicts.state.${state}`) : t("conflicts.all"), h("b", {}, found.conflicts.filter((one) => fits(one, state)).length)));
}

function personFilter(found, again) {
  const option = (value, label) => h("option", { value, selected: chosen.person === value }, label);
  const names = [...new Set([...found.people, ...found.conflicts.map((one) => one.person)])].filter(Boolean).sort();
  return h("select", { id: "conflict-person", "aria-label": t("conflicts.person"), onchange: (event) => { chosen.person = event.target.value; again(); } },
    option("", t("conflicts.anybody")), option(NOBODY, t("conflicts.nobody")), ...names.map((name) => option(name, name)));
}

function card(one, people, tools) {
  const [first, second] = one.sides;
  return h("li", { class: `conflict ${one.state}`, "data-conflict": one.id },
    h("div", { class: "values" }, h("b", {}, first.value), h("span", { class: "against", "aria-hidden": "true" }, "≠"), h("b", {}, second.value),
      one.state === "dismissed" && h("span", { class: "chip" }, t("conflicts.state.dismissed")), one.person && h("span", { class: "chip" }, one.person)),
    h("div", { class: "sides" }, ...one.sides.map((side) => sideOf(side, tools.open))),
    settle(one, people, tools),
    one.history.length > 0 && h("ul", { class: "past" }, ...one.history.map((event) => h("li", {}, h("time", {}, moment(event.at)), " ", said(event)))));
}

function sideOf(side, open) {
  return h("div", { class: "side" },
    h("button", { type: "button", class: "link", lang: side.lang, onclick: () => open(side.file, side.lines[0]) }, side.title),
    h("p", { lang: side.lang }, side.before, h("mark", {}, side.value), side.after),
    h("small", {}, [side.section, t("line", { lines: side.lines[0] }), side.owner].filter(Boolean).join(" · ")));
}

const said = (event) => t(`conflicts.said.${event.action === "assign" && !event.person ? "unassign" : event.action}`, event);

function settle(one, people, tools) {
  const foot = h("div", { class: "settle" });
  const decide = (action, more = {}) => act(one, foot, tools, { conflict: one.id, action, ...more });
  const option = (value, label) => h("option", { value, selected: one.person === value }, label);
  const person = h("label", {}, t("conflicts.assign"), h("select", { onchange: (event) => decide("assign", { person: event.target.value }) },
    option("", t("conflicts.nobody")), ...[...new Set([...people, one.person])].filter(Boolean).map((name) => option(name, name))));
  const button = (label, onclick) => h("button", { type: "button", class: "plain", onclick }, t(label));
  const buttons = () => foot.replaceChildren(person, one.state === "open" ? button("conflicts.dismiss", ask) : button("conflicts.reopen", () => decide("reopen")));
  function ask() {
    const reason = h("input", { type: "text", name: "reason", maxlength: "1000", required: true, placeholder: t("conflicts.reason"), "aria-label": t("conflicts.reason"), autocomplete: "off" });
    const form = h("form", {}, reason, h("button", { class: "strong" }, t("conflicts.dismiss_now")), button("conflicts.cancel", buttons));
    form.addEventListener("submit", (event) => { event.preventDefault(); if (reason.value.trim()) decide("dismiss", { reason: reason.value.trim() }); });
    foot.replaceChildren(form);
    reason.focus();
  }
  buttons();
  return foot;
}

async function act(one, foot, { again, changed }, decision) {
  for (const control of foot.querySelectorAll("button, select, input")) control.disabled = true;
  try {
    Object.assign(one, await post("/api/v1/content/conflicts/decide", decision));
    changed();
  } catch (error) {
    toast(error.message, "bad");
  }
  again();
}

// ---- parity --------------------------------------------------------------------------------------------------------------

function loadParity(body, open) {
  return load(body, "/api/v1/content/parity", () => loadParity(body, open), ({ pairs }) =>
    body.replaceChildren(...(pairs.length ? pairs.map((pair) => pairOf(pair, open)) : [empty(t("parity.empty"), t("parity.empty.body"))])));
}

function pairOf(pair, open) {
  const n = pair.disparities.length;
  const name = (side) => h("button", { type: "button", class: "link", lang: side.lang, onclick: () => open(side.file, 1) }, side.title);
  return h("section", { class: "parity-pair", "data-translation": pair.translation.article },
    h("header", {}, name(pair.original), h("span", { "aria-hidden": "true" }, "↔"), name(pair.translation), h("span", { class: "soft" }, t("parity.compared", { n: pair.compared })),
      h("span", { class: n ? "differ" : "agree" }, n ? t("parity.found", { n }) : t("parity.same"))),
    ...pair.disparities.map((one) => disparityOf(one, pair, open)));
}

function disparityOf(one, pair, open) {
  const whole = one.kind === "section" || one.kind === "passage";
  const says = (words) => (words ? (one.kind === "condition" ? words.split(" ").map((word) => t(`parity.condition.${word}`)).join(", ") : words) : t("parity.nothing_said"));
  const side = (passage, article) => h("div", { class: "side" }, passage
    ? [h("button", { type: "button", class: "link", onclick: () => open(article.file, passage.lines[0]) }, t("line", { lines: passage.lines[0] })), h("small", {}, ` ${passage.section}`), passage.text && h("p", { lang: article.lang }, passage.text)]
    : h("p", { class: "lacking" }, t("parity.lacking")));
  return h("div", { class: "parity-line", "data-kind": one.kind },
    h("div", { class: "what" }, h("span", { class: "chip" }, t(`parity.kind.${one.kind}`)), !whole && [h("b", {}, says(one.original_says)), h("span", { class: "soft", "aria-hidden": "true" }, "≠"), h("b", {}, says(one.translation_says))]),
    h("div", { class: "sides" }, side(one.original, pair.original), side(one.translation, pair.translation)));
}
