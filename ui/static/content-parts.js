// What several views of the content page show: states, dates, problems, an article's tree of elements, differences. All of it by text nodes.

import { h, hasText, t } from "./dom.js";

export const STATES = ["in-force", "coming", "ended", "draft", "review", "retired", "broken"];
export const FLAGS = ["conflict", "expiring", "stale", "replaced", "warnings", "disliked", "unused", "unindexed", "aside"];

export const statePill = (state) => h("span", { class: `pill state-${state}` }, t(`content.state.${state}`));
export const flagChip = (flag) => h("span", { class: `chip flag-${flag}`, title: t(`content.flag_title.${flag}`) }, t(`content.flag.${flag}`));

/** A moment in the reader's own time. */
export function moment(iso) {
  const at = new Date(iso);
  const two = (number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export const period = (row) => [row.valid_from && t("valid.from", { date: row.valid_from }), row.valid_until && t("valid.until", { date: row.valid_until })]
  .filter(Boolean).join(" ") || t("valid.always");

export const empty = (title, body, ...acts) => h("div", { class: "state" }, h("b", {}, title), body && h("p", {}, body), ...acts);
export const failed = (error, again) => h("div", { class: "banner bad", role: "alert" }, h("b", {}, t("content.failed")), error.message,
  again && h("div", { class: "acts" }, h("button", { type: "button", onclick: again }, t("retry"))));
export const loading = () => h("div", { class: "state loading" }, h("p", {}, t("content.loading")));

/** A problem's {what, fix} in the reader's language; what has no code says it in English. */
export function worded(problem) {
  const known = problem.code && hasText(`lint.${problem.code}.what`);
  return known ? { what: t(`lint.${problem.code}.what`, problem.params), fix: t(`lint.${problem.code}.fix`, problem.params) } : problem;
}

/** Why the server refused, in the reader's language where the rule is known. */
export const refusalOf = (error) => (error.data?.rule && hasText(`content.refused.${error.data.rule}`) ? t(`content.refused.${error.data.rule}`) : error.message);

/** One problem; `go(line)` where the reader may jump to its line; acts: what else can be done about it. */
export function problemLine(problem, go, ...acts) {
  const { what, fix } = worded(problem);
  const line = h(go ? "button" : "span", { class: "at", type: go ? "button" : null, onclick: go && (() => go(problem.line)) }, t("line", { lines: problem.line }));
  return h("li", { class: `problem ${problem.severity}` }, line, h("span", { class: "what" }, what), h("span", { class: "fix" }, fix, ...acts));
}

// ---- an article --------------------------------------------------------------------------------------------------------

const KNOWN = new Set("h1 h2 h3 h4 h5 h6 p ul ol li table thead tbody tr th td strong em code pre blockquote hr br a aside".split(" "));

/** The elements of a tree that the server made of Markdown. open(address): follow a link to another article. problems: shown beside their lines. */
export function article(tree, { open = null, problems = [], lit = null } = {}) {
  const body = h("div", { class: "article" }, ...tree.map((node) => element(node, open)));
  for (const problem of problems) {
    const beside = blockAt(body, problem.line);
    if (!beside) continue;
    beside.classList.add("doubted", problem.severity);
    const place = beside.matches("tr") ? beside.closest("table") : beside;
    place.after(h("div", { class: `beside ${problem.severity}` }, h("b", {}, t("line", { lines: problem.line })), ` ${worded(problem).what} `, h("i", {}, worded(problem).fix)));
  }
  if (lit) blockAt(body, lit)?.classList.add("lit");
  return body;
}

function element(node, open) {
  if (typeof node === "string") return node;
  const tag = KNOWN.has(node.tag) ? node.tag : "p";
  const made = h(tag, { "data-from": node.lines?.[0], "data-to": node.lines?.[1] }, ...node.children.map((child) => element(child, open)));
  if (tag === "a" && node.href) Object.assign(made, { href: node.href, target: "_blank", rel: "noopener noreferrer" });
  if (tag === "a" && node.article) {
    made.href = "#";
    made.addEventListener("click", (event) => { event.preventDefault(); open?.(node.article); });
  }
  if (tag === "aside") made.prepend(h("small", {}, t("content.reply", { lang: node.lang ?? "?" })));
  return tag === "table" ? h("div", { class: "wide" }, made) : made;
}

/** The innermost block that holds a line. */
export function blockAt(body, line) {
  const holding = [...body.querySelectorAll("[data-from]")].filter((one) => Number(one.dataset.from) <= line && line <= Number(one.dataset.to));
  return holding.at(-1) ?? null;
}

// ---- differences -------------------------------------------------------------------------------------------------------

const CONTEXT = 3; // unchanged lines that stay on each side of a change

/** Pieces of a comparison, [[kind, text]], as one text with what is gone and what is new marked; long unchanged stretches folded. */
export function differenceView(pieces) {
  if (!pieces.some(([kind]) => kind !== "same")) return h("p", { class: "soft" }, t("content.same"));
  const parts = pieces.map(([kind, text], index) => {
    if (kind === "gone") return h("del", {}, text);
    if (kind === "new") return h("ins", {}, text);
    return folded(text, index === 0, index === pieces.length - 1);
  });
  return h("pre", { class: "difference" }, ...parts.flat());
}

function folded(text, first, last) {
  const lines = text.split("\n");
  const head = first ? 0 : CONTEXT;
  const tail = last ? 0 : CONTEXT;
  const hidden = lines.length - head - tail;
  if (hidden < 4) return [text];
  const fold = h("button", { type: "button", class: "fold", onclick: () => fold.replaceWith(lines.slice(head, head + hidden).join("\n")) }, t("content.folded", { n: hidden }));
  return [`${lines.slice(0, head).join("\n")}${head ? "\n" : ""}`, fold, `${tail ? "\n" : ""}${lines.slice(lines.length - tail).join("\n")}`];
}
