// The lead's page: a period, its figures, and what was left unanswered. Every text is written with textContent.

import { boot, byId, h, t } from "./dom.js";
import { get } from "./http.js";
import { whenAttached } from "./shell.js";

const state = { from: "", until: "", channel: "", data: null, error: "" };
let asking = null;

const number = (value) => value.toLocaleString(boot.locale);
const share = (part, whole) => (whole ? `${Math.round((100 * part) / whole)}%` : "–");
const duration = (seconds) => {
  if (seconds === null) return "–";
  return seconds < 90 ? t("insights.seconds", { n: Math.round(seconds) }) : t("insights.minutes", { n: (seconds / 60).toFixed(1) });
};

async function load() {
  asking?.abort();
  const mine = (asking = new AbortController());
  const query = new URLSearchParams({ lang: boot.lang });
  for (const [name, value] of Object.entries({ from: state.from, until: state.until, channel: state.channel })) if (value) query.set(name, value);
  byId("insights-page").setAttribute("aria-busy", "true");
  try {
    state.data = await get(`/api/v1/insights/summary?${query}`, mine.signal);
    Object.assign(state, { from: state.data.from, until: state.data.until, error: "" });
  } catch (error) {
    if (error.name === "AbortError") return;
    state.error = error.message;
  }
  draw();
}

function draw() {
  const page = byId("insights-page");
  page.removeAttribute("aria-busy");
  page.replaceChildren(filters(), ...(state.error ? [failed()] : !state.data ? [] : state.data.figures.asks + repliesOf(state.data.figures) ? whole(state.data) : [empty()]));
}

const repliesOf = (figures) => figures.copied + figures.sent;

function filters() {
  const day = (name) => h("label", {}, h("span", {}, t(`insights.${name}`)),
    h("input", { type: "date", value: state[name], min: "2000-01-01", max: "2100-12-31", "data-day": name, onchange: (event) => { state[name] = event.target.value; load(); } }));
  const channels = h("select", { "data-channel": "", onchange: (event) => { state.channel = event.target.value; load(); } },
    h("option", { value: "" }, t("insights.all_channels")),
    ...boot.channels.map((one) => h("option", { value: one.id, selected: one.id === state.channel }, one.name)));
  const query = new URLSearchParams(Object.entries({ from: state.from, until: state.until, channel: state.channel }).filter(([, value]) => value));
  return h("div", { class: "filters" }, day("from"), day("until"), h("label", {}, h("span", {}, t("channel")), channels),
    h("span", { class: "spring" }), h("a", { class: "plain", href: `/api/v1/insights/days.csv?${query}`, download: "" }, t("insights.export")));
}

const failed = () => h("div", { class: "banner failed", role: "alert" }, h("b", {}, t("error.title")), h("p", {}, state.error),
  h("button", { class: "retry", onclick: load }, t("retry")));
const empty = () => h("div", { class: "nothing" }, h("h2", {}, t("insights.empty")), h("p", {}, t("insights.empty.body")));

function whole({ figures, titles, channels }) {
  const replies = repliesOf(figures);
  const tile = (name, value, note) => h("div", { class: "tile", "data-tile": name }, h("span", {}, t(`insights.${name}`)), h("b", {}, value), h("small", {}, note ?? ""));
  return [
    h("div", { class: "tiles" },
      tile("asks", number(figures.asks), t("insights.discarded", { n: number(figures.discarded) })),
      tile("abstained", share(figures.abstained, figures.asks), t("insights.of", { n: number(figures.abstained), all: number(figures.asks) })),
      tile("replies", number(replies), t("insights.sent", { sent: number(figures.sent), copied: number(figures.copied) })),
      tile("as_drafted", share(figures.as_drafted, figures.as_drafted + figures.edited), t("insights.edited", { n: number(figures.edited) })),
      tile("time", duration(figures.median_s), t("insights.p90", { time: duration(figures.p90_s) })),
      tile("feedback", `${number(figures.right)} / ${number(figures.wrong)} / ${number(figures.missing)}`, t("insights.verdicts"))),
    h("section", { class: "panel" }, h("h2", {}, t("insights.days")), chart(figures.days)),
    h("div", { class: "halves" },
      h("section", { class: "panel" }, h("h2", {}, t("insights.channels")), channelTable(figures.channels, channels)),
      h("section", { class: "panel" }, h("h2", {}, t("insights.articles")), articleBars(figures.articles, titles))),
    h("section", { class: "panel" }, h("h2", {}, t("insights.unanswered")), unanswered(figures.unanswered)),
  ];
}

/** Bars from zero: questions, the abstained part of them darker; every bar says its figures. */
function chart(days) {
  const most = Math.max(1, ...days.map((day) => day.asks));
  const every = Math.ceil(days.length / 10);
  const svg = (tag, attributes, ...children) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    element.append(...children);
    return element;
  };
  const [width, height, left, foot] = [900, 220, 34, 24];
  const step = (width - left) / days.length;
  const bar = Math.min(38, step * 0.7);
  const y = (value) => height - foot - (value / most) * (height - foot - 12);
  const lines = [0, most / 2, most].filter((value) => Number.isInteger(value)).flatMap((value) => [
    svg("line", { x1: left, x2: width, y1: y(value), y2: y(value), class: "grid" }), svg("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, number(value))]);
  const bars = days.flatMap((day, index) => {
    const x = left + index * step + (step - bar) / 2;
    const label = t("insights.day", { date: day.date, asks: number(day.asks), abstained: number(day.abstained), replies: number(day.replies) });
    const group = svg("g", {}, svg("title", {}, label),
      svg("rect", { x, y: y(day.asks), width: bar, height: Math.max(0, height - foot - y(day.asks)), class: "asked" }),
      svg("rect", { x, y: y(day.abstained), width: bar, height: Math.max(0, height - foot - y(day.abstained)), class: "abstained" }));
    return index % every ? [group] : [group, svg("text", { x: x + bar / 2, y: height - 6, "text-anchor": "middle" }, day.date.slice(5))];
  });
  return h("div", { class: "chart" }, h("p", { class: "legend" }, h("i", { class: "asked" }), t("insights.asks"), h("i", { class: "abstained" }), t("insights.abstained")),
    svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("insights.days") }, ...lines, ...bars));
}

function channelTable(lines, names) {
  const head = ["channel", "asks", "replies", "median", "p90_short", "within"].map((key) => h("th", { scope: "col" }, t(key === "channel" ? key : `insights.${key}`)));
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...lines.map((line) => h("tr", {},
    h("th", { scope: "row" }, names[line.channel] ?? (line.channel || t("insights.no_channel"))), h("td", {}, number(line.asks)), h("td", {}, number(line.replies)),
    h("td", {}, duration(line.median_s)), h("td", {}, duration(line.p90_s)),
    h("td", {}, line.within === null ? "–" : `${Math.round(100 * line.within)}% ≤ ${duration(line.target_s)}`))))));
}

function articleBars(articles, titles) {
  const most = Math.max(1, ...articles.map(([, count]) => count));
  if (!articles.length) return h("p", { class: "soft" }, t("insights.no_articles"));
  return h("ul", { class: "bars" }, ...articles.map(([id, count]) => {
    const fill = h("i", {});
    fill.style.width = `${(100 * count) / most}%`;
    return h("li", { title: id }, h("span", {}, titles[id] ?? id), h("b", {}, number(count)), h("div", { class: "track" }, fill));
  }));
}

function unanswered(rows) {
  if (!rows.length) return h("p", { class: "soft" }, t("insights.none_unanswered"));
  const when = (at) => new Date(at).toLocaleString(boot.locale, { dateStyle: "short", timeStyle: "short" });
  return h("ul", { class: "questions" }, ...rows.map(([at, question]) => h("li", {}, h("time", { datetime: at }, when(at)), h("span", {}, question))));
}

whenAttached(["topbar", "insights"], () => {
  draw();
  load().then(() => document.body.classList.add("ready"));
});
