// Who may answer what, why not, and for a trainer: grant and revoke.

import { boot, h, t } from "./dom.js";
import { get, post } from "./http.js";
import { toast } from "./shell.js";
import { empty, failed, loading } from "./training-parts.js";

const day = (at) => new Date(at).toLocaleDateString(boot.locale);

/** How the last drills of a topic went, oldest first. */
export const recentMarks = (recent) => h("span", { class: "recent", role: "img", "aria-label": recent.map((passed) => t(passed ? "progress.pass" : "progress.fail")).join(", ") || "–" },
  ...(recent.length ? recent.map((passed) => h("i", { class: passed ? "good" : "bad" }, passed ? "✓" : "✗")) : ["–"]));

export const readyMark = (one) => h("b", { class: one.ready ? "standing passed" : "standing open" }, t(one.ready ? "progress.yes" : "progress.no"));

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
  const shown = found.ready.length ? [h("p", { class: "soft" }, t("certificates.rule", { n: found.passes }), " ", t("certificates.key")), found.lead ? matrix(found.ready) : own(found.ready)]
    : [empty(t("certificates.none"), t("certificates.none.body"))];
  element.replaceChildren(
    h("section", { class: "panel", id: "may-answer" }, h("div", { class: "row" }, h("h2", {}, t(found.lead ? "certificates.all" : "certificates.mine")), h("span", { class: "spring" }),
      found.lead && found.ready.length > 0 && h("a", { class: "plain", href: "/api/v1/training/certificates.csv", download: "" }, t("progress.csv"))), ...shown),
    ...(found.lead ? [granting(found, again)] : []),
    ...(found.certificates.length ? [h("section", { class: "panel", id: "certificate-history" }, h("h2", {}, t("certificates.history")), ...found.certificates.map((one) => record(one, found.lead, again)))] : []));
}

// ---- who may answer what ----------------------------------------------------------------------------------------------------

const cell = (one) => (one ? [h("span", { class: one.until ? "until" : "soft" }, one.until ? t("certificates.until", { date: day(one.until) }) : t("certificates.not")), recentMarks(one.recent),
  one.ready && h("b", { class: "standing passed" }, t("certificates.ready"))] : ["–"]);

/** People down, topics across. */
function matrix(ready) {
  const topics = [...new Set(ready.map((one) => one.topic))].sort();
  const people = [...new Set(ready.map((one) => one.person))];
  const at = (person, topic) => ready.find((one) => one.person === person && one.topic === topic);
  return h("div", { class: "scroll" }, h("table", { class: "matrix" }, h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "left" }, t("certificates.person")), ...topics.map((topic) => h("th", { scope: "col", class: "left" }, topic)))),
    h("tbody", {}, ...people.map((person) => h("tr", {}, h("th", { scope: "row", class: "left" }, person), ...topics.map((topic) => {
      const one = at(person, topic);
      return h("td", { class: `left ${one?.ready ? "yes" : one?.until ? "held" : ""}` }, ...cell(one));
    }))))));
}

const own = (ready) => h("ul", { class: "own" }, ...ready.map((one) => h("li", { class: one.ready ? "yes" : one.until ? "held" : "" }, h("b", {}, one.topic), ...cell(one))));

// ---- granted and revoked ----------------------------------------------------------------------------------------------------

function record(one, lead, again) {
  const state = one.holds ? "holds" : one.revoked_at ? "revoked" : "expired";
  const holder = h("div", {});
  const why = one.changed ? h("div", { class: "why" }, h("p", {}, t(`certificates.why.${one.changed.why}`, { title: one.changed.title })),
    one.changed.before && h("blockquote", { class: "was" }, h("small", {}, t("certificates.before")), one.changed.before), one.changed.after && h("blockquote", {}, h("small", {}, t("certificates.after")), one.changed.after))
    : one.reason ? h("p", {}, t("certificates.revoked_by", { by: one.revoked_by, reason: one.reason })) : null;
  return h("article", { class: "certificate", "data-state": state }, h("div", { class: "row" }, lead && h("b", {}, one.person), h("span", { class: "chip" }, one.topic), h("b", { class: `standing ${state === "holds" ? "passed" : state === "revoked" ? "overdue" : "open"}` }, t(`certificates.state.${state}`)),
    h("span", { class: "soft" }, `${day(one.granted_at)} – ${day(one.revoked_at ?? one.expires_at)}`), h("span", { class: "spring" }),
    lead && one.holds && (boot.demo || one.person !== boot.user?.name) && h("button", { type: "button", class: "ghost", onclick: () => holder.replaceChildren(revoking(one, again)) }, t("certificates.revoke"))),
  h("p", { class: "soft" }, one.granted_by ? t("certificates.by", { by: one.granted_by, why: one.why }) : t("certificates.by_course")), why, holder);
}

function revoking(one, again) {
  const reason = h("input", { id: "revoke-reason", maxlength: "1000", required: true, minlength: "3" });
  const trouble = h("div", {});
  const send = (event) => act(event, trouble, () => post("/api/v1/training/certificates/revoke", { person: one.person, topic: one.topic, reason: reason.value }), "certificates.revoked", again);
  return h("form", { class: "inline", onsubmit: send }, h("label", {}, h("span", {}, t("certificates.reason")), reason), h("button", { class: "strong" }, t("certificates.revoke")), trouble);
}

function granting(found, again) {
  const people = found.people.filter((name) => boot.demo || name !== boot.user?.name);
  const person = h("select", { id: "grant-person" }, ...people.map((name) => h("option", { value: name }, name)));
  const topic = h("select", { id: "grant-topic" }, ...found.topics.map((name) => h("option", { value: name }, name)));
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
