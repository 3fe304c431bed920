/** The crosshair: click or drag, and the other panes go there. */
import { ICONS } from "../icons.js";

/** @param {import("../viewer.js").Viewer} viewer @returns {import("./tool_box.js").Tool} */
export function crosshairTool({ state }) {
  const go = ({ pane, column, row }) => {
    const { width, height } = pane.geometry;
    const inside = (value, size) => Math.min(size - 1, Math.max(0, value));
    // On stored slices the crosshair is on a voxel, so that its value is one that was measured.
    const snap = state.get().mode === "voxel" ? Math.round : (value) => value;
    state.set({ focus: pane.toMm(snap(inside(column, width)), snap(inside(row, height))), active: pane.plane });
  };
  return { id: "crosshair", name: "Crosshair", icon: ICONS.crosshair, key: "x", cursor: "crosshair", down: go, move: go };
}
