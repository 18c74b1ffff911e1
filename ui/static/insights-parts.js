// What every view of the lead's page shows: numbers in words, tiles, panels with a chart, its table and its file, and the states without figures.

import { boot, h, hasText, t } from "./dom.js";

export const number = (value) => value.toLocaleString(boot.locale);
export const percent = (part, whole) => (whole ? `${Math.round((100 * part) / whole)}%` : "–");
export const shareOf = (part, whole) => (whole ? t("insights.percent_of", { percent: percent(part, whole), n: number(part), all: number(whole) }) : "–");

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 90) return t("insights.seconds", { n: Math.round(seconds) });
  if (seconds < 3600) return t("insights.minutes", { n: short(seconds / 60) });
  return t("insights.hours", { n: short(seconds / 3600) });
}

/** At most one decimal, and none that says nothing. */
export const short = (value) => (Math.round(value * 10) / 10).toLocaleString(boot.locale, { maximumFractionDigits: 1 });

export const languageName = (lang) => (hasText(`insights.lang.${lang}`) ? t(`insights.lang.${lang}`) : lang || t("insights.lang.none"));
export const categoryName = (category) => category || t("insights.no_category");

export const tile = (name, title, value, note = "") => h("div", { class: "tile", "data-tile": name }, h("span", {}, title), h("b", {}, value), h("small", {}, note));
export const tiles = (...each) => h("div", { class: "tiles" }, ...each.filter(Boolean));

/** A titled box. csv: address of its table as a file. body: charts first, the table last. */
export function panel(name, title, { csv = "", note = "" } = {}, ...body) {
  return h("section", { class: "panel", "data-panel": name },
    h("div", { class: "panel-head" }, h("h2", {}, title), csv && h("a", { class: "csv", href: csv, download: "", title: t("insights.csv_title") }, t("insights.csv"))),
    note && h("p", { class: "note" }, note), ...body);
}

/** A chart with its numbers beside it, or below it where there is no room. */
export const beside = (chart, numbers) => h("div", { class: "beside-table" }, h("div", { class: "charts" }, chart), numbers);

/** head: [title, kind]; kind is "text" or "". rows: of cells, each a string or an element; the first is the row's name. */
export function table(head, rows, { least = "" } = {}) {
  if (!rows.length) return h("p", { class: "soft" }, t("insights.no_rows"));
  const cell = (value, index) => (index ? h("td", { class: head[index][1] || null }, value) : h("th", { scope: "row", class: head[0][1] || null }, value));
  return h("div", { class: "scroll", tabindex: "0" }, h("table", { class: least || null },
    h("thead", {}, h("tr", {}, ...head.map(([title, kind]) => h("th", { scope: "col", class: kind || null }, title)))),
    h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map(cell))))));
}

/** Bars in a list: [name, value, shown]. */
export function bars(rows) {
  const most = Math.max(1, ...rows.map(([, value]) => value));
  return h("ul", { class: "bars" }, ...rows.map(([name, value, shown]) => {
    const fill = h("i", {});
    fill.style.width = `${(100 * value) / most}%`;
    return h("li", {}, h("span", { title: name }, name), h("b", {}, shown ?? number(value)), h("div", { class: "track" }, fill));
  }));
}

export const loading = (text) => h("div", { class: "waiting", role: "status" }, h("div", { class: "bones", "aria-hidden": "true" }, ...Array.from({ length: 4 }, () => h("i", {}))), h("p", {}, text));
export const empty = () => h("div", { class: "nothing" }, h("h2", {}, t("insights.empty")), h("p", {}, t("insights.empty.body")));
export const failed = (error, again) => h("div", { class: "banner failed", role: "alert" }, h("b", {}, t("insights.failed")), h("p", {}, error.status === 422 ? t("insights.refused") : error.message),
  h("button", { class: "retry", type: "button", onclick: again }, t("retry")));
