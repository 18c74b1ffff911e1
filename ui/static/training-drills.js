// For trainers: the drills that were written, what is wrong with each, and a place to write one, try it and save it.

import { boot, byId, h, t } from "./dom.js";
import { get, post, put } from "./http.js";
import { toast } from "./shell.js";
import { LANGUAGES, empty, failed, labels, loading, worded } from "./training-parts.js";
import { runDrill } from "./training-run.js";
import { scoreCard } from "./training-score.js";

const PAUSE = 400; // ms without a key before the text is linted

export async function showDrills(element, { place, go }) {
  element.replaceChildren(loading());
  try {
    if (place.new !== undefined) return edit(element, { name: "", text: (await get(`/api/v1/training/template?${new URLSearchParams({ lang: boot.lang })}`)).text, version: null }, go);
    if (place.file) return edit(element, await get(`/api/v1/training/file?${new URLSearchParams({ name: place.file })}`), go);
    list(element, await get("/api/v1/training/files"), go);
  } catch (error) {
    element.replaceChildren(failed(error, () => showDrills(element, { place, go })));
  }
}

// ---- the list ---------------------------------------------------------------------------------------------------------------

function list(element, { files, made }, go) {
  const errors = files.filter((one) => one.broken).length;
  element.replaceChildren(
    h("section", { class: "panel intro" }, h("div", {}, h("h2", {}, t("training.drills.head", { n: files.length })), h("p", { class: "soft" }, t("training.drills.body")),
      h("p", { class: "soft" }, ["golden", "reply", "change"].map((origin) => t("training.made", { n: made[origin] ?? 0, origin: t(`training.origin.${origin}`) })).join(" · ")),
      errors > 0 && h("p", { class: "doubt" }, t("training.drills.broken", { n: errors }))),
    h("button", { type: "button", class: "strong", id: "new-drill", onclick: () => go({ view: "drills", new: "1" }) }, t("training.drills.new"))),
    h("section", { class: "panel" }, ...(files.length ? files.map((one) => row(one, go)) : [empty(t("training.drills.none"), t("training.drills.none.body"))])));
}

const row = (one, go) => h("button", { type: "button", class: "drill-row", "data-file": one.name, onclick: () => go({ view: "drills", file: one.name }) },
  h("span", { class: `mark ${one.broken ? "failed" : one.problems.length ? "warned" : "passed"}`, "aria-hidden": "true" }, one.broken ? "✗" : one.problems.length ? "!" : "✓"),
  h("span", { class: "name" }, h("b", {}, one.title || one.name), h("span", { class: "chips" }, ...(one.broken ? [] : labels(one)), h("span", { class: "soft" }, `${one.name}.md`)),
    ...one.problems.map((problem) => h("span", { class: `problem ${problem.severity}` }, t("line", { lines: problem.line }), " ", worded(problem).what))),
  h("span", { class: "times" }, one.turns > 1 ? t("training.turns", { n: one.turns }) : ""));

// ---- writing ----------------------------------------------------------------------------------------------------------------

function edit(element, opened, go) {
  let version = opened.version;
  let drill = null;
  let saved = opened.saved ?? opened.text;
  let timer = 0;
  let asked = 0;
  const name = h("input", { id: "drill-name", maxlength: "80", value: opened.name, readonly: version !== null, placeholder: t("training.drills.id"), "aria-label": t("training.drills.id"), autocomplete: "off", spellcheck: "false", oninput: soon });
  const box = h("textarea", { id: "drill-text", rows: "26", spellcheck: "false", "aria-label": t("training.drills.text"), oninput: soon });
  box.value = opened.text;
  const found = h("ul", { class: "problems", "aria-live": "polite" });
  const said = h("div", {});
  const side = h("aside", {}, h("section", { class: "panel" }, h("h2", {}, t("training.lint")), found), h("div", { id: "drill-preview" }));
  const attempt = h("button", { type: "button", class: "plain", id: "try-drill", disabled: true, onclick: tryIt }, t("training.try"));
  const save = h("button", { type: "button", class: "strong", id: "save-drill", disabled: true, onclick: () => write(version) }, t("training.save"));
  element.replaceChildren(h("div", { class: "halves" }, h("div", { class: "column" }, h("section", { class: "panel" },
    h("div", { class: "row" }, h("button", { type: "button", class: "ghost", onclick: leave }, t("training.back")), name), box, said,
    h("div", { class: "row acts" }, h("span", { class: "spring" }), attempt, save))), side));
  lint();

  function soon() { clearTimeout(timer); timer = setTimeout(lint, PAUSE); }

  function leave() {
    if (box.value !== saved && !said.dataset.asked) {
      said.dataset.asked = "1";
      said.replaceChildren(h("div", { class: "banner abstain", role: "alert" }, h("b", {}, t("training.unsaved")), h("div", { class: "acts" },
        h("button", { type: "button", onclick: () => go({ view: "drills" }) }, t("training.unsaved.leave")), h("button", { type: "button", onclick: () => { delete said.dataset.asked; said.replaceChildren(); } }, t("training.unsaved.stay")))));
    } else go({ view: "drills" });
  }

  async function lint() {
    const mine = ++asked;
    try {
      const result = await post("/api/v1/training/lint", { name: name.value.trim(), text: box.value });
      if (mine === asked) show(result);
    } catch (error) {
      if (mine === asked) found.replaceChildren(h("li", {}, failed(error, lint)));
    }
  }

  function show(result) {
    drill = result.drill;
    attempt.disabled = save.disabled = drill === null;
    found.replaceChildren(...(result.problems.length ? result.problems.map(problem) : [h("li", { class: "fine" }, t("training.lint.fine"))]));
    byId("drill-preview").replaceChildren(...(drill ? [preview(drill)] : []));
  }

  const problem = (one) => h("li", { class: `problem ${one.severity}` }, h("button", { type: "button", class: "at", onclick: () => jump(one.line) }, t("line", { lines: one.line })),
    h("span", {}, worded(one).what), h("span", { class: "fix" }, worded(one).fix));

  function jump(line) {
    const start = box.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    box.focus();
    box.setSelectionRange(start, start + (box.value.slice(start).split("\n")[0] ?? "").length);
  }

  function tryIt() {
    const text = box.value;
    const tried = drill;
    const back = () => { element.replaceChildren(); edit(element, { name: name.value, text, version, saved }, go); };
    runDrill(element, { drill: tried, turn: async (number) => tried.messages[number] ?? null, leave: back,
      submit: (replies) => post("/api/v1/training/try", { name: name.value.trim(), text, replies, lang: boot.lang }),
      scored: (result) => scoreCard(result, { acts: [h("button", { type: "button", class: "strong", id: "to-editor", onclick: back }, t("training.try.back"))] }) });
  }

  async function write(over) {
    save.disabled = true;
    try {
      const result = await put("/api/v1/training/file", { name: name.value.trim(), text: box.value, opened: over });
      version = result.version;
      saved = box.value;
      name.readOnly = true;
      said.replaceChildren();
      toast(t("training.saved"));
      show(result);
    } catch (error) {
      said.replaceChildren(error.data?.code === "conflict" ? conflict(error.data) : failed(error));
      save.disabled = drill === null;
    }
  }

  const conflict = (data) => h("div", { class: "banner bad", role: "alert", id: "drill-conflict" }, h("b", {}, t(data.current ? "training.conflict" : "training.conflict.gone")),
    h("details", {}, h("summary", {}, t("training.conflict.theirs")), h("pre", {}, data.current)),
    h("div", { class: "acts" }, h("button", { type: "button", onclick: () => { box.value = saved = data.current; version = data.version; said.replaceChildren(); lint(); } }, t("training.conflict.take")),
      h("button", { type: "button", onclick: () => write(data.current ? data.version : null) }, t("training.conflict.over"))));
}

const preview = (drill) => h("section", { class: "panel", id: "preview" }, h("h2", {}, t("training.preview")), h("div", { class: "chips" }, ...labels(drill), drill.persona && h("span", { class: "persona" }, drill.persona)),
  ...drill.messages.map((text) => h("p", { class: "bubble customer", lang: LANGUAGES[drill.language] ? drill.language.replace("yue", "zh-Hant") : null }, text)));
