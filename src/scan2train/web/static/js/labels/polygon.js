/** An outline, by clicks or by drawing; closed at its beginning, by a double click or with Enter, and filled. */
import { crosshairOn } from "./crosshair_on.js";

/** As near as this two points are one, CSS pixels. */
const NEAR = 8;
/** Points of an outline drawn by hand lie so far apart, CSS pixels. */
const STEP = 3;

/**
 * @param {import("../viewer.js").Viewer} viewer
 * @param {ReturnType<typeof import("./desk.js").makeDesk>} desk
 * @param {{id: string, name: string, icon: string, key: string}} about
 * @returns {import("../tools/tool_box.js").Tool}
 */
export function polygonTool(viewer, desk, about) {
  /** @type {{pane: object, n: number, mode: string, points: [number, number][], tip: [number, number]|null, drawn: number}|null} */
  let outline = null;

  const far = (pane, [column, row], x, y) => {
    const [px, py] = pane.toPane(column, row);
    return Math.hypot(px - x, py - y);
  };
  const stands = (pane) => outline && outline.pane === pane && outline.n === pane.n && outline.mode === viewer.state.get().mode;

  function close() {
    const { pane, points, n, mode } = outline;
    outline = null;
    viewer.layers.redraw();
    if (points.length < 3) return;
    const { value, over, within, low, high } = desk.store.get();
    desk.edit({
      op: "polygon", plane: pane.plane, mode, n, value, points, over, only_within: within ? [low, high] : null,
      t: viewer.state.get().time,
    });
  }

  function add(pane, point) {
    if (!stands(pane)) outline = { pane, n: pane.n, mode: viewer.state.get().mode, points: [], tip: null, drawn: 0 };
    outline.points.push(point);
    outline.tip = null;
    viewer.layers.redraw();
  }

  viewer.layers.add({
    id: "outline",
    draw(context, pane) {
      if (!stands(pane)) return;
      const { open, value } = desk.store.get();
      const points = outline.tip ? [...outline.points, outline.tip] : outline.points;
      context.save();
      context.beginPath();
      for (const [index, [column, row]] of points.entries()) {
        const [x, y] = pane.toPane(column, row);
        if (index === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      context.lineWidth = 3.5;
      context.strokeStyle = "rgb(0 0 0 / 60%)";
      context.stroke();
      context.lineWidth = 2;
      context.strokeStyle = open?.colours[value] ?? "#fff";
      context.stroke();
      const [x, y] = pane.toPane(...points[0]);
      context.beginPath();
      context.arc(x, y, 4, 0, 2 * Math.PI);
      context.fillStyle = "#fff";
      context.fill();
      context.restore();
    },
  });

  return {
    ...about, cursor: "crosshair",
    down({ pane, column, row, x, y }) {
      if (!desk.store.get().open) return desk.edit({});
      viewer.state.set({ active: pane.plane });
      if (stands(pane) && outline.points.length >= 3) {
        if (far(pane, outline.points[0], x, y) <= NEAR || far(pane, outline.points.at(-1), x, y) <= 2) return close();
      }
      add(pane, [column, row]);
      outline.drawn = 0;
      outline.clicked = true;
      return undefined;
    },
    move({ pane, column, row, x, y }) {
      if (!stands(pane) || far(pane, outline.points.at(-1), x, y) < STEP) return;
      add(pane, [column, row]);
      outline.drawn += 1;
    },
    up({ pane }) {
      if (stands(pane) && outline.drawn > 8) close();
    },
    hover({ pane, column, row }) {
      if (!stands(pane)) return;
      outline.tip = [column, row];
      viewer.layers.redraw();
    },
    cancel() {
      outline = null;
      viewer.layers.redraw();
    },
    enter(pane) {
      if (!desk.store.get().open) return desk.edit({});
      // Of points that were clicked, Enter is the end; else it sets the next one, at the crosshair.
      if (stands(pane) && outline.clicked && outline.points.length >= 3) return close();
      const [column, row] = crosshairOn(viewer, pane);
      const last = stands(pane) ? outline.points.at(-1) : null;
      if (last && outline.points.length >= 3 && Math.hypot(last[0] - column, last[1] - row) < 0.5) return close();
      return add(pane, [column, row]);
    },
  };
}
