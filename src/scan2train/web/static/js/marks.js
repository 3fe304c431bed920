/** The crosshair, and the ring round the place of a finding. */
import { OKABE_ITO } from "./colours.js";
import { toPlane } from "./geometry.js";
import { sayAt } from "./tools/measuring.js";

/** Half the gap left open round the crosshair's middle, so that what it points at can be seen. CSS pixels. */
const GAP = 9;
const RING = 18;

/** @param {import("./viewer.js").Viewer} viewer */
export function crosshairLayer({ state }) {
  return {
    id: "crosshair",
    draw(context, pane) {
      const { crosshair, focus } = state.get();
      if (!crosshair) return;
      const [x, y] = pane.toPane(...toPlane(pane.geometry, focus));
      const { width, height } = pane.size;
      context.save();
      context.strokeStyle = OKABE_ITO[1];
      context.globalAlpha = 0.85;
      context.lineWidth = 1;
      context.beginPath();
      for (const [x1, y1, x2, y2] of [[0, y, x - GAP, y], [x + GAP, y, width, y], [x, 0, x, y - GAP], [x, y + GAP, x, height]]) {
        context.moveTo(x1, y1);
        context.lineTo(x2, y2);
      }
      context.stroke();
      context.restore();
    },
  };
}

/** @param {import("./viewer.js").Viewer} viewer */
export function markLayer({ state }) {
  return {
    id: "mark",
    draw(context, pane) {
      const { mark } = state.get();
      if (!mark) return;
      const [column, row, n] = toPlane(pane.geometry, mark.mm);
      if (Math.round(n) !== pane.n) return;
      const [x, y] = pane.toPane(column, row);
      context.save();
      for (const [wide, colour] of [[5, "rgb(0 0 0 / 65%)"], [2.5, OKABE_ITO[5]]]) {
        context.lineWidth = wide;
        context.strokeStyle = colour;
        context.beginPath();
        context.arc(x, y, RING, 0, 2 * Math.PI);
        context.stroke();
      }
      sayAt(context, mark.name, [x + RING - 4, y - RING + 4], pane.size);
      context.restore();
    },
  };
}
