// Courses: for a trainee what is due now and how far one is; for a trainer also building, assigning, and where everybody is.

import { boot, h, t } from "./dom.js";
import { get, post } from "./http.js";
import { toast } from "./shell.js";
import { empty, failed, loading, when } from "./training-parts.js";

const SHOWN = 8; // tasks listed at once
const day = (date) => new Date(`${date}T12:00:00`).toLocaleDateString(boot.locale);

export async function showCourses(element, { place, go, lead }) {
  element.replaceChildren(loading());
  const again = () => showCourses(element, { place, go, lead });
  try {
    const [mine, all] = await Promise.all([get("/api/v1/training/plan"), lead ? get("/api/v1/training/courses") : null]);
    if (place.new !== undefined && all) return element.replaceChildren(building(all, () => go({ view: "courses" })));
    const own = mine.courses.length > 0 || !lead ? [due(mine.tasks, go), courses(mine)] : [];
    element.replaceChildren(...(all ? [team(all, go, again)] : []), ...own);
  } catch (error) {
    element.replaceChildren(failed(error, again));
  }
}

// ---- one's own --------------------------------------------------------------------------------------------------------------

function due(tasks, go) {
  const now = tasks.filter((one) => one.now);
  const later = tasks.filter((one) => !one.now);
  const open = (one) => go({ view: "practise", drill: one.drill, course: one.course ?? "" });
  const row = (one) => h("button", { type: "button", class: "drill-row", "data-task": one.drill, onclick: () => open(one) },
    h("span", { class: `mark ${{ failed: "failed", review: "warned", new: "" }[one.why]}`, "aria-hidden": "true" }, { failed: "✗", review: "↻", new: "·" }[one.why]),
    h("span", { class: "name" }, h("b", {}, one.title), h("span", { class: "chips" }, one.topic && h("span", { class: "chip" }, one.topic), h("span", { class: "soft" }, t(`courses.why.${one.why}`)))),
    h("span", { class: "times" }, one.now ? "" : t("courses.later", { when: when(one.due) })));
  const rest = now.slice(SHOWN);
  const more = rest.length > 0 && h("button", { type: "button", class: "plain more", onclick: () => more.replaceWith(...rest.map(row)) }, t("training.more", { n: rest.length }));
  return h("section", { class: "panel", id: "due" }, h("div", { class: "intro" }, h("div", {}, h("h2", {}, t("courses.due")), h("p", { class: "soft" }, t("courses.due.body"))),
    now.length > 0 && h("button", { type: "button", class: "strong", id: "begin-due", onclick: () => open(now[0]) }, t("courses.next", { title: now[0].title }))),
  ...(now.length ? now.slice(0, SHOWN).map(row) : [empty(t("courses.nothing_due"), t("courses.nothing_due.body"))]), more, ...later.slice(0, SHOWN).map(row));
}

const courses = (mine) => h("section", { class: "panel", id: "my-courses" }, h("h2", {}, t("courses.mine")),
  ...(mine.courses.length ? mine.courses.map((one) => h("article", { class: "course", "data-course": one.course }, h("div", { class: "row" }, h("b", {}, one.title), state(one), h("span", { class: "spring" }),
    h("span", { class: "soft" }, one.due ? t("courses.until", { date: day(one.due) }) : t("courses.no_due"))), bar(one.passed, one.number),
  h("p", { class: "soft" }, [t("courses.of", one), t("courses.mark", { n: one.pass_mark }), one.certifies.length > 0 && t("courses.certifies")].filter(Boolean).join(" · ")), parts(one.topics))) : [empty(t("courses.none"), t("courses.none.body"))]));

const state = (one) => h("b", { class: `standing ${one.state}` }, t(`courses.state.${one.state}`));
const parts = (topics) => h("span", { class: "chips" }, ...topics.map((part) => h("span", { class: `chip ${part.passed >= part.quota ? "met" : ""}` }, `${part.topic} ${part.passed}/${part.quota}`)));

function bar(part, number) {
  const fill = h("i", {});
  fill.style.width = `${number ? (100 * part) / number : 0}%`;
  return h("span", { class: "bar", role: "img", "aria-label": t("courses.of", { passed: part, number }) }, fill);
}

// ---- a trainer's ------------------------------------------------------------------------------------------------------------

const team = (all, go, again) => h("section", { class: "panel", id: "all-courses" }, h("div", { class: "row" }, h("h2", {}, t("courses.all")), h("span", { class: "spring" }),
  h("button", { type: "button", class: "strong", id: "new-course", onclick: () => go({ view: "courses", new: "1" }) }, t("courses.new"))),
...(all.courses.length ? all.courses.map((one) => course(one, all, again, go)) : [empty(t("courses.empty"), t("courses.empty.body"))]));

function course(one, all, again, go) {
  const done = one.people.filter((each) => each.state === "passed").length;
  const late = one.people.filter((each) => each.state === "overdue").length;
  const trouble = h("div", {});
  const act = (path, body, said) => save(trouble, () => post(`/api/v1/training/courses/${one.id}/${path}`, body), said, again);
  return h("details", { class: "course", "data-course": one.id, open: one.people.length > 0 && all.courses.length < 4 },
    h("summary", {}, h("b", {}, one.title), h("span", { class: "soft" }, [one.due ? t("courses.until", { date: day(one.due) }) : t("courses.no_due"), t("courses.mark", { n: one.pass_mark })].join(" · ")),
      one.certifies.length > 0 && h("span", { class: "chip met" }, t("courses.certifies")), h("span", { class: "spring" }), late > 0 && h("b", { class: "standing overdue" }, `${t("courses.state.overdue")} ${late}`),
      h("b", { class: "standing passed" }, `${t("courses.state.passed")} ${done}/${one.people.length}`)),
    h("span", { class: "chips" }, ...one.topics.map((topic) => h("span", { class: "chip" }, topic))),
    one.people.length ? people(one.people, (person) => go({ view: "progress", course: one.id, person })) : h("p", { class: "soft" }, t("courses.nobody")), h("div", { class: "row takers" }, h("span", { class: "soft" }, t("courses.takers")), ...one.takers.map((each) => h("span", { class: "chip taker" }, each.name,
      h("button", { type: "button", "aria-label": `${t("courses.take_back")}: ${each.name}`, title: t("courses.take_back"), onclick: () => act("without", { kind: each.kind, name: each.name }, "courses.saved") }, "×"))),
    h("label", { class: "due-day" }, h("span", {}, t("courses.due_day")), h("input", { type: "date", value: one.due ?? "", min: "2000-01-01", max: "2100-12-31", onchange: (event) => act("due", { due: event.target.value || null }, "courses.saved") }))),
    h("details", { class: "fold" }, h("summary", {}, t("courses.add")), adding(all, (chosen) => act("takers", chosen, "courses.saved"))),
    h("details", { class: "fold" }, h("summary", {}, t("courses.close")), h("p", { class: "soft" }, t("courses.close.sure")), h("button", { type: "button", class: "plain", onclick: () => act("close", {}, "courses.closed") }, t("courses.close"))), trouble);
}

/** open(person): how one of them gets on. */
function people(rows, open) {
  const order = ["overdue", "running", "open", "passed"];
  const head = ["person", "state", "done", "topics", "attempts", "last"].map((key, index) => h("th", { scope: "col", class: index < 4 ? "left" : null }, t(`courses.col.${key}`)));
  const sorted = [...rows].sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state) || one.passed - other.passed);
  return h("div", { class: "scroll" }, h("table", { class: "where" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...sorted.map((one) => h("tr", { "data-person": one.person }, h("th", { scope: "row", class: "left" }, h("button", { type: "button", class: "link", onclick: () => open(one.person) }, one.person)), h("td", { class: "left" }, state(one)),
    h("td", { class: "left" }, bar(one.passed, one.number), ` ${one.passed}/${one.number}`), h("td", { class: "left" }, parts(one.topics)), h("td", {}, String(one.attempts)), h("td", {}, one.last ? when(one.last) : "–"))))));
}

function adding(all, send) {
  const chosen = picks(all);
  return h("form", { class: "stack", onsubmit: (event) => { event.preventDefault(); send(chosen.values()); } }, ...chosen.fields, h("button", { class: "plain" }, t("courses.assign")));
}

/** Boxes for people and groups; values(): what is ticked. */
function picks(all) {
  const boxes = { people: all.people.map((one) => tick(one.name, one.display && one.display !== one.name ? `${one.name} · ${one.display}` : one.name)), groups: all.groups.map((name) => tick(name, name)) };
  const fields = Object.entries(boxes).filter(([, list]) => list.length).map(([key, list]) => h("fieldset", {}, h("legend", {}, t(`courses.${key}`)), h("div", { class: "ticks" }, ...list.map((one) => one.label))));
  return { fields, values: () => Object.fromEntries(Object.entries(boxes).map(([key, list]) => [key, ticked(list)])) };
}

function tick(value, name, changed = null) {
  const box = h("input", { type: "checkbox", value, onchange: changed });
  return { box, label: h("label", { class: "tick" }, box, h("span", {}, name)) };
}

const ticked = (list) => list.filter((one) => one.box.checked).map((one) => one.box.value);

function building(all, leave) {
  const topics = all.topics.map((one) => tick(one.topic, t("courses.drills_of", { topic: one.topic, n: one.drills }), () => suggest()));
  const chosen = picks(all);
  const title = h("input", { id: "course-title", maxlength: "200", required: true });
  const number = h("input", { type: "number", id: "course-number", min: "1", max: "500", value: "5", required: true });
  const mark = h("input", { type: "number", id: "course-mark", min: "0", max: "100", value: "80", required: true });
  const until = h("input", { type: "date", id: "course-due", min: all.today, max: "2100-12-31" });
  const certifies = h("input", { type: "checkbox", id: "course-certifies" });
  const months = h("input", { type: "number", id: "course-months", min: "1", max: "60", value: "6", required: true });
  const trouble = h("div", {});
  const field = (key, input) => h("label", {}, h("span", {}, t(`courses.${key}`)), input);

  function suggest() {
    const names = ticked(topics);
    const most = all.topics.filter((one) => names.includes(one.topic)).reduce((sum, one) => sum + one.drills, 0);
    number.max = String(most || 500);
    number.min = String(names.length || 1);
    if (Number(number.value) > Number(number.max)) number.value = number.max;
    if (Number(number.value) < Number(number.min)) number.value = number.min;
  }

  const send = (event) => {
    event.preventDefault();
    const body = { title: title.value, topics: ticked(topics), number: Number(number.value), pass_mark: Number(mark.value), due: until.value || null, certifies: certifies.checked, months: Number(months.value), ...chosen.values() };
    save(trouble, () => post("/api/v1/training/courses", body), "courses.built", leave);
  };
  return h("form", { class: "panel stack", id: "build-course", onsubmit: send }, h("div", { class: "row" }, h("button", { type: "button", class: "ghost", onclick: leave }, t("training.back")), h("h2", { class: "title" }, t("courses.new"))), field("title", title),
    h("fieldset", {}, h("legend", {}, t("courses.topics")), topics.length ? h("div", { class: "ticks" }, ...topics.map((one) => one.label)) : h("p", { class: "soft" }, t("courses.topics.none"))),
    h("div", { class: "filters" }, field("number", number), field("pass_mark", mark), field("due_day", until)),
    h("div", { class: "filters" }, h("label", { class: "tick" }, certifies, h("span", {}, t("courses.certify"))), field("months", months)), ...chosen.fields, trouble,
    h("div", { class: "row acts" }, h("span", { class: "spring" }), h("button", { class: "strong", disabled: !topics.length }, t("courses.build"))));
}

async function save(trouble, send, said, done) {
  try {
    await send();
    toast(t(said));
    done();
  } catch (error) {
    trouble.replaceChildren(failed(error));
  }
}
