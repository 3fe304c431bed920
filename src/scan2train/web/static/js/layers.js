/**
 * What is drawn over the slices, by whoever has something to draw.
 *
 * @typedef {import("./pane.js").Pane} Pane
 * @typedef {object} Layer
 * @property {string} id
 * @property {(pane: Pane) => CanvasImageSource|null} [picture]
 *   a canvas of the plane's width and height for `pane.plane`, `pane.n`, laid over the slice pixel on pixel
 *   (never blended between pixels); null while there is none: call `redraw()` once it is there
 * @property {(context: CanvasRenderingContext2D, pane: Pane) => void} [draw]
 *   lines and text over everything, in CSS pixels; `pane.toPane(column, row)` gives the place of a pixel
 */

/** @param {() => Iterable<Pane>} panes */
export function makeLayers(panes) {
  /** @type {Layer[]} */
  const layers = [];
  const redraw = () => {
    for (const pane of panes()) pane.redraw();
  };
  return Object.freeze({
    /** @param {Layer} layer drawn over those added before */
    add(layer) {
      layers.push(layer);
      redraw();
    },
    /** @returns {readonly Layer[]} */
    all: () => layers,
    redraw,
  });
}
