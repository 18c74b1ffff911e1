// The front matter as a form. It holds no text of its own: each change is one value, which the server writes into the text, and what the text
// says is shown again after every check.

import { boot, h, t } from "./dom.js";
import { get } from "./http.js";
import { worded } from "./content-parts.js";

const PAUSE = 250; // ms without a key
const LANGUAGES = [["zh-Hant", "繁體中文"], ["zh-Hans", "简体中文"], ["en", "English"]];
const KEYS = ["title", "lang", "category", "owner", "audience", "status", "valid_from", "valid_until", "review_by", "supersedes", "translation_of", "products", "disclaimers"];

let count = 0;

/**
 * {element, show(matter, problems), focus(line), flush()}. change(key, value): an author has changed a value; values are texts, or lists of texts.
 */
export function matterForm(change) {
  const made = { change, waiting: new Map(), fields: {}, id: ++count, offered: null, shown: null };
  for (const key of KEYS) made.fields[key] = { key, control: null, error: h("small", { class: "field-error", "aria-live": "polite" }), set: () => {} };
  made.element = h("div", { class: "matter-form", role: "group", "aria-label": t("content.matter") }, ...KEYS.map((key) => field(made, key)));
  get("/api/v1/content/choices").then((offered) => { made.offered = offered; offer(made); if (made.shown) show(made, ...made.shown); }).catch(() => {});
  return {
    element: made.element,
    show: (matter, problems) => show(made, matter, problems),
    focus: (line) => focus(made, line),
    flush: () => { for (const send of [...made.waiting.values()]) send(); },
    say: (key, text) => { made.fields[key].error.textContent = text; },
  };
}

// ---- fields -----------------------------------------------------------------------------------------------------------------

function field(made, key) {
  const label = t(`content.matter.${key}`);
  const body = { lang: chooser, audience: chooser, status, products, disclaimers }[key] ?? (["valid_from", "valid_until", "review_by"].includes(key) ? day : line);
  const of = made.fields[key];
  const inside = body(made, of, label);
  const grouped = ["products", "disclaimers"].includes(key);
  return h(grouped ? "div" : "label", { class: `field field-${key}`, "data-key": key, role: grouped ? "group" : null, "aria-label": grouped ? label : null },
    h("span", { class: "field-name" }, label), inside, of.error);
}

function line(made, of, label) {
  of.control = h("input", { type: "text", maxlength: "300", autocomplete: "off", list: `matter-${of.key}-${made.id}`, "aria-label": label });
  of.control.addEventListener("input", (event) => { if (!event.isComposing) later(made, of, () => of.control.value); });
  of.control.addEventListener("compositionend", () => later(made, of, () => of.control.value));
  of.control.addEventListener("change", () => made.waiting.get(of.key)?.());
  of.set = (value) => { of.control.value = value ?? ""; };
  return [of.control, h("datalist", { id: `matter-${of.key}-${made.id}` })];
}

function day(made, of, label) {
  of.control = h("input", { type: "date", min: "1900-01-01", max: "2999-12-31", "aria-label": label });
  of.control.addEventListener("change", () => made.change(of.key, of.control.value));
  of.set = (value) => {
    of.control.type = "date";
    of.control.value = value ?? "";
    if (of.control.value !== (value ?? "")) Object.assign(of.control, { type: "text", value }); // not a day: shown as it stands
  };
  return of.control;
}

function chooser(made, of, label) {
  const options = of.key === "lang" ? LANGUAGES : ["public", "agent"].map((value) => [value, t(`content.matter.${value}`)]);
  of.control = h("select", { "aria-label": label, onchange: () => made.change(of.key, of.control.value) });
  of.set = (value) => {
    const chosen = value || (of.key === "audience" ? "public" : "");
    const known = options.some(([one]) => one === chosen);
    of.control.replaceChildren(...(known ? options : [[chosen, chosen || "—"], ...options]).map(([one, name]) => h("option", { value: one, selected: one === chosen }, name)));
  };
  of.set("");
  return of.control;
}

function status(made, of) {
  const pill = h("span", { class: "pill" });
  of.set = (value) => {
    const stage = value || "published";
    pill.className = `pill state-${stage === "published" ? "in-force" : stage}`;
    pill.textContent = stage === "published" ? t("content.matter.published") : t(`content.state.${stage}`);
  };
  return h("span", { class: "status-pill" }, pill);
}

function products(made, of, label) {
  const chips = h("span", { class: "product-chips" });
  of.control = h("input", { type: "text", maxlength: "200", autocomplete: "off", list: `matter-products-${made.id}`, placeholder: t("content.matter.add_product"), "aria-label": label });
  const add = () => {
    const said = of.control.value.trim();
    if (!said || of.control.disabled) return;
    const found = made.offered?.products.find((one) => one.id === said || Object.values(one.names).includes(said));
    of.control.value = "";
    made.change("products", [...new Set([...of.chosen, found?.id ?? said])]);
  };
  of.control.addEventListener("change", add);
  of.control.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); add(); } });
  of.set = (value) => {
    of.chosen = value ?? [];
    const name = (id) => made.offered?.products.find((one) => one.id === id)?.names[boot.lang] ?? id;
    chips.replaceChildren(...of.chosen.map((id) => h("span", { class: "chip product", title: id }, name(id),
      h("button", { type: "button", "aria-label": t("content.matter.take_out", { name: name(id) }), onclick: () => made.change("products", of.chosen.filter((one) => one !== id)) }, "×"))));
  };
  return h("span", { class: "product-field" }, chips, of.control, h("datalist", { id: `matter-products-${made.id}` }));
}

function disclaimers(made, of) {
  const summary = h("summary", {});
  const list = h("div", { class: "disclaimer-list" });
  of.set = (value) => {
    of.chosen = value ?? [];
    const offered = made.offered?.disclaimers ?? [];
    const lang = made.shown?.[0]?.values.lang;
    const unknown = of.chosen.filter((id) => !offered.some((one) => one.id === id)).map((id) => ({ id, texts: {} }));
    summary.textContent = of.chosen.join(", ") || "—";
    const box = (one) => h("label", {}, h("input", { type: "checkbox", value: one.id, checked: of.chosen.includes(one.id),
      onchange: (event) => made.change("disclaimers", event.target.checked ? [...of.chosen, one.id] : of.chosen.filter((id) => id !== one.id)) }),
    h("span", {}, h("b", {}, one.id), h("small", { lang: lang ?? null }, made.offered ? one.texts[lang] ?? one.texts[boot.lang] ?? t("content.matter.no_text") : "")));
    const at = [...list.querySelectorAll("input")].findIndex((one) => one === document.activeElement);
    list.replaceChildren(...[...unknown, ...offered].map(box));
    if (!list.childElementCount) list.append(h("small", {}, t("content.matter.no_disclaimers")));
    if (at >= 0) list.querySelectorAll("input")[at]?.focus();
  };
  of.control = summary;
  return h("details", { class: "disclaimer-field" }, summary, list);
}

/** What the fields suggest. */
function offer(made) {
  const fill = (key, options) => made.element.querySelector(`#matter-${key}-${made.id}`)?.replaceChildren(...options);
  const article = (one) => h("option", { value: one.id }, one.title);
  for (const [key, values] of [["category", made.offered.categories], ["owner", made.offered.owners]]) fill(key, values.map((value) => h("option", { value })));
  for (const key of ["supersedes", "translation_of"]) fill(key, made.offered.articles.map(article));
  fill("products", made.offered.products.map((one) => h("option", { value: one.id }, Object.values(one.names).join(" · "))));
}

// ---- changes ---------------------------------------------------------------------------------------------------------------

/** After a pause, or at once where the field is left or the text is needed. */
function later(made, of, value) {
  clearTimeout(of.timer);
  const send = () => { clearTimeout(of.timer); made.waiting.delete(of.key); made.change(of.key, value()); };
  made.waiting.set(of.key, send);
  of.timer = setTimeout(send, PAUSE);
}

/** What the text says now. A field that is being typed in keeps what is typed. */
function show(made, matter, problems) {
  made.shown = [matter, problems];
  for (const of of Object.values(made.fields)) {
    const odd = matter.odd.includes(of.key);
    const typing = made.waiting.has(of.key) || (of.control === document.activeElement && of.control.type === "text" && of.key !== "products");
    if (!typing) of.set(matter.values[of.key]);
    if (of.control) of.control.disabled = odd;
    const mine = problems.filter((problem) => keyOf(problem, matter) === of.key);
    const bad = mine.find((problem) => problem.severity === "error") ?? mine[0];
    of.error.textContent = odd ? t("content.matter.odd") : mine.map((problem) => worded(problem).what).join(" ");
    of.error.title = mine.map((problem) => worded(problem).fix).join(" ");
    of.error.closest(".field").classList.toggle("bad", bad?.severity === "error");
    of.error.closest(".field").classList.toggle("doubted", bad?.severity === "warning" || odd);
  }
}

/** The key that a problem is about: it says so, or it stands on the key's lines. */
const keyOf = (problem, matter) => problem.params.key ?? Object.entries(matter.lines).find(([, [first, last]]) => problem.line > 2 && first <= problem.line && problem.line <= last)?.[0];

/** Go to the field of a line. */
function focus(made, line) {
  const [matter, problems] = made.shown ?? [null, []];
  const at = matter && (problems.find((problem) => problem.line === line && problem.params.key)?.params.key ?? Object.entries(matter.lines).find(([, [first, last]]) => first <= line && line <= last)?.[0]);
  const of = made.fields[at] ?? made.fields.title;
  of.error.closest(".field").scrollIntoView({ block: "nearest" });
  of.control?.focus();
}
