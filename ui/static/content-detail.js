// One article: as agents see it, its editor, its history, where it was cited.

import { h, t } from "./dom.js";
import { get, post } from "./http.js";
import { toast } from "./shell.js";
import { closeEditor, openEditor } from "./content-editor.js";
import { showMined, showQuestions } from "./content-gaps.js";
import { article, differenceView, empty, failed, flagChip, loading, moment, period, problemLine, refusalOf, statePill, worded } from "./content-parts.js";

const TABS = ["read", "edit", "history", "use", "mined"];
let asked = 0;

/** Show one article's tab in the pane. */
export async function showDetail(pane, place) {
  const mine = ++asked;
  pane.inert = false;
  if (!place.file) return pane.replaceChildren(empty(t("content.choose"), t("content.choose.body")));
  if (pane.dataset.file !== place.file) pane.replaceChildren(loading());
  pane.inert = true; // what is still shown is about to go: nobody shall press a button of it
  try {
    const [one] = await Promise.all([get(`/api/v1/content/article?${new URLSearchParams({ file: place.file })}`), closeEditor()]);
    if (mine !== asked) return;
    pane.dataset.file = place.file;
    const again = async (summary) => { const listed = await place.changed(summary); await showDetail(pane, { ...place, listed }); };
    const body = h("div", { class: `tab-body tab-${place.tab}` });
    pane.replaceChildren(head(one, place), tabs(place), body);
    pane.scrollTop = 0;
    pane.inert = false;
    await { read, edit, history, use, mined: showMined }[place.tab](body, one, { ...place, again });
  } catch (error) {
    if (mine !== asked) return;
    pane.inert = false;
    pane.replaceChildren(back(place), failed(error, () => showDetail(pane, place)));
  }
}

const back = (place) => h("button", { type: "button", class: "back link", onclick: () => place.go({ view: "articles", file: "" }) }, t("content.back"));

const head = (one, place) => h("div", { class: "detail-head" },
  h("button", { type: "button", class: "back link", onclick: () => place.go({}) }, t("content.back")),
  h("h2", { lang: one.lang }, one.title),
  h("div", { class: "chips" }, statePill(one.state), ...one.flags.map(flagChip)),
  when(one, place),
  h("p", { class: "soft path" }, `${one.file}`, one.last && one.last.by ? ` · ${t("content.last", { by: one.last.by, at: moment(one.last.at) })}` : ""));

/** From when agents use it, and what takes its place from when: a publication for a later day needs nobody to come back. */
function when(one, place) {
  const open = (row) => h("button", { type: "button", class: "link", onclick: () => place.go({ file: row.file }) }, t("content.open"));
  const before = place.listed?.articles.find((row) => row.follower?.file === one.file && row.state === "in-force");
  if (one.state === "coming") {
    return h("p", { class: "when", id: "starts" }, h("b", {}, t("content.starts", { date: one.valid_from })), before && [" ", t("content.starts.instead", { title: before.title }), " ", open(before)]);
  }
  if (one.state !== "in-force" || !one.follower) return null;
  const now = one.flags.includes("replaced");
  return h("p", { class: "when" }, t(now ? "content.follower.now" : "content.follower.coming", { date: one.follower.valid_from, title: one.follower.title }), " ", open(one.follower));
}

const tabs = (place) => h("nav", { class: "detail-tabs", role: "tablist" }, ...TABS.map((tab) =>
  h("button", { type: "button", role: "tab", "aria-selected": String(tab === place.tab), onclick: () => place.go({ file: place.file, tab }) }, t(`content.tab.${tab}`))));

// ---- read -------------------------------------------------------------------------------------------------------------------

function read(body, one, place) {
  const bodyStart = Math.min(...one.tree.map((node) => node.lines?.[0] ?? Infinity));
  const beside = one.problems.filter((problem) => problem.line >= bodyStart);
  const above = one.problems.filter((problem) => problem.line < bodyStart);
  const open = (address) => place.openLink(address, one.file);
  body.replaceChildren(...[
    one.aside && asideBanner(one, place),
    one.flags.includes("unindexed") && h("div", { class: "banner conflict" }, h("b", {}, t("content.flag.unindexed")), t(one.indexed ? "content.indexed_other" : "content.indexed_none")),
    above.length > 0 && h("ul", { class: "problems" }, ...above.map((problem) => problemLine(problem, () => place.go({ file: one.file, tab: "edit" })))),
    one.facts.length > 0 && factsOf(one),
    one.state === "broken" && !one.facts.length ? h("pre", { class: "raw" }, ...one.text.split("\n").map((line, index) => rawLine(line, index + 1, one.problems)))
      : article(one.tree, { open, problems: beside, lit: place.line }),
  ].filter(Boolean));
  body.querySelector(".lit")?.scrollIntoView({ block: "center" });
}

const rawLine = (line, number, problems) => {
  const found = problems.filter((problem) => problem.line === number);
  return [h("span", { class: found.length ? "doubted" : null, "data-line": number }, `${line}\n`), ...found.map((problem) => h("span", { class: `beside ${problem.severity}` }, `${worded(problem).what} ${worded(problem).fix}\n`))];
};

const asideBanner = (one, place) => h("div", { class: "banner pending" },
  h("b", {}, t(one.aside.overtaken ? "content.aside.overtaken" : "content.aside", { by: one.aside.by, at: moment(one.aside.at) })),
  one.aside.message && h("p", {}, one.aside.message), differenceView(one.aside.difference),
  h("div", { class: "acts" }, h("button", { type: "button", onclick: () => place.go({ file: one.file, tab: "edit" }) }, t("content.aside.open")),
    h("button", { type: "button", onclick: () => discard(one, place) }, t("content.aside.drop"))));

async function discard(one, place) {
  try {
    await post("/api/v1/content/discard", { file: one.file });
    toast(t("content.aside.dropped"));
    await place.again(null);
  } catch (error) {
    toast(refusalOf(error), "bad");
  }
}

function factsOf(one) {
  const shown = one.facts.filter(([key, value]) => key !== "title" && value !== null && value !== "" && !(Array.isArray(value) && !value.length));
  return h("dl", { class: "matter" }, ...shown.flatMap(([key, value]) => [h("dt", {}, key), h("dd", {}, Array.isArray(value) ? value.join(", ") : String(value))]));
}

// ---- edit ---------------------------------------------------------------------------------------------------------------------

function edit(body, one, place) {
  const editor = openEditor(body, one, place);
  if (place.line) editor.toLine(place.line);
  showQuestions(body, one);
}

// ---- history ------------------------------------------------------------------------------------------------------------------

async function history(body, one, place) {
  body.replaceChildren(loading());
  const { revisions, more } = await get(`/api/v1/content/history?${new URLSearchParams({ file: one.file })}`);
  if (!revisions.length) return body.replaceChildren(empty(t("content.history.none"), t("content.history.none.body")));
  body.replaceChildren(h("ol", { class: "history" }, ...revisions.map((revision) => revisionLine(revision, one, place))), ...(more ? [h("p", { class: "soft" }, t("content.history.more"))] : []));
}

function revisionLine(revision, one, place) {
  const detail = h("div", { class: "revision-detail", hidden: true });
  const reason = revision.kind === "rollback" ? t("content.history.to", { n: revision.message }) : revision.message;
  const isHead = revision.version === one.version;
  return h("li", { class: `revision kind-${revision.kind}`, "data-revision": revision.id },
    h("button", { type: "button", class: "revision-head", "aria-expanded": "false", onclick: (event) => unfold(event.currentTarget, detail, revision) },
      h("span", { class: "kind" }, t(`content.kind.${revision.kind}`)), h("b", {}, revision.by || t("content.elsewhere")), h("time", { datetime: revision.at }, moment(revision.at)),
      h("span", { class: "sizes" }, revision.before !== null && [h("ins", {}, `+${revision.added}`), h("del", {}, `−${revision.removed}`)]),
      reason && h("span", { class: "why" }, reason), isHead && h("span", { class: "chip" }, t("content.history.now"))),
    detail,
    !isHead && revision.kind !== "discard" && h("button", { type: "button", class: "ghost roll-back", onclick: () => rollBack(revision, one, place) }, t("content.history.back")));
}

async function unfold(button, detail, revision) {
  detail.hidden = !detail.hidden;
  button.setAttribute("aria-expanded", String(!detail.hidden));
  if (detail.hidden || detail.childElementCount) return;
  try {
    const against = revision.before === null ? {} : { against: revision.before };
    const whole = await get(`/api/v1/content/revision?${new URLSearchParams({ id: revision.id, ...against })}`);
    detail.replaceChildren(revision.before === null ? h("pre", { class: "difference" }, whole.text) : differenceView(whole.difference));
  } catch (error) {
    detail.replaceChildren(failed(error));
  }
}

async function rollBack(revision, one, place) {
  try {
    const { summary } = await post("/api/v1/content/rollback", { file: one.file, revision: revision.id, opened: one.head.version });
    toast(t("content.history.done"));
    await place.again(summary);
  } catch (error) {
    toast(refusalOf(error), "bad");
  }
}

// ---- use ------------------------------------------------------------------------------------------------------------------------

function use(body, one, place) {
  if (!one.citations.length) return body.replaceChildren(empty(t("content.use.none"), t("content.use.none.body", { n: place.listed.answers, days: place.listed.days })));
  body.replaceChildren(h("p", { class: "soft" }, t("content.use", { n: one.cited, days: place.listed.days, wrong: one.wrong })),
    h("ol", { class: "citations" }, ...one.citations.map((cited) => h("li", {},
      h("p", { class: "asked" }, cited.question),
      h("p", { class: "quoted" }, cited.quote),
      h("div", { class: "soft" }, moment(cited.at), " · ", h("button", { type: "button", class: "link", onclick: () => place.go({ file: one.file, line: cited.lines[0] }) }, t("line", { lines: cited.lines[0] })),
        cited.verdict && h("span", { class: `verdict ${cited.verdict}` }, t(`feedback.${cited.verdict}`)), cited.reason && ` ${cited.reason}`)))));
}
