/** What was measured, as a list: gone to by a click, deleted one by one or all. */
import { element, icon } from "../dom.js";
import { ICONS } from "../icons.js";
import { reading } from "../tools/measuring.js";

/** @param {import("../viewer.js").Viewer} viewer */
export function measuresPanel({ state, panels, keys }) {
  const list = element("ul", { id: "measures", class: "measures" });
  const panel = panels.add({ id: "measures-panel", title: "Measures", order: 60, open: false, content: [list] });
  const remove = (id) => state.set({ measures: Object.freeze(state.get().measures.filter((m) => m.id !== id)) });
  keys.bind("Delete", "Delete the last measure", () => {
    const last = state.get().measures.at(-1);
    if (last) remove(last.id);
  }, "Measures");

  state.watch(["measures", "image"], ({ measures, image }) => {
    panel.title(measures.length > 0 ? `Measures (${measures.length})` : "Measures");
    const row = (measure) =>
      element("li", {},
        element("button", {
          type: "button", class: "plain", text: `${measure.kind === "ruler" ? "Length" : "Angle"} · ${measure.plane}`,
          onclick: () => state.set({ mode: measure.mode, focus: measure.points[0], active: measure.plane }),
        }),
        element("output", { text: reading(measure, image) }),
        element("button", { type: "button", class: "close", "aria-label": "Delete this measure", onclick: () => remove(measure.id) }, icon(ICONS.close)));
    list.replaceChildren(
      ...(image && measures.length > 0 ? measures.map(row) : [element("li", { class: "quiet", text: "Ruler: d. Angle: g. Click or drag." })]),
    );
  });
}
