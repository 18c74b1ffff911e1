// What was done: the attempts, one's own or for a trainer everybody's; one of them in full, and a trainer's word on its score.

import { boot, h, t } from "./dom.js";
import { get, post } from "./http.js";
import { toast } from "./shell.js";
import { chooser, counted, empty, failed, loading, verdict, when } from "./training-parts.js";
import { points } from "./training-score.js";

const MOST = 200;

export async function showHistory(element, { place, go, lead }) {
  element.replaceChildren(loading());
  try {
    if (place.attempt) return await one(element, place.attempt, { go, lead });
    const person = place.person ?? (lead ? "*" : "");
    const { attempts } = await get(`/api/v1/training/attempts?${new URLSearchParams({ person, drill: place.drill ?? "", limit: MOST })}`);
    element.replaceChildren(h("section", { class: "panel" },
      h("div", { class: "row" }, h("h2", {}, t(person === "*" ? "training.history.all" : "training.history")), h("span", { class: "spring" }), lead && who(person, attempts, go)),
      attempts.length ? table(attempts, go) : empty(t("training.no_attempts"), t("training.no_attempts.body"))));
  } catch (error) {
    element.replaceChildren(failed(error, () => showHistory(element, { place, go, lead })));
  }
}

function who(person, attempts, go) {
  const people = [...new Set([boot.user.name, person, ...attempts.map((one) => one.by)])].filter((name) => name && name !== "*").sort();
  return chooser("by-person", t("training.person"), [["*", t("training.everybody")], ...people.map((name) => [name, name])], person, (value) => go({ view: "history", person: value }));
}

function table(attempts, go) {
  const row = (one) => h("tr", { "data-attempt": one.id, tabindex: "0", onclick: () => go({ view: "history", attempt: one.id }), onkeydown: (event) => { if (event.key === "Enter") go({ view: "history", attempt: one.id }); } },
    h("td", { class: "left" }, verdict(one.passed)), h("td", { class: "left wide" }, h("b", {}, one.title), one.course && h("small", {}, t("training.for_course", { title: one.course })), one.override && h("small", {}, t("training.overridden", { by: one.override.by }))),
    h("td", { class: "left" }, one.by), h("td", {}, String(one.score)), h("td", {}, counted(one.seconds)), h("td", {}, when(one.at)));
  return h("div", { class: "scroll" }, h("table", { class: "attempts" },
    h("thead", {}, h("tr", {}, ...[["verdict", "left"], ["drill", "left"], ["person", "left"], ["points", ""], ["time", ""], ["last", ""]].map(([key, side]) => h("th", { scope: "col", class: side }, t(`training.col.${key}`))))),
    h("tbody", {}, ...attempts.map(row))));
}

// ---- one attempt ------------------------------------------------------------------------------------------------------------

async function one(element, id, { go, lead }) {
  const { attempt, notes } = await get(`/api/v1/training/attempts/${encodeURIComponent(id)}`);
  draw(element, attempt, notes, { go, lead });
}

function draw(element, attempt, notes, { go, lead }) {
  const may = lead && (boot.demo || attempt.by !== boot.user.name);
  element.replaceChildren(h("div", { class: "halves" },
    h("div", { class: "column" }, h("section", { class: "panel" },
      h("div", { class: "row" }, h("button", { type: "button", class: "ghost", onclick: () => history.back() }, t("training.back")), h("h2", { class: "title" }, attempt.title), h("span", { class: "spring" }),
        h("small", { class: "soft" }, [attempt.by, attempt.course && t("training.for_course", { title: attempt.course }), when(attempt.at)].filter(Boolean).join(" · "))),
      h("div", { class: "chat" }, ...attempt.turns.flatMap((turn) => [turn.customer && h("p", { class: "bubble customer" }, h("span", { class: "who" }, t("customer")), turn.customer),
        h("p", { class: "bubble agent" }, h("span", { class: "who" }, `${attempt.by} · ${counted(turn.seconds)}`), turn.reply)]).filter(Boolean)),
      notes && h("details", {}, h("summary", {}, t("training.notes")), h("p", { class: "reference" }, notes))),
    h("div", { class: "row acts" }, h("button", { type: "button", class: "plain", onclick: () => go({ view: "practise", drill: attempt.drill }) }, t("training.practise_it")))),
    h("aside", {}, h("section", { class: "panel score", id: "score" },
      h("div", { class: "row" }, verdict(attempt.passed), h("span", { class: "spring" }), h("span", { class: "number" }, t("training.score", { n: attempt.score }))),
      ...attempt.overrides.map((said) => h("div", { class: "banner note override" }, h("b", {}, t("training.override.by", { by: said.by, score: said.score, was: attempt.scored })), said.reason)),
      points(attempt.points)), may && overriding(attempt, (again) => draw(element, again, notes, { go, lead })))));
}

function overriding(attempt, done) {
  const score = h("input", { type: "number", id: "override-score", min: "0", max: "100", required: true, value: String(attempt.score) });
  const passed = h("select", { id: "override-passed" }, h("option", { value: "yes", selected: attempt.passed }, t("training.passed")), h("option", { value: "", selected: !attempt.passed }, t("training.failed")));
  const reason = h("textarea", { id: "override-reason", rows: "3", maxlength: "1000", required: true, placeholder: t("training.override.why") });
  const trouble = h("div", {});
  const save = async (event) => {
    event.preventDefault();
    try {
      const { attempt: again } = await post(`/api/v1/training/attempts/${encodeURIComponent(attempt.id)}/override`, { score: Number(score.value), passed: Boolean(passed.value), reason: reason.value });
      toast(t("training.override.done"));
      done(again);
    } catch (error) {
      trouble.replaceChildren(failed(error));
    }
  };
  return h("form", { class: "panel", id: "override", onsubmit: save }, h("h2", {}, t("training.override")), h("p", { class: "soft" }, t("training.override.body")),
    h("div", { class: "filters" }, h("label", {}, h("span", {}, t("training.col.points")), score), h("label", {}, h("span", {}, t("training.col.verdict")), passed)),
    h("label", {}, h("span", {}, t("training.override.reason")), reason), trouble, h("div", { class: "row acts" }, h("span", { class: "spring" }), h("button", { class: "strong" }, t("training.override.save"))));
}
