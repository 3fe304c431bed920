/** Pan, zoom, and window and level, by dragging. */
import { ICONS } from "../icons.js";
import { movedBy, zoomedAt } from "../view.js";
import { windowWith } from "../window.js";

/** Pixels of drag that double the window's width, or move its centre by its width. */
const REACH = 250;

/** @param {import("../viewer.js").Viewer} viewer @returns {import("./tool_box.js").Tool} */
export function panTool({ state }) {
  return {
    id: "pan", name: "Pan", icon: ICONS.pan, key: "p", cursor: "grab",
    move({ pane, dx, dy }) {
      const { views } = state.get();
      state.set({ views: { ...views, [pane.plane]: movedBy(pane.at, views[pane.plane], dx, dy) } });
    },
  };
}

/** @param {import("../viewer.js").Viewer} viewer @returns {import("./tool_box.js").Tool} */
export function zoomTool({ state }) {
  let from = { x: 0, y: 0 };
  return {
    id: "zoom", name: "Zoom", icon: ICONS.zoom, key: "z", cursor: "zoom-in",
    down: ({ x, y }) => {
      from = { x, y };
    },
    move({ pane, dy }) {
      const { views } = state.get();
      const view = zoomedAt(pane.at, views[pane.plane], pane.size, from.x, from.y, Math.exp(-dy / 150));
      state.set({ views: { ...views, [pane.plane]: view } });
    },
  };
}

/** @param {import("../viewer.js").Viewer} viewer @returns {import("./tool_box.js").Tool} */
export function windowTool({ state }) {
  return {
    id: "window", name: "Window and level", icon: ICONS.window, key: "w", cursor: "ns-resize",
    move({ pane, dx, dy }) {
      const key = pane.which === "second" ? "secondWindow" : "window";
      const { [key]: now } = state.get();
      const centre = now.centre + (dy / REACH) * now.width;
      state.set({ [key]: windowWith(now, { width: now.width * 2 ** (dx / REACH), centre }) });
    },
  };
}
