/** Boxes: drawn on a slice, grown on the others, shown wherever a slice cuts through them. */
import { fromVoxel, toPlane } from "../geometry.js";
import { crosshairOn } from "./crosshair_on.js";

/** A box's corners by their bits, and the pairs of them that an edge joins. */
const EDGES = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((one) => [1, 2, 4].filter((bit) => !(one & bit)).map((bit) => [one, one | bit]));
/** A smaller drag is a click, CSS pixels. */
const LEAST = 4;

/** Where the slice of a pane cuts a box: the points of a polygon, in columns and rows; empty where it does not. */
export function cutOf(pane, image, [first, last]) {
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((corner) =>
    toPlane(pane.geometry, fromVoxel(image.affine, [0, 1, 2].map((axis) => (corner & (1 << axis) ? last[axis] + 0.5 : first[axis] - 0.5)))));
  const points = [];
  for (const [one, other] of EDGES) {
    const [a, b] = [corners[one], corners[other]];
    const [low, high] = [a[2] - pane.n, b[2] - pane.n];
    if (low * high > 0 || low === high) continue;
    const t = low / (low - high);
    points.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
  }
  if (points.length < 3) return [];
  const middle = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const angle = ([x, y]) => Math.atan2(y - middle[1], x - middle[0]);
  return points.sort((a, b) => angle(a) - angle(b));
}

/**
 * @param {import("../viewer.js").Viewer} viewer
 * @param {ReturnType<typeof import("./desk.js").makeDesk>} desk
 * @param {{id: string, name: string, icon: string, key: string}} about
 * @returns {import("../tools/tool_box.js").Tool}
 */
export function boxTool(viewer, desk, about) {
  /** @type {{pane: object, from: [number, number], to: [number, number], at: {x: number, y: number}}|null} */
  let drawn = null;

  function draw(pane, from, to) {
    const { value, box } = desk.store.get();
    desk.edit({ op: "box", plane: pane.plane, mode: viewer.state.get().mode, n: pane.n, value, points: [from, to], box });
  }

  function line(context, pane, points, colour, chosen) {
    context.beginPath();
    for (const [index, [column, row]] of points.entries()) {
      const [x, y] = pane.toPane(column, row);
      if (index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.closePath();
    context.lineWidth = chosen ? 4.5 : 3.5;
    context.strokeStyle = "rgb(0 0 0 / 55%)";
    context.stroke();
    context.lineWidth = chosen ? 2.5 : 1.5;
    context.strokeStyle = colour;
    context.stroke();
  }

  viewer.layers.add({
    id: "boxes",
    draw(context, pane) {
      const { open, shown, hidden, value, box: chosen } = desk.store.get();
      const { image } = viewer.state.get();
      if (!open || !shown || open.image !== image?.id) return;
      context.save();
      for (const { id, value: label, voxels } of open.boxes) {
        if (hidden.includes(label)) continue;
        const points = cutOf(pane, image, voxels);
        if (points.length > 0) line(context, pane, points, open.colours[label], id === chosen);
      }
      if (drawn?.pane === pane) {
        const [[a, b], [c, d]] = [drawn.from, drawn.to];
        context.setLineDash([6, 4]);
        line(context, pane, [[a, b], [c, b], [c, d], [a, d]], open.colours[value] ?? "#fff", false);
      }
      context.restore();
    },
  });

  return {
    ...about, cursor: "crosshair",
    down({ pane, column, row, x, y }) {
      if (!desk.store.get().open) return desk.edit({});
      viewer.state.set({ active: pane.plane });
      drawn = { pane, from: [column, row], to: [column, row], at: { x, y } };
      return undefined;
    },
    move({ column, row }) {
      if (!drawn) return;
      drawn.to = [column, row];
      viewer.layers.redraw();
    },
    up({ x, y }) {
      if (!drawn) return;
      const { pane, from, to, at } = drawn;
      drawn = null;
      viewer.layers.redraw();
      if (Math.hypot(x - at.x, y - at.y) >= LEAST) draw(pane, from, to);
    },
    cancel() {
      drawn = null;
      desk.store.set({ box: null });
    },
    enter(pane) {
      if (!desk.store.get().open) return desk.edit({});
      const here = crosshairOn(viewer, pane);
      if (drawn?.pane !== pane) {
        drawn = { pane, from: here, to: here, at: { x: 0, y: 0 } };
        viewer.messages.note("One corner of the box is set: move the crosshair to the other, and press Enter.");
        return undefined;
      }
      const { from } = drawn;
      drawn = null;
      return draw(pane, from, here);
    },
  };
}
