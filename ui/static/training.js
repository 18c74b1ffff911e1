// The training page: one message at a time, a clock, the reply, and each point of its score. Every text is written with textContent.

import { boot, byId, h, t } from "./dom.js";
import { get, post } from "./http.js";
import { whenAttached } from "./shell.js";

const LANGUAGES = [["", null], ["zh-Hant", "繁體中文"], ["zh-Hans", "简体中文"], ["yue", "粵語"], ["en", "English"]];
const PAUSE = 250; // ms without a key before the knowledge base is searched

const state = { lang: "", exercise: null, began: 0, took: 0, result: null, reply: "", progress: null, error: "", busy: false, empty: false };
let ticking = 0;
let searching = 0;

const seconds = () => Math.floor((performance.now() - state.began) / 1000);
const clock = (value) => `${Math.floor(value / 60)}:${String(value % 60).padStart(2, "0")}`;

async function attempt(action) {
  state.busy = true;
  state.error = "";
  try {
    await action();
  } catch (error) {
    state.error = error.message;
  }
  state.busy = false;
  draw();
}

const next = () => attempt(async () => {
  const { exercise } = await get(`/api/v1/training/exercise${state.lang ? `?lang=${state.lang}` : ""}`);
  Object.assign(state, { exercise, empty: exercise === null, result: null, reply: "", began: performance.now() });
  clearInterval(ticking);
  if (exercise) ticking = setInterval(tick, 1000);
});

const submit = () => attempt(async () => {
  const reply = byId("reply").value;
  state.reply = reply;
  if (!reply.trim()) return;
  state.took = seconds();
  state.result = await post("/api/v1/training/attempts", { exercise: state.exercise.id, reply, seconds: state.took, lang: boot.lang });
  clearInterval(ticking);
  state.progress = await get("/api/v1/training/progress");
});

function tick() {
  const element = byId("clock");
  if (!element) return;
  const passed = state.result ? state.took : seconds();
  element.textContent = clock(passed);
  element.classList.toggle("late", passed > state.exercise.target_s);
}

function draw() {
  const typed = byId("reply")?.value;
  if (typed !== undefined && !state.result && state.exercise) state.reply ||= typed;
  byId("training-page").replaceChildren(
    h("div", { class: "practice" }, head(), ...(state.error ? [failed()] : []), ...(state.empty ? [nothing()] : []), ...(state.exercise ? [message(), answer()] : [])),
    h("aside", {}, ...(state.result ? [scored(state.result)] : state.exercise ? [lookup()] : []), ...(state.progress ? [own(), ...(state.progress.lead ? [team()] : [])] : [])));
  if (state.exercise && !state.result) byId("reply").focus();
  tick();
}

function head() {
  const languages = h("select", { id: "exercise-language", onchange: (event) => { state.lang = event.target.value; next(); } },
    ...LANGUAGES.map(([value, name]) => h("option", { value, selected: value === state.lang }, name ?? t("training.any"))));
  return h("section", { class: "panel intro" }, h("div", {}, h("h2", {}, t("training.intro")), h("p", { class: "soft" }, t("training.intro.body"))),
    h("label", {}, h("span", {}, t("training.language")), languages),
    h("button", { class: state.exercise && !state.result ? "plain" : "strong", id: "next", onclick: next, disabled: state.busy }, t(state.exercise ? "training.next" : "training.start")));
}

const failed = () => h("div", { class: "banner failed", role: "alert" }, h("b", {}, t("error.title")), h("p", {}, state.error));
const nothing = () => h("section", { class: "panel nothing" }, t("training.none"));

function message() {
  const one = state.exercise;
  return h("section", { class: "panel" },
    h("div", { class: "row" }, h("h2", {}, t("training.customer")), h("span", { class: "spring" }),
      h("span", { class: "clock", id: "clock", role: "timer" }, clock(0)), h("small", {}, t("training.target", { n: one.target_s }))),
    ...one.history.map((turn) => h("p", { class: `bubble ${turn.role}` }, turn.text)), h("p", { class: "bubble customer" }, one.text));
}

function answer() {
  const box = h("textarea", { id: "reply", rows: "7", maxlength: "10000", readonly: Boolean(state.result), "aria-label": t("training.reply"),
    onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) submit(); } });
  box.value = state.reply;
  return h("section", { class: "panel" }, h("h2", {}, t("training.reply")), box,
    h("div", { class: "row acts" }, h("span", { class: "spring" }),
      state.result ? null : h("button", { class: "strong", id: "submit", onclick: submit, disabled: state.busy }, t("training.submit"))));
}

// ---- looking things up ------------------------------------------------------------------------------------------------

function lookup() {
  return h("section", { class: "panel" }, h("h2", {}, t("training.search")),
    h("input", { type: "search", id: "search", maxlength: "500", "aria-label": t("training.search"),
      oninput: (event) => { clearTimeout(searching); if (!event.isComposing) searching = setTimeout(() => look(event.target.value.trim()), PAUSE); } }),
    h("div", { class: "hits", id: "hits" }));
}

async function look(words) {
  const hits = byId("hits");
  if (!words) return void hits.replaceChildren();
  try {
    const found = await get(`/api/v1/search?${new URLSearchParams({ q: words, as_of: state.exercise.as_of, limit: "6" })}`);
    hits.replaceChildren(...found.hits.map((hit) => h("article", { class: "hit" }, h("b", {}, hit.title), h("small", {}, hit.section), h("p", {}, hit.text))));
  } catch (error) {
    hits.replaceChildren(h("p", { class: "soft", role: "alert" }, error.message));
  }
}

// ---- the score --------------------------------------------------------------------------------------------------------

function scored(result) {
  return h("section", { class: "panel score", id: "score" },
    h("div", { class: "row" }, h("b", { class: `verdict ${result.passed ? "good" : "bad"}` }, t(result.passed ? "training.passed" : "training.failed")),
      h("span", { class: "spring" }), h("span", { class: "number" }, t("training.score", { n: result.score }))),
    h("ul", { class: "points" }, ...result.points.map(point)),
    h("details", {}, h("summary", {}, t("training.reference")), h("p", { class: "reference" }, result.draft)));
}

function point(one) {
  return h("li", { class: one.passed ? "good" : "bad" }, h("i", { "aria-hidden": "true" }, one.passed ? "✓" : "✗"),
    h("div", {}, h("span", {}, t(`training.point.${one.kind}`, { detail: one.detail })),
      ...one.problems.map((text) => h("p", { class: "doubt" }, text)),
      one.quote ? h("blockquote", {}, one.quote, h("small", {}, one.where)) : null));
}

// ---- progress ---------------------------------------------------------------------------------------------------------

const percent = (share) => `${Math.round(100 * share)}%`;
const when = (at) => new Date(at).toLocaleString(boot.locale, { dateStyle: "short", timeStyle: "short" });

function own() {
  const mine = state.progress.mine;
  const line = mine ? [h("p", {}, `${t("training.attempts")} ${mine.attempts} · ${t("training.mean")} ${Math.round(mine.mean)} · ${t("training.passes")} ${percent(mine.passes)}`), sparks(mine.recent)]
    : [h("p", { class: "soft" }, t("training.no_attempts"))];
  return h("section", { class: "panel", id: "mine" }, h("h2", {}, t("training.mine")), ...line);
}

/** The latest scores as bars from zero. */
function sparks(scores) {
  return h("div", { class: "sparks", role: "img", "aria-label": scores.join(", ") }, ...scores.map((score) => {
    const bar = h("i", { title: String(score) });
    bar.style.height = `${Math.max(3, score)}%`;
    return bar;
  }));
}

function team() {
  const head = ["person", "attempts", "mean", "passes", "last"].map((key) => h("th", { scope: "col" }, t(`training.${key}`)));
  const rows = state.progress.team.map((one) => h("tr", {}, h("th", { scope: "row" }, one.name), h("td", {}, String(one.attempts)), h("td", {}, String(Math.round(one.mean))),
    h("td", {}, percent(one.passes)), h("td", {}, when(one.last))));
  return h("section", { class: "panel", id: "team" },
    h("div", { class: "row" }, h("h2", {}, t("training.team")), h("span", { class: "spring" }), h("a", { class: "plain", href: "/api/v1/training/progress.csv", download: "" }, t("training.export"))),
    rows.length ? h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows))) : h("p", { class: "soft" }, t("training.no_attempts")));
}

whenAttached(["topbar", "training"], () => {
  draw();
  attempt(async () => { state.progress = await get("/api/v1/training/progress"); }).then(() => document.body.classList.add("ready"));
});
