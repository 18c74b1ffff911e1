// Golden questions: all of them with how they are answered now, and the desk's log to pin more from.

import { boot, h, t } from "./dom.js";
import { get, post } from "./http.js";
import { toast } from "./shell.js";
import { dress, reasons } from "./content-impact.js";
import { empty, failed, loading, moment } from "./content-parts.js";

const AT_ONCE = 30; // questions judged in one call
const PAGE = 40;
const PAUSE = 250; // ms without a key
const LANGUAGES = [["yue", "粵語"], ["zh-Hant", "繁體中文"], ["zh-Hans", "简体中文"], ["en", "English"]];

const state = { all: null, results: {}, chosen: "", words: "", shown: PAGE, asks: [], more: false, find: "" };
let judging = 0;
let looking = 0;

export async function showGolden(view) {
  dress();
  if (!view.childElementCount) {
    view.replaceChildren(h("div", { class: "golden-halves" },
      h("section", { class: "pane golden", id: "golden-mine", "aria-label": t("content.view.golden") }, loading()),
      h("section", { class: "pane golden", id: "golden-log", "aria-label": t("content.golden.log") }, loading())));
  }
  await Promise.all([refresh(view), startLog(view)]);
}

// ---- all of them -----------------------------------------------------------------------------------------------------------

async function refresh(view) {
  const pane = view.querySelector("#golden-mine");
  try {
    state.all = await get("/api/v1/content/golden");
    state.results = {};
    const list = h("ul", { class: "golden-list" });
    const chips = h("div", { class: "counts", role: "group" });
    const draw = () => drawAll(list, chips, draw, view);
    const find = h("input", { type: "search", value: state.words, placeholder: t("content.golden.find"), "aria-label": t("content.golden.find"), maxlength: "200", oninput: (event) => { state.words = event.target.value; state.shown = PAGE; draw(); } });
    pane.replaceChildren(h("h2", {}, t("content.view.golden")), h("p", { class: "soft" }, t("content.golden.body")),
      ...state.all.unread.map((line) => h("div", { class: "banner conflict" }, line)),
      h("div", { class: "golden-head" }, find, h("button", { type: "button", class: "plain", id: "golden-add", onclick: () => askForPin({ text: "", lang: boot.lang, asker: "customer", history: [], expect: {} }, view) }, t("content.golden.pin.new"))),
      chips, list);
    draw();
    await judgeAll(draw);
  } catch (error) {
    pane.replaceChildren(failed(error, () => refresh(view)));
  }
}

/** How each is answered now, some at a time. */
async function judgeAll(draw) {
  const mine = ++judging;
  const names = state.all.questions.map((one) => one.name);
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const { results } = await post("/api/v1/content/golden/results", { names: names.slice(start, start + AT_ONCE) });
    if (mine !== judging) return;
    Object.assign(state.results, results);
    draw();
  }
}

function drawAll(list, chips, draw, view) {
  const { questions } = state.all;
  const of = { "": () => true, pinned: (one) => one.pinned, right: (one) => state.results[one.name]?.right === true, wrong: (one) => state.results[one.name]?.right === false };
  chips.replaceChildren(...Object.entries({ "": "content.golden.all", pinned: "content.golden.pinned", right: "content.golden.right", wrong: "content.golden.wrong" }).map(([name, key]) =>
    h("button", { type: "button", class: `count ${name === "wrong" ? "count-bad" : ""}`, "data-golden": name || "all", "aria-pressed": String(state.chosen === name), onclick: () => { state.chosen = name; state.shown = PAGE; draw(); } }, t(key), h("b", {}, String(questions.filter(of[name]).length)))));
  const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = questions.filter((one) => of[state.chosen](one) && words.every((word) => `${one.text} ${one.name} ${[...one.all_of, ...one.any_of].join(" ")}`.toLowerCase().includes(word)));
  list.replaceChildren(...found.slice(0, state.shown).map((one) => goldenLine(one, view)),
    ...(found.length > state.shown ? [h("button", { type: "button", class: "plain more", onclick: () => { state.shown += PAGE; draw(); } }, t("content.golden.more", { n: found.length - state.shown }))] : []),
    ...(found.length ? [] : [questions.length ? h("p", { class: "soft" }, t("content.golden.no_match")) : empty(t("content.golden.none"), t("content.golden.none.body"))]));
}

function goldenLine(one, view) {
  const result = state.results[one.name];
  const articles = [...one.all_of, ...one.any_of];
  return h("li", { "data-name": one.name },
    h("div", { class: "line" }, result ? h("span", { class: `pill sort-${result.right ? "good" : "bad"}` }, t(`content.golden.${result.right ? "right" : "wrong"}`)) : h("span", { class: "pill sort-plain" }, t("content.golden.waiting")),
      h("span", { class: "soft" }, one.name), one.as_of && h("span", { class: "soft" }, t("as_of.notice", { date: one.as_of })), one.turns > 0 && h("span", { class: "soft" }, t("content.impact.turns", { n: one.turns })),
      one.pinned && h("button", { type: "button", class: "ghost", onclick: () => takeOut(one, view) }, t("content.golden.unpin"))),
    h("p", { class: "asked" }, one.text),
    h("p", { class: "soft" }, [one.abstain ? t("content.golden.abstains") : "", articles.length ? t("content.golden.articles", { ids: articles.join(", ") }) : "",
      one.must_include.length ? t("content.golden.values", { values: one.must_include.map((group) => group[0]).join(" · ") }) : ""].filter(Boolean).join("　")),
    result && !result.right && h("p", { class: "misses" }, reasons(result.why)));
}

async function takeOut(one, view) {
  try {
    await post("/api/v1/content/golden/unpin", { id: one.id });
    toast(t("content.golden.unpinned"));
    await refresh(view);
  } catch (error) {
    toast(error.message, "bad");
  }
}

// ---- the desk's log ----------------------------------------------------------------------------------------------------------

async function startLog(view) {
  const pane = view.querySelector("#golden-log");
  const list = h("ul", { class: "golden-list" });
  let timer = 0;
  const look = (more) => lookUp(list, view, more);
  const later = () => { clearTimeout(timer); timer = setTimeout(() => look(false), PAUSE); };
  const find = h("input", { type: "search", id: "log-words", value: state.find, placeholder: t("content.golden.log.find"), "aria-label": t("content.golden.log.find"), maxlength: "200",
    oninput: (event) => { state.find = event.target.value; if (!event.isComposing) later(); }, oncompositionend: (event) => { state.find = event.target.value; later(); } });
  pane.replaceChildren(h("h2", {}, t("content.golden.log")), h("p", { class: "soft" }, t("content.golden.log.body")), h("div", { class: "golden-head" }, find), list);
  await look(false);
}

async function lookUp(list, view, more) {
  const mine = ++looking;
  try {
    const query = new URLSearchParams({ q: state.find.trim(), offset: more ? state.asks.length : 0 });
    const found = await get(`/api/v1/content/golden/log?${query}`);
    if (mine !== looking) return;
    state.asks = more ? [...state.asks, ...found.asks] : found.asks;
    list.replaceChildren(...state.asks.map((ask) => logLine(ask, view)),
      ...(found.more ? [h("button", { type: "button", class: "plain more", onclick: () => lookUp(list, view, true) }, t("content.golden.log.more"))] : []),
      ...(state.asks.length ? [] : [state.find.trim() ? h("p", { class: "soft" }, t("content.golden.no_match")) : empty(t("content.golden.log.none"))]));
  } catch (error) {
    if (mine === looking) list.replaceChildren(failed(error, () => lookUp(list, view, more)));
  }
}

function logLine(ask, view) {
  const what = ask.reply === null ? "draft" : ask.edited ? "edited" : "sent";
  return h("li", { "data-answer": ask.answer },
    h("div", { class: "line" }, h("time", { class: "soft", datetime: ask.at }, moment(ask.at)), h("span", { class: "chip" }, ask.abstain ? t("abstain.title") : t(`content.golden.log.${what}`)),
      ask.turns > 0 && h("span", { class: "soft" }, t("content.impact.turns", { n: ask.turns })),
      h("button", { type: "button", class: "ghost pin-one", onclick: () => askForPin(ask.suggestion, view) }, t("content.golden.pin"))),
    h("p", { class: "asked" }, ask.question), h("p", { class: "reply-text" }, ask.reply ?? ask.draft));
}

// ---- pinning -------------------------------------------------------------------------------------------------------------------

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** The sheet that says what a right answer holds, begun with what the answer held. */
function askForPin(begun, view) {
  const { articles = { all_of: [] }, must_include: include = [], disclaimers = [], abstain = false } = begun.expect;
  const box = (name, value, rows) => h("label", {}, h("span", {}, t(`content.golden.pin.${name}`)), h("textarea", { name, rows }, value));
  const text = box("text", begun.text, 2);
  text.querySelector("textarea").required = true;
  const facts = h("div", { class: "pin-facts" }, box("articles", articles.all_of.join("\n"), 2), box("include", include.map((group) => group.join(" | ")).join("\n"), Math.max(2, Math.min(5, include.length))), box("exclude", "", 1));
  facts.hidden = abstain;
  const problem = h("p", { class: "banner bad", role: "alert", hidden: true });
  const form = h("form", {}, h("h2", {}, t("content.golden.pin")), text,
    begun.history.length > 0 && h("p", { class: "soft" }, t("content.golden.pin.history", { n: begun.history.length })),
    h("label", { class: "check" }, h("input", { type: "checkbox", name: "abstain", checked: abstain, onchange: (event) => { facts.hidden = event.target.checked; } }), h("span", {}, t("content.golden.pin.abstain"))),
    facts, box("disclaimers", disclaimers.join("\n"), 1),
    h("div", { class: "two" }, h("label", {}, h("span", {}, t("content.golden.pin.lang")), h("select", { name: "lang" }, ...LANGUAGES.map(([value, label]) => h("option", { value, selected: value === begun.lang }, label)))),
      h("label", {}, h("span", {}, t("content.golden.pin.day")), h("input", { type: "date", name: "as_of", min: "2000-01-01", max: "2100-12-31" }))),
    problem,
    h("div", { class: "acts" }, h("button", { type: "button", class: "plain", onclick: () => sheet.close() }, t("cancel")), h("button", { class: "strong" }, t("content.golden.pin.save"))));
  const sheet = h("dialog", { class: "sheet pin", onclose: () => sheet.remove() }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(form));
    const must = Boolean(said.abstain);
    const body = {
      text: said.text, lang: said.lang, asker: begun.asker, history: begun.history, as_of: said.as_of || null, abstain: must, disclaimers: lines(said.disclaimers), all_of: must ? [] : lines(said.articles),
      must_include: must ? [] : lines(said.include).map((line) => line.split("|").map((one) => one.trim()).filter(Boolean)).filter((group) => group.length), must_not_include: must ? [] : lines(said.exclude),
    };
    const save = form.querySelector(".strong");
    save.disabled = true;
    try {
      const { result } = await post("/api/v1/content/golden/pin", body);
      sheet.close();
      toast(result.right ? t("content.golden.pin.right") : t("content.golden.pin.wrong", { why: reasons(result.why) }), result.right ? "good" : "warn");
      await refresh(view);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      save.disabled = false;
    }
  });
  document.querySelector(".topbar").after(sheet);
  sheet.showModal();
}
