// The sheet that asks what a new article is about.

import { boot, h, t } from "./dom.js";
import { post } from "./http.js";

/** Ask, make the draft, and hand over its file. given: what is known already: title, lang, and the question and questions that it is to answer. */
export function askForArticle(listed, made, given = {}) {
  const suggestions = (id, values) => h("datalist", { id }, ...[...new Set(values)].filter(Boolean).sort().map((value) => h("option", { value })));
  const field = (name, attributes) => h("label", {}, h("span", {}, t(`content.new.${name}`)), h("input", { name, autocomplete: "off", ...attributes }));
  const problem = h("p", { class: "banner bad", hidden: true, role: "alert" });
  const form = h("form", {},
    h("h2", {}, t("content.begin")),
    field("title", { required: true, maxlength: "300", value: given.title }),
    field("id", { required: true, maxlength: "190", pattern: "[\\w][\\w.\\-]*(/[\\w][\\w.\\-]*)*", placeholder: "returns/umbrellas", title: t("content.new.id_title") }),
    h("label", {}, h("span", {}, t("content.by.lang")), h("select", { name: "lang" }, ...[["zh-Hant", "繁體中文"], ["zh-Hans", "简体中文"], ["en", "English"]]
      .map(([value, label]) => h("option", { value, selected: value === (given.lang ?? boot.lang) }, label)))),
    field("owner", { list: "owners", maxlength: "300" }), suggestions("owners", listed.articles.map((row) => row.owner)),
    field("products", { list: "products", maxlength: "300" }), suggestions("products", listed.terms),
    problem,
    h("div", { class: "acts" }, h("button", { type: "button", class: "plain", onclick: () => sheet.close() }, t("cancel")), h("button", { class: "strong" }, t("content.new.make"))));
  const sheet = h("dialog", { class: "sheet begin", onclose: () => sheet.remove() }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(form));
    try {
      const products = said.products.split(/[,、\s]+/).filter(Boolean);
      const { file } = await post("/api/v1/content/begin", { ...said, products, question: given.question ?? "", questions: given.questions ?? [] });
      sheet.close();
      made(file);
    } catch (error) {
      problem.textContent = error.data?.code === "conflict" ? t("content.new.taken") : error.message;
      problem.hidden = false;
    }
  });
  document.querySelector(".topbar").after(sheet);
  sheet.showModal();
  form.querySelector("input").focus();
}
