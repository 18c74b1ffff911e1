// Elements, texts, the server. Whatever a customer or an article says goes through `h`, which only ever writes text.

export const boot = window.youjuBoot;

export const byId = (id) => document.getElementById(id);

/** The interface text of a key, its {fields} filled in. */
export function t(key, fields = {}) {
  const text = boot.texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in fields ? String(fields[name]) : whole));
}

/** Whether the table has a text for the key. */
export const hasText = (key) => key in boot.texts;

/** An element. Attributes: class, data-*, on<event> functions, or any other; children: elements and strings. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Fill in the fixed texts of a shell: data-t, data-t-title, data-t-label. */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-t-title]")) element.title = t(element.dataset.tTitle);
  for (const element of root.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
}

let toastTimer = 0;

export function toast(text, kind = "good") {
  const element = byId("toast");
  element.textContent = text;
  element.className = `toast shown ${kind}`;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => element.classList.remove("shown"), kind === "good" ? 1800 : 5000);
}

/** What the server refused or failed to do; `message` is worded for the agent. */
export class Problem extends Error {}

/** POST JSON, give back JSON. Throws Problem, or AbortError when the signal says so. */
export async function post(path, body, signal) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal, credentials: "same-origin",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(t("error.network"));
  }
  const data = await response.json().catch(() => null);
  if (response.ok && data !== null) return data;
  if (response.status === 413) throw new Problem(t("error.long", { max: (10000).toLocaleString("en") }));
  if (response.status >= 500 || !data?.detail) throw new Problem([t("error.server"), data?.status === 503 ? data.detail : ""].join(" ").trim());
  throw new Problem(data.detail);
}
