/** The window that shows nearly all of what a pane shows: zoomed in, of that part alone. */

/** Shares of the values that may be darker than black, and brighter than white. */
const [DARKER, BRIGHTER] = [0.005, 0.995];
/** More values than that tell nothing more. */
const ENOUGH = 200_000;

/**
 * @param {import("./pane.js").Pane} pane
 * @returns {import("./state.js").Window|null} null while its slice is on its way, and where it shows no value
 */
export function windowOfSlice(pane) {
  const slice = pane.slice;
  if (!slice || !pane.visible) return null;
  const values = seenValues(slice, pane).sort();
  if (values.length === 0) return null;
  const at = (share) => {
    const place = share * (values.length - 1);
    const below = Math.floor(place);
    return values[below] + (place - below) * ((values[below + 1] ?? values[below]) - values[below]);
  };
  let [low, high] = [at(DARKER), at(BRIGHTER)];
  if (high <= low) [low, high] = [values[0], values.at(-1)];
  return Object.freeze({ id: "custom", name: "Custom", centre: low + (high - low) / 2, width: high - low || 1, function: "LINEAR_EXACT" });
}

/** Real values of the pixels that lie in the pane, or of some of them, evenly. */
function seenValues({ values, valid, width, height, channels }, pane) {
  const { size } = pane;
  const corners = [[0, 0], [size.width, 0], [0, size.height], [size.width, size.height]].map(([x, y]) => pane.toPixel(x, y));
  const within = (axis, count) => {
    const along = corners.map((corner) => corner[axis]);
    return [Math.max(0, Math.ceil(Math.min(...along))), Math.min(count - 1, Math.floor(Math.max(...along)))];
  };
  const [[left, right], [top, bottom]] = [within(0, width), within(1, height)];
  const step = Math.max(1, Math.ceil(Math.sqrt(((right - left + 1) * (bottom - top + 1)) / ENOUGH)));
  const found = [];
  for (let row = top; row <= bottom; row += step) {
    for (let column = left; column <= right; column += step) {
      const at = row * width + column;
      const value = values[at * channels];
      if (Number.isFinite(value) && valid?.[at] !== 0) found.push(value);
    }
  }
  return Float64Array.from(found);
}
