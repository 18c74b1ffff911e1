// The keys: one table that both runs them and explains them. None fires while an input method composes.

import { t } from "./dom.js";
import { setKeys, showKeys } from "./shell.js";

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const CTRL = MAC ? "⌘" : "Ctrl";
const ALT = MAC ? "⌥" : "Alt";

// [group, action, keys shown, when]. Alt with a letter is told by the key's place, because Alt changes what a Mac types.
const alt = (code, shift = false) => (event) => event.altKey && !event.ctrlKey && !event.metaKey && event.shiftKey === shift && event.code === code;
const control = (event) => (event.ctrlKey || event.metaKey) && !event.altKey;

const TABLE = [
  ["loop", "paste", `${CTRL} V`, () => false],
  ["loop", "next", `${CTRL} Enter`, (event) => control(event) && !event.shiftKey && event.key === "Enter"],
  ["loop", "copy", `${CTRL} Shift Enter`, (event) => control(event) && event.shiftKey && event.key === "Enter"],
  ["loop", "question", `${ALT} Q`, alt("KeyQ")],
  ["loop", "addTurn", `${ALT} A`, alt("KeyA")],
  ["loop", "newConversation", `${ALT} C`, alt("KeyC")],
  ["draft", "draft", `${ALT} R`, alt("KeyR")],
  ["draft", "phrases", `${ALT} P`, alt("KeyP")],
  ["draft", "insert", `${ALT} I`, alt("KeyI")],
  ["draft", "doubt", "F8", (event) => event.key === "F8"],
  ["draft", "mend", "F9", (event) => event.key === "F9"],
  ["draft", "restore", `${ALT} Z`, alt("KeyZ")],
  ["draft", "reword", `${ALT} W`, alt("KeyW")],
  ["around", "source", `${ALT} 1–9`, (event) => event.altKey && !event.shiftKey && !event.ctrlKey && /^Digit[1-9]$/.test(event.code)],
  ["around", "lookup", `${ALT} K`, alt("KeyK")],
  ["around", "message", `${ALT} M /`, (event, writing) => alt("KeyM")(event) || (event.key === "/" && !writing)],
  ["around", "options", `${ALT} O`, alt("KeyO")],
  ["around", "right", `${ALT} Y`, alt("KeyY")],
  ["around", "wrong", `${ALT} N`, alt("KeyN")],
  ["around", "missing", `${ALT} U`, alt("KeyU")],
  ["around", "help", `${ALT} H ?`, (event, writing) => alt("KeyH")(event) || (event.key === "?" && !writing)],
];

/** Run the keys. actions: what each does, by name, given the event; without: names of those that this page lacks. */
export function startKeys(actions, without = []) {
  const table = TABLE.filter(([, name]) => !without.includes(name));
  const does = { help: showKeys, ...actions };
  setKeys(["loop", "draft", "around"].map((group) => [t(`keys.${group}`), table.filter((row) => row[0] === group).map(([, name, keys]) => [keys, t(`key.${name}`)])]));
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.getModifierState("AltGraph") || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return; // a sheet has its own keys
    const writing = Boolean(event.target.closest?.("input, textarea, select, [contenteditable]"));
    const row = table.find(([, , , when]) => when(event, writing));
    if (!row) return;
    event.preventDefault();
    does[row[1]]?.(event);
  });
}
