/** The keys that belong to no panel: slices, crosshair, panes, planes, slab. */
import { savePicture } from "./screenshot.js";
import { PLANES } from "./state.js";
import { centreOnCrosshair, nudge, zoomActive } from "./viewer.js";

const LARGE = 10;
const SLABS = Object.freeze([1, 3, 5, 9, 15, 25, 41]);

/** @param {import("./viewer.js").Viewer} viewer */
export function bindKeys(viewer) {
  const { state, keys, panes, messages, tools } = viewer;
  const active = () => panes.get(state.get().active);
  const scroll = (by) => () => active().show(active().n + by);
  keys.bind("ArrowUp", "Next slice", scroll(1), "Slices");
  keys.bind("ArrowDown", "Previous slice", scroll(-1), "Slices");
  keys.bind("PageUp", "Ten slices on", scroll(LARGE), "Slices");
  keys.bind("PageDown", "Ten slices back", scroll(-LARGE), "Slices");
  keys.bind("Home", "First slice", () => active().show(0), "Slices");
  keys.bind("End", "Last slice", () => active().show(active().geometry?.count ?? 0), "Slices");

  for (const [key, across, down] of [["ArrowLeft", -1, 0], ["ArrowRight", 1, 0], ["ArrowUp", 0, -1], ["ArrowDown", 0, 1]]) {
    keys.bind(`Shift+${key}`, `Crosshair ${key.slice(5).toLowerCase()}`, () => nudge(viewer, across, down), "Crosshair");
  }
  keys.bind("Enter", "Act with the tool at the crosshair", () => active().geometry && tools.current()?.enter?.(active()), "Crosshair");
  keys.bind("Shift+X", "Show or hide the crosshair", () => state.set({ crosshair: !state.get().crosshair }), "Crosshair");
  keys.bind("Shift+C", "Crosshair in the middle of every pane", () => centreOnCrosshair(viewer), "Crosshair");

  for (const [index, id] of [...PLANES, "3d"].entries()) {
    keys.bind(String(index + 1), `Enlarge ${id === "3d" ? "3D" : id}, or back`, () => {
      viewer.maximise(id);
      if (id !== "3d") panes.get(id).picture.focus();
    }, "Window and panes");
  }
  keys.bind("0", "All panes", () => viewer.maximise(null), "Window and panes");
  keys.bind("`", "The next pane takes the keys", () => {
    const seen = PLANES.filter((plane) => panes.get(plane).visible);
    panes.get(seen[(seen.indexOf(state.get().active) + 1) % seen.length]).picture.focus();
  }, "Window and panes");
  keys.bind("Escape", "Leave off what is begun; all panes", () => {
    const dialog = document.querySelector("dialog[open]");
    if (dialog) return dialog.close();
    tools.current()?.cancel?.();
    viewer.maximise(null);
    return state.set({ mark: null });
  }, "Window and panes");

  keys.bind("+", "Larger", () => zoomActive(viewer, 1.25), "View");
  keys.bind("=", "Larger", () => zoomActive(viewer, 1.25), "View");
  keys.bind("-", "Smaller", () => zoomActive(viewer, 0.8), "View");
  keys.bind("f", "Fit every plane into its pane", () => zoomActive(viewer, null), "View");
  keys.bind("n", "Radiological or neurological", () => {
    const convention = state.get().convention === "radiological" ? "neurological" : "radiological";
    state.set({ convention });
    messages.note(convention === "radiological" ? "Radiological: the patient's left is on the right." : "Neurological: the patient's left is on the left.");
  }, "View");
  keys.bind("o", "Stored slices or the patient's planes", () => state.set({ mode: state.get().mode === "voxel" ? "patient" : "voxel" }), "View");
  keys.bind("s", "Slab: off, maximum, minimum, mean", () => {
    const { slab, how } = state.get();
    const ways = ["max", "min", "mean"];
    if (slab === 1) state.set({ slab: 9, how: "max" });
    else if (how === "mean") state.set({ slab: 1 });
    else state.set({ how: ways[ways.indexOf(how) + 1] });
  }, "View");
  const thicker = (by) => {
    const { slab } = state.get();
    const at = SLABS.findIndex((size) => size >= slab);
    state.set({ slab: SLABS[Math.min(SLABS.length - 1, Math.max(0, at + by))] });
  };
  keys.bind("Shift+S", "Thicker slab", () => thicker(1), "View");
  keys.bind("Alt+Shift+S", "Thinner slab", () => thicker(-1), "View");
  keys.bind("k", "Save the view as a PNG", () => savePicture(viewer), "View");
}
