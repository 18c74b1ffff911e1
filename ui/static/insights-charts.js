// Charts of the lead's page, drawn as SVG: axes with labels, a line for the target, and each mark says its numbers on hover, focus or tap.

import { boot, h, t } from "./dom.js";
import { duration, number, percent, short } from "./insights-parts.js";

const FOOT = 30;
const HEAD = 12;
const NARROW = 480;

/** A chart drawn for the room that it has, and again when that changes: its letters keep their size. draw(width): the SVG. */
function fitted(draw) {
  const box = h("div", { class: "chart" });
  let drawn = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const width = Math.round(contentRect.width);
    if (!width || width === drawn) return;
    drawn = width;
    box.replaceChildren(draw(width));
  }).observe(box);
  return box;
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(name, String(value));
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const text = (x, y, words, attributes = {}) => svg("text", { x, y, ...attributes }, words);
const line = (x1, y1, x2, y2, name) => svg("line", { x1, y1, x2, y2, class: name });

function picture(width, height, label, ...marks) {
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": label }, ...marks);
}

// ---- the numbers of a mark ----------------------------------------------------------------------------------------------

let shown = null;
const tip = h("div", { class: "chart-tip", role: "status" });

function place(mark) {
  if (!tip.isConnected) document.body.append(tip);
  shown = mark;
  tip.textContent = mark.dataset.tip;
  tip.classList.add("shown");
  const box = mark.getBoundingClientRect();
  const width = tip.offsetWidth;
  tip.style.left = `${Math.max(8, Math.min(innerWidth - width - 8, box.left + box.width / 2 - width / 2))}px`;
  const above = box.top - tip.offsetHeight - 8;
  tip.style.top = `${above > 60 ? above : Math.min(innerHeight - tip.offsetHeight - 8, box.bottom + 8)}px`;
}

function hide(mark) {
  if (shown === mark) tip.classList.remove("shown");
}

addEventListener("scroll", () => tip.classList.remove("shown"), { capture: true, passive: true });

/** Marks that belong together, with what they say. */
function told(words, ...marks) {
  const group = svg("g", { class: "told", tabindex: "0", role: "img", "aria-label": words, "data-tip": words }, ...marks);
  group.addEventListener("pointerenter", () => place(group));
  group.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") hide(group); });
  group.addEventListener("focus", () => place(group));
  group.addEventListener("blur", () => hide(group));
  group.addEventListener("click", () => place(group));
  return group;
}

// ---- scales -----------------------------------------------------------------------------------------------------------------

/** Round steps from zero to at least `most`. */
function steps(most, whole) {
  const rough = Math.max(most, whole ? 1 : 1e-9) / 4;
  const size = 10 ** Math.floor(Math.log10(rough));
  let step = [1, 2, 2.5, 5, 10].find((one) => one * size >= rough) * size;
  if (whole) step = Math.max(1, Math.ceil(step));
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, index) => index * step);
}

export const legend = (...entries) => h("p", { class: "legend" }, ...entries.flatMap(([kind, words]) => [h("i", { class: kind }), h("span", {}, words)]));

// ---- columns ---------------------------------------------------------------------------------------------------------------

/**
 * Columns from zero, stacked. columns: [{label, values, tip, low, high}]; kinds: the class of each part of a stack; low and high: ends of an
 * interval; before: another number to compare with. axis: what the numbers are. most: the top of the scale where it is fixed. mean: {at, words}, a line across.
 */
export const columns = (chart) => fitted((width) => columnsIn(width, chart));

function columnsIn(width, { label, axis, columns: all, kinds, most = 0, format = number, whole = true, height = 210, mean = null }) {
  const left = 40;
  const top = Math.max(most, ...(most ? [] : all.map((one) => Math.max(one.high ?? 0, one.values.reduce((sum, value) => sum + value, 0)))), mean?.at ?? 0);
  const ticks = most ? [0, most / 4, most / 2, (3 * most) / 4, most] : steps(top, whole);
  const highest = ticks[ticks.length - 1] || 1;
  const y = (value) => HEAD + 8 + (1 - value / highest) * (height - FOOT - HEAD - 8);
  const step = (width - left - 6) / Math.max(1, all.length);
  const bar = Math.max(1.5, Math.min(34, step * 0.72));
  const every = Math.max(1, Math.ceil((all.length * (Math.max(...all.map((one) => one.label.length), 1) * 6.5 + 8)) / (width - left)));
  const grid = ticks.flatMap((value) => [line(left, y(value), width - 6, y(value), "grid"), text(left - 6, y(value) + 4, format(value), { "text-anchor": "end" })]);
  const marks = all.map((one, index) => {
    const x = left + index * step + (step - bar) / 2;
    let base = 0;
    const parts = one.values.map((value, part) => {
      const rect = svg("rect", { x, y: y(base + value), width: bar, height: Math.max(0, y(base) - y(base + value)), class: kinds[part] });
      base += value;
      return rect;
    });
    const middle = x + bar / 2;
    const whisker = one.high === undefined ? [] : [line(middle, y(one.low), middle, y(one.high), "whisker"), line(middle - 4, y(one.low), middle + 4, y(one.low), "whisker"), line(middle - 4, y(one.high), middle + 4, y(one.high), "whisker")];
    const before = one.before === undefined || one.before === null ? [] : [line(x - 2, y(one.before), x + bar + 2, y(one.before), "earlier")];
    const space = svg("rect", { x: left + index * step, y: HEAD, width: step, height: height - FOOT - HEAD, class: "space" });
    return told(one.tip, space, ...parts, ...whisker, ...before);
  });
  const labels = all.map((one, index) => (index % every ? null : text(left + (index + 0.5) * step, height - 12, one.label, { "text-anchor": "middle" })));
  const across = mean ? [line(left, y(mean.at), width - 6, y(mean.at), "mean"), text(width - 8, y(mean.at) - 4, mean.words, { "text-anchor": "end", class: "mean-words" })] : [];
  return picture(width, height, label, text(0, 10, axis, { class: "axis" }), ...grid, ...marks, ...labels, ...across);
}

// ---- pace against targets --------------------------------------------------------------------------------------------------

/** One row a channel: median and 90th percentile as shares of its own target; the line is the target. channels: [{name, target, median, p90, held, within}]. */
export const pace = (channels) => fitted((width) => paceIn(width, channels));

function paceIn(width, channels) {
  const rows = channels.filter((one) => one.target && one.median !== null);
  const left = width < NARROW ? 84 : 120;
  const row = 34;
  const height = HEAD + rows.length * row + FOOT;
  const most = Math.min(3, Math.max(1.5, ...rows.map((one) => Math.ceil((one.p90 / one.target) * 2) / 2)));
  const x = (share) => left + (Math.min(share, most) / most) * (width - left - 20);
  const ticks = Array.from({ length: Math.floor(most * 2) + 1 }, (_, index) => index / 2);
  const grid = ticks.flatMap((share) => [line(x(share), HEAD, x(share), height - FOOT, share === 1 ? "target" : "grid"), text(x(share), height - 12, percent(share, 1), { "text-anchor": "middle" })]);
  const marks = rows.map((one, index) => {
    const y = HEAD + index * row + row / 2;
    const [median, p90] = [x(one.median / one.target), x(one.p90 / one.target)];
    const late = one.p90 > one.target ? "late" : "in-time";
    const words = t("insights.pace_tip", { channel: one.name, median: duration(one.median), p90: duration(one.p90), target: duration(one.target), within: percent(one.within, one.held) });
    return told(words, svg("rect", { x: 0, y: y - row / 2, width, height: row, class: "space" }), text(left - 10, y + 4, one.name.length > 12 ? `${one.name.slice(0, 11)}…` : one.name, { "text-anchor": "end", class: "row-name" }),
      line(median, y, p90, y, `span ${late}`), svg("circle", { cx: median, cy: y, r: 5.5, class: late }),
      svg("path", { d: `M${p90} ${y - 7}L${p90 + 7} ${y}L${p90} ${y + 7}L${p90 - 7} ${y}Z`, class: late }),
      one.p90 / one.target > most && text(Math.min(p90 + 10, width - 8), y + 4, "›"));
  });
  return picture(width, height, t("insights.channels"), ...grid, text(x(1) + 5, HEAD + 2, t("insights.target"), { class: "target-words" }), ...marks);
}

// ---- ratios with intervals ---------------------------------------------------------------------------------------------------

/** One row each: a ratio and its interval on a scale of doublings; the line is 1. rows: [{name, ratio, low, high, tip}]. */
export const ratios = (rows) => fitted((width) => ratiosIn(width, rows));

function ratiosIn(width, rows) {
  const left = width < NARROW ? 130 : 330;
  const row = 30;
  const height = HEAD + rows.length * row + FOOT + 12;
  const ends = rows.flatMap((one) => [one.low, one.high ?? one.low * 16, one.ratio ?? one.low]).filter((value) => value > 0);
  const lowest = Math.floor(Math.log2(Math.min(0.5, ...ends)));
  const highest = Math.min(6, Math.ceil(Math.log2(Math.max(2, ...ends))));
  const x = (value) => left + ((Math.min(highest, Math.max(lowest, Math.log2(value))) - lowest) / (highest - lowest)) * (width - left - 20);
  const ticks = Array.from({ length: highest - lowest + 1 }, (_, index) => 2 ** (lowest + index));
  const grid = ticks.flatMap((value) => [line(x(value), HEAD, x(value), height - FOOT - 12, value === 1 ? "target" : "grid"), text(x(value), height - 26, `×${short(value)}`, { "text-anchor": "middle" })]);
  const letters = width < NARROW ? 9 : 24;
  const marks = rows.map((one, index) => {
    const y = HEAD + index * row + row / 2;
    return told(one.tip, svg("rect", { x: 0, y: y - row / 2, width, height: row, class: "space" }), text(left - 10, y + 4, clipped(one.name, letters), { "text-anchor": "end", class: "row-name" }),
      line(x(one.low), y, x(one.high ?? 2 ** highest), y, "span late"), one.ratio && svg("circle", { cx: x(one.ratio), cy: y, r: 5, class: "late" }));
  });
  return picture(width, height, t("insights.rising"), ...grid, ...marks, text(width - 20, height - 6, t("insights.ratio_axis"), { "text-anchor": "end", class: "axis" }));
}

/** So much of a text as has room; a Chinese character takes two of a Latin letter's. */
function clipped(words, room) {
  let used = 0;
  for (const [index, letter] of [...words].entries()) {
    used += letter.codePointAt(0) > 0x2e7f ? 1 : 0.55;
    if (used > room) return `${[...words].slice(0, index).join("")}…`;
  }
  return words;
}

export const dayLabel = (iso) => `${Number(iso.slice(5, 7))}/${Number(iso.slice(8, 10))}`;
export const weekday = (iso) => new Date(`${iso}T12:00:00`).toLocaleDateString(boot.lang, { weekday: "short" });
