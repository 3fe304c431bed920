/**
 * Where a plane's pixels lie in a pane: true to the millimetre, fitted, zoomed, moved, mirrored.
 *
 * All of it is one affine map: x = a·column + c·row + e, y = d·row + f (CSS pixels of the pane).
 */
import { pixelShape, planeBox } from "./geometry.js";

/** The share of a pane that a fitted plane fills. */
const FILLED = 0.96;

/**
 * @param {import("./geometry.js").Plane} plane
 * @param {import("./state.js").View} view
 * @param {{width: number, height: number}} pane CSS pixels
 * @param {boolean} mirrored
 */
export function placement(plane, view, pane, mirrored) {
  const shape = pixelShape(plane);
  const box = planeBox(plane);
  const fit = Math.min(pane.width / (box.right - box.left), pane.height / (box.bottom - box.top)) * FILLED;
  const scale = fit * view.zoom;
  const sign = mirrored ? -1 : 1;
  const middle = [(box.left + box.right) / 2 + view.pan[0], (box.top + box.bottom) / 2 + view.pan[1]];
  const a = sign * scale * shape.across;
  const c = sign * scale * shape.shear;
  const d = scale * shape.down;
  const e = pane.width / 2 - sign * scale * middle[0];
  const f = pane.height / 2 - scale * middle[1];
  return Object.freeze({
    a, c, d, e, f, scale, sign,
    /** @returns {[number, number]} CSS pixels in the pane of a point of the plane (pixel centres are whole) */
    toPane: (column, row) => [a * column + c * row + e, d * row + f],
    /** @returns {[number, number]} column and row, fractional */
    toPixel(x, y) {
      const row = (y - f) / d;
      return [(x - e - c * row) / a, row];
    },
  });
}

/**
 * The view after zooming by `factor` with the point under (x, y) kept where it is.
 * @param {ReturnType<typeof placement>} at
 * @param {import("./state.js").View} view
 * @param {{width: number, height: number}} pane
 */
export function zoomedAt(at, view, pane, x, y, factor) {
  const zoom = Math.min(64, Math.max(0.25, view.zoom * factor));
  const scale = (at.scale * zoom) / view.zoom;
  const from = (across, middle, sign) => sign * (across - middle) * (1 / at.scale - 1 / scale);
  return Object.freeze({
    zoom,
    pan: Object.freeze([
      view.pan[0] + from(x, pane.width / 2, at.sign),
      view.pan[1] + from(y, pane.height / 2, 1),
    ]),
  });
}

/** The view moved by (dx, dy) CSS pixels, the picture following the hand. */
export function movedBy(at, view, dx, dy) {
  return Object.freeze({
    zoom: view.zoom,
    pan: Object.freeze([view.pan[0] - (at.sign * dx) / at.scale, view.pan[1] - dy / at.scale]),
  });
}
