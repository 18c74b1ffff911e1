// A coming peak: orders a day as people enter or import them, and the questions that they may bring.

import { h, t } from "./dom.js";
import { get, post, put } from "./http.js";
import { columns, dayLabel, legend, weekday } from "./insights-charts.js";
import { beside, failed, loading, number, panel, short, table, tile, tiles } from "./insights-parts.js";
import { toast } from "./shell.js";

const API = "/api/v1/insights";
const MOST_LINES = 4;

/** filters: query of channel, language and category. chosen: what was entered here before; changed(chosen): it was entered. */
export async function forecast(view, filters, chosen, changed, still) {
  view.replaceChildren(loading(t("insights.loading")));
  const again = (change = {}) => changed({ ...chosen, ...change });
  try {
    const query = new URLSearchParams(Object.entries({ ...filters, ...chosen }).filter(([, value]) => value !== ""));
    const found = await get(`${API}/forecast?${query}`);
    const known = await get(`${API}/orders?${new URLSearchParams({ from: found.coming.from, until: found.coming.until })}`);
    if (still()) view.replaceChildren(peak(found, query, chosen, again), orders(found, known.orders, again));
  } catch (error) {
    if (still()) view.replaceChildren(failed(error, () => again()));
  }
}

// ---- the peak -------------------------------------------------------------------------------------------------------------

function peak(found, query, chosen, again) {
  const day = (name, value) => h("input", { type: "date", value, min: "2000-01-01", max: "2100-12-31", name, "aria-label": t("insights.day"), onchange: (event) => again({ [name]: event.target.value }) });
  const expected = h("input", { type: "number", name: "expected", min: "1", step: "1", value: chosen.expected, placeholder: t("insights.as_entered"), onchange: (event) => again({ expected: event.target.value }) });
  const form = h("div", { class: "peak-form" },
    h("fieldset", {}, h("legend", {}, t("insights.coming")), day("coming_from", found.coming.from), "–", day("coming_until", found.coming.until)),
    h("fieldset", {}, h("legend", {}, t("insights.reference")), day("reference_from", found.reference.from), "–", day("reference_until", found.reference.until)),
    h("label", {}, h("span", {}, t("insights.expected_orders")), expected));
  const csv = `${API}/tables/forecast.csv?${query}`;
  const body = found.forecast ? outcome(found) : [h("p", { class: "soft none" }, t("insights.forecast.none", { fewest: found.fewest }))];
  return panel("forecast", t("insights.peak"), { csv }, form, ...body);
}

function outcome({ forecast: all, reference, recent, expected }) {
  const between = (range, shown = (value) => number(Math.round(value))) => t("insights.interval", { low: shown(range.low), high: shown(range.high) });
  const busiest = all.days.reduce((most, day) => (day.questions.expected > most.questions.expected ? day : most));
  const before = reference.days.length === all.days.length ? reference.days : null;
  const rows = all.days.map((day, index) => ({ day, range: day.questions, earlier: before ? before[index][1] : null }));
  return [
    tiles(
      tile("forecast", t("insights.forecast_questions"), number(Math.round(all.questions.expected)), between(all.questions)),
      tile("ratio", t("insights.per_hundred"), short(all.ratio.expected), between(all.ratio, short)),
      tile("busiest", t("insights.busiest"), number(Math.round(busiest.questions.expected)), `${busiest.date} ${weekday(busiest.date)} · ${between(busiest.questions)}`),
      tile("expected", t("insights.orders.count"), number(expected), ""),
      recent && tile("lately", `${t("insights.lately")} · ${t("insights.per_hundred")}`, short((100 * recent[0]) / recent[1]), t("insights.lately.note", { questions: number(recent[0]), orders: number(recent[1]) }))),
    beside(
      h("div", {}, legend(["answered", t("insights.forecast_questions")], ...(before ? [["earlier", t("insights.last_year")]] : [])), columns({
        label: t("insights.peak"), axis: t("insights.asks"), kinds: ["answered"], height: 230, format: (value) => number(Math.round(value)),
        columns: rows.map(({ day, range, earlier }) => ({
          label: dayLabel(day.date), values: [range.expected], low: range.low, high: range.high, before: earlier,
          tip: [`${day.date} ${weekday(day.date)}`, `${t("insights.forecast_questions")} ${number(Math.round(range.expected))}`, between(range), `${t("insights.orders.count")} ${number(Math.round(day.orders))}`,
            earlier === null ? "" : `${t("insights.last_year")} ${number(earlier)}`].filter(Boolean).join(" · "),
        })),
      })),
      table([[t("insights.day")], [t("insights.orders.count")], [t("insights.forecast_questions")], ["95%"], [t("insights.last_year")]],
        rows.map(({ day, range, earlier }) => [`${day.date} ${weekday(day.date)}`, number(Math.round(day.orders)), number(Math.round(range.expected)), `${number(range.low)}–${number(range.high)}`, earlier === null ? "–" : number(earlier)]))),
    h("p", { class: "note method" }, t("insights.forecast.method", { dispersion: all.dispersion.toFixed(3), days: all.days_used })),
  ];
}

// ---- orders ---------------------------------------------------------------------------------------------------------------

function orders(found, planned, again) {
  const day = h("input", { type: "date", name: "order-day", value: found.coming.from, min: "2000-01-01", max: "2100-12-31", required: true });
  const count = h("input", { type: "number", name: "order-count", min: "0", step: "1", required: true });
  const form = h("form", { class: "order-form", onsubmit: (event) => { event.preventDefault(); keep({ [day.value]: Number(count.value) }, again); } },
    h("label", {}, h("span", {}, t("insights.day")), day), h("label", {}, h("span", {}, t("insights.orders.count")), count), h("button", { class: "plain" }, t("insights.orders.save")), importer(again));
  const rows = [...found.reference.days.map(([date, , known]) => [date, known]), ...daysOf(found.coming).map((date) => [date, planned[date] ?? null])];
  const span = new URLSearchParams({ from: found.reference.from, until: found.reference.until });
  return panel("orders", t("insights.orders"), { csv: `${API}/tables/orders.csv?${span}`, note: t("insights.orders.note") }, form,
    table([[t("insights.day")], [t("insights.orders.count")]], rows.map(([date, known]) => [`${date} ${weekday(date)}`, known === null ? "–" : number(known)])));
}

function daysOf({ from, until }) {
  const days = [];
  for (let at = new Date(`${from}T00:00:00Z`); at <= new Date(`${until}T00:00:00Z`); at.setUTCDate(at.getUTCDate() + 1)) days.push(at.toISOString().slice(0, 10));
  return days;
}

async function keep(these, again) {
  try {
    await put(`${API}/orders`, { orders: these });
    toast(t("insights.orders.saved"));
    again();
  } catch (error) {
    toast(error.message, "bad");
  }
}

function importer(again) {
  const file = h("input", { type: "file", accept: ".csv,text/csv,text/plain", name: "orders-file", hidden: true, onchange: async () => {
    try {
      const taken = await post(`${API}/orders/import`, { text: await file.files[0].text() });
      toast(t("insights.orders.imported", { n: number(taken.days) }));
      again();
    } catch (error) {
      toast([error.message, ...(error.data?.lines ?? []).slice(0, MOST_LINES).map((one) => t("insights.orders.bad", { line: one.line, what: t(`insights.orders.bad.${one.what}`) }))].join("\n"), "bad");
    } finally {
      file.value = "";
    }
  } });
  return h("span", {}, file, h("button", { type: "button", class: "plain", onclick: () => file.click() }, t("insights.orders.import")));
}

