/** Brush and eraser: seen at once, sent as they go, one stroke one step to undo. */
import { crosshairOn } from "./crosshair_on.js";
import { paintHere } from "./preview.js";

/** A new point of a stroke is this far from the last one at least, CSS pixels. */
const STEP = 2;

/**
 * @param {import("../viewer.js").Viewer} viewer
 * @param {ReturnType<typeof import("./desk.js").makeDesk>} desk
 * @param {ReturnType<typeof import("./overlay.js").makeOverlay>} overlay
 * @param {{id: string, name: string, icon: string, key: string}} about @param {boolean} erase
 * @returns {import("../tools/tool_box.js").Tool}
 */
export function brushTool(viewer, desk, overlay, about, erase) {
  /** @type {{pane: object, n: number, mode: string, id: string, points: [number, number][], unsent: [number, number][], sending: boolean, at: {x: number, y: number}}|null} */
  let stroke = null;
  let hover = null;

  function body(points) {
    const { value, radius, ball, over, within, low, high } = desk.store.get();
    return {
      op: "brush", plane: stroke.pane.plane, mode: stroke.mode, n: stroke.n, value, points, radius_mm: radius,
      three_d: ball, erase, over, only_within: within ? [low, high] : null, stroke: stroke.id, t: viewer.state.get().time,
    };
  }

  function show(points) {
    const { pane } = stroke;
    const found = overlay.slice(pane);
    const labels = desk.store.get();
    if (!found) return;
    const { slab } = viewer.state.get();
    const allowed = (column, row) => {
      if (!labels.within || slab > 1) return true;
      const value = pane.valueAt(column, row).first?.[0];
      return value !== undefined && value >= labels.low && value <= labels.high;
    };
    paintHere(found, pane, points, labels, erase, allowed);
    overlay.repaint(found);
  }

  /** Sends what has been drawn since; the last point once more, so that nothing is left out between two parts. */
  async function sendOn(last) {
    if (!stroke || stroke.unsent.length === 0 || (stroke.sending && !last)) return;
    const mine = stroke;
    const points = mine.points.slice(Math.max(0, mine.points.length - mine.unsent.length - 1));
    mine.unsent = [];
    mine.sending = true;
    const asked = desk.edit(body(points));
    if (last) return;
    await asked;
    mine.sending = false;
    if (stroke === mine) sendOn(false);
  }

  function add({ column, row, x, y }) {
    const point = [column, row];
    const before = stroke.points.at(-1);
    stroke.points.push(point);
    stroke.unsent.push(point);
    stroke.at = { x, y };
    show(before ? [before, point] : [point]);
    sendOn(false);
  }

  function begin(pane) {
    stroke = { pane, n: pane.n, mode: viewer.state.get().mode, id: crypto.randomUUID(), points: [], unsent: [], sending: false, at: { x: 0, y: 0 } };
    desk.hold(true);
  }

  function end() {
    if (!stroke) return;
    sendOn(true);
    stroke = null;
    desk.hold(false);
  }

  viewer.layers.add({
    id: `${about.id}-ring`,
    draw(context, pane) {
      if (viewer.state.get().tool !== about.id || hover?.pane !== pane || !desk.store.get().open) return;
      const { radius, open, value, ball } = desk.store.get();
      context.save();
      context.beginPath();
      context.arc(hover.x, hover.y, Math.max(1.5, radius * pane.at.scale), 0, 2 * Math.PI);
      context.lineWidth = 3;
      context.strokeStyle = "rgb(0 0 0 / 60%)";
      context.stroke();
      context.lineWidth = 1.5;
      context.strokeStyle = erase ? "#fff" : open.colours[value] ?? "#fff";
      if (ball) context.setLineDash([5, 3]);
      context.stroke();
      context.restore();
    },
  });

  const ring = (at) => {
    hover = at && { pane: at.pane, x: at.x, y: at.y };
    viewer.layers.redraw();
  };
  return {
    ...about, cursor: "crosshair",
    down(at) {
      if (!desk.store.get().open) return desk.edit({});
      viewer.state.set({ active: at.pane.plane });
      begin(at.pane);
      return add(at);
    },
    move(at) {
      ring(at);
      if (stroke && stroke.pane.n === stroke.n && Math.hypot(at.x - stroke.at.x, at.y - stroke.at.y) >= STEP) add(at);
    },
    up(at) {
      if (stroke && (at.x !== stroke.at.x || at.y !== stroke.at.y) && stroke.pane.n === stroke.n) add(at);
      end();
    },
    hover: ring,
    leave: () => ring(null),
    cancel: end,
    enter(pane) {
      if (!desk.store.get().open) return desk.edit({});
      begin(pane);
      const [column, row] = crosshairOn(viewer, pane);
      add({ column, row, x: 0, y: 0 });
      return end();
    },
  };
}
