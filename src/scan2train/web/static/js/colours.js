/** Colour maps, and the colours of marks. All can be told apart by colour-blind people. */

/** Okabe and Ito's colours, the order in which labels take them. */
export const OKABE_ITO = Object.freeze([
  "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7",
]);

/** Stops between which the colours of a map are blended, evenly spaced. */
const STOPS = Object.freeze({
  grey: [[0, 0, 0], [255, 255, 255]],
  hot: [[0, 0, 0], [140, 0, 0], [240, 60, 0], [255, 160, 0], [255, 240, 90], [255, 255, 255]],
  cividis: [[0, 32, 77], [64, 77, 107], [124, 123, 120], [187, 174, 108], [255, 234, 70]],
  viridis: [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]],
  magma: [[0, 0, 4], [81, 18, 124], [183, 55, 121], [252, 137, 97], [252, 253, 191]],
  "blue-orange": [[0, 114, 178], [120, 180, 215], [245, 245, 245], [235, 165, 110], [213, 94, 0]],
  orange: [[30, 16, 0], [230, 159, 0]],
  sky: [[0, 14, 26], [86, 180, 233]],
});

export const MAPS = Object.freeze(Object.keys(STOPS));

/**
 * @param {string} name one of `MAPS`
 * @param {number} share 0..1
 * @returns {[number, number, number]} 0..255 each
 */
export function colourAt(name, share) {
  const stops = STOPS[name];
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  return stops[low].map((from, c) => Math.round(from + (at - low) * (stops[low + 1][c] - from)));
}
