/** Labels over the slices: asked for as slices are seen, coloured here, and painted at once where a stroke goes. */
import { askValues } from "../api.js";
import { colour, outlines, tableOf } from "./colouring.js";

/** Slices of labels that are kept. */
const MOST = 96;
const LINE = 1.5;

/**
 * @typedef {{version: number, values: Uint8Array|Uint16Array, width: number, height: number,
 *   canvas: HTMLCanvasElement, coloured: object|null, paths: Map<number, Path2D>|null}} Slice
 * @param {import("../viewer.js").Viewer} viewer @param {ReturnType<typeof import("./desk.js").makeDesk>} desk
 */
export function makeOverlay(viewer, desk) {
  const { store } = desk;
  /** @type {Map<string, Slice>} */
  const here = new Map();
  const coming = new Map();
  let table = new Uint32Array(1);

  function recolour() {
    const { open, hidden, faint, opacity, look } = store.get();
    table = tableOf(open?.colours ?? {}, hidden, look === "outlined" ? 0 : opacity, faint);
    viewer.layers.redraw();
  }

  /** What is told under the pointer is read again. */
  const tellAgain = () => viewer.state.set({ arrived: viewer.state.get().arrived + 1 });

  const address = (pane) => {
    const { open } = store.get();
    const { image, mode } = viewer.state.get();
    if (!open || !image || open.image !== image.id) return null;
    return `api/labels/${open.id}/slices/${mode}/${pane.plane}/${pane.n}`;
  };

  async function load(path, pane) {
    const { version } = store.get();
    if (coming.get(path) === version) return;
    coming.set(path, version);
    desk.busy(1);
    try {
      const { values, shape: [height, width] } = await askValues(path);
      // What was asked for before a stroke began is older than what has been painted here since.
      if ((here.get(path)?.version ?? -1) <= version) {
        here.delete(path);
        here.set(path, { version, values, width, height, canvas: document.createElement("canvas"), coloured: null, paths: null });
        if (here.size > MOST) here.delete(here.keys().next().value);
      }
      pane.redraw();
      tellAgain();
    } catch (error) {
      viewer.messages.error(error);
    } finally {
      if (coming.get(path) === version) coming.delete(path);
      desk.busy(-1);
    }
  }

  /** @returns {Slice|null} the labels on the slice of a pane, the last known; newer ones are asked for */
  function slice(pane) {
    const path = address(pane);
    if (!path) return null;
    const found = here.get(path) ?? null;
    if (!found || found.version < store.get().version) load(path, pane);
    return found;
  }

  store.watch(["open", "hidden", "faint", "opacity", "look"], (now, before) => {
    if (now.open?.id !== before.open?.id) here.clear();
    // What a reply says of undoing changes no picture.
    if (now.open?.boxes !== before.open?.boxes) viewer.layers.redraw();
    const coloursOf = ({ open }) => JSON.stringify(open?.colours);
    if (coloursOf(now) !== coloursOf(before) || ["hidden", "faint", "opacity", "look"].some((key) => now[key] !== before[key])) recolour();
  });
  store.watch(["version", "shown", "box"], () => viewer.layers.redraw());
  store.watch(["open", "shown"], tellAgain);

  viewer.readouts.push({
    name: "Label",
    read(pane, column, row) {
      const { open, shown } = store.get();
      if (!shown || !address(pane)) return null;
      const found = slice(pane);
      if (!found) return "…";
      const [c, r] = [Math.round(column), Math.round(row)];
      if (c < 0 || r < 0 || c >= found.width || r >= found.height) return "outside";
      const value = found.values[r * found.width + c];
      const name = open.labels.find((label) => label.value === value)?.name;
      return value === 0 ? "none" : `${value} ${name ?? ""}`.trim();
    },
  });
  viewer.layers.add({
    id: "labels",
    picture(pane) {
      const { shown, look } = store.get();
      const found = shown ? slice(pane) : null;
      if (!found || look === "outlined") return null;
      if (found.coloured !== table) {
        colour(found, table);
        found.coloured = table;
      }
      return found.canvas;
    },
    draw(context, pane) {
      const { shown, look, open, hidden, faint } = store.get();
      const found = shown && look !== "filled" ? slice(pane) : null;
      if (!found) return;
      found.paths ??= outlines(found);
      const { a, c, d, e, f } = pane.at;
      const place = new DOMMatrix([a, 0, c, d, e, f]);
      context.save();
      context.lineWidth = LINE;
      for (const [value, path] of found.paths) {
        if (hidden.includes(value) || !open.colours[value]) continue;
        const placed = new Path2D();
        placed.addPath(path, place);
        context.globalAlpha = faint[value] ?? 1;
        context.strokeStyle = open.colours[value];
        context.stroke(placed);
      }
      context.restore();
    },
  });

  return Object.freeze({
    slice,
    /** A slice whose values were painted here. @param {Slice} found @param {import("../pane.js").Pane} pane */
    repaint(found, pane) {
      found.coloured = null;
      found.paths = null;
      pane.redraw();
    },
  });
}
