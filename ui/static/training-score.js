// How a drill went: each point beside the article's sentence, what is easily mixed up, the desk's own draft.

import { h, t } from "./dom.js";
import { counted, verdict } from "./training-parts.js";

/** result: as the server gives it. again(): do it once more. acts: further buttons. */
export function scoreCard(result, { again = null, acts = [] } = {}) {
  return h("section", { class: "panel score", id: "score" },
    h("div", { class: "row" }, verdict(result.passed), h("span", { class: "spring" }), h("span", { class: "number" }, t("training.score", { n: result.score }))),
    result.granted?.length ? h("div", { class: "banner note", id: "granted" }, t("training.granted", { topics: result.granted.join(", ") })) : null,
    ...(result.passed ? result.courses ?? [] : []).map((one) => h("div", { class: `banner ${one.counts ? "note" : "abstain"}`, "data-counts": one.course }, t(one.counts ? "courses.counts" : "courses.below", one))),
    points(result.points),
    result.neighbours?.length ? h("div", { class: "neighbours" }, h("h3", {}, t("training.neighbours")), ...result.neighbours.map((one) =>
      h("blockquote", {}, h("b", {}, one.wording), " ", one.quote, h("small", {}, `${one.title} · ${one.where}`)))) : null,
    result.notes ? h("details", { open: true }, h("summary", {}, t("training.notes")), h("p", { class: "reference" }, result.notes)) : null,
    result.draft ? h("details", {}, h("summary", {}, t("training.reference")), h("p", { class: "reference" }, result.draft)) : null,
    h("div", { class: "row acts" }, again && h("button", { type: "button", class: "plain", id: "again", onclick: again }, t("training.again")), h("span", { class: "spring" }), ...acts));
}

/** What was looked at, what must be mended first. */
export function points(all) {
  const rank = (one) => (one.passed ? 2 : one.must ? 0 : 1);
  return h("ul", { class: "points" }, ...[...all].sort((one, other) => rank(one) - rank(other)).map(point));
}

function point(one) {
  const detail = one.kind === "time" ? counted(Number(one.detail)) : one.detail;
  const key = one.kind === "tone" && one.detail === "curt" ? "training.point.curt" : one.kind === "forbidden" && one.passed ? "training.point.nothing-forbidden" : null;
  return h("li", { class: one.passed ? "good" : one.must ? "bad" : "weak", "data-kind": one.kind }, h("i", { role: "img", "aria-label": t(one.passed ? "training.point.yes" : "training.point.no") }, one.passed ? "✓" : "✗"),
    h("div", {}, h("span", {}, key ? t(key) : t(`training.point.${one.kind}`, { detail })),
      ...one.problems.map((text) => h("p", { class: "doubt" }, text)),
      !one.passed && one.said ? h("p", { class: "said" }, t("training.said"), h("q", {}, one.said)) : null,
      one.quote ? h("blockquote", {}, one.quote, h("small", {}, one.where)) : null));
}
