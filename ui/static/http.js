// The server: JSON requests with the session's token, streams of events, and what an error means to the agent.

import { boot, t } from "./dom.js";

/** What the server refused or failed to do; `message` is worded for the agent, `data` is the problem+json. */
export class Problem extends Error {
  constructor(message, status = 0, data = null) {
    super(message);
    this.status = status;
    this.data = data;
  }
}

const CHANGED = { "Content-Type": "application/json", "X-CSRF-Token": boot.csrf };

export const get = (path, signal) => send(path, { signal });
export const post = (path, body, { signal, key } = {}) =>
  send(path, { method: "POST", headers: { ...CHANGED, ...(key ? { "Idempotency-Key": key } : {}) }, body: JSON.stringify(body), signal });
/** A file as the request's body, to the byte. */
export const upload = (path, file) => send(path, { method: "POST", headers: { ...CHANGED, "Content-Type": "application/octet-stream" }, body: file });
export const put = (path, body) => send(path, { method: "PUT", headers: CHANGED, body: JSON.stringify(body) });

/** Give back JSON, or null for an empty answer. Throws Problem, or AbortError when the signal says so. */
async function send(path, request) {
  const response = await reach(path, request);
  if (!response.ok) throw await refusal(response);
  if (response.status === 204) return null;
  const data = await response.json().catch(() => null);
  if (data === null) throw new Problem(t("error.server"), response.status);
  return data;
}

async function reach(path, request) {
  try {
    return await fetch(path, { credentials: "same-origin", ...request });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(t("error.network"));
  }
}

async function refusal(response) {
  const data = await response.json().catch(() => null);
  const problem = (text) => new Problem(text, response.status, data);
  if (response.status === 401 || data?.code === "csrf") {
    dispatchEvent(new CustomEvent("youju:ended", { detail: response.status === 401 ? "ended" : "stale" }));
    return problem(t("error.ended"));
  }
  if (response.status === 413) return problem(t("error.long", { max: (10000).toLocaleString("en") }));
  if (response.status === 429) return problem(t("error.busy", { seconds: response.headers.get("Retry-After") || 60 }));
  if (response.status >= 500 || !data?.detail) return problem([t("error.server"), data?.status === 503 ? data.detail : ""].join(" ").trim());
  return problem(data.detail);
}

/**
 * POST, and take the answer as a stream of events: `on[name](data)` for each as it arrives. Ends when the server ends it.
 * Throws Problem; one with status 0 where the stream broke off.
 */
export async function stream(path, body, signal, on) {
  const headers = { ...CHANGED, Accept: "text/event-stream" };
  const response = await reach(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  if (!response.ok) throw await refusal(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      waiting += (value ?? "").replaceAll("\r\n", "\n");
      const events = waiting.split("\n\n");
      waiting = events.pop();
      for (const event of events) tell(event, on);
      if (done) return;
    }
  } catch (error) {
    if (error.name === "AbortError" || error instanceof Problem) throw error;
    throw new Problem(t("error.network"));
  }
}

function tell(event, on) {
  let name = "message";
  const data = [];
  for (const line of event.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  if (data.length) on[name]?.(JSON.parse(data.join("\n")));
}
