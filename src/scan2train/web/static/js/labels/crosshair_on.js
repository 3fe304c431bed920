/** Where the keyboard acts. */
import { toPlane } from "../geometry.js";

/** Column and row of the crosshair. @param {import("../viewer.js").Viewer} viewer @param {import("../pane.js").Pane} pane */
export function crosshairOn({ state }, pane) {
  const [column, row] = toPlane(pane.geometry, state.get().focus);
  return [column, row];
}
