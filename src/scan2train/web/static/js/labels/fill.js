/** Fills the region of a slice that hangs together with the pixel under the pointer. */
import { crosshairOn } from "./crosshair_on.js";

/**
 * @param {import("../viewer.js").Viewer} viewer
 * @param {ReturnType<typeof import("./desk.js").makeDesk>} desk
 * @param {{id: string, name: string, icon: string, key: string}} about
 * @returns {import("../tools/tool_box.js").Tool}
 */
export function fillTool(viewer, desk, about) {
  const fill = (pane, point) => {
    const { value, over, within, low, high } = desk.store.get();
    viewer.state.set({ active: pane.plane });
    desk.edit({
      op: "fill", plane: pane.plane, mode: viewer.state.get().mode, n: pane.n, value, points: [point], over,
      only_within: within ? [low, high] : null, t: viewer.state.get().time,
    });
  };
  return {
    ...about, cursor: "cell",
    down: ({ pane, column, row }) => fill(pane, [column, row]),
    enter: (pane) => fill(pane, crosshairOn(viewer, pane)),
  };
}
