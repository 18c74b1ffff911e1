// One drill, message by message: the customer, a clock with the target, a search of the knowledge base, no ready draft.

import { h, t } from "./dom.js";
import { get } from "./http.js";
import { counted, failed, labels } from "./training-parts.js";

const PAUSE = 250; // ms without a key before the knowledge base is searched

/**
 * drill: as the server shows it. turn(n): the message after n replies, null at the end. submit(replies): the score.
 * scored(result, replies): what is shown then. leave(): back to where one came from.
 */
export function runDrill(element, { drill, turn, submit, scored, leave }) {
  const replies = [];
  let began = performance.now();
  let busy = false;
  let ticking = 0;
  const seconds = () => Math.round((performance.now() - began) / 100) / 10;

  const clock = h("span", { class: "clock", role: "timer" }, counted(0));
  const turns = h("div", { class: "chat", "aria-live": "polite" }, ...drill.history.map((one) => bubble(one.role, one.text)), bubble("customer", drill.message));
  const box = h("textarea", { id: "reply", rows: "6", maxlength: "10000", "aria-label": t("training.reply"), placeholder: t("training.reply.placeholder"),
    onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) send(); } });
  const button = h("button", { type: "button", class: "strong", id: "submit", onclick: send }, t(drill.turns > 1 ? "training.send" : "training.submit"));
  const trouble = h("div", {});
  const step = h("small", { class: "soft" }, stepText());
  const side = h("aside", {}, lookup(drill.as_of));
  const write = h("section", { class: "panel", id: "write" }, h("div", { class: "row" }, h("h2", {}, t("training.reply")), h("span", { class: "spring" }), step), box, trouble,
    h("div", { class: "row acts" }, h("span", { class: "soft keys-hint" }, t("training.keys")), h("span", { class: "spring" }), button));
  const before = [
    h("section", { class: "panel" },
      h("div", { class: "row" }, h("button", { type: "button", class: "ghost", onclick: stop }, t("training.back")), h("h2", { class: "title" }, drill.title), h("span", { class: "spring" }), clock,
        h("small", { class: "soft" }, t("training.target", { time: counted(drill.target_s) }))),
      h("div", { class: "chips" }, ...labels(drill), drill.persona && h("span", { class: "persona" }, drill.persona)), turns),
    write];
  element.replaceChildren(h("div", { class: "halves" }, h("div", { class: "column" }, ...before), side));
  box.focus();
  ticking = setInterval(tick, 500);

  function stepText() { return drill.turns > 1 ? t("training.step", { n: replies.length + 1, all: drill.turns }) : ""; }

  function tick() {
    if (!clock.isConnected) return void clearInterval(ticking); // another view took the place
    clock.textContent = counted(seconds());
    clock.classList.toggle("late", seconds() > drill.target_s);
  }

  function stop() { clearInterval(ticking); leave(); }

  async function send() {
    const text = box.value.trim();
    if (!text || busy) return;
    busy = button.disabled = true;
    trouble.replaceChildren();
    const all = [...replies, { text, seconds: seconds() }];
    try {
      const message = await turn(all.length);
      const result = message === null ? await submit(all) : null;
      replies.push(all.at(-1)); // only now: after a failure the same reply is sent again
      turns.append(bubble("agent", text));
      if (result) return finish(result);
      turns.append(bubble("customer", message));
      turns.lastChild.scrollIntoView({ block: "nearest" });
      box.value = "";
      began = performance.now();
      step.textContent = stepText();
      if (replies.length + 1 === drill.turns) button.textContent = t("training.submit");
      box.focus();
    } catch (error) {
      trouble.replaceChildren(failed(error));
    } finally {
      busy = button.disabled = false;
    }
  }

  function finish(result) {
    clearInterval(ticking);
    clock.textContent = counted(Math.max(...replies.map((one) => one.seconds)));
    write.remove();
    side.replaceChildren(scored(result, replies));
    side.scrollIntoView({ block: "nearest" });
  }
}

const bubble = (role, text) => h("p", { class: `bubble ${role}` }, h("span", { class: "who" }, t(role === "agent" ? "agent" : "customer")), text);

// ---- looking things up ------------------------------------------------------------------------------------------------

function lookup(day) {
  let timer = 0;
  let asked = 0;
  const hits = h("div", { class: "hits", "aria-live": "polite" });
  const look = async (words) => {
    const mine = ++asked;
    if (!words) return void hits.replaceChildren();
    try {
      const found = await get(`/api/v1/search?${new URLSearchParams({ q: words, as_of: day, limit: "6" })}`);
      if (mine === asked) hits.replaceChildren(...(found.hits.length ? found.hits.map(passage) : [h("p", { class: "soft" }, t("lookup.none"))]));
    } catch (error) {
      if (mine === asked) hits.replaceChildren(failed(error));
    }
  };
  const soon = (event) => { clearTimeout(timer); if (!event.isComposing) timer = setTimeout(() => look(event.target.value.trim()), PAUSE); };
  return h("section", { class: "panel" }, h("h2", {}, t("training.search")), h("p", { class: "soft" }, t("training.search.body")),
    h("input", { type: "search", id: "search", maxlength: "500", "aria-label": t("training.search"), oninput: soon, oncompositionend: soon }), hits);
}

const passage = (hit) => h("article", { class: "hit" }, h("b", { lang: hit.lang }, hit.title), h("small", {}, hit.section), h("p", { lang: hit.lang }, hit.text),
  hit.audience === "agent" && h("span", { class: "chip" }, t("internal")), hit.state === "ended" && h("span", { class: "chip" }, t("expired")), hit.state === "coming" && h("span", { class: "chip" }, t("coming")));

