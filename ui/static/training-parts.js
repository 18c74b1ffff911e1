// What several views of the training page show. All of it by text nodes.

import { boot, h, hasText, t } from "./dom.js";

export const LANGUAGES = { "zh-Hant": "繁體中文", "zh-Hans": "简体中文", yue: "粵語", en: "English" };

export const loading = () => h("div", { class: "state" }, h("p", {}, t("training.loading")));
export const empty = (title, body, ...acts) => h("div", { class: "state" }, h("b", {}, title), body && h("p", {}, body), ...acts);
export const failed = (error, again) => h("div", { class: "banner bad", role: "alert" }, h("b", {}, t("error.title")), error.message,
  again && h("div", { class: "acts" }, h("button", { type: "button", onclick: again }, t("retry"))));

/** 0:07, 12:30 */
export const counted = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;

export const when = (at) => new Date(at).toLocaleString(boot.locale, { dateStyle: "short", timeStyle: "short" });

export const channelName = (id) => boot.channels.find((one) => one.id === id)?.name || id;

export const verdict = (passed) => h("b", { class: `verdict ${passed ? "good" : "bad"}` }, t(passed ? "training.passed" : "training.failed"));

/** What is wrong with a drill and how to mend it, in the reader's language where the rule is known. */
export function worded(problem) {
  const known = problem.code && hasText(`drill_lint.${problem.code}.what`);
  return known ? { what: t(`drill_lint.${problem.code}.what`, problem.params), fix: t(`drill_lint.${problem.code}.fix`, problem.params) } : problem;
}

/** What a drill is about, as small labels. */
export const labels = (drill) => [
  drill.mood && h("span", { class: `chip mood-${drill.mood}` }, t(`training.mood.${drill.mood}`)),
  h("span", { class: "chip" }, LANGUAGES[drill.language] ?? drill.language),
  drill.channel && h("span", { class: "chip" }, channelName(drill.channel)),
  drill.category && h("span", { class: "chip" }, drill.category),
  drill.origin && drill.origin !== "file" && h("span", { class: "chip origin" }, t(`training.origin.${drill.origin}`)),
].filter(Boolean);

/** A chooser: `options` is [[value, name], …]. */
export const chooser = (id, label, options, chosen, changed) => h("label", {}, h("span", {}, label),
  h("select", { id, onchange: (event) => changed(event.target.value) }, ...options.map(([value, name]) => h("option", { value, selected: value === chosen }, name))));
