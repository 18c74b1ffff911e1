// The lead's page: one period and its filters, a view each for volume, speed, drafts, questions, articles and the coming peak.
// What is looked at stands in the address, so that it can be kept and sent.

import { boot, byId, h, t } from "./dom.js";
import { get } from "./http.js";
import { forecast } from "./insights-forecast.js";
import { categoryName, empty, failed, languageName, loading } from "./insights-parts.js";
import { questions } from "./insights-questions.js";
import { articles, drafts, overview, speed } from "./insights-views.js";
import { whenAttached } from "./shell.js";

const API = "/api/v1/insights";
const LANGUAGES = ["zh-Hant", "zh-Hans", "yue", "en"];
const FILTERS = ["from", "until", "channel", "language", "category"];
const PEAK = ["coming_from", "coming_until", "reference_from", "reference_until", "expected"];
const VIEWS = { overview, speed, drafts, questions, articles, forecast };

const state = { place: {}, figures: null, questions: null };
let asking = null;

// ---- the address ----------------------------------------------------------------------------------------------------------

const read = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const view = () => (state.place.view in VIEWS ? state.place.view : "overview");

/** Everything goes through the address: going back in the browser goes back here. */
function go(change) {
  const next = Object.fromEntries(Object.entries({ ...state.place, ...change }).filter(([, value]) => value !== null && value !== undefined));
  const hash = `#${new URLSearchParams(next)}`;
  if (hash === (location.hash || "#")) arrive();
  else location.hash = hash;
}

function chosen(names) {
  return Object.fromEntries(names.filter((name) => state.place[name] !== undefined && (state.place[name] !== "" || name === "channel")).map((name) => [name, state.place[name]]));
}

const query = () => new URLSearchParams(chosen(FILTERS));
/** The address of a table as a file, with what is looked at now. */
const csv = (name) => `${API}/tables/${name}.csv?${query()}`;

function arrive() {
  const before = state.place;
  state.place = read();
  if (FILTERS.some((name) => before[name] !== state.place[name])) state.figures = state.questions = null;
  load();
}

// ---- what is shown --------------------------------------------------------------------------------------------------------

async function load() {
  asking?.abort();
  const mine = (asking = new AbortController());
  const still = () => asking === mine && !mine.signal.aborted;
  draw(loading(t(view() === "questions" ? "insights.loading_questions" : "insights.loading")));
  try {
    state.figures ??= await get(`${API}/figures?${query()}&lang=${boot.lang}`, mine.signal);
    if (!still()) return;
    if (view() === "forecast") {
      draw();
      await forecast(byId("insights-view"), chosen(["channel", "language", "category"]), { ...Object.fromEntries(PEAK.map((name) => [name, ""])), ...chosen(PEAK) }, (values) => go(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value || null]))), still);
    } else if (view() === "questions" && state.figures.overview.asks) {
      state.questions ??= await get(`${API}/questions?${query()}`, mine.signal);
      if (still()) draw(...questions(state.questions, csv));
    } else {
      const { overview: { asks, replies } } = state.figures;
      draw(...(asks + replies ? VIEWS[view()](state.figures, csv) : [empty()]));
    }
  } catch (error) {
    if (error.name !== "AbortError" && still()) draw(failed(error, load));
  }
}

function draw(...content) {
  const page = byId("insights-page");
  const waiting = content.some((one) => one.classList?.contains("waiting"));
  if (waiting && byId("insights-view") && state.figures === null && byId("insights-view").childElementCount && !byId("insights-view").querySelector(".waiting, .banner, .nothing")) {
    page.setAttribute("aria-busy", "true"); // what stands there stays until the next figures are known
    return;
  }
  page.removeAttribute("aria-busy");
  const scrolled = page.querySelector(".views")?.scrollLeft ?? 0;
  page.replaceChildren(...[boot.demonstration && banner(), filters(), tabs(), h("div", { class: "view", id: "insights-view", "data-view": view() }, ...content)].filter(Boolean));
  page.querySelector(".views").scrollLeft = scrolled;
}

const banner = () => h("div", { class: "banner demonstration", role: "note" }, h("b", {}, t("demonstration")), h("p", {}, t("demonstration.title")));

const tabs = () => h("nav", { class: "views", "aria-label": t("face.insights") }, ...Object.keys(VIEWS).map((name) =>
  h("button", { type: "button", "data-view": name, "aria-current": name === view() ? "page" : null, onclick: () => go({ view: name }) }, t(`insights.view.${name}`))));

function filters() {
  const known = state.figures;
  const period = (name) => h("label", {}, h("span", {}, t(`insights.${name}`)), h("input", {
    type: "date", value: state.place[name] ?? known?.[name] ?? "", min: "2000-01-01", max: "2100-12-31", "data-filter": name, onchange: (event) => go({ [name]: event.target.value || null }) }));
  const channels = Object.entries(known?.channels ?? Object.fromEntries(boot.channels.map((one) => [one.id, one.name])));
  return h("div", { class: "filters" },
    ...(view() === "forecast" ? [] : [period("from"), period("until")]),
    select("channel", t("channel"), [["", t("insights.no_channel")], ...channels]),
    select("language", t("insights.language"), LANGUAGES.map((lang) => [lang, languageName(lang)])),
    select("category", t("insights.category"), (known?.categories ?? []).map((one) => [one, categoryName(one)]), t("insights.category_title")));
}

/** options: [value, name]; '' is a value like any other here, and the first option stands for no choice. */
function select(name, title, options, hint = "") {
  const at = state.place[name];
  const every = at === undefined || options.some(([value]) => value === at) ? options : [...options, [at, at]];
  return h("label", { title: hint || null }, h("span", {}, title), h("select", { "data-filter": name, onchange: (event) => go({ [name]: event.target.selectedIndex ? every[event.target.selectedIndex - 1][0] : null }) },
    h("option", { selected: at === undefined }, t("insights.all")), ...every.map(([value, words]) => h("option", { value, selected: value === at }, words))));
}

whenAttached(["topbar", "insights"], () => {
  addEventListener("hashchange", arrive);
  state.place = read();
  load().then(() => document.body.classList.add("ready"));
});
