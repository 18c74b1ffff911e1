// The conversation: what customer and agent said, to be mended, removed, or taken for the other's.

import { boot, byId, h, t } from "./dom.js";
import { deliveryLine } from "./reply.js";
import { emptyState } from "./sources.js";
import { state } from "./state.js";

let editing = -1; // index of the turn being edited

/** Draw the turns. on: {changed(), next(), unsplit(), example(text)}. */
export function drawTurns(on) {
  const turns = byId("turns");
  if (!state.turns.length) {
    const examples = boot.examples.map((text) => h("button", { type: "button", class: "example", onclick: () => on.example(text) }, text));
    return turns.replaceChildren(emptyState("start", examples.length ? h("div", { class: "examples" }, h("small", {}, t("start.examples")), ...examples) : null));
  }
  turns.replaceChildren(...[
    state.split && h("div", { class: "split" }, h("span", {}, t("split", { n: state.split.count })),
      h("button", { type: "button", class: "link", onclick: on.unsplit }, t("split.undo"))),
    ...state.turns.map((turn, index) => (index === editing ? editor(turn, index, on) : bubble(turn, index, on))),
    h("div", { class: "turns-hint" }, t("turns.hint"), " ", h("button", { type: "button", class: "link", onclick: on.next }, t("turns.next"))),
  ].filter(Boolean));
  turns.scrollTop = turns.scrollHeight;
  turns.querySelector("textarea")?.focus();
}

function bubble(turn, index, on) {
  const other = turn.role === "agent" ? "customer" : "agent";
  const act = (key, label, does) => h("button", { type: "button", class: `turn-act ${key}`, title: label, "aria-label": label, onclick: does });
  return h("div", { class: `turn ${turn.role}`, "data-index": index },
    h("small", {}, h("span", {}, t(turn.role)),
      act("swap", t("turn.role", { role: t(other) }), () => change(on, (turns) => { turns[index] = { ...turn, role: other }; })),
      act("edit", t("turn.edit"), () => { editing = index; drawTurns(on); }),
      act("remove", t("turn.remove"), () => change(on, (turns) => { turns.splice(index, 1); }))),
    h("p", {}, turn.text),
    turn.reply && h("div", { class: "turn-state" }, deliveryLine(turn.reply)));
}

function editor(turn, index, on) {
  const box = h("textarea", { rows: Math.min(8, turn.text.split("\n").length + 2), "aria-label": t("turn.edit") });
  box.value = turn.text;
  const leave = () => { editing = -1; drawTurns(on); };
  const save = () => {
    editing = -1;
    const text = box.value.trim();
    change(on, (turns) => { if (text) turns[index] = { ...turn, text, reply: null }; else turns.splice(index, 1); });
  };
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") { event.stopPropagation(); leave(); }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); event.stopPropagation(); save(); }
  });
  return h("div", { class: `turn ${turn.role} editing` }, h("small", {}, t(turn.role)), box,
    h("div", { class: "acts" }, h("button", { type: "button", class: "plain", onclick: leave }, t("cancel")),
      h("button", { type: "button", class: "strong", onclick: save }, t("turn.save"))));
}

function change(on, make) {
  state.turns = [...state.turns];
  make(state.turns);
  state.split = null;
  on.changed();
}
