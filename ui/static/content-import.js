// Taking in FAQ lists, pages and documents: drop files, see what each would become, mend it, write the drafts.
// A file stays in the browser and is sent again whenever a choice changes; the server keeps nothing of it until drafts are written.

import { boot, h, hasText, t } from "./dom.js";
import { post, upload } from "./http.js";
import { toast } from "./shell.js";
import { article, empty, problemLine } from "./content-parts.js";

const LARGEST = 10_000_000; // bytes; the server's own limit
const PAUSE = 400; // ms without a key
const OPENED = 3; // articles that are shown unfolded at first
const LANGUAGES = [["zh-Hant", "繁體中文"], ["zh-Hans", "简体中文"], ["en", "English"]];

const files = []; // {file, layouts, waiting, problem, found}; found: the server's answer, each article with `chosen` and its card
let place = null; // what the page gave us
let parts = null; // elements of the view

export function showImport(view, given) {
  place = given;
  if (view.childElementCount) return;
  document.head.append(h("link", { rel: "stylesheet", href: "/static/content-import.css" }));
  parts = { files: h("div", { class: "import-files" }), preview: h("section", { class: "pane import-preview", "aria-live": "polite" }), foot: h("div", { class: "import-foot" }), options: options() };
  view.replaceChildren(h("section", { class: "pane import-side" }, dropZone(), parts.options, parts.files), h("div", { class: "import-main" }, parts.preview, parts.foot));
  draw();
}

// ---- files come in -------------------------------------------------------------------------------------------------------

function dropZone() {
  const input = h("input", { type: "file", id: "import-input", multiple: true, accept: ".csv,.tsv,.txt,.xlsx,.html,.htm,.docx", class: "import-input", onchange: () => { add(input.files); input.value = ""; } });
  const zone = h("label", { class: "import-drop", id: "import-drop", for: "import-input" }, input, h("b", {}, t("import.drop")), h("span", {}, t("import.drop.body", { most: LARGEST / 1_000_000 })));
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.remove("over"); });
  zone.addEventListener("drop", (event) => add(event.dataTransfer.files));
  return zone;
}

function options() {
  const field = (name, element) => h("label", {}, h("span", {}, t(`import.option.${name}`)), element);
  const text = (name, more = {}) => h("input", { name, autocomplete: "off", maxlength: "100", onchange: again, ...more });
  return h("details", { class: "import-options" }, h("summary", {}, t("import.options")),
    field("lang", h("select", { name: "lang", onchange: again }, h("option", { value: "" }, t("import.option.told")), ...languageOptions(""))),
    field("category", text("category")), field("owner", text("owner", { list: "import-owners" })), owners(),
    field("into", text("into", { placeholder: "faq", pattern: "[\\w][\\w.\\-]*(/[\\w][\\w.\\-]*)*" })));
}

const languageOptions = (chosen) => LANGUAGES.map(([value, label]) => h("option", { value, selected: value === chosen }, label));
const owners = () => h("datalist", { id: "import-owners" }, ...[...new Set((place.listed?.articles ?? []).map((row) => row.owner))].filter(Boolean).sort().map((value) => h("option", { value })));

function add(list) {
  for (const file of list) {
    const one = { file, layouts: {}, waiting: false, problem: null, found: null };
    files.push(one);
    if (file.size > LARGEST) one.problem = t("import.refused.too-large", { most: LARGEST / 1_000_000 });
  }
  ask(files.filter((one) => !one.found && !one.problem && !one.waiting));
}

/** Another choice for all files: each is read anew. */
function again() {
  if (!parts.options.querySelector("[name=into]").reportValidity()) return;
  ask(files.filter((one) => one.found));
}

async function ask(list) {
  for (const one of list) one.waiting = true;
  draw();
  for (const one of list) { // one after the other: the server reads one at a time
    const chosen = Object.fromEntries([...parts.options.querySelectorAll("[name]")].map((field) => [field.name, field.value.trim()]).filter(([, value]) => value));
    const words = new URLSearchParams({ ...chosen, name: one.file.name, layouts: JSON.stringify(one.layouts) });
    try {
      one.found = await upload(`/api/v1/content/import?${words}`, one.file);
      one.problem = null;
      for (const made of one.found.articles) made.chosen = !clashes(made, one);
    } catch (error) {
      one.found = null;
      one.problem = refused(error);
    }
    one.waiting = false;
    draw();
  }
}

const all = () => files.flatMap((one) => one.found?.articles ?? []);
const clashes = (made) => all().some((other) => other !== made && other.chosen && other.id.toLowerCase() === made.id.toLowerCase());

/** What the server refused, in the reader's language: where, what, and what to do. */
function refused(error) {
  const { code, place: where, fields = {} } = error.data ?? {};
  if (code && hasText(`import.refused.${code}`)) return [where && placeName(where), t(`import.refused.${code}`, fields)].filter(Boolean).join(t("import.colon"));
  if (error.status === 413) return t("import.refused.too-large", { most: LARGEST / 1_000_000 });
  return error.message;
}

const placeName = ({ kind, name }) => (kind === "file" ? "" : t(`import.place.${kind}`, { name }));
const noteText = ({ code, place: where, fields }) => [placeName(where), t(`import.note.${code}`, fields)].filter(Boolean).join(t("import.colon"));

// ---- what was read -------------------------------------------------------------------------------------------------------

function draw() {
  parts.files.replaceChildren(...files.map(fileCard));
  const made = all();
  parts.preview.replaceChildren(...(made.length ? files.filter((one) => one.found?.articles.length).flatMap(fileArticles)
    : [empty(t(files.some((one) => one.waiting) ? "import.reading" : "import.empty"), t("import.empty.body"))]));
  drawFoot();
}

function fileCard(one) {
  const { found } = one;
  const notes = found?.notes ?? [];
  return h("article", { class: `import-file ${one.problem ? "bad" : ""}`, "data-name": one.file.name },
    h("div", { class: "import-file-head" }, h("b", {}, one.file.name), found && h("span", { class: "chip" }, found.kind.toUpperCase()),
      h("span", { class: "soft" }, one.waiting ? t("import.reading") : found ? t("import.found", { n: found.articles.length }) : ""), h("span", { class: "spring" }),
      h("button", { type: "button", class: "ghost", "aria-label": t("import.remove"), title: t("import.remove"), onclick: () => { files.splice(files.indexOf(one), 1); draw(); } }, "×")),
    one.problem && h("p", { class: "import-refused", role: "alert" }, one.problem),
    ...(found?.tables ?? []).map((table) => tableChooser(one, table)),
    notes.length > 0 && h("details", { class: "import-notes", open: notes.length < 7 }, h("summary", {}, t("import.notes", { n: notes.length })), h("ul", {}, ...notes.map((note) => h("li", {}, noteText(note))))));
}

/** The table's first rows with a choice above each column. */
function tableChooser(one, table) {
  const choose = (change) => {
    one.layouts[table.sheet] = { header: table.header, columns: { ...table.columns }, ...change };
    ask([one]);
  };
  const roleOf = (column) => Object.entries(table.columns).find(([, at]) => at === column)?.[0] ?? "";
  const setRole = (column, role) => {
    const columns = Object.fromEntries(Object.entries(table.columns).filter(([name, at]) => at !== column && name !== role));
    choose({ columns: role ? { ...columns, [role]: column } : columns });
  };
  const head = table.letters.map((letter, column) => h("th", { scope: "col", class: roleOf(column) ? "used" : null },
    h("select", { "aria-label": t("import.column", { letter }), "data-column": letter, onchange: (event) => setRole(column, event.target.value) },
      h("option", { value: "" }, t("import.role.none", { letter })), ...one.found.roles.map((role) => h("option", { value: role, selected: roleOf(column) === role }, t(`import.role.${role}`))))));
  const rows = table.sample.map(([number, ...cells]) => h("tr", { class: number === table.header ? "header" : null }, h("th", { scope: "row" }, String(number)), ...cells.map((cell) => h("td", {}, cell))));
  return h("details", { class: "import-table", open: !table.usable },
    h("summary", {}, [table.sheet && t("import.place.sheet", { name: table.sheet }), t("import.columns")].filter(Boolean).join(" · ")),
    h("label", { class: "import-header" }, h("span", {}, t("import.header")), h("select", { "data-header": "", onchange: (event) => choose({ header: Number(event.target.value) }) },
      h("option", { value: "0", selected: table.header === 0 }, t("import.header.none")), ...table.first_rows.map((number) => h("option", { value: number, selected: number === table.header }, t("import.place.row", { name: number }))))),
    h("div", { class: "wide" }, h("table", {}, h("thead", {}, h("tr", {}, h("td"), ...head)), h("tbody", {}, ...rows))));
}

// ---- the articles --------------------------------------------------------------------------------------------------------

function fileArticles(one) {
  const head = files.filter((other) => other.found?.articles.length).length > 1 ? [h("h2", { class: "import-source" }, one.file.name)] : [];
  return [...head, ...one.found.articles.map((made) => (made.card ??= articleCard(made, one.found.articles.length <= OPENED)))];
}

function articleCard(made, unfolded) {
  const body = h("div", { class: "import-body" });
  const counts = h("span", { class: "problem-count" });
  const title = h("b", {}, made.title);
  const id = h("small", {}, made.id);
  const tick = h("input", { type: "checkbox", checked: made.chosen, "aria-label": t("import.take"), onchange: () => { made.chosen = tick.checked; card.classList.toggle("left", !made.chosen); drawFoot(); } });
  const show = () => {
    const [errors, warnings] = ["error", "warning"].map((severity) => made.problems.filter((problem) => problem.severity === severity).length);
    counts.textContent = errors + warnings ? t("content.edit.found", { errors, warnings }) : t("content.edit.sound");
    counts.className = `problem-count ${errors ? "error" : warnings ? "warning" : "sound"}`;
    title.textContent = made.title;
    id.textContent = made.id;
    body.replaceChildren(h("ul", { class: "problems" }, ...made.problems.map((problem) => problemLine(problem))), article(made.tree));
  };
  const check = checker(made, body, show);
  const fields = h("div", { class: "import-fields" },
    ...["title", "id", "category", "owner"].map((name) => h("label", {}, h("span", {}, t(`import.field.${name}`)),
      h("input", { name, value: made[name], maxlength: name === "id" ? "190" : "300", list: name === "owner" ? "import-owners" : null, autocomplete: "off", oninput: (event) => check(name, event.target.value) }))),
    h("label", {}, h("span", {}, t("import.field.lang")), h("select", { name: "lang", onchange: (event) => check("lang", event.target.value) }, ...languageOptions(made.lang))));
  const card = h("details", { class: `import-article ${made.chosen ? "" : "left"}`, open: unfolded },
    h("summary", {}, h("span", { class: "import-tick", onclick: (event) => event.stopPropagation() }, tick), h("span", { class: "import-name" }, title, id), counts), fields, body);
  show();
  return card;
}

/** Takes a field's new value, and asks the server once nobody has typed for a moment. */
function checker(made, body, show) {
  let timer = 0;
  let asked = 0;
  return (name, value) => {
    made[name] = value.trim();
    drawFoot();
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++asked;
      try {
        const found = await post("/api/v1/content/import/check", draftOf(made));
        if (mine !== asked) return;
        made.problem = null;
        Object.assign(made, { tree: found.tree, problems: found.problems });
        show();
      } catch (error) {
        if (mine !== asked) return;
        made.problem = refused(error);
        body.replaceChildren(h("p", { class: "import-refused", role: "alert" }, made.problem));
      }
    }, PAUSE);
  };
}

const draftOf = ({ id, title, lang, category, owner, products, body }) => ({ id, title, lang, category, owner, products, body });

// ---- writing -------------------------------------------------------------------------------------------------------------

function drawFoot() {
  const chosen = all().filter((made) => made.chosen);
  parts.foot.replaceChildren(...(all().length ? [h("span", { class: "soft" }, t("import.foot")), h("span", { class: "spring" }),
    h("button", { type: "button", class: "strong", id: "import-write", disabled: chosen.length === 0, onclick: write }, t("import.write", { n: chosen.length }))] : []));
}

async function write() {
  const button = document.getElementById("import-write");
  button.disabled = true;
  const taken = all().filter((made) => made.chosen);
  const source = files.filter((one) => one.found?.articles.some((made) => made.chosen)).map((one) => one.found.name).join(", ").slice(0, 300);
  try {
    const { files: written } = await post("/api/v1/content/import/write", { drafts: taken.map(draftOf), source });
    for (const one of files.filter((other) => other.found)) one.found.articles = one.found.articles.filter((made) => !made.chosen);
    for (const one of files.filter((other) => other.found && !other.found.articles.length)) files.splice(files.indexOf(one), 1);
    toast(t("import.written", { n: written.length }));
    await place.changed();
    draw();
    parts.preview.prepend(h("div", { class: "banner sent", id: "import-written" }, h("b", {}, t("import.written", { n: written.length })),
      h("ul", { class: "import-links" }, ...written.map((file) => h("li", {}, h("button", { type: "button", class: "link", onclick: () => place.go({ file, tab: "edit" }) }, file))))));
  } catch (error) {
    drawFoot();
    parts.foot.prepend(h("p", { class: "import-refused", role: "alert" }, t("import.not_written"), " ", refused(error)));
  }
}
