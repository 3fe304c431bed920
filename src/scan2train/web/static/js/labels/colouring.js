/** A slice of labels as a picture, and as the lines along its edges. */

/** @param {string} colour `#rrggbb` @returns {[number, number, number]} */
const partsOf = (colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/**
 * For each value, red, green, blue and alpha in one number; 0 where nothing is shown.
 * @param {Record<string, string>} colours @param {readonly number[]} hidden @param {number} opacity
 * @param {Readonly<Record<number, number>>} faint times the opacity, where it is not 1
 */
export function tableOf(colours, hidden, opacity, faint) {
  const values = Object.keys(colours).map(Number);
  const table = new Uint32Array(Math.max(0, ...values) + 1);
  for (const value of values) {
    if (hidden.includes(value)) continue;
    const [red, green, blue] = partsOf(colours[value]);
    table[value] = ((Math.round(255 * opacity * (faint[value] ?? 1)) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }
  return table;
}

/**
 * @param {{values: ArrayLike<number>, width: number, height: number, canvas: HTMLCanvasElement}} slice
 * @param {Uint32Array} table
 */
export function colour({ values, width, height, canvas }, table) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  const data = context.createImageData(width, height);
  const pixels = new Uint32Array(data.data.buffer);
  for (let at = 0; at < values.length; at += 1) pixels[at] = table[values[at]] ?? 0;
  context.putImageData(data, 0, 0);
}

/**
 * Lines between pixels of different labels, for each label its own, in columns and rows.
 * @returns {Map<number, Path2D>}
 */
export function outlines({ values, width, height }) {
  const paths = new Map();
  const pathOf = (value) => {
    if (!paths.has(value)) paths.set(value, new Path2D());
    return paths.get(value);
  };
  const edge = (one, other, x1, y1, x2, y2) => {
    for (const value of [one, other]) {
      if (!value) continue;
      const path = pathOf(value);
      path.moveTo(x1, y1);
      path.lineTo(x2, y2);
    }
  };
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const at = row * width + column;
      const own = values[at];
      const left = column > 0 ? values[at - 1] : 0;
      const above = row > 0 ? values[at - width] : 0;
      if (own !== left) edge(own, left, column - 0.5, row - 0.5, column - 0.5, row + 0.5);
      if (own !== above) edge(own, above, column - 0.5, row - 0.5, column + 0.5, row - 0.5);
      if (own && column === width - 1) edge(own, 0, column + 0.5, row - 0.5, column + 0.5, row + 0.5);
      if (own && row === height - 1) edge(own, 0, column - 0.5, row + 0.5, column + 0.5, row + 0.5);
    }
  }
  return paths;
}
