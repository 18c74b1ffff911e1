// A value a day as a small drawing: labelled axes from zero, a line joining the days, a dot for each single figure, a broken line to be reached.

import { h } from "./dom.js";

const [HEIGHT, LEFT, RIGHT, TOP, FOOT] = [220, 46, 12, 14, 26];
const DAY = 86_400_000;

/** An SVG element. */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** The next round number whose quarters are round too. */
export function axisEnd(value) {
  for (let scale = 4; ; scale *= 10) for (const step of [1, 2.5, 5]) if (step * scale >= value) return step * scale;
}

/**
 * days: [{date, value, label}], oldest first. dots: [{at, value, good, label, open}]. most: where the axis ends.
 * mark: {value, label} of the broken line, or null. unit: what stands behind the figures of the axis.
 */
export function dayChart({ title, days, dots = [], most, mark = null, unit = "" }) {
  const width = Math.max(320, Math.min(640, innerWidth - 60)); // on a phone the letters must not shrink with the drawing
  const begin = Date.parse(days[0].date);
  const span = Math.max(1, (Date.parse(days.at(-1).date) - begin) / DAY + 1);
  const x = (moment) => LEFT + ((moment - begin) / DAY / span) * (width - LEFT - RIGHT);
  const y = (value) => HEIGHT - FOOT - (Math.min(value, most) / most) * (HEIGHT - FOOT - TOP);
  const middle = (day) => x(Date.parse(day.date) + DAY / 2);
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(most * share), y2: y(most * share), class: "grid" }),
    svg("text", { x: LEFT - 8, y: y(most * share) + 4, "text-anchor": "end" }, `${most * share}${unit && ` ${unit}`}`)]);
  const every = Math.ceil(days.length / (width / 80));
  const dates = days.filter((_, index) => index % every === 0).map((day) => svg("text", { x: middle(day), y: HEIGHT - 8, "text-anchor": "middle" }, day.date.slice(5)));
  const line = svg("polyline", { class: "joined", points: days.map((day) => `${middle(day)},${y(day.value)}`).join(" ") });
  const spots = days.map((day) => svg("circle", { class: "day", cx: middle(day), cy: y(day.value), r: 3.5 }, svg("title", {}, day.label)));
  const single = dots.map((dot) => {
    const one = svg("circle", { class: dot.good ? "dot good" : "dot bad", cx: x(dot.at), cy: y(dot.value), r: 4.5 }, svg("title", {}, dot.label));
    one.addEventListener("click", dot.open);
    return one;
  });
  const reach = mark ? [svg("line", { class: "mark", x1: LEFT, x2: width - RIGHT, y1: y(mark.value), y2: y(mark.value) }),
    svg("text", { class: "mark", x: width - RIGHT, y: y(mark.value) + 15, "text-anchor": "end" }, mark.label)] : [];
  return h("figure", { class: "day-chart" }, h("figcaption", {}, title),
    svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": title }, ...grid, ...dates, ...single, line, ...spots, ...reach));
}
