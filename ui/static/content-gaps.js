// Gaps: what customers ask that the articles do not answer well, by meaning; and what agents change in the drafts of one article.
// Customers' and agents' words are written as text only.

import { boot, h, t } from "./dom.js";
import { get } from "./http.js";
import { askForArticle } from "./content-begin.js";
import { differenceView, empty, failed, loading, moment } from "./content-parts.js";

const MOST_BARS = 60;
let asked = 0;

// ---- all gaps -------------------------------------------------------------------------------------------------------------

/** Show the view. What stands in the address chooses: from, until, why, apart. */
export async function showGaps(view, place) {
  const mine = ++asked;
  const at = place.place;
  const chosen = Object.fromEntries(["from", "until", "why", "apart"].filter((name) => at[name]).map((name) => [name, at[name]]));
  const go = (change) => place.go({ view: "gaps", ...chosen, ...change });
  if (!view.childElementCount) view.replaceChildren(h("section", { class: "pane gaps" }, loading()));
  await load(view, place, chosen, go, 40, () => mine === asked);
}

async function load(view, place, chosen, go, limit, still) {
  try {
    const found = await get(`/api/v1/content/gaps?${new URLSearchParams({ ...chosen, limit })}`);
    if (still()) draw(view, found, place, chosen, go, () => load(view, place, chosen, go, 400, still));
  } catch (error) {
    if (still()) view.replaceChildren(h("section", { class: "pane gaps" }, failed(error, () => load(view, place, chosen, go, limit, still))));
  }
}

function draw(view, found, place, chosen, go, more) {
  const often = found.topics.filter((topic) => topic.count > 1);
  const once = found.topics.filter((topic) => topic.count === 1);
  const card = (topic) => topicView(topic, place);
  view.replaceChildren(h("section", { class: "pane gaps" },
    periodForm(found, go), chips(found, chosen, go),
    found.cut && h("div", { class: "banner note" }, t("gaps.cut")), found.joined > 0 && h("p", { class: "soft" }, t("gaps.joined", found)),
    found.topics.length === 0 && empty(t("gaps.none"), t("gaps.none.body")),
    h("ol", { class: "topics" }, ...often.map(card)),
    once.length > 0 && h("details", { class: "once", open: often.length === 0 }, h("summary", {}, t("gaps.once", { n: once.length })), h("ol", { class: "topics" }, ...once.map(card))),
    found.groups > found.topics.length && h("button", { type: "button", class: "plain more", onclick: more }, t("gaps.more", { n: found.groups - found.topics.length }))));
}

function periodForm(found, go) {
  const day = (name, value) => h("label", {}, t(`gaps.${name}`), h("input", { type: "date", name, value, required: true }));
  const form = h("form", { class: "gap-period" }, day("from", found.from), day("until", found.until),
    h("span", { class: "soft" }, t("gaps.count", { n: found.chosen, groups: found.groups })));
  form.addEventListener("change", () => { if (form.reportValidity()) go(Object.fromEntries(new FormData(form))); });
  return form;
}

function chips(found, chosen, go) {
  const chip = (name, label, count, change, title) => h("button", { type: "button", class: "count", "data-gap": name, title, "aria-pressed": String((chosen.why ?? chosen.apart ?? "") === name),
    onclick: () => go({ why: "", apart: "", ...change }) }, label, h("b", {}, count));
  return h("div", { class: "gap-chips" },
    h("div", { class: "chips" }, chip("", t("gaps.all"), found.total, {}),
      ...Object.entries(found.why).map(([why, count]) => chip(why, t(`gaps.why.${why}`), count, { why }, t(`gaps.why_title.${why}`)))),
    Object.keys(found.apart).length > 0 && h("div", { class: "chips apart" }, h("span", { class: "soft" }, t("gaps.apart")),
      ...Object.entries(found.apart).map(([kind, count]) => chip(kind, t(`gaps.kind.${kind}`), count, { apart: kind }))));
}

function topicView(topic, place) {
  const body = h("div", { class: "topic-body", hidden: true });
  const head = h("button", { type: "button", class: "topic-head", "aria-expanded": "false", onclick: () => unfold(head, body, topic, place) },
    h("span", { class: "topic-count" }, t("gaps.times", { n: topic.count })),
    h("span", { class: "topic-words" }, h("b", { lang: topic.lang === "yue" ? "zh-Hant" : topic.lang }, topic.question),
      h("span", { class: "chips" }, topic.trend !== "steady" && h("span", { class: `chip trend-${topic.trend}` }, t(`gaps.trend.${topic.trend}`)),
        ...Object.entries(topic.why).map(([why, count]) => h("span", { class: `chip why-${why}`, title: t(`gaps.why_title.${why}`) }, `${t(`gaps.why.${why}`)} ${count}`)),
        ...Object.entries(topic.languages).map(([lang, count]) => h("span", { class: "chip" }, `${LANGUAGES[lang] ?? lang} ${count}`)))),
    weeks(topic));
  return h("li", { class: "topic", "data-topic": topic.question }, head, body);
}

const LANGUAGES = { "zh-Hant": "繁", "zh-Hans": "简", yue: "粵", en: "EN" };

/** Bars from zero, one a week. */
function weeks(topic) {
  const shown = topic.weeks.slice(-MOST_BARS);
  const most = Math.max(1, ...shown.map(([, count]) => count));
  return h("span", { class: "week-bars", role: "img", "aria-label": `${t("gaps.weeks")}: ${shown.map(([, count]) => count).join(" ")}` },
    ...shown.map(([date, n]) => h("i", { style: `height:${(n / most * 100).toFixed(0)}%`, class: n ? null : "nil", title: t("gaps.week", { date, n }) })));
}

function unfold(head, body, topic, place) {
  body.hidden = !body.hidden;
  head.setAttribute("aria-expanded", String(!body.hidden));
  if (body.hidden || body.childElementCount) return;
  const today = h("div", { class: "topic-now" }, loading());
  const list = (name, texts) => texts.length > 0 && [h("h4", {}, t(`gaps.${name}`)), h("ul", { class: "said" }, ...texts.map((text) => h("li", {}, text)))];
  body.append(h("div", { class: "acts" }, h("button", { type: "button", class: "strong write", onclick: () => write(topic, place) }, t("gaps.write")),
    h("button", { type: "button", class: "plain", onclick: () => place.go({ view: "hits", q: topic.question }) }, t("gaps.test"))));
  body.append(...[h("h4", {}, t("gaps.asked")), h("ul", { class: "asked-so" }, ...topic.examples.map(exampleLine)),
    list("sent", topic.replies), list("said", topic.said), h("h4", {}, t("gaps.now")), today].flat().filter(Boolean));
  fillNow(today, topic, place);
}

const exampleLine = (example) => h("li", {}, h("span", { class: "asked" }, example.question),
  h("small", { class: "soft" }, [moment(example.at), ...example.why.map((why) => t(`gaps.why.${why}`)), example.times > 1 && t("gaps.times", { n: example.times })].filter(Boolean).join(" · ")));

async function fillNow(today, topic, place) {
  try {
    const { answered, nearest } = await get(`/api/v1/content/gaps/now?${new URLSearchParams({ q: topic.question.slice(0, 10000) })}`);
    const link = (one) => (one.file ? h("button", { type: "button", class: "link", onclick: () => place.open(one.file) }, one.title) : h("span", {}, one.title));
    today.replaceChildren(h("p", { class: answered ? "yes" : "no" }, t(answered ? "gaps.now.answered" : "gaps.now.open")),
      ...(nearest.length ? [h("p", { class: "nearest" }, t("gaps.nearest"), " ", ...nearest.map(link))] : []));
  } catch (error) {
    today.replaceChildren(failed(error, () => fillNow(today, topic, place)));
  }
}

/** Begin an article; the group's questions go into its history. */
function write(topic, place) {
  const given = { title: topic.question.slice(0, 300), question: topic.question.slice(0, 300), questions: topic.examples.map((example) => example.question.slice(0, 2000)), lang: topic.lang === "yue" ? "zh-Hant" : topic.lang };
  askForArticle(place.listed, async (file) => { await place.changed(null); place.go({ file, tab: "edit" }); }, given);
}

// ---- one article ----------------------------------------------------------------------------------------------------------

/** The tab of an article: the questions that it was begun from, and what agents change in its drafts. */
export async function showMined(body, one, place) {
  body.replaceChildren(loading());
  const found = await get(`/api/v1/content/mined?${new URLSearchParams({ file: one.file })}`);
  const changes = found.changes.length ? [h("p", { class: "soft" }, t("mined.about", found)), h("ol", { class: "mined" }, ...found.changes.map((change) => changeView(change, one, place)))]
    : [empty(t("mined.none"), t("mined.none.body", { days: found.days, n: found.replies }))];
  body.replaceChildren(...[questionsView(found.questions), ...changes, found.past > 0 && h("p", { class: "soft" }, t("mined.past", { n: found.past }))].filter(Boolean));
}

export const questionsView = (questions) => questions.length > 0 && h("details", { class: "begun-from", open: true }, h("summary", {}, t("mined.questions")),
  h("ul", {}, ...questions.map((question) => h("li", {}, question))), h("p", { class: "soft" }, t("mined.questions.body")));

/** Beside the editor: the questions that the article is to answer. */
export async function showQuestions(body, one) {
  const { questions } = await get(`/api/v1/content/begun-from?${new URLSearchParams({ file: one.file })}`).catch(() => ({ questions: [] }));
  if (questions.length && body.isConnected && !body.querySelector(".begun-from")) body.prepend(questionsView(questions));
}

function changeView(change, one, place) {
  return h("li", { class: `change kind-${change.kind}`, "data-kind": change.kind },
    h("div", { class: "change-head" }, h("b", {}, t(`mined.kind.${change.kind}`)), change.urgent && h("span", { class: "chip flag-errors" }, t("mined.urgent")),
      change.old && h("span", { class: "exchange" }, h("del", {}, change.old), change.new && " → ", change.new && h("ins", {}, change.new)),
      h("span", { class: "soft" }, t("mined.count", { n: change.count, of: change.of, people: change.people }))),
    h("h4", {}, t(change.difference.length ? "mined.proposed" : "mined.passage"), h("span", { class: "soft" }, ` ${t("line", { lines: change.line })}`)),
    change.difference.length ? differenceView(change.difference) : h("p", { class: "quoted" }, change.quote),
    change.kind === "added" && [h("h4", {}, t("mined.after")), h("pre", { class: "difference" }, h("ins", {}, change.new))],
    h("div", { class: "acts" }, h("button", { type: "button", class: "plain open-line", onclick: () => place.go({ file: one.file, tab: "edit", line: change.line }) }, t("mined.open"))),
    h("details", {}, h("summary", {}, t("mined.examples")), h("ul", { class: "examples-seen" }, ...change.examples.map(seenView))));
}

const seenView = (seen) => h("li", {}, h("p", { class: "asked" }, seen.question),
  h("dl", {}, h("dt", {}, t("mined.drafted")), h("dd", {}, seen.drafted || t("mined.nothing")), h("dt", {}, t("mined.sent")), h("dd", {}, seen.sent || t("mined.nothing"))),
  h("small", { class: "soft" }, new Date(seen.at).toLocaleDateString(boot.lang)));
