/** Where label editing begins: what is shown over the slices, the tools, the panel, the keys. */
import { makeActs } from "./acts.js";
import { boxTool } from "./boxes.js";
import { brushTool } from "./brush.js";
import { makeDesk } from "./desk.js";
import { fillTool } from "./fill.js";
import { makeOverlay } from "./overlay.js";
import { LABEL_ICONS, labelsPanel } from "./panel.js";
import { polygonTool } from "./polygon.js";
import { saveDialog } from "./save_dialog.js";
import { makeSolid } from "./solid.js";

const GROUP = "Labels";

/** @param {import("../viewer.js").Viewer} viewer */
export function start(viewer) {
  const desk = makeDesk(viewer);
  const overlay = makeOverlay(viewer, desk);
  makeSolid(viewer, desk);
  const acts = makeActs(viewer, desk, overlay, saveDialog(viewer, desk));
  const panel = labelsPanel(viewer, desk, acts);
  const begin = () => {
    if (viewer.state.get().image && !desk.store.get().open && desk.store.get().busy === 0) desk.load(null);
  };
  const about = (id, name, key) => ({ id, name, key, icon: LABEL_ICONS[id] });
  for (const tool of [
    brushTool(viewer, desk, overlay, about("brush", "Brush", "b"), false),
    brushTool(viewer, desk, overlay, about("eraser", "Eraser", "e"), true),
    polygonTool(viewer, desk, about("polygon", "Outline, filled", "l")),
    fillTool(viewer, desk, about("fill", "Fill a region", "j")),
    boxTool(viewer, desk, about("box", "Box", "u")),
  ]) {
    viewer.tools.add(tool, { bar: panel.tools, group: GROUP });
    // Who takes up a brush wants to draw: where there are no labels yet, new ones are begun.
    viewer.state.watch(["tool"], ({ tool: chosen }) => chosen === tool.id && begin());
  }

  const bind = (key, does, act) => viewer.keys.bind(key, does, act, GROUP);
  bind("[", "Smaller brush", acts.size(-1));
  bind("]", "Larger brush", acts.size(1));
  bind("Shift+B", "Brush in 2D or 3D", acts.flip("ball"));
  bind("Shift+T", "Paint only image values in a range, or all", acts.flip("within"));
  bind("Shift+O", "What may be painted over", acts.over);
  bind("Ctrl+Z", "Undo", acts.undo);
  bind("Ctrl+Shift+Z", "Do again", acts.redo);
  bind("Ctrl+Y", "Do again", acts.redo);
  bind("Ctrl+S", "Save", acts.save);
  bind("Shift+A", "New label", acts.add);
  bind("Shift+R", "Rename the label", () => acts.added().then(panel.rename));
  bind("Shift+L", "Draw with the next label", acts.next(1));
  bind("Shift+K", "Draw with the label before", acts.next(-1));
  bind("Shift+U", "Draw with the label at the crosshair", acts.pick);
  bind("Shift+I", "Interpolate the gap that this slice lies in", acts.interpolate);
  bind("Alt+Shift+I", "Interpolate all gaps across this plane", acts.interpolateAll);
  bind("Shift+N", "Copy the label to the next slice", acts.copy(1));
  bind("Shift+P", "Copy the label to the slice before", acts.copy(-1));
  bind("Shift+Delete", "Clear the label in this slice", acts.clear);
  bind("Shift+E", "Show or hide the label that is drawn with", acts.hide);
  bind("Shift+D", "Save names and colours for ITK-SNAP", acts.saveDescriptions);
  bind("Shift+G", "Read names and colours of ITK-SNAP", acts.readDescriptions);
  bind("Shift+M", "Save volumes and statistics as CSV", acts.saveNumbers);
  bind("y", "Labels filled, outlined, or both", acts.look);
  bind("Shift+Y", "Show or hide the labels", acts.flip("shown"));
  bind("{", "Labels more transparent", acts.fade(-0.1));
  bind("}", "Labels less transparent", acts.fade(0.1));

  globalThis.addEventListener("beforeunload", (event) => {
    if (desk.unsaved()) event.preventDefault();
  });
}
