// Quick phrases and the season's greetings: a palette over the draft, all by keyboard.

import { byId, h, t } from "./dom.js";
import { get } from "./http.js";

const loaded = new Map(); // language → {greetings, quick, channels}

/** The shop's phrases in a language, asked for once. */
export async function phrases(lang) {
  if (!loaded.has(lang)) loaded.set(lang, await get(`/api/v1/phrases?${new URLSearchParams({ lang })}`));
  return loaded.get(lang);
}

let entries = []; // [{group, name, text, note, off}]
let at = 0;
let chosen = null; // what to do with the text

/** Open the palette in the reply's language; choose(text) gets what the agent picks. */
export async function openPalette(lang, choose) {
  const palette = byId("palette");
  if (palette.open) return;
  const { greetings, quick } = await phrases(lang);
  chosen = choose;
  const season = greetings.map(({ name, text, from, until, now }) => ({
    group: "phrases.greetings", name, text, off: !now, note: [now ? t("phrases.now") : t("phrases.off"), from && until ? t("phrases.period", { from, until }) : ""].filter(Boolean).join(" · "),
  }));
  const sayings = quick.map(({ name, text }) => ({ group: "phrases.quick", name: name ?? "", text, note: "", off: false }));
  entries = [...season.filter((one) => !one.off), ...sayings, ...season.filter((one) => one.off)];
  byId("palette-query").value = "";
  at = 0;
  draw();
  palette.showModal();
  byId("palette-query").focus();
}

const matching = () => {
  const words = byId("palette-query").value.trim().toLowerCase();
  return entries.filter(({ name, text }) => !words || `${name} ${text}`.toLowerCase().includes(words));
};

function draw() {
  const found = matching();
  at = Math.max(0, Math.min(at, found.length - 1));
  const rows = [];
  let group = "";
  found.forEach((entry, index) => {
    if (entry.group !== group) rows.push(h("h3", { role: "presentation" }, t((group = entry.group))));
    rows.push(h("button", { type: "button", role: "option", id: `phrase-${index}`, tabindex: "-1", "aria-selected": String(index === at), class: entry.off ? "off" : null, onclick: () => pick(entry) },
      entry.name && h("b", {}, entry.name), h("span", {}, entry.text), entry.note && h("small", {}, entry.note)));
  });
  if (!found.length) rows.push(h("p", { class: "none" }, t(entries.length ? "phrases.none" : "phrases.empty")));
  byId("palette-list").replaceChildren(...rows);
  byId("palette-query").setAttribute("aria-activedescendant", found.length ? `phrase-${at}` : "");
  byId(`phrase-${at}`)?.scrollIntoView({ block: "nearest" });
}

function pick(entry) {
  byId("palette").close();
  chosen?.(entry.text);
}

export function startPalette() {
  const query = byId("palette-query");
  query.addEventListener("input", () => { at = 0; draw(); });
  byId("palette").addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) { event.preventDefault(); at += step; draw(); }
    if (event.key === "Enter") { event.preventDefault(); const entry = matching()[at]; if (entry) pick(entry); }
  });
  byId("palette").addEventListener("click", (event) => { if (event.target === byId("palette")) byId("palette").close(); });
}
