// The lead's views that are drawn from one reading of a period's figures: overview, speed, drafts, articles.

import { h, hasText, t } from "./dom.js";
import { columns, dayLabel, legend, pace, weekday } from "./insights-charts.js";
import { bars, beside, categoryName, duration, languageName, number, panel, percent, shareOf, table, tile, tiles } from "./insights-parts.js";

// ---- overview -------------------------------------------------------------------------------------------------------------

export function overview({ overview: all, speed, drafts }, csv) {
  const { total: made, contacts, verdicts } = drafts;
  const judged = (verdicts.right ?? 0) + (verdicts.wrong ?? 0) + (verdicts.missing ?? 0);
  const told = contacts.contacts - contacts.open;
  const answered = made.as_is + made.edited + made.discarded;
  return [
    tiles(
      tile("asks", t("insights.asks"), number(all.asks)),
      tile("abstained", t("insights.abstained"), percent(all.abstained, all.asks), of(all.abstained, all.asks)),
      tile("replies", t("insights.replies"), number(all.replies), t("insights.tile.replies", { sent: number(drafts.sent), copied: number(drafts.copied), own: number(drafts.own) })),
      tile("within", t("insights.within"), percent(speed.total.within, speed.total.held), `${of(speed.total.within, speed.total.held)} · ${t("insights.tile.within")}`),
      tile("time", t("insights.tile.time"), duration(speed.total.median_s), t("insights.tile.p90", { time: duration(speed.total.p90_s) })),
      tile("as_is", t("insights.tile.as_is"), percent(made.as_is, answered), t("insights.tile.made", { edited: percent(made.edited, answered), discarded: percent(made.discarded, answered) })),
      tile("resolved", t("insights.tile.resolved"), percent(contacts.resolved, told), of(contacts.resolved, told)),
      tile("feedback", t("insights.tile.feedback"), percent(verdicts.right ?? 0, judged), t("insights.tile.verdicts", { wrong: number(verdicts.wrong ?? 0), missing: number(verdicts.missing ?? 0) }))),
    panel("days", t("insights.days"), { csv: csv("days") }, beside(
      h("div", {}, legend(["answered", t("insights.answered")], ["abstained", t("insights.abstained")]), columns({
        label: t("insights.days"), axis: t("insights.asks"), kinds: ["answered", "abstained"], height: 280,
        columns: all.days.map((day) => ({ label: dayLabel(day.date), values: [day.asks - day.abstained, day.abstained], tip: said([[`${day.date} ${weekday(day.date)}`], ["asks", number(day.asks)], ["abstained", number(day.abstained)], ["replies", number(day.replies)]]) })),
      })),
      table([[t("insights.day")], [t("insights.asks")], [t("insights.abstained")], [t("insights.replies")]],
        all.days.map((day) => [`${day.date} ${weekday(day.date)}`, number(day.asks), number(day.abstained), number(day.replies)])))),
    panel("languages", t("insights.languages"), { csv: csv("languages") }, beside(
      bars(all.languages.map(([lang, count]) => [languageName(lang), count.asks, shareOf(count.asks, all.asks)])), asked(t("insights.language"), all.languages, languageName))),
  ];
}

const of = (part, whole) => t("insights.of", { n: number(part), all: number(whole) });
/** What a mark says: each number after its name, the first part as it is. */
const said = (parts) => parts.map(([name, value]) => (value === undefined ? name : `${t(`insights.${name}`)} ${value}`)).join(" · ");

const asked = (title, rows, name) => table([[title, "text"], [t("insights.asks")], [t("insights.abstained")]],
  rows.map(([key, count]) => [name(key), number(count.asks), shareOf(count.abstained, count.asks)]));

// ---- speed ----------------------------------------------------------------------------------------------------------------

export function speed({ speed: { channels, hours, total }, channels: names, zone }, csv) {
  const named = (channel) => names[channel] ?? (channel || t("insights.no_channel"));
  const shown = channels.map((one) => ({ name: named(one.channel), target: one.target_s, median: one.pace.median_s, p90: one.pace.p90_s, held: one.pace.held, within: one.pace.within }));
  const hour = (index) => String(index).padStart(2, "0");
  return [
    panel("channels", t("insights.channels"), { csv: csv("channels"), note: t("insights.channels.note") }, beside(
      shown.some((one) => one.target && one.median !== null) ? pace(shown) : h("p", { class: "soft" }, t("insights.no_rows")),
      table(paceHead([t("channel"), "text"], [t("insights.target")]), [
        ...channels.map((one) => [named(one.channel), one.target_s ? duration(one.target_s) : "–", ...paceCells(one.pace)]),
        [t("insights.all"), "–", ...paceCells(total)]]))),
    panel("hours", t("insights.hours_of_day", { zone }), { csv: csv("hours") }, beside(
      h("div", {}, columns({
        label: t("insights.hour_asks"), axis: t("insights.hour_asks"), kinds: ["answered", "abstained"], height: 190,
        columns: hours.map((one, index) => ({ label: hour(index), values: [one.asks - one.abstained, one.abstained], tip: said([[`${hour(index)}:00`], ["asks", number(one.asks)], ["abstained", number(one.abstained)]]) })),
      }), columns({
        label: t("insights.hour_within"), axis: t("insights.hour_within"), kinds: ["in-time"], most: 1, format: (value) => percent(value, 1), height: 190,
        mean: total.held ? { at: total.within / total.held, words: `${t("insights.all")} ${percent(total.within, total.held)}` } : null,
        columns: hours.map((one, index) => ({ label: hour(index), values: [one.held ? one.within / one.held : 0], tip: said([[`${hour(index)}:00`], ["within", shareOf(one.within, one.held)], ["median", duration(one.median_s)], ["p90", duration(one.p90_s)]]) })),
      })),
      table(paceHead([t("insights.hour")]), hours.map((one, index) => [`${hour(index)}:00`, ...paceCells(one)])))),
  ];
}

const paceHead = (...first) => [...first, [t("insights.asks")], [t("insights.replies")], [t("insights.within")], [t("insights.median")], [t("insights.p90")]];
const paceCells = (one) => [number(one.asks), number(one.replies), percent(one.within, one.held), duration(one.median_s), duration(one.p90_s)];

// ---- drafts ---------------------------------------------------------------------------------------------------------------

export function drafts({ drafts: all, edges, hours, channels: names }, csv) {
  return [
    panel("drafts", t("insights.acceptance"), { csv: csv("drafts"), note: t("insights.acceptance.note") }, beside(
      h("div", {}, legend(...["as_is", "edited", "discarded"].map((kind) => [kind, t(`insights.${kind}`)])), columns({
        label: t("insights.acceptance"), axis: t("insights.asks"), kinds: ["as_is", "edited", "discarded"],
        columns: all.weeks.map(([monday, made]) => ({ label: dayLabel(monday), values: [made.as_is, made.edited, made.discarded], tip: said([[`${t("insights.week")} ${monday}`], ...madeShares(made)]) })),
      })),
      table([[t("insights.week")], ...["as_is", "edited", "discarded"].map((kind) => [t(`insights.${kind}`)])],
        [...all.weeks.map(([monday, made]) => [monday, ...madeShares(made).map(([, value]) => value)]), [t("insights.all"), ...madeShares(all.total).map(([, value]) => value)]]))),
    h("div", { class: "halves" },
      sizes(all.sizes, edges, csv),
      panel("abstentions", t("insights.reasons"), { csv: csv("abstentions") },
        all.reasons.length ? bars(all.reasons.map(([reason, count]) => [reasonName(reason), count])) : h("p", { class: "soft" }, t("insights.no_rows")))),
    h("div", { class: "halves" }, resolution(all, hours, names, csv),
      panel("feedback", t("insights.feedback"), { csv: csv("feedback") }, table([[t("insights.verdict"), "text"], [t("insights.asks")]],
        ["right", "wrong", "missing"].map((verdict) => [t(`insights.verdict.${verdict}`), number(all.verdicts[verdict] ?? 0)])))),
  ];
}

const madeShares = (made) => ["as_is", "edited", "discarded"].map((kind) => [kind, `${number(made[kind])} (${percent(made[kind], made.as_is + made.edited + made.discarded)})`]);
const reasonName = (reason) => t(hasText(`insights.reason.${reason}`) ? `insights.reason.${reason}` : "insights.reason.other");

function sizes(all, edges, csv) {
  const ends = [0, ...edges, 1].map((share) => percent(share, 1));
  const groups = all.groups.map((count, index) => ({ label: t("insights.up_to", { low: ends[index], high: ends[index + 1] }), values: [count] }));
  const note = all.compared ? t("insights.edits.note", { compared: number(all.compared), edited: number(all.edited), median: percent(all.median, 1), p90: percent(all.p90, 1) }) : "";
  const chart = columns({ label: t("insights.edits"), axis: t("insights.replies"), kinds: ["edited"], columns: groups.map((one) => ({ ...one, tip: said([[`${t("insights.changed")} ${one.label}`], ["replies", number(one.values[0])]]) })) });
  return panel("edits", t("insights.edits"), { csv: csv("edits"), note }, all.compared ? h("div", { class: "charts" }, chart) : h("p", { class: "soft" }, t("insights.no_rows")),
    all.compared ? table([[t("insights.changed"), "text"], [t("insights.replies")]], groups.map((one) => [one.label, shareOf(one.values[0], all.compared)])) : null);
}

function resolution(all, hours, names, csv) {
  const cells = (one) => [number(one.contacts), shareOf(one.resolved, one.contacts - one.open), number(one.followed), number(one.abstained), number(one.open)];
  const head = [[t("channel"), "text"], ...["contacts", "resolved", "followed", "abstained", "open"].map((key) => [t(`insights.${key}`)])];
  const rows = all.by_channel.map(([channel, one]) => [names[channel] ?? (channel || t("insights.no_channel")), ...cells(one)]);
  return panel("resolution", t("insights.resolution"), { csv: csv("resolution"), note: t("insights.resolution.note", { hours }) },
    table(head, rows.length ? [...rows, [t("insights.all"), ...cells(all.contacts)]] : []));
}

// ---- articles -------------------------------------------------------------------------------------------------------------

export function articles({ articles: all, overview: { asks } }, csv) {
  const cells = (usage) => [number(usage.cited), ...["as_is", "edited", "discarded"].map((kind) => number(usage.made[kind])), number(usage.wrong)];
  const head = [[t("insights.article"), "text"], ...["cited", "as_is", "edited", "discarded", "bad"].map((key) => [t(`insights.${key}`)])];
  const left = all.all - all.articles.length;
  const name = (one) => h("span", { class: "named", title: one.article }, one.title);
  return [
    panel("categories", t("insights.categories"), { csv: csv("categories") }, beside(
      bars(all.categories.map(([category, count]) => [categoryName(category), count.asks, shareOf(count.asks, asks)])), asked(t("insights.category"), all.categories, categoryName))),
    panel("articles", t("insights.articles"), { csv: csv("articles"), note: t("insights.articles.note", { n: number(all.unused) }) },
      table(head, all.articles.map((one) => [name(one), ...cells(one.usage)])), left > 0 && h("p", { class: "soft" }, t("insights.more_rows", { n: number(left) }))),
  ];
}
