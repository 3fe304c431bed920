/** Brush and eraser: seen at once, sent as they go, one stroke one step to undo. */
import { brushRing } from "./brush_ring.js";
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
    overlay.repaint(found, pane);
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

  const ring = brushRing(viewer, desk, about.id);
  return {
    ...about, cursor: "crosshair",
    down(at) {
      if (!desk.store.get().open) return desk.edit({});
      viewer.state.set({ active: at.pane.plane });
      begin(at.pane);
      return add(at);
    },
    move(at) {
      ring.move(at);
      if (stroke && stroke.pane.n === stroke.n && Math.hypot(at.x - stroke.at.x, at.y - stroke.at.y) >= STEP) add(at);
    },
    up(at) {
      if (stroke && (at.x !== stroke.at.x || at.y !== stroke.at.y) && stroke.pane.n === stroke.n) add(at);
      end();
    },
    hover: ring.move,
    leave: () => ring.move(null),
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
