// Check impact: what publishing a text, or the whole folder, would change in the answers, question by question. Nothing is published here.

import { boot, h, t } from "./dom.js";
import { stream } from "./http.js";
import { empty, failed, problemLine } from "./content-parts.js";

const SORTS = ["broke", "mended", "abstains", "lost", "conflict", "answers", "settled", "numbers", "reworded", "sources", "moved"]; // what matters most first
const BAD = ["broke", "abstains", "lost", "conflict"];
const GOOD = ["mended", "answers", "settled"];
const PAGE = 30;

let typed = null; // {file, text} that the editor handed over; what the server keeps counts otherwise
let running = null; // the AbortController of the check under way
let showing = ""; // of which file the view tells

/** From the editor: go to the view with the text as it is typed. */
export function checkImpact(file, text, go) {
  typed = { file, text };
  showing = "";
  go({ view: "impact", file });
}

export function showImpact(view, { place, go, open, listed }) {
  const file = place.file ?? "";
  if (view.childElementCount && (place.file === undefined || showing === `of ${file}`)) return; // come back to: what was found still stands there
  dress();
  showing = `of ${file}`;
  running?.abort();
  const row = listed?.articles.find((one) => one.file === file);
  const text = typed?.file === file && file ? typed.text : null;
  const body = h("div", { id: "impact-found" });
  const controls = {
    file: h("select", { id: "impact-file", "aria-label": t("content.impact.what"), onchange: (event) => { typed = null; go({ view: "impact", file: event.target.value }); } }, ...files(listed, file)),
    status: h("select", { id: "impact-status", "aria-label": t("content.impact.status") }, ...["published", "retired"].map((status) => h("option", { value: status }, t(`content.impact.to.${status}`)))),
    last: h("select", { id: "impact-last", "aria-label": t("content.impact.last_title") }, ...[0, 50, 200, 500, 1000].map((n) => h("option", { value: n, selected: n === 200 }, n ? t("content.impact.last", { n }) : t("content.impact.golden_only")))),
    day: h("input", { type: "date", id: "impact-day", value: boot.today, min: "2000-01-01", max: "2100-12-31", "aria-label": t("as_of"), title: t("as_of") }),
  };
  const act = h("button", { class: "strong", id: "impact-run" }, t("content.impact.run"));
  const form = h("form", { class: "impact-form" }, controls.file, file && controls.status, controls.last, controls.day, act,
    file && row && h("button", { type: "button", class: "plain", onclick: () => go({ file, tab: "edit" }) }, t("content.impact.back")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (running) running.abort();
    else run(body, act, { file, text, status: controls.status.value, last: Number(controls.last.value), as_of: controls.day.value || null }, { open });
  });
  view.replaceChildren(h("section", { class: "pane impact" }, form, text !== null && h("p", { class: "soft" }, t("content.impact.as_typed")), body));
  body.replaceChildren(empty(t("content.impact.empty"), t(file ? "content.impact.empty.body" : "content.impact.empty.folder")));
  if (text !== null) form.requestSubmit();
}

/** Why an answer to a golden question is not right, in a line. */
export const reasons = (why) => why.map(([cause, exactly]) => t(`content.golden.why.${cause}`, { exactly })).join(" ");

let dressed = false;

/** The style sheet of this view and of the golden questions. */
export function dress() {
  if (!dressed) document.head.append(h("link", { rel: "stylesheet", href: "/static/content-impact.css" }));
  dressed = true;
}

function files(listed, chosen) {
  const rows = listed?.articles ?? [];
  const changed = rows.filter((row) => row.flags.includes("aside") || row.flags.includes("unindexed"));
  const option = (row) => h("option", { value: row.file, selected: row.file === chosen }, row.title);
  const rest = rows.filter((row) => !changed.includes(row));
  return [h("option", { value: "" }, t("content.impact.folder")),
    changed.length > 0 && h("optgroup", { label: t("content.impact.changed_files") }, ...changed.map(option)), h("optgroup", { label: t("content.view.articles") }, ...rest.map(option))];
}

// ---- the check -------------------------------------------------------------------------------------------------------------

async function run(body, act, asked, place) {
  const mine = (running = new AbortController());
  const bar = h("progress", { max: "1", value: "0", "aria-label": t("content.impact.running") });
  const said = h("p", { class: "soft" }, t("content.impact.building"));
  act.textContent = t("content.impact.stop");
  body.replaceChildren(h("div", { class: "state", id: "impact-running" }, bar, said));
  let ended = false;
  try {
    await stream("/api/v1/content/impact", asked, mine.signal, {
      progress: ({ done, total }) => { if (total) { bar.max = total; bar.value = done; said.textContent = t("content.impact.progress", { done, total }); } },
      result: (found) => { ended = true; draw(body, found, place); },
      error: (problem) => { ended = true; body.replaceChildren(failed(new Error(problem.detail), () => run(body, act, asked, place))); },
    });
    if (!ended) throw new Error(t("error.network"));
  } catch (error) {
    if (error.name === "AbortError") body.replaceChildren(empty(t("content.impact.stopped")));
    else if (error.data?.found) body.replaceChildren(h("div", { class: "banner bad", role: "alert" }, h("b", {}, t("content.impact.unsound")), h("ul", { class: "problems" }, ...error.data.found.map((one) => problemLine(one)))));
    else body.replaceChildren(failed(error, () => run(body, act, asked, place)));
  } finally {
    if (running === mine) running = null;
    act.textContent = t("content.impact.run");
  }
}

// ---- what it found -----------------------------------------------------------------------------------------------------------

function draw(body, found, place) {
  const chosen = { sort: "", day: "" };
  let most = PAGE;
  const list = h("div", { class: "impact-list" });
  const chips = h("div", { class: "counts", role: "group", "aria-label": t("content.impact.filter") });
  const fits = (one) => (!chosen.sort || one.sorts.includes(chosen.sort)) && (!chosen.day || one.day === chosen.day);
  const choose = (name, value) => { chosen[name] = chosen[name] === value ? "" : value; most = PAGE; redraw(); };
  const chip = (name, value, label, n, kind = "") => h("button", { type: "button", class: `count ${kind}`, "data-chip": value, "aria-pressed": String(chosen[name] === value), title: name === "sort" && value ? t(`content.impact.title.${value}`) : null, onclick: () => choose(name, value) }, label, h("b", {}, String(n)));
  const later = found.days.slice(1);
  const redraw = () => {
    chips.replaceChildren(chip("sort", "", t("content.all"), found.listed), ...SORTS.filter((sort) => found.counts[sort]).map((sort) => chip("sort", sort, t(`content.impact.sort.${sort}`), found.counts[sort], BAD.includes(sort) ? "count-bad" : GOOD.includes(sort) ? "count-good" : "")),
      ...later.map((day) => chip("day", day, t("content.impact.on_day", { day }), found.changes.filter((one) => one.day === day).length)));
    const fitting = found.changes.filter(fits);
    list.replaceChildren(...fitting.slice(0, most).map((one) => change(one, found, place)),
      ...(fitting.length > most ? [h("button", { type: "button", class: "plain more", onclick: () => { most += PAGE; redraw(); } }, t("content.impact.more", { n: fitting.length - most }))] : []));
  };
  body.replaceChildren(...[summary(found), ...notices(found), disagreements("coming", found.coming, place), disagreements("going", found.going, place), found.listed > 0 && chips, list].filter(Boolean));
  redraw();
}

function summary(found) {
  const broken = found.counts.broke ?? 0;
  const { judged, right_before: before, right_after: after } = found.golden;
  return h("div", { class: `banner ${broken ? "bad" : found.changed ? "pending" : "sent"}`, id: "impact-summary", role: "status" },
    h("b", {}, t("content.impact.summary", { changed: found.changed, compared: found.compared }), broken > 0 && ` ${t("content.impact.breaks", { n: broken })}`),
    h("p", {}, judged ? t("content.impact.golden", { judged, before, after }) : t("content.impact.no_golden"), " ", t("content.impact.scope", { questions: found.questions - found.real, real: found.real, seconds: found.seconds }),
      found.counts.moved ? ` ${t("content.impact.moved_too", { n: found.counts.moved })}` : ""),
    broken > 0 && h("p", {}, t("content.impact.not_forbidden")));
}

const notices = (found) => [
  !found.articles.length && !found.beside.length && h("div", { class: "banner note" }, t("content.impact.no_difference")),
  found.articles.length > 1 && h("p", { class: "soft" }, t("content.impact.articles", { n: found.articles.length, ids: found.articles.slice(0, 8).join(", ") })),
  found.beside.length > 0 && h("div", { class: "banner note" }, t("content.impact.beside", { files: found.beside.join(", ") })),
  found.days.length > 1 && h("div", { class: "banner note" }, t("content.impact.days", { days: found.days.slice(1).join(", ") }), found.later > 0 && ` ${t("content.impact.later", { n: found.later })}`),
  found.unread.length > 0 && h("div", { class: "banner conflict" }, h("b", {}, t("content.impact.unread")), ...found.unread.map((line) => h("p", {}, line))),
  found.listed > found.changes.length && h("p", { class: "soft" }, t("content.impact.cut", { shown: found.changes.length, n: found.listed })),
];

/** Facts in conflict that come or go, whether or not anybody asks about them. */
function disagreements(kind, found, { open }) {
  const side = (one) => h("li", {}, h("button", { type: "button", class: "link", onclick: () => open(one.file, one.lines[0]) }, `${one.title} · ${t("line", { lines: one.lines[0] })}`), h("p", {}, one.said[0], h("mark", {}, one.said[1]), one.said[2]));
  return found.length > 0 && h("section", { class: `banner facts ${kind === "coming" ? "conflict" : "sent"}`, "data-facts": kind }, h("b", {}, t(`content.impact.${kind}`, { n: found.length })),
    ...found.slice(0, PAGE).map((one) => h("ul", {}, ...one.sides.map(side))));
}

function change(one, found, place) {
  const side = (kind, answer, other) => h("div", { class: `side side-${kind}` },
    h("h4", {}, t(`content.impact.${kind}`), answer.abstain && h("span", { class: "chip flag-errors" }, t("abstain.title"))),
    h("p", { class: "side-draft" }, ...sideOf(one.difference, kind === "before" ? "gone" : "new")),
    answer.conflicts > 0 && h("p", { class: "soft" }, t("conflict")),
    answer.sources.length > 0 && h("ol", { class: "side-sources" }, ...answer.sources.map((source) => sourceLine(source, other, kind, place))));
  const day = found.days.length > 1 || one.day !== found.days[0];
  return h("article", { class: "change", "data-name": one.name },
    h("header", {}, ...one.sorts.map((sort) => h("span", { class: `pill sort-${BAD.includes(sort) ? "bad" : GOOD.includes(sort) ? "good" : "plain"}`, title: t(`content.impact.title.${sort}`) }, t(`content.impact.sort.${sort}`))),
      h("span", { class: "soft" }, one.golden ? t("content.impact.from_golden", { name: one.name }) : t("content.impact.from_desk", { n: one.times }), one.turns > 0 && ` · ${t("content.impact.turns", { n: one.turns })}`, day && ` · ${t("as_of.notice", { date: one.day })}`)),
    h("p", { class: "asked" }, one.question),
    one.why.length > 0 && one.sorts.includes("broke") && h("p", { class: "misses" }, reasons(one.why)),
    (one.gone.length > 0 || one.new.length > 0) && h("p", { class: "values" }, t("content.impact.values"), h("del", {}, one.gone.join(" · ") || "–"), "→", h("ins", {}, one.new.join(" · ") || "–")),
    h("div", { class: "sides" }, side("before", one.before, one.after), side("after", one.after, one.before)));
}

/** One of two texts out of their comparison: what stands in both, and its own words marked. */
export const sideOf = (pieces, own) => pieces.filter(([kind]) => kind === "same" || kind === own).map(([kind, text]) => (kind === "same" ? text : h(own === "gone" ? "del" : "ins", {}, text)));

function sourceLine(source, other, kind, { open }) {
  const kept = other.sources.some((one) => one.article === source.article && one.quote === source.quote);
  const lines = source.lines[0] === source.lines[1] ? t("line", { lines: source.lines[0] }) : t("lines", { lines: source.lines.join("–") });
  const label = `${source.title} · ${lines}`;
  return h("li", { class: kept ? null : kind === "before" ? "gone" : "new" }, `[${source.n}] `, source.file ? h("button", { type: "button", class: "link", onclick: () => open(source.file, source.lines[0]) }, label) : label, h("q", {}, source.quote));
}
