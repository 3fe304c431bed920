/**
 * The pointer over a pane: which tool a button means, the wheel, and pinching.
 *
 * Left: the chosen tool. Right, or Ctrl and left: window. Middle, or Shift and left: pan. Alt and left: zoom.
 */
import { zoomedAt } from "./view.js";

/** Less than this a wheel event turns is a touch pad's; from here on it is one notch, one slice. */
const NOTCH = 60;
/** Pixels a finger moves on a touch pad for one slice. */
const PER_SLICE = 24;

/** @param {PointerEvent} event @param {string} chosen */
function toolOf(event, chosen) {
  if (event.button === 1 || (event.button === 0 && event.shiftKey)) return "pan";
  if (event.button === 2 || (event.button === 0 && event.ctrlKey)) return "window";
  if (event.button === 0 && event.altKey) return "zoom";
  return event.button === 0 ? chosen : null;
}

/** @param {import("./viewer.js").Viewer} viewer @param {import("./pane.js").Pane} pane */
export function followPointer(viewer, pane) {
  const { state, tools } = viewer;
  const { stage } = pane;
  let held = null;
  let last = { x: 0, y: 0 };

  function place(event, down = false) {
    const box = stage.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const [column, row] = pane.toPixel(x, y);
    const at = { pane, column, row, x, y, dx: down ? 0 : x - last.x, dy: down ? 0 : y - last.y, event };
    last = { x, y };
    return at;
  }

  stage.addEventListener("pointerdown", (event) => {
    if (!pane.geometry || held) return;
    const id = toolOf(event, state.get().tool);
    if (!id) return;
    pane.picture.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    held = tools.get(id);
    held.down?.(place(event, true));
    event.preventDefault();
  });
  stage.addEventListener("pointermove", (event) => {
    if (!pane.geometry) return;
    const at = place(event);
    if (held) held.move?.(at);
    else tools.current()?.hover?.(at);
    viewer.hover({ pane, column: at.column, row: at.row });
  });
  const release = (event) => {
    if (!held) return;
    const tool = held;
    held = null;
    if (pane.geometry) tool.up?.(place(event));
  };
  stage.addEventListener("pointerup", release);
  stage.addEventListener("pointercancel", release);
  stage.addEventListener("pointerleave", () => {
    viewer.hover(null);
    tools.current()?.leave?.();
  });
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  stage.addEventListener("dblclick", () => {
    if (["crosshair", "pan", "zoom", "window"].includes(state.get().tool)) viewer.maximise(pane.plane);
  });

  let turned = 0;
  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      if (!pane.geometry) return;
      if (event.ctrlKey) {
        const { x, y } = place(event);
        const { views } = state.get();
        const factor = Math.exp(-event.deltaY * (Math.abs(event.deltaY) >= NOTCH ? 0.002 : 0.01));
        state.set({ views: { ...views, [pane.plane]: zoomedAt(pane.at, views[pane.plane], pane.size, x, y, factor) } });
        return;
      }
      const delta = event.deltaY || event.deltaX;
      let steps = 0;
      if (event.deltaMode !== 0 || Math.abs(delta) >= NOTCH) {
        steps = Math.sign(delta);
        turned = 0;
      } else {
        turned += delta;
        steps = Math.trunc(turned / PER_SLICE);
        turned -= steps * PER_SLICE;
      }
      if (steps !== 0) pane.show(pane.n - steps * (event.shiftKey ? 10 : 1));
    },
    { passive: false },
  );
}
