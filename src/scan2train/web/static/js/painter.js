/** Slices onto a pane's canvas: the image, the second one over it or in a checkerboard, and the layers' pictures. */
import { paint } from "./window.js";

/** Edge of a field of the checkerboard, CSS pixels. */
const FIELD = 48;

/** @returns {(context: CanvasRenderingContext2D, pane: import("./pane.js").Pane, shown: object) => void} */
export function slicePainter() {
  const pictures = { first: makePicture(), second: makePicture() };
  return (context, pane, shown) => {
    const { tables, state, layers } = pane.viewer;
    const { compare, smooth } = state.get();
    const { ratio, width, height } = pane.size;
    const { a, c, d, e, f } = pane.at;
    const lay = (picture, blended) => {
      context.setTransform(a * ratio, 0, c * ratio, d * ratio, e * ratio, f * ratio);
      context.imageSmoothingEnabled = blended;
      context.imageSmoothingQuality = Math.abs(a) * ratio < 0.75 ? "high" : "low";
      context.drawImage(picture, -0.5, -0.5);
    };
    if (shown.first) lay(pictures.first(shown.first, tables.first()), smooth);
    if (shown.second) {
      context.save();
      if (compare === "checker" && pane.which === "first") {
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        clipFields(context, width, height);
        context.fillStyle = "#000";
        context.fillRect(0, 0, width, height);
      }
      lay(pictures.second(shown.second, tables.second()), smooth);
      context.restore();
    }
    for (const layer of layers.all()) {
      const picture = layer.picture?.(pane);
      if (picture) lay(picture, false);
    }
  };
}

/** Keeps the clip to every other field of a checkerboard. */
function clipFields(context, width, height) {
  context.beginPath();
  for (let y = 0, row = 0; y < height; y += FIELD, row += 1) {
    for (let x = row % 2 === 0 ? FIELD : 0; x < width; x += 2 * FIELD) context.rect(x, y, FIELD, FIELD);
  }
  context.clip();
}

/** A canvas that holds a coloured slice, coloured again only when the slice or the table is another. */
function makePicture() {
  const canvas = document.createElement("canvas");
  let slice = null;
  let table = null;
  let data = null;
  return (newSlice, newTable) => {
    if (newSlice === slice && newTable === table) return canvas;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!data || data.width !== newSlice.width || data.height !== newSlice.height) {
      canvas.width = newSlice.width;
      canvas.height = newSlice.height;
      data = context.createImageData(newSlice.width, newSlice.height);
    }
    paint(newSlice, newTable, new Uint32Array(data.data.buffer));
    context.putImageData(data, 0, 0);
    slice = newSlice;
    table = newTable;
    return canvas;
  };
}
