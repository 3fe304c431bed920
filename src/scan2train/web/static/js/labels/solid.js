/** Labels in the pane of three dimensions: made small by the server, once the hand rests. */
import { ask } from "../api.js";

/** After the last change, ms. */
const REST_MS = 700;
const LARGEST = 192;

const share = (colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);

/**
 * Keeps `solid` of the state: numbers and their colours, or null.
 * @param {import("../viewer.js").Viewer} viewer @param {ReturnType<typeof import("./desk.js").makeDesk>} desk
 */
export function makeSolid({ state, messages }, desk) {
  const { store } = desk;
  let timer = 0;
  let last = null;

  function show() {
    const { open, shown, hidden } = store.get();
    if (!last || !open || !shown || last.id !== open.id || open.image !== state.get().image?.id) return state.set({ solid: null });
    const seen = last.labels.map((value) => open.colours[value] && !hidden.includes(value));
    const values = seen.every(Boolean) ? last.values : last.values.map((rank) => (rank && seen[rank - 1] ? rank : 0));
    const colours = new Map(last.labels.flatMap((value, at) => (seen[at] ? [[at + 1, share(open.colours[value])]] : [])));
    return state.set({ solid: Object.freeze({ values, shape: last.shape, colours }) });
  }

  async function load() {
    const { open } = store.get();
    if (!open) return;
    try {
      const answer = await ask(`api/labels/${open.id}/reduced?largest=${LARGEST}`);
      last = {
        id: open.id,
        shape: answer.headers.get("X-Shape").split(",").map(Number),
        labels: JSON.parse(answer.headers.get("X-Values")),
        values: new Uint8Array(await answer.arrayBuffer()),
      };
      show();
    } catch (error) {
      messages.error(error);
    }
  }

  store.watch(["version", "open"], (now, before) => {
    if (now.open?.id !== before.open?.id) show();
    if (now.version === before.version && now.open?.id === before.open?.id) {
      if (now.open?.colours !== before.open?.colours) show();
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(load, REST_MS);
  });
  store.watch(["shown", "hidden"], show);
}
