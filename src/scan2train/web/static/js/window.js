/**
 * From values to colours: the window functions of DICOM (PS3.3 C.11.2.1.2) and a table of colours.
 *
 * @typedef {import("./state.js").Window} Window
 * @typedef {{values: ArrayLike<number>, width: number, height: number, channels: number, white: number, valid: Uint8Array|null}} Slice
 * @typedef {{low: number, high: number, colours: Uint32Array}} Table
 */
import { colourAt } from "./colours.js";

/** Steps of a table. More than a screen shows, so that a steep sigmoid stays smooth. */
const STEPS = 2048;

/** The values between which a window's grey levels lie. @param {Window} window */
export function windowRange({ centre, width, function: how }) {
  if (how === "SIGMOID") return { low: centre - 2 * width, high: centre + 2 * width };
  if (how === "LINEAR_EXACT" || width <= 1) return { low: centre - width / 2, high: centre + width / 2 };
  return { low: centre - 0.5 - (width - 1) / 2, high: centre - 0.5 + (width - 1) / 2 };
}

/** The window whose black is `low` and white `high`. */
export function windowBetween(low, high) {
  const width = Math.max(1e-6, high - low);
  return Object.freeze({ id: "custom", name: "Custom", centre: low + width / 2, width, function: "LINEAR_EXACT" });
}

/** The same with another centre or width. The half unit of LINEAR has a meaning for the header's whole numbers alone. */
export function windowWith(window, changes) {
  const shape = window.function === "SIGMOID" ? "SIGMOID" : "LINEAR_EXACT";
  const made = { ...window, id: "custom", name: "Custom", function: shape, ...changes };
  return Object.freeze({ ...made, width: Math.max(1e-6, made.width) });
}

/** The brightness of a value, 0..1. @param {Window} window @param {number} value */
export function brightness(window, value) {
  if (window.function === "SIGMOID") return 1 / (1 + Math.exp((-4 * (value - window.centre)) / window.width));
  const { low, high } = windowRange(window);
  return high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : Number(value > low);
}

/**
 * @param {Window} window
 * @param {string} map
 * @param {{invert?: boolean, opacity?: number, seeThrough?: boolean}} [how]
 *   seeThrough: what lies at the dark end lets the image below shine through
 * @returns {Table}
 */
export function makeTable(window, map, { invert = false, opacity = 1, seeThrough = false } = {}) {
  const { low, high } = windowRange(window);
  const colours = new Uint32Array(STEPS);
  for (let step = 0; step < STEPS; step += 1) {
    const share = brightness(window, low + ((high - low) * step) / (STEPS - 1));
    const [red, green, blue] = colourAt(map, invert ? 1 - share : share);
    const alpha = Math.round(255 * opacity * (seeThrough ? Math.min(1, share * 8) : 1));
    colours[step] = ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }
  return { low, high, colours };
}

/** What is drawn where there is no data: dark and see-through, never a value's colour. */
const NOTHING = 0;

/**
 * Colours a slice.
 * @param {Slice} slice
 * @param {Table} table
 * @param {Uint32Array} out one RGBA pixel (little endian) a pixel
 */
export function paint(slice, table, out) {
  const { values, valid } = slice;
  if (slice.white) paintColour(slice, table, out);
  else {
    const { low, colours } = table;
    const scale = table.high > low ? (STEPS - 1) / (table.high - low) : Infinity;
    const stride = slice.channels;
    for (let at = 0, from = 0; at < out.length; at += 1, from += stride) {
      const value = values[from];
      let step = (value - low) * scale + 0.5;
      step = step < 0 ? 0 : step > STEPS - 1 ? STEPS - 1 : step;
      // NaN (outside the volume) is unequal to itself; 0 * Infinity too is no step.
      out[at] = value !== value ? NOTHING : colours[step | 0];
    }
  }
  if (valid) for (let at = 0; at < out.length; at += 1) if (valid[at] === 0) out[at] = NOTHING;
}

/** Colours are shown as they are; only the table's opacity counts. Of other channels the first is windowed. */
function paintColour({ values, channels, white }, { colours }, out) {
  const share = 255 / white;
  const alpha = colours[STEPS - 1] & 0xff000000;
  for (let at = 0, from = 0; at < out.length; at += 1, from += channels) {
    const red = values[from];
    const part = (c) => (values[from + c] * share + 0.5) | 0;
    out[at] = red !== red ? NOTHING : (alpha | (part(2) << 16) | (part(1) << 8) | part(0)) >>> 0;
  }
}
