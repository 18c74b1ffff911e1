// The hit test: what a customer's question finds, each passage's scores, and whether it would be answered.

import { boot, h, t } from "./dom.js";
import { get } from "./http.js";
import { empty, failed, loading } from "./content-parts.js";

let asked = 0;

export function showHits(view, { open, asked: question }) {
  if (view.childElementCount) {
    const words = view.querySelector("#hit-question");
    if (question && question !== words.value) { words.value = question; view.querySelector(".hit-form").requestSubmit(); }
    return;
  }
  const words = h("textarea", { id: "hit-question", rows: "2", maxlength: "2000", placeholder: t("content.hits.question"), "aria-label": t("content.hits.question") });
  const day = h("input", { type: "date", id: "hit-day", value: boot.today, "aria-label": t("as_of") });
  const asker = h("select", { id: "hit-asker", "aria-label": t("asker") }, h("option", { value: "customer" }, t("customer")), h("option", { value: "agent" }, t("colleague")));
  const found = h("div", { id: "hit-found" }, empty(t("content.hits.empty"), t("content.hits.empty.body"), h("div", { class: "examples" }, ...boot.examples.map((example) =>
    h("button", { type: "button", class: "ghost", onclick: () => { words.value = example; form.requestSubmit(); } }, example)))));
  const form = h("form", { class: "hit-form" }, words, h("div", { class: "hit-options" }, day, asker, h("button", { class: "strong" }, t("content.hits.run"))));
  form.addEventListener("submit", (event) => { event.preventDefault(); run(found, { words, day, asker }, open); });
  words.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { event.preventDefault(); form.requestSubmit(); } });
  view.replaceChildren(h("section", { class: "pane hits" }, form, found));
  if (question) { words.value = question; form.requestSubmit(); }
  words.focus();
}

async function run(found, { words, day, asker }, open) {
  const question = words.value.trim();
  if (!question) return;
  const mine = ++asked;
  found.replaceChildren(loading());
  try {
    const options = { q: question, asker: asker.value, lang: boot.lang, ...(day.value ? { as_of: day.value } : {}) };
    const result = await get(`/api/v1/content/hits?${new URLSearchParams(options)}`);
    if (mine === asked) found.replaceChildren(verdict(result), ...result.parts.map((part) => partView(part, result, open)));
  } catch (error) {
    if (mine === asked) found.replaceChildren(failed(error, () => run(found, { words, day, asker }, open)));
  }
}

function verdict({ answer }) {
  const percent = Math.round(answer.confidence * 100);
  return h("div", { class: `banner ${answer.abstain ? "abstain" : "sent"}`, id: "hit-verdict" },
    h("b", {}, answer.abstain ? t("content.hits.abstains") : t("content.hits.answers", { percent })),
    answer.abstain ? h("p", {}, [answer.reason, answer.escalate_to && t("escalate", { who: answer.escalate_to })].filter(Boolean).join(" ")) : h("p", { class: "draft-text" }, answer.draft));
}

function partView(part, result, open) {
  const most = Math.max(0.0001, ...part.hits.map((hit) => Math.abs(hit.from_dense) + Math.abs(hit.from_lexical) + Math.abs(hit.from_rest)));
  const why = part.refuse ? t("content.hits.refused", { percent: Math.round(part.unanswerable * 100), reason: part.reason }) : t("content.hits.taken", { percent: Math.round((1 - part.unanswerable) * 100) });
  return h("section", { class: "hit-part" },
    h("h3", {}, result.parts.length > 1 && h("q", {}, part.text), h("span", { class: part.refuse ? "no" : "yes" }, why)),
    part.hits.length ? h("div", { class: "wide" }, h("table", { class: "hit-table" },
      h("thead", {}, h("tr", {}, ...["rank", "passage", "score", "dense", "lexical", "rest"].map((name) => h("th", { scope: "col", class: `hit-${name}`, title: t(`content.hits.${name}_title`) }, t(`content.hits.${name}`))))),
      h("tbody", {}, ...part.hits.map((hit, index) => hitRow(hit, index + 1, most, open))))) : h("p", { class: "soft" }, t("content.hits.nothing")),
    part.internal.length > 0 && h("p", { class: "soft" }, t("content.hits.internal", { titles: part.internal.map((hit) => hit.title).join(", ") })));
}

function hitRow(hit, rank, most, open) {
  const bar = (name, value) => h("i", { class: `bar bar-${name} ${value < 0 ? "minus" : ""}`, style: `width:${(Math.abs(value) / most * 100).toFixed(1)}%` });
  const number = (value, place) => [value.toFixed(3), place && h("small", {}, t("content.hits.place", { n: place }))];
  const title = hit.file ? h("button", { type: "button", class: "link", onclick: () => open(hit.file, hit.lines[0]) }, hit.title) : h("b", {}, hit.title);
  return h("tr", {},
    h("td", { class: "hit-rank" }, String(rank)),
    h("td", { class: "hit-passage" }, h("p", {}, hit.text), h("small", {}, title, ` · ${hit.section || "—"} · ${t("line", { lines: hit.lines[0] })}`,
      hit.state !== "in-force" && h("span", { class: "chip" }, t(`content.hits.state.${hit.state}`)), hit.audience === "agent" && h("span", { class: "chip" }, t("internal"))),
    h("div", { class: "bars", "aria-hidden": "true" }, bar("dense", hit.from_dense), bar("lexical", hit.from_lexical), bar("rest", hit.from_rest)),
    hit.words.length > 0 && h("small", {}, t("content.hits.words", { words: hit.words.join(" ") }))),
    h("td", { class: "hit-score" }, hit.score.toFixed(3)),
    h("td", { class: "hit-dense" }, ...number(hit.dense, hit.dense_rank)),
    h("td", { class: "hit-lexical" }, ...number(hit.lexical, hit.lexical_rank)),
    h("td", { class: "hit-rest" }, `${hit.from_rest >= 0 ? "+" : "−"}${Math.abs(hit.from_rest).toFixed(3)}`));
}
