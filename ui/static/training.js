// The training page: its tabs, and where in it we are. What each tab shows is in a file of its own.

import { byId, h, t } from "./dom.js";
import { get } from "./http.js";
import { whenAttached } from "./shell.js";
import { failed, loading } from "./training-parts.js";
import { VIEWS } from "./training-views.js";

let lead = false; // whether one sees everybody's practice and writes drills
let first = "practise";

const names = () => Object.keys(VIEWS).filter((name) => lead || !VIEWS[name].lead);
const place = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

/** Go to another place of the page: {view, …}. */
export function go(to) {
  const words = new URLSearchParams(to).toString();
  if (location.hash.slice(1) === words) arrive();
  else location.hash = words;
}

function frame() {
  byId("training-page").replaceChildren(
    h("div", { class: "page-head" }, h("h1", {}, t("face.training")), h("nav", { class: "views", role: "tablist", "aria-label": t("face.training") },
      ...names().map((name) => h("button", { type: "button", role: "tab", "data-view": name, onclick: () => go({ view: name }) }, t(`training.view.${name}`))))),
    ...names().map((name) => h("div", { class: "view", id: `view-${name}`, role: "tabpanel", hidden: true })));
}

function arrive() {
  const asked = place().view;
  const view = names().includes(asked) ? asked : first;
  for (const name of names()) {
    byId(`view-${name}`).hidden = name !== view;
    document.querySelector(`[data-view="${name}"]`).setAttribute("aria-selected", String(name === view));
  }
  VIEWS[view].show(byId(`view-${view}`), { place: place(), go, lead });
}

whenAttached(["topbar", "training"], async () => {
  byId("training-page").replaceChildren(loading());
  try {
    lead = (await get("/api/v1/training/me")).lead;
    frame();
    addEventListener("hashchange", arrive);
    arrive();
  } catch (error) {
    byId("training-page").replaceChildren(failed(error));
  }
  document.body.classList.add("ready");
});
