// What every page has: the bar at the top, languages, who is signed in, the keys, toasts, and what to do when the session has ended.

import { boot, byId, h, t, translate } from "./dom.js";
import "./idle.js";

const attached = new Set();
const waiting = []; // [{parts, start}]

/** Start once all these parts of the page are there. */
export function whenAttached(parts, start) {
  waiting.push({ parts, start });
  begin();
}

/** Gradio's parts call this as they appear. */
function attach(name, element) {
  translate(element);
  attached.add(name);
  begin();
}

function begin() {
  for (const one of waiting.filter(({ parts }) => parts.every((part) => attached.has(part)))) {
    waiting.splice(waiting.indexOf(one), 1);
    one.start();
  }
}

window.youju = { ...window.youju, attach };

// ---- the bar ----------------------------------------------------------------------------------------------------------

function startBar() {
  document.documentElement.lang = boot.lang; // Gradio has put its own locale there
  document.title = `${t("brand")} · ${t(`face.${window.youjuFace}`)}`;
  document.body.classList.toggle("embed", boot.embed);
  byId("shop").textContent = boot.shop;
  byId("demo-mark").hidden = !boot.demo;
  byId("demonstration-mark").hidden = !boot.demonstration;
  byId("faces").replaceChildren(...faceLinks());
  for (const link of document.querySelectorAll(".languages a")) {
    link.href = `?${new URLSearchParams({ lang: link.dataset.lang, ...(boot.embed ? { embed: "1" } : {}) })}`;
    link.classList.toggle("on", link.dataset.lang === boot.lang);
  }
  byId("keys-button").addEventListener("click", showKeys);
  startUser();
}

const faceLinks = () => boot.faces.map((face) =>
  h("a", { href: `/${face}/`, class: face === window.youjuFace ? "on" : null, "aria-current": face === window.youjuFace ? "page" : null }, t(`face.${face}`)));

function startUser() {
  const user = byId("user");
  user.hidden = !boot.user;
  if (!boot.user) return;
  const name = boot.user.display || boot.user.name;
  user.querySelector("summary").replaceChildren(h("span", { class: "initial", "aria-hidden": "true" }, [...name][0].toUpperCase()), h("span", { class: "name" }, name));
  byId("user-menu").replaceChildren(
    h("div", { class: "who" }, h("b", {}, name), h("span", {}, boot.demo ? t("demo") : [boot.user.name, t(`role.${boot.user.role}`)].join(" · "))),
    h("nav", { class: "menu-faces" }, ...faceLinks()),
    boot.demo ? h("p", { class: "demo-note" }, t("demo.title"))
      : h("form", { method: "post", action: "/logout", onsubmit: () => sessionStorage.clear() },
        h("input", { type: "hidden", name: "csrf", value: boot.csrf }), h("button", { class: "plain" }, t("sign_out"))));
  document.addEventListener("click", (event) => { if (!user.contains(event.target)) user.open = false; });
  user.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !user.open) return;
    event.stopPropagation();
    user.open = false;
    user.querySelector("summary").focus();
  });
}

// ---- keys -------------------------------------------------------------------------------------------------------------

/** Fill the sheet that `?` shows. groups: [[title, [[keys, text]]]]; keys are words parted by spaces. */
export function setKeys(groups) {
  byId("keys-button").hidden = false;
  document.querySelector("#keys .key-groups").replaceChildren(...groups.map(([title, rows]) => h("section", {}, h("h3", {}, title),
    h("dl", {}, ...rows.flatMap(([keys, text]) => [h("dt", {}, ...keys.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, text)])))));
}

export const showKeys = () => { if (!byId("keys").open) byId("keys").showModal(); };

// ---- toasts -----------------------------------------------------------------------------------------------------------

let toastTimer = 0;

export function toast(text, kind = "good") {
  const element = byId("toast");
  const dialog = document.querySelector("dialog[open]");
  (dialog ?? document.body).append(element); // what is modal covers everything outside it
  element.textContent = text;
  element.className = `toast shown ${kind}`;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => element.classList.remove("shown"), kind === "good" ? 1800 : 5000);
}

// ---- the session has ended ----------------------------------------------------------------------------------------------

function showEnded(kind) {
  const sheet = byId("ended");
  if (!sheet || sheet.open) return;
  const back = location.pathname + location.search;
  const signIn = h("a", { class: "strong", href: `/login?next=${encodeURIComponent(back)}` }, t("ended.sign_in"));
  const reload = h("button", { type: "button", class: "strong", onclick: () => location.reload() }, t("stale.reload"));
  const stay = h("button", { type: "button", class: "plain", onclick: () => sheet.close() }, t("stay"));
  sheet.querySelector("h2").textContent = t(`${kind}.title`);
  sheet.querySelector("p").textContent = t(kind === "stale" ? "stale.body" : boot.embed ? "ended.frame" : "ended.body");
  sheet.querySelector(".acts").replaceChildren(stay, ...(kind === "stale" ? [reload] : boot.embed ? [] : [signIn]));
  sheet.showModal();
}

addEventListener("youju:ended", (event) => showEnded(event.detail));
whenAttached(["topbar"], startBar);
