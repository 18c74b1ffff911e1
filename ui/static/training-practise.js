// Practise: choose a drill or take the next one, do it, see how it went.

import { boot, byId, h, t } from "./dom.js";
import { get, post } from "./http.js";
import { LANGUAGES, chooser, empty, failed, labels, loading } from "./training-parts.js";
import { runDrill } from "./training-run.js";
import { scoreCard } from "./training-score.js";

const SHOWN = 40; // drills listed at once
const chosen = { language: "", topic: "", origin: "", words: "" };
let listed = [];
let shown = SHOWN;

export async function showPractise(element, { place, go }) {
  if (place.drill) return begin(element, place, go);
  element.replaceChildren(loading());
  try {
    const [drills, plan] = await Promise.all([get("/api/v1/training/drills"), get("/api/v1/training/plan")]);
    const due = plan.tasks.filter((one) => one.now).length;
    listed = drills.drills;
    shown = SHOWN;
    element.replaceChildren(h("section", { class: "panel intro" }, h("div", {}, h("h2", {}, t("training.intro")), h("p", { class: "soft" }, t("training.intro.body"))),
      due > 0 && h("button", { type: "button", class: "strong", id: "to-due", onclick: () => go({ view: "courses" }) }, t("courses.due_count", { n: due })),
      h("button", { type: "button", class: due ? "plain" : "strong", id: "next", onclick: () => next(element, go) }, t("training.next"))),
    h("section", { class: "panel" }, filters(go), h("div", { id: "drill-rows" })));
    draw(go);
  } catch (error) {
    element.replaceChildren(failed(error, () => showPractise(element, { place, go })));
  }
}

// ---- choosing -------------------------------------------------------------------------------------------------------------

const unique = (of) => [...new Set(listed.map(of))].filter(Boolean).sort();

function filters(go) {
  const choose = (name) => (value) => { chosen[name] = value; shown = SHOWN; draw(go); };
  const any = ["", t("training.any")];
  return h("div", { class: "filters" },
    chooser("by-language", t("training.language"), [any, ...Object.entries(LANGUAGES)], chosen.language, choose("language")),
    chooser("by-topic", t("training.topic"), [any, ...unique((one) => one.category).map((one) => [one, one])], chosen.topic, choose("topic")),
    chooser("by-origin", t("training.origin"), [any, ...unique((one) => one.origin).map((one) => [one, t(`training.origin.${one}`)])], chosen.origin, choose("origin")),
    h("label", {}, h("span", {}, t("training.words")), h("input", { type: "search", id: "by-words", maxlength: "100", value: chosen.words,
      oninput: (event) => { if (!event.isComposing) choose("words")(event.target.value.trim().toLowerCase()); } })));
}

const fits = (one) => (!chosen.language || one.language === chosen.language) && (!chosen.topic || one.category === chosen.topic)
  && (!chosen.origin || one.origin === chosen.origin) && (!chosen.words || one.title.toLowerCase().includes(chosen.words));

function draw(go) {
  const found = listed.filter(fits);
  const rows = found.slice(0, shown).map((one) => h("button", { type: "button", class: "drill-row", "data-drill": one.id, onclick: () => go({ view: "practise", drill: one.id }) },
    h("span", { class: `mark ${one.last}`, role: "img", "aria-label": t(`training.last.${one.last}`) }, { passed: "✓", failed: "✗", open: "·" }[one.last]),
    h("span", { class: "name" }, h("b", { lang: one.language === "yue" ? "zh-Hant" : one.language }, one.title), h("span", { class: "chips" }, ...labels(one))),
    h("span", { class: "times" }, one.done ? t("training.done", { n: one.done, best: one.best }) : one.turns > 1 ? t("training.turns", { n: one.turns }) : "")));
  byId("drill-rows").replaceChildren(...(rows.length ? rows : [empty(t("training.none"), t("training.none.body"))]),
    ...(found.length > shown ? [h("button", { type: "button", class: "plain more", onclick: () => { shown += SHOWN; draw(go); } }, t("training.more", { n: found.length - shown }))] : []));
}

async function next(element, go) {
  const asked = { language: chosen.language, topic: chosen.topic, origin: chosen.origin };
  const words = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
  try {
    const { drill } = await get(`/api/v1/training/next?${words}`);
    if (drill) go({ view: "practise", drill: drill.id });
    else byId("drill-rows").replaceChildren(empty(t("training.none"), t("training.none.body")));
  } catch (error) {
    element.prepend(failed(error));
  }
}

// ---- doing ----------------------------------------------------------------------------------------------------------------

/** place.course: of whose list the drill was taken, '' where it is repeated for none; undefined where the drill was chosen here. */
async function begin(element, place, go) {
  const id = place.drill;
  const again = () => begin(element, place, go);
  const due = place.course !== undefined;
  const leave = () => go({ view: due ? "courses" : "practise" });
  element.replaceChildren(loading());
  try {
    const { drill } = await get(`/api/v1/training/drill?${new URLSearchParams({ id })}`);
    const turn = async (number) => (await get(`/api/v1/training/turn?${new URLSearchParams({ id, number })}`)).message;
    const submit = (replies) => post("/api/v1/training/attempts", { drill: id, replies, lang: boot.lang, course: Number(place.course) || null });
    const onward = due ? h("button", { type: "button", class: "strong", id: "next-due", onclick: () => nextDue(element, go) }, t("courses.next_due"))
      : h("button", { type: "button", class: "strong", id: "next", onclick: () => next(element, go) }, t("training.next"));
    const back = h("button", { type: "button", class: "plain", onclick: leave }, t(due ? "courses.back" : "training.choose"));
    runDrill(element, { drill, turn, submit, leave, scored: (result) => scoreCard(result, { again, acts: [back, onward] }) });
  } catch (error) {
    element.replaceChildren(error.status === 404 ? empty(t("training.gone"), t("training.gone.body"), h("button", { type: "button", class: "plain", onclick: leave }, t("training.back"))) : failed(error, again));
  }
}

/** What the plan asks for next; the list of courses where it asks for nothing. */
async function nextDue(element, go) {
  try {
    const task = (await get("/api/v1/training/plan")).tasks.find((one) => one.now);
    go(task ? { view: "practise", drill: task.drill, course: task.course ?? "" } : { view: "courses" });
  } catch (error) {
    element.prepend(failed(error));
  }
}
