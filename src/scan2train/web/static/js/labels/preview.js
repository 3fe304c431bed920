/** A stroke of the brush painted here at once, by the server's rules; the server's own slice follows. */
import { pixelShape } from "../geometry.js";

/**
 * @param {import("./overlay.js").Slice} slice
 * @param {import("../pane.js").Pane} pane
 * @param {[number, number][]} points columns and rows
 * @param {import("./desk.js").Labels} labels
 * @param {boolean} erase
 * @param {(column: number, row: number) => boolean} allowed by the image's value
 */
export function paintHere({ values, width, height }, pane, points, labels, erase, allowed) {
  const { across, down, shear } = pixelShape(pane.geometry);
  const { radius, over, value } = labels;
  const next = erase ? 0 : value;
  const mm = ([column, row]) => [column * across + row * shear, row * down];
  const free = (old) => over === "all" || old === (over === "empty" ? 0 : over);
  const put = (column, row) => {
    if (column < 0 || row < 0 || column >= width || row >= height) return;
    const at = row * width + column;
    if (values[at] !== next && free(values[at]) && allowed(column, row)) values[at] = next;
  };
  for (let index = 0; index < Math.max(1, points.length - 1); index += 1) {
    const from = points[index];
    const to = points[index + 1] ?? from;
    const [ax, ay] = mm(from);
    const [bx, by] = mm(to);
    const [lx, ly] = [bx - ax, by - ay];
    const length = lx * lx + ly * ly;
    const rows = [Math.min(from[1], to[1]) - radius / down, Math.max(from[1], to[1]) + radius / down];
    for (let row = Math.max(0, Math.ceil(rows[0])); row <= Math.min(height - 1, Math.floor(rows[1])); row += 1) {
      const lean = (row * shear) / across;
      const first = Math.ceil((Math.min(ax, bx) - radius) / across - lean);
      const last = Math.floor((Math.max(ax, bx) + radius) / across - lean);
      for (let column = Math.max(0, first); column <= Math.min(width - 1, last); column += 1) {
        const [x, y] = [column * across + row * shear - ax, row * down - ay];
        const t = length > 0 ? Math.min(1, Math.max(0, (x * lx + y * ly) / length)) : 0;
        if ((x - t * lx) ** 2 + (y - t * ly) ** 2 <= radius * radius) put(column, row);
      }
    }
    put(Math.round(from[0]), Math.round(from[1]));
    put(Math.round(to[0]), Math.round(to[1]));
  }
}
