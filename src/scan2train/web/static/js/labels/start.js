/**
 * Where label editing begins; `main.js` calls `start(viewer)` once, after the panes are there.
 *
 * What it may hold on to (types in `viewer.js`):
 *
 * - `viewer.tools.add(tool, {bar, group})`: a tool that the pointer can be (`tools/tool_box.js`). It gets
 *   `down`, `move`, `up`, `hover` with `{pane, column, row, x, y, event}`: `column`, `row` in pixels of the plane
 *   (centres are whole), `pane.plane` and `pane.n` the plane and slice, `state.get().mode` the mode, as the
 *   server's edits want them. `enter(pane)` is the Enter key: act at the crosshair. `bar` is where the tool's
 *   button goes (an element of the panel).
 * - `viewer.layers.add({id, picture(pane), draw(context, pane)})`: a picture of the plane's size laid over the
 *   slice (`layers.js`), or lines in CSS pixels (`pane.toPane(column, row)`; `pane.at.scale` is CSS pixels a mm,
 *   for the circle of a brush). `viewer.layers.redraw()` draws all panes again.
 * - `viewer.panels.add({id, title, content, open, order})`: a panel in the side bar (`panels/side_bar.js`).
 * - `viewer.keys.bind(key, does, act, group)`: a key, shown in the help. Free for labels: `b e l u j y [ ]`,
 *   digits with Shift, `Ctrl+Z`, `Ctrl+Y`, `Ctrl+Shift+Z`, `Ctrl+S`.
 * - `viewer.state.watch(["image", …], (now, before) => …)`, `viewer.messages.error(error)` and `.note(text)`,
 *   `api.js` for requests.
 *
 * @param {import("../viewer.js").Viewer} viewer
 */
import { element } from "../dom.js";

export function start(viewer) {
  viewer.panels.add({
    id: "labels-panel", title: "Labels", order: 40, open: false,
    content: [element("p", { class: "quiet", text: "No labels are open." })],
  });
}
