/** What the server is asked. Errors come as words: what, expected, found, where, what to do. */

export class ServerError extends Error {
  /** @param {{error?: string, expected?: unknown, found?: unknown, where?: unknown, advice?: string}} said */
  constructor(said) {
    super(said.error ?? "the server gave no answer that can be read");
    this.name = "ServerError";
    this.said = said;
  }
}

/** @param {string} path @param {RequestInit} [how] @returns {Promise<Response>} */
export async function ask(path, how = {}) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...how });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ServerError({
      error: "The viewer's server does not answer.",
      advice: "See whether `scan2train view` still runs in its terminal; start it again and open the address it prints.",
    });
  }
  if (answer.ok) return answer;
  let said;
  try {
    said = await answer.json();
  } catch {
    said = { error: `The server answered ${answer.status} to ${path}.`, advice: "Reload the page." };
  }
  throw new ServerError(said);
}

/** @param {string} path */
export const askJson = async (path) => (await ask(path)).json();

/** @param {"PUT"|"POST"} method @param {string} path @param {unknown} body */
export async function send(method, path, body) {
  const answer = await ask(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.json();
}

const ARRAYS = Object.freeze({
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
});

/**
 * Raw values with their shape (`X-Dtype`, `X-Shape`).
 * @param {string} path @param {RequestInit} [how]
 * @returns {Promise<{values: ArrayLike<number>, shape: number[], white: number}>} `white`: full red, green and blue (`X-Colour`)
 */
export async function askValues(path, how) {
  const answer = await ask(path, how);
  const kind = ARRAYS[answer.headers.get("X-Dtype") ?? "uint8"];
  const shape = (answer.headers.get("X-Shape") ?? "").split(",").map(Number);
  return { values: new kind(await answer.arrayBuffer()), shape, white: Number(answer.headers.get("X-Colour") ?? 0) };
}
