// How practice goes: one's own, and for a trainer anybody's; over time, by topic and person, what is missed most, who is ready.

import { boot, h, t } from "./dom.js";
import { Problem, get } from "./http.js";
import { readinessTable } from "./training-certificates.js";
import { axisEnd, dayChart } from "./training-charts.js";
import { chooser, empty, failed, loading, when } from "./training-parts.js";

const percent = (share) => `${Math.round(100 * share)}%`;
const FILTERS = ["person", "group", "course", "topic", "from", "until"];

export async function showProgress(element, { place, go }) {
  element.replaceChildren(loading());
  const asked = Object.fromEntries(FILTERS.filter((name) => place[name]).map((name) => [name, place[name]]));
  try {
    const found = await get(`/api/v1/training/progress?${new URLSearchParams(asked)}`);
    element.replaceChildren(filters(found, asked, go), ...(found.all ? whole(found, (to) => go({ view: "progress", ...asked, ...to }), go) : [h("section", { class: "panel" }, empty(t("progress.nothing"), t("progress.nothing.body")))]));
  } catch (error) {
    element.replaceChildren(failed(error, () => showProgress(element, { place, go })));
  }
}

// ---- what it is about -------------------------------------------------------------------------------------------------------

function filters(found, asked, go) {
  const choose = (name) => (value) => go(Object.fromEntries(Object.entries({ view: "progress", ...asked, ...(name === "person" && value ? { group: "" } : name === "group" && value ? { person: "" } : {}), [name]: value }).filter(([, one]) => one)));
  const any = ["", t("progress.any")];
  const day = (name, label) => h("label", {}, h("span", {}, label), h("input", { type: "date", id: `progress-${name}`, value: found[name], min: "2000-01-01", max: "2100-12-31", onchange: (event) => choose(name)(event.target.value) }));
  const query = new URLSearchParams(asked);
  return h("section", { class: "panel" }, h("div", { class: "row" }, h("h2", {}, t(found.lead ? "training.team" : "training.mine")), h("span", { class: "spring" }), ...(found.lead && found.all ? exports(query) : [])),
    h("div", { class: "filters" },
      found.lead && chooser("progress-person", t("progress.person"), [["", t("progress.everybody")], ...unique([...found.names, found.person]).map((name) => [name, name])], found.person, choose("person")),
      found.lead && found.groups.length > 0 && chooser("progress-group", t("progress.group"), [any, ...found.groups.map((name) => [name, name])], found.group, choose("group")),
      found.courses.length > 0 && chooser("progress-course", t("progress.course"), [any, ...found.courses.map((one) => [String(one.id), one.title])], String(found.course ?? ""), choose("course")),
      chooser("progress-topic", t("progress.topic"), [any, ...unique([...found.all_topics, found.topic]).map((name) => [name, name])], found.topic, choose("topic")),
      day("from", t("progress.from")), day("until", t("progress.to"))));
}

const unique = (names) => [...new Set(names.filter(Boolean))];

function exports(query) {
  const trouble = h("div", { class: "trouble" });
  const table = (name) => `/api/v1/training/progress.csv?${new URLSearchParams([...query, ["table", name]])}`;
  return [h("details", { class: "menu" }, h("summary", { class: "plain" }, t("progress.csv")), h("div", { class: "menu-list" },
    ...[["attempts", "progress.attempts"], ["people", "progress.by_person"], ["topics", "progress.by_topic"], ["facts", "progress.weakest"], ["ready", "progress.readiness"]].map(([name, key]) =>
      h("a", { href: table(name), download: "" }, t(key))))),
  h("button", { type: "button", class: "plain", id: "export-pdf", onclick: (event) => paper(query, event.target, trouble) }, t("progress.pdf")), trouble];
}

/** Fetched first: a machine without a font says so here rather than in a file. */
async function paper(query, button, trouble) {
  button.disabled = true;
  trouble.replaceChildren();
  try {
    const response = await fetch(`/api/v1/training/progress.pdf?${new URLSearchParams([...query, ["lang", boot.lang]])}`, { credentials: "same-origin" });
    if (!response.ok) throw new Problem((await response.json().catch(() => null))?.detail ?? t("error.server"), response.status);
    const address = URL.createObjectURL(await response.blob());
    h("a", { href: address, download: "youju-practice.pdf" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  } catch (error) {
    trouble.replaceChildren(h("div", { class: "banner bad", role: "alert" }, h("b", {}, t("progress.pdf.failed")), error instanceof Problem ? error.message : t("error.network")));
  } finally {
    button.disabled = false;
  }
}

// ---- what it says -----------------------------------------------------------------------------------------------------------

/** narrow({topic} or {person}): the same report on less. */
function whole(found, narrow, go) {
  const tile = (key, value) => h("div", { class: "tile" }, h("span", {}, t(`progress.${key}`)), h("b", {}, value));
  const label = (day, value) => t("progress.day", { date: day.name, value, n: day.attempts });
  const slowest = axisEnd(Math.max(...found.days.map((day) => day.median_s)));
  return [
    h("div", { class: "tiles", id: "progress-tiles" }, tile("attempts", String(found.all.attempts)), tile("mean", String(Math.round(found.all.mean))), tile("passes", percent(found.all.passes)),
      tile("median", `${Math.round(found.all.median_s)} ${t("progress.seconds")}`)),
    h("div", { class: "halves even" },
      h("section", { class: "panel" }, dayChart({ title: t("progress.scores"), most: 100, mark: { value: found.pass_mark, label: t("progress.mark", { n: found.pass_mark }) },
        days: found.days.map((day) => ({ date: day.name, value: day.mean, label: label(day, Math.round(day.mean)) })),
        dots: found.attempts.map((one) => ({ at: shownAt(one), value: one.score, good: one.passed, open: () => go({ view: "history", attempt: one.id }),
          label: t("progress.dot", { title: one.title, score: one.score, by: one.by, when: when(one.at) }) })) })),
      h("section", { class: "panel" }, dayChart({ title: t("progress.times"), most: slowest, unit: t("progress.seconds"),
        days: found.days.map((day) => ({ date: day.name, value: day.median_s, label: label(day, `${Math.round(day.median_s)} ${t("progress.seconds")}`) })) }))),
    h("section", { class: "panel", id: "weakest" }, h("h2", {}, t("progress.weakest")), ...weakest(found.facts)),
    h("div", { class: "halves even" },
      h("section", { class: "panel", id: "by-topics" }, h("h2", {}, t("progress.by_topic")), table(found.topics, "topic", (topic) => narrow({ topic }))),
      found.lead && h("section", { class: "panel", id: "by-people" }, h("h2", {}, t("progress.by_person")), table(found.people, "person", (person) => narrow({ person })))),
    h("section", { class: "panel", id: "readiness" }, h("h2", {}, t("progress.readiness")), h("p", { class: "soft" }, t("certificates.rule", { n: found.passes })), found.ready.length ? readinessTable(found.ready, found.passes) : h("p", { class: "soft" }, t("certificates.none"))),
  ];
}

/** Where a dot stands: at its moment, by the clock of whoever looks. */
const shownAt = (one) => { const at = new Date(one.at); return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate(), at.getHours(), at.getMinutes()); };

function weakest(facts) {
  if (!facts.length) return [h("p", { class: "soft" }, t("progress.weakest.none"))];
  return [h("p", { class: "soft" }, t("progress.weakest.body")), h("ol", { class: "facts" }, ...facts.slice(0, 10).map((one) => h("li", {},
    h("div", { class: "row" }, h("b", {}, one.fact), one.topic && h("span", { class: "chip" }, one.topic), h("span", { class: "spring" }), h("span", { class: "missed" }, t("progress.missed_of", { n: one.missed, all: one.asked }))),
    one.quote && h("blockquote", {}, one.quote, h("small", {}, one.where)))))];
}

function table(lines, kind, open) {
  const head = [kind, "attempts", "mean", "passes", "median", "last"].map((key, index) => h("th", { scope: "col", class: index ? null : "left" }, t(`progress.${key}`)));
  const rows = lines.map((one) => h("tr", {}, h("th", { scope: "row", class: "left" }, one.name ? h("button", { type: "button", class: "link", onclick: () => open(one.name) }, one.name) : t("progress.no_topic")),
    h("td", {}, String(one.attempts)), h("td", {}, String(Math.round(one.mean))), h("td", {}, percent(one.passes)), h("td", {}, `${Math.round(one.median_s)} ${t("progress.seconds")}`), h("td", {}, when(one.last))));
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)));
}
