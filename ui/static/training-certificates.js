// Who may answer what, why not, and for a trainer: grant and revoke.

import { boot, h, t } from "./dom.js";
import { get, post } from "./http.js";
import { toast } from "./shell.js";
import { chooser, empty, failed, loading } from "./training-parts.js";

const SHOWN = 15; // certificates listed at once
const day = (at) => new Date(at).toLocaleDateString(boot.locale);

/** How the last drills of a topic went, oldest first. */
export const recentMarks = (recent) => h("span", { class: "recent", role: "img", "aria-label": recent.map((passed) => t(passed ? "progress.pass" : "progress.fail")).join(", ") || "–" },
  ...(recent.length ? recent.map((passed) => h("i", { class: passed ? "good" : "bad" }, passed ? "✓" : "✗")) : ["–"]));

const readyMark = (one) => h("b", { class: one.ready ? "standing passed" : "standing open" }, t(one.ready ? "progress.yes" : "progress.no"));

/** What somebody with a certificate lacks: so many drills to be passed one after the other. passes: how many make ready. */
const lacking = (one, passes) => one.until && !one.ready && h("small", { class: "lacking" }, t("certificates.lacking", { n: passes - (one.recent.length - 1 - one.recent.lastIndexOf(false)) }));

/** Rows {person, topic, until, recent, ready} as a table: who is ready first, then who holds a certificate. passes: how many drills make ready. */
export function readinessTable(rows, passes) {
  const head = ["person", "topic", "until", "recent", "ready"].map((key, index) => h("th", { scope: "col", class: index < 2 ? "left" : null }, t(`progress.${key}`)));
  const rank = (one) => (one.ready ? 0 : one.until ? 1 : 2);
  const sorted = [...rows].sort((one, other) => rank(one) - rank(other));
  return h("div", { class: "scroll" }, h("table", { class: "readiness" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...sorted.map((one) => h("tr", { "data-person": one.person }, h("th", { scope: "row", class: "left" }, one.person),
    h("td", { class: "left" }, one.topic), h("td", {}, one.until ? day(one.until) : "–"), h("td", {}, recentMarks(one.recent)), h("td", {}, lacking(one, passes), " ", readyMark(one)))))));
}

/** place.topic: the one topic that is looked at. */
export async function showCertificates(element, { place, go, lead }) {
  element.replaceChildren(loading());
  try {
    draw(element, await get("/api/v1/training/certificates"), { place, go, lead });
  } catch (error) {
    element.replaceChildren(failed(error, () => showCertificates(element, { place, go, lead })));
  }
}

function draw(element, found, here) {
  const again = () => showCertificates(element, here);
  const { topic = "" } = here.place;
  const about = (rows) => rows.filter((one) => !topic || one.topic === topic);
  const open = (name) => here.go({ view: "certificates", ...(name && { topic: name }) });
  const rows = about(found.ready);
  const shown = rows.length ? [h("p", { class: "soft" }, t("certificates.rule", { n: found.passes }), " ", t("certificates.key")), !found.lead ? own(rows, found.passes) : topic ? readinessTable(rows, found.passes) : matrix(rows, found.passes, open)]
    : [empty(t("certificates.none"), t(topic ? "certificates.none.topic" : "certificates.none.body", { topic }))];
  element.replaceChildren(
    h("section", { class: "panel", id: "may-answer" }, h("div", { class: "row" }, h("h2", {}, t(found.lead ? "certificates.all" : "certificates.mine")), h("span", { class: "spring" }),
      found.lead && chooser("certificate-topic", t("certificates.topic"), [["", t("progress.any")], ...found.topics.map((name) => [name, name])], topic, open),
      found.lead && found.ready.length > 0 && h("a", { class: "plain", href: "/api/v1/training/certificates.csv", download: "" }, t("progress.csv"))), ...shown),
    ...(found.lead ? [granting(found, topic, again)] : []),
    ...records(about(found.certificates), (one) => record(one, found.lead, again)));
}

// ---- who may answer what ----------------------------------------------------------------------------------------------------

const cell = (one, passes) => (one ? [h("span", { class: one.until ? "until" : "soft" }, one.until ? t("certificates.until", { date: day(one.until) }) : t("certificates.not")), recentMarks(one.recent), lacking(one, passes),
  one.ready && h("b", { class: "standing passed" }, t("certificates.ready"))] : ["–"]);

/** People down, topics across, with how many are ready. open(topic): who may answer that one. */
function matrix(ready, passes, open) {
  const topics = [...new Set(ready.map((one) => one.topic))].sort();
  const people = [...new Set(ready.map((one) => one.person))];
  const at = (person, topic) => ready.find((one) => one.person === person && one.topic === topic);
  return h("div", { class: "scroll" }, h("table", { class: "matrix" }, h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "left" }, t("certificates.person")), ...topics.map((topic) => h("th", { scope: "col", class: "left" }, h("button", { type: "button", class: "link", onclick: () => open(topic) }, topic),
    h("small", { "data-ready": topic }, t("certificates.ready_count", { n: ready.filter((one) => one.topic === topic && one.ready).length, all: people.length })))))),
    h("tbody", {}, ...people.map((person) => h("tr", {}, h("th", { scope: "row", class: "left" }, person), ...topics.map((topic) => {
      const one = at(person, topic);
      return h("td", { class: `left ${one?.ready ? "yes" : one?.until ? "held" : ""}` }, ...cell(one, passes));
    }))))));
}

const own = (ready, passes) => h("ul", { class: "own" }, ...ready.map((one) => h("li", { class: one.ready ? "yes" : one.until ? "held" : "" }, h("b", {}, one.topic), ...cell(one, passes))));

// ---- granted and revoked ----------------------------------------------------------------------------------------------------

/** The newest ones; the others once they are asked for. */
function records(all, shown) {
  const more = all.length > SHOWN && h("button", { type: "button", class: "plain more", onclick: () => more.replaceWith(...all.slice(SHOWN).map(shown)) }, t("certificates.more", { n: all.length - SHOWN }));
  return all.length ? [h("section", { class: "panel", id: "certificate-history" }, h("h2", {}, t("certificates.history")), ...all.slice(0, SHOWN).map(shown), more)] : [];
}

function record(one, lead, again) {
  const state = one.holds ? "holds" : one.revoked_at ? "revoked" : "expired";
  const holder = h("div", {});
  const why = one.changed ? h("div", { class: "why" }, h("p", {}, t(`certificates.why.${one.changed.why}`, { title: one.changed.title })),
    one.changed.before && h("blockquote", { class: "was" }, h("small", {}, t("certificates.before")), one.changed.before), one.changed.after && h("blockquote", {}, h("small", {}, t("certificates.after")), one.changed.after))
    : one.reason ? h("p", {}, t("certificates.revoked_by", { by: one.revoked_by, reason: one.reason })) : null;
  return h("article", { class: "certificate", "data-state": state }, h("div", { class: "row" }, lead && h("b", {}, one.person), h("span", { class: "chip" }, one.topic), h("b", { class: `standing ${state === "holds" ? "passed" : state === "revoked" ? "overdue" : "open"}` }, t(`certificates.state.${state}`)),
    h("span", { class: "soft" }, `${day(one.granted_at)} – ${day(one.revoked_at ?? one.expires_at)}`), h("span", { class: "spring" }),
    lead && one.holds && (boot.demo || one.person !== boot.user?.name) && h("button", { type: "button", class: "ghost", onclick: () => holder.replaceChildren(revoking(one, again)) }, t("certificates.revoke"))),
  h("p", { class: "soft" }, one.granted_by ? t("certificates.by", { by: one.granted_by, why: one.why }) : one.course_title ? t("certificates.by_this_course", { title: one.course_title }) : t("certificates.by_course")), why, holder);
}

function revoking(one, again) {
  const reason = h("input", { id: "revoke-reason", maxlength: "1000", required: true, minlength: "3" });
  const trouble = h("div", {});
  const send = (event) => act(event, trouble, () => post("/api/v1/training/certificates/revoke", { person: one.person, topic: one.topic, reason: reason.value }), "certificates.revoked", again);
  return h("form", { class: "inline", onsubmit: send }, h("label", {}, h("span", {}, t("certificates.reason")), reason), h("button", { class: "strong" }, t("certificates.revoke")), trouble);
}

function granting(found, about, again) {
  const people = found.people.filter((name) => boot.demo || name !== boot.user?.name);
  const person = h("select", { id: "grant-person" }, ...people.map((name) => h("option", { value: name }, name)));
  const topic = h("select", { id: "grant-topic" }, ...found.topics.map((name) => h("option", { value: name, selected: name === about }, name)));
  const months = h("input", { type: "number", id: "grant-months", min: "1", max: "60", value: "6", required: true });
  const reason = h("input", { id: "grant-reason", maxlength: "1000", minlength: "3", required: true });
  const trouble = h("div", {});
  const send = (event) => act(event, trouble, () => post("/api/v1/training/certificates", { person: person.value, topic: topic.value, months: Number(months.value), reason: reason.value }), "certificates.granted", again);
  const field = (key, input) => h("label", {}, h("span", {}, t(`certificates.${key}`)), input);
  return h("details", { class: "panel fold" }, h("summary", {}, t("certificates.grant")), h("form", { class: "inline", id: "grant", onsubmit: send }, field("person", person), field("topic", topic), field("months", months), field("reason", reason),
    h("button", { class: "strong", disabled: !people.length || !found.topics.length }, t("certificates.grant")), trouble));
}

async function act(event, trouble, send, said, again) {
  event.preventDefault();
  try {
    await send();
    toast(t(said));
    again();
  } catch (error) {
    trouble.replaceChildren(failed(error));
  }
}
