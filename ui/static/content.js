// The content owner's page: the list of all articles, and what is opened beside it.

import { boot, byId, h, t } from "./dom.js";
import { get, post } from "./http.js";
import { toast, whenAttached } from "./shell.js";
import { askForArticle } from "./content-begin.js";
import { closeEditor } from "./content-editor.js";
import { showDetail } from "./content-detail.js";
import { VIEWS } from "./content-views.js";
import { FLAGS, STATES, empty, failed, flagChip, loading, period, statePill, worded } from "./content-parts.js";

const PAUSE = 250; // ms without a key
const PAGE = 200; // rows drawn at once

let listed = null; // what the server last said of all articles
let matching = null; // files that hold the words searched for; null: all
let opened = ""; // file
let shown = PAGE;
const chosen = { state: "", category: "", owner: "", lang: "", product: "" };

// ---- the frame -----------------------------------------------------------------------------------------------------------

function frame() {
  const tab = (view) => h("button", { type: "button", role: "tab", "data-view": view, onclick: () => go({ view }) }, t(`content.view.${view}`));
  byId("content-page").replaceChildren(
    h("div", { class: "page-head" }, h("h1", {}, t("face.content")), h("nav", { class: "views", role: "tablist" }, tab("articles"), ...Object.keys(VIEWS).map(tab)),
      h("span", { class: "spring" }), h("span", { class: "indexed soft", id: "indexed" }),
      h("button", { type: "button", class: "plain", id: "index-now", onclick: indexNow }, t("content.index")),
      h("button", { type: "button", class: "strong", id: "begin", onclick: () => askForArticle(listed, (file) => refresh().then(() => go({ file, tab: "edit" }))) }, t("content.begin"))),
    h("div", { id: "said" }),
    h("div", { class: "views-body", id: "view-articles" },
      h("section", { class: "pane list", id: "list", "aria-label": t("content.view.articles") },
        h("div", { class: "filters" }, h("input", { type: "search", id: "words", placeholder: t("content.search"), "aria-label": t("content.search"), autocomplete: "off", maxlength: "200" }),
          ...["category", "owner", "lang", "product"].map((name) => h("select", { id: `by-${name}`, "aria-label": t(`content.by.${name}`), onchange: (event) => choose(name, event.target.value) }))),
        h("div", { class: "counts", id: "counts", role: "group", "aria-label": t("content.by.state") }),
        h("div", { class: "rows", id: "rows" }, loading())),
      h("section", { class: "pane detail", id: "detail" })),
    ...Object.keys(VIEWS).map((view) => h("div", { class: "views-body", id: `view-${view}`, hidden: true })));
  startSearch();
}

// ---- where we are: #view=…&file=…&tab=… ------------------------------------------------------------------------------------

const place = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

/** Go to another place of the page. */
export function go(to) {
  const words = new URLSearchParams(to.view === "articles" && opened ? { file: opened } : to).toString();
  if (location.hash.slice(1) === words) arrive();
  else location.hash = words;
}

function arrive() {
  const { view = "articles", file = "", tab = "read", line = "" } = place();
  closeEditor();
  for (const button of document.querySelectorAll("[data-view]")) button.setAttribute("aria-selected", String(button.dataset.view === view));
  byId("view-articles").hidden = view !== "articles";
  for (const name of Object.keys(VIEWS)) byId(`view-${name}`).hidden = view !== name;
  if (view in VIEWS) return VIEWS[view](byId(`view-${view}`), { place: place(), go, open: (path, at) => go({ file: path, line: at }), listed, changed });
  opened = file;
  document.body.classList.toggle("opened", Boolean(file));
  document.body.classList.toggle("editing", Boolean(file) && tab === "edit");
  markOpened();
  showDetail(byId("detail"), { file, tab, line: Number(line) || null, listed, go, changed, openLink });
}

/** Follow a link of an article: a path from its own folder or from articles/, or an id. */
function openLink(address, from) {
  const path = decodeURIComponent(address.split("#")[0]);
  const near = new URL(path, `http://x/${from}`).pathname.slice(1);
  const names = [decodeURIComponent(near), path.replace(/^\//, "")].flatMap((name) => [name, `${name}.md`]);
  const row = listed.articles.find((one) => names.includes(one.file) || names.includes(one.id));
  if (row) go({ file: row.file });
  else toast(t("content.dead_link"), "warn");
}

// ---- the list ------------------------------------------------------------------------------------------------------------

async function refresh() {
  try {
    listed = await get("/api/v1/content/articles");
    fillFilters();
    draw();
  } catch (error) {
    byId("rows").replaceChildren(failed(error, refresh));
  }
}

/** Something was saved: look again, and give back the new list; a summary says what was indexed. */
async function changed(summary) {
  if (summary) toast(t("content.indexed_in", { seconds: summary.seconds, n: summary.embedded }));
  await refresh();
  return listed;
}

function startSearch() {
  let timer = 0;
  let asked = 0;
  byId("words").addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(search, PAUSE);
  });
  byId("words").addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(search, PAUSE); });
  async function search() {
    const words = byId("words").value.trim();
    const mine = ++asked;
    try {
      const found = words ? await get(`/api/v1/content/articles?${new URLSearchParams({ q: words })}`) : null;
      if (mine !== asked) return;
      matching = found && new Set(found.articles.map((row) => row.file));
      shown = PAGE;
      draw();
    } catch (error) {
      toast(error.message, "bad");
    }
  }
}

function choose(name, value) {
  chosen[name] = chosen[name] === value && name === "state" ? "" : value;
  shown = PAGE;
  draw();
}

function fillFilters() {
  const values = { category: (row) => [row.category], owner: (row) => [row.owner], lang: (row) => [row.lang], product: (row) => row.products };
  for (const [name, of] of Object.entries(values)) {
    const found = [...new Set(listed.articles.flatMap(of))].filter(Boolean).sort();
    const label = (value) => ({ "zh-Hant": "繁體中文", "zh-Hans": "简体中文", en: "English" })[value] ?? value;
    if (!found.includes(chosen[name])) chosen[name] = "";
    byId(`by-${name}`).replaceChildren(h("option", { value: "" }, t(`content.by.${name}`)), ...found.map((value) => h("option", { value, selected: value === chosen[name] }, label(value))));
  }
}

const fits = (row, state = chosen.state) => (!matching || matching.has(row.file)) && (!chosen.category || row.category === chosen.category)
  && (!chosen.owner || row.owner === chosen.owner) && (!chosen.lang || row.lang === chosen.lang)
  && (!chosen.product || row.products.includes(chosen.product)) && (!state || row.state === state || row.flags.includes(state));

function draw() {
  const rows = listed.articles.filter((row) => fits(row));
  const inReach = listed.articles.filter((row) => fits(row, ""));
  const count = (name) => inReach.filter((row) => row.state === name || row.flags.includes(name)).length;
  const chip = (name, label) => h("button", {
    type: "button", class: `count count-${name}`, "aria-pressed": String(chosen.state === name), "data-state": name, title: name && FLAGS.includes(name) ? t(`content.flag_title.${name}`) : null,
    onclick: () => choose("state", name),
  }, label, h("b", {}, name ? count(name) : inReach.length));
  byId("counts").replaceChildren(chip("", t("content.all")),
    ...STATES.filter((name) => count(name) || chosen.state === name).map((name) => chip(name, t(`content.state.${name}`))),
    ...FLAGS.filter((name) => count(name) || chosen.state === name).map((name) => chip(name, t(`content.flag.${name}`))));
  byId("indexed").textContent = t("content.indexed", { date: new Date(listed.indexed_at).toLocaleString(boot.lang) });
  byId("said").replaceChildren(...notices());
  byId("rows").replaceChildren(...(rows.length ? [table(rows.slice(0, shown)), rows.length > shown && more(rows.length)].filter(Boolean)
    : [listed.total ? empty(t("content.none"), t("content.none.body")) : empty(t("content.nothing"), t("content.nothing.body"))]));
  markOpened();
}

const notices = () => [
  listed.trouble && h("div", { class: "banner bad", role: "alert" }, h("b", {}, t("content.trouble")), listed.trouble),
  listed.gone.length > 0 && h("div", { class: "banner note" }, t("content.gone", { n: listed.gone.length, ids: listed.gone.slice(0, 5).join(", ") })),
].filter(Boolean);

const more = (n) => h("button", { type: "button", class: "plain more", onclick: () => { shown += PAGE; draw(); } }, t("content.more", { n: n - shown }));

function table(rows) {
  return h("table", { class: "articles" },
    h("thead", {}, h("tr", {}, ...["state", "article", "valid", "cited"].map((name) => h("th", { scope: "col", class: `col-${name}`, title: name === "cited" ? t("content.cited_title", { n: listed.answers, days: listed.days }) : null }, t(`content.col.${name}`))))),
    h("tbody", {}, ...rows.map(row)));
}

function row(one) {
  return h("tr", { "data-file": one.file, tabindex: "0", onclick: () => go({ file: one.file }), onkeydown: (event) => { if (event.key === "Enter") go({ file: one.file }); } },
    h("td", { class: "col-state" }, statePill(one.state)),
    h("td", { class: "col-article" }, h("b", { lang: one.lang }, one.title), h("small", {}, [one.id, one.owner].filter(Boolean).join(" · ")),
      h("span", { class: "chips" }, one.audience === "agent" && h("span", { class: "chip" }, t("internal")),
        one.errors > 0 && h("span", { class: "chip flag-errors" }, t("content.errors", { n: one.errors })), ...one.flags.filter((flag) => flag !== "unused").map(flagChip))),
    h("td", { class: "col-valid" }, period(one), one.review_by && h("small", {}, t("content.review_by", { date: one.review_by })),
      one.follower && one.state === "in-force" && !one.flags.includes("replaced") && h("small", { class: "follower" }, t("content.follower.coming", { date: one.follower.valid_from, title: one.follower.title }))),
    h("td", { class: "col-cited" }, String(one.cited), one.wrong > 0 && h("small", { class: "wrong" }, t("content.wrong", { n: one.wrong }))));
}

function markOpened() {
  for (const line of document.querySelectorAll("#rows tr[data-file]")) line.classList.toggle("on", line.dataset.file === opened);
}

// ---- indexing ------------------------------------------------------------------------------------------------------------

async function indexNow() {
  const button = byId("index-now");
  button.disabled = true;
  button.textContent = t("content.indexing");
  try {
    const { summary } = await post("/api/v1/content/index", {});
    await refresh();
    const problems = summary.problems;
    byId("said").prepend(h("div", { class: `banner ${summary.skipped ? "bad" : "sent"}`, id: "summary" }, h("b", {}, t("content.summary", summary)),
      summary.skipped > 0 && h("p", {}, t("content.skipped", summary)),
      problems.length > 0 && h("ul", { class: "problems" }, ...problems.map((problem) => h("li", {}, h("code", {}, `${problem.file}:${problem.line}`), ` ${Object.values(worded(problem)).slice(0, 2).join(boot.lang === "en" ? "; " : "；")}`))),
      h("div", { class: "acts" }, h("button", { type: "button", onclick: () => byId("summary").remove() }, t("close")))));
  } catch (error) {
    byId("said").replaceChildren(failed(error, indexNow));
  } finally {
    button.disabled = false;
    button.textContent = t("content.index");
  }
}

// ---- start ----------------------------------------------------------------------------------------------------------------

whenAttached(["topbar", "content"], async () => {
  frame();
  await refresh();
  addEventListener("hashchange", arrive);
  arrive();
  document.body.classList.add("ready");
});

