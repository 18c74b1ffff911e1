// What customers ask, by meaning: what rises this week, what is asked most, and what was not answered. Their words are written as text only.

import { boot, h, t } from "./dom.js";
import { ratios } from "./insights-charts.js";
import { languageName, number, panel, percent, short, table } from "./insights-parts.js";

export function questions(found, csv) {
  return [rising(found, csv), top(found, csv), unanswered(found, csv)];
}

function ratio(change) {
  if (!change) return "–";
  const high = change.high === null ? "∞" : short(change.high);
  return `${change.ratio === null ? "" : `×${short(change.ratio)} `}(${short(change.low)}–${high})`;
}

function rising(found, csv) {
  const note = t("insights.rising.note", { from: found.week_from, fewest: found.fewest });
  const rows = found.rising.map((topic) => ({
    name: topic.question, ...topic.change, tip: t("insights.ratio_tip", { question: topic.question, week: number(topic.week), before: number(topic.before), ratio: ratio(topic.change) }),
  }));
  const body = rows.length ? [h("div", { class: "charts whole" }, ratios(rows)), topics(found.rising)] : [h("p", { class: "soft" }, t("insights.rising.none"))];
  return panel("rising", t("insights.rising"), { csv: csv("questions"), note }, ...body);
}

function top(found, csv) {
  const note = [t("insights.top.note", { n: number(found.questions), groups: number(found.groups) }), found.cut && t("insights.cut")].filter(Boolean).join(" ");
  return panel("top", t("insights.top"), { csv: csv("questions"), note }, topics(found.topics));
}

function topics(rows) {
  const head = [[t("insights.question"), "text long"], ...["asks", "abstained", "this_week", "four_weeks", "ratio"].map((key) => [t(`insights.${key}`)])];
  return table(head, rows.map((topic) => [wordings(topic), number(topic.count), percent(topic.abstained, topic.count), number(topic.week), number(topic.before), ratio(topic.change)]));
}

function wordings(topic) {
  const languages = topic.languages.map(([lang, count]) => `${languageName(lang)} ${number(count)}`).join(" · ");
  if (!topic.examples.length) return h("div", { class: "wordings" }, h("span", {}, topic.question), h("small", {}, languages));
  return h("details", { class: "wordings" }, h("summary", {}, topic.question, h("small", {}, languages)),
    h("p", {}, t("insights.others")), h("ul", {}, ...topic.examples.map((text) => h("li", {}, text))));
}

function unanswered(found, csv) {
  const when = (at) => new Date(at).toLocaleString(boot.locale, { dateStyle: "short", timeStyle: "short" });
  return panel("unanswered", t("insights.unanswered"), { csv: csv("unanswered") }, found.unanswered.length
    ? h("ul", { class: "questions" }, ...found.unanswered.map((row) => h("li", {}, h("time", { datetime: row.at }, when(row.at)), h("span", {}, row.question))))
    : h("p", { class: "soft" }, t("insights.none_unanswered")));
}
