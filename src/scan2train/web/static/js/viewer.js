/**
 * The viewer as one object: what every part is given, and what opens an image.
 *
 * @typedef {object} Viewer
 * @property {ReturnType<typeof import("./state.js").makeState>} state
 * @property {ReturnType<typeof import("./slices.js").makeSlices>} slices
 * @property {ReturnType<typeof import("./tables.js").makeTables>} tables
 * @property {ReturnType<typeof import("./layers.js").makeLayers>} layers
 * @property {ReturnType<typeof import("./keys.js").makeKeys>} keys
 * @property {ReturnType<typeof import("./tools/tool_box.js").makeToolBox>} tools
 * @property {ReturnType<typeof import("./panels/side_bar.js").makePanels>} panels
 * @property {ReturnType<typeof import("./messages.js").makeMessages>} messages
 * @property {ReturnType<typeof import("./layout.js").makeLayout>} layout
 * @property {Map<string, import("./pane.js").Pane>} panes   by id: `axial`, …, `axial-second`, …
 * @property {(id: string) => Promise<void>} open
 * @property {(id: string|null) => Promise<void>} openSecond
 * @property {(plane: string|null) => void} maximise         that pane, or back if it is the one
 * @property {(place: {pane: object, column: number, row: number}|null) => void} hover
 * @property {{name: string, read: (pane: object, column: number, row: number) => string|null}[]} readouts
 *   what is told of a place beside the image's own value; null where there is nothing to tell
 */
import { askJson } from "./api.js";
import { fromVoxel, plus, toPlane, toMm } from "./geometry.js";
import { freshViews, PLANES } from "./state.js";

/** How often the server is asked how far reading is, ms. */
const POLL_MS = 150;

/**
 * What the server says of an image once it is read, with progress meanwhile.
 * @param {string} id @param {ReturnType<typeof import("./progress.js").makeProgress>} progress
 * @param {Promise<object>} [asked] the answer, if it is on its way
 */
export async function waitForImage(id, progress, asked = askJson(`api/images/${id}`)) {
  let waiting = true;
  const poll = async () => {
    while (waiting) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (!waiting) break;
      const { done, total, state } = await askJson(`api/images/${id}/progress`).catch(() => ({ done: 0, total: 1, state: "reading" }));
      if (waiting) progress.show(state === "waiting" ? "Waiting" : "Reading", done > 0 ? done / total : null);
    }
  };
  poll();
  try {
    return Object.freeze(await asked);
  } finally {
    waiting = false;
    progress.hide();
  }
}

/** The middle voxel of an image, RAS mm. */
export const middleOf = (image) => fromVoxel(image.affine, image.shape.slice(0, 3).map((size) => Math.floor((size - 1) / 2)));

/** Moves the crosshair in the plane of the pane that keys act on. */
export function nudge({ state, panes }, across, down) {
  const pane = panes.get(state.get().active);
  const { geometry } = pane;
  if (!geometry) return;
  const [column, row, n] = toPlane(geometry, state.get().focus);
  const inside = (value, size) => Math.min(size - 1, Math.max(0, value));
  const sign = pane.at.sign;
  state.set({ focus: toMm(geometry, inside(column + sign * across, geometry.width), inside(row + down, geometry.height), n) });
}

/** Zooms the active pane round its middle, or fits it and all others. */
export function zoomActive({ state }, factor) {
  const { views, active } = state.get();
  if (factor === null) return state.set({ views: freshViews() });
  const { zoom, pan } = views[active];
  return state.set({ views: { ...views, [active]: Object.freeze({ zoom: Math.min(64, Math.max(0.25, zoom * factor)), pan }) } });
}

/** Pans every plane so that the crosshair is in the middle of its pane. */
export function centreOnCrosshair({ state, panes }) {
  const { views, focus, image } = state.get();
  if (!image) return;
  const moved = { ...views };
  for (const plane of PLANES) {
    const pane = panes.get(plane);
    const [x, y] = pane.toPane(...toPlane(pane.geometry, focus));
    const { scale, sign } = pane.at;
    const { width, height } = pane.size;
    const by = plus([views[plane].pan[0], views[plane].pan[1], 0], [(sign * (x - width / 2)) / scale, (y - height / 2) / scale, 0]);
    moved[plane] = Object.freeze({ zoom: views[plane].zoom, pan: Object.freeze([by[0], by[1]]) });
  }
  state.set({ views: moved });
}
