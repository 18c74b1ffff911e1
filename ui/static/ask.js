// One question to the server: the draft as a stream, or at once where streams do not get through.

import { post, Problem, stream } from "./http.js";

const NO_STREAM = [0, 404, 405, 406, 501]; // broken off on the way, or a server or proxy without streams

/**
 * Ask. body: the question; drafter "model" has the language model word it. on: {sources(data), claim(claim)} as they arrive.
 * Gives back {answer, writer}: the answer object, and who worded it: extractive, or the model's name.
 */
export async function askServer(body, drafter, signal, on) {
  let answer = null;
  let writer = "extractive";
  try {
    await stream("/api/v1/answer/stream", drafter ? { ...body, drafter } : body, signal, {
      sources: on.sources, claim: on.claim,
      drafter: (data) => { writer = data.drafter; },
      final: (data) => { answer = data; },
    });
  } catch (error) {
    if (!(error instanceof Problem) || !NO_STREAM.includes(error.status)) throw error;
  }
  if (!answer) return { answer: await post("/api/v1/answer", body, { signal }), writer: "extractive" };
  return { answer, writer };
}
