/** The panel of labels: which are open, the tools, what they paint, the labels with their numbers, the boxes. */
import { element, icon } from "../dom.js";
import { ICONS } from "../icons.js";
import { fillSelect } from "../panels/window_panel.js";
import { labelRows } from "./label_rows.js";
import { boxRows } from "./box_rows.js";

const NEW = "new";
const LOOKS = Object.freeze({ both: "Filled and outlined", filled: "Filled", outlined: "Outlined" });

/**
 * @param {import("../viewer.js").Viewer} viewer
 * @param {ReturnType<typeof import("./desk.js").makeDesk>} desk
 * @param {ReturnType<typeof import("./acts.js").makeActs>} acts
 */
export function labelsPanel(viewer, desk, acts) {
  const { state } = viewer;
  const { store } = desk;
  const source = element("select", { id: "labels-source", "aria-label": "Labels of this image", onchange: () => choose(source.value) });
  const onto = element("button", { type: "button", id: "labels-onto", class: "button", hidden: true, text: "Bring them onto the image's grid", onclick: () => bring() });
  const tools = element("div", { id: "label-tools", class: "group", role: "toolbar", "aria-label": "Tools for labels" });
  const button = (id, name, key, path, act) =>
    element("button", { type: "button", id, class: "tool", "aria-label": name, title: `${name} (${key})`, onclick: act }, icon(path));
  const undo = button("undo", "Undo", "Ctrl+Z", "M9 6L4 11l5 5M4 11h10a6 6 0 0 1 6 6v1", acts.undo);
  const redo = button("redo", "Do again", "Ctrl+Shift+Z", "M15 6l5 5l-5 5M20 11H10a6 6 0 0 0-6 6v1", acts.redo);
  const save = element("button", { type: "button", id: "labels-save", class: "button", title: "Save (Ctrl+S)", onclick: acts.saveAs }, "Save …");
  const number = (id, label, key, more = {}) =>
    element("input", {
      type: "number", id, step: "any", "aria-label": label, ...more,
      onchange(event) {
        const value = Number(event.target.value);
        if (event.target.value !== "" && Number.isFinite(value) && !(key === "radius" && value <= 0)) store.set({ [key]: value });
        event.target.value = String(store.get()[key]);
      },
    });
  const check = (id, text, key, title) => {
    const box = element("input", { type: "checkbox", id, onchange: () => store.set({ [key]: box.checked }) });
    return { box, row: element("label", { title }, box, text) };
  };
  const radius = number("brush-radius", "Radius of the brush in mm", "radius", { min: "0.1" });
  const ball = check("brush-ball", "3D", "ball", "The brush is a ball and paints on neighbouring slices, too (Shift+B)");
  const within = check("brush-within", "Only", "within", "Paint only where the image's value lies between the two (Shift+T)");
  const low = number("within-low", "Lowest image value that is painted", "low");
  const high = number("within-high", "Highest image value that is painted", "high");
  const over = element("select", {
    id: "paint-over", "aria-label": "What may be painted over", title: "What may be painted over (Shift+O)",
    onchange: () => store.set({ over: /^\d+$/.test(over.value) ? Number(over.value) : over.value }),
  });
  const look = element("select", { id: "label-look", "aria-label": "How labels are shown", title: "How labels are shown (y)", onchange: () => store.set({ look: look.value }) });
  fillSelect(look, Object.entries(LOOKS).map(([value, text]) => ({ value, text })));
  const opacity = element("input", { type: "range", id: "label-opacity", min: "0.05", max: "1", step: "0.05", "aria-label": "Opacity of labels", title: "Opacity ({ and })", oninput: () => store.set({ opacity: Number(opacity.value) }) });
  const shown = check("labels-shown", "Shown", "shown", "Show or hide all labels (Shift+Y)");
  const rows = labelRows(desk);
  const boxes = boxRows(viewer, desk);
  const slice = (id, text, title, act) => element("button", { type: "button", id, class: "button", title, text, onclick: act });
  const unit = element("span", { class: "quiet" });
  const body = element(
    "div", { class: "stack", hidden: true },
    element("div", { class: "label-bar" }, tools, element("div", { class: "group" }, undo, redo)),
    rows.list,
    element("div", { class: "label-line" }, slice("label-add", "New label", "A new label (Shift+A)", acts.add), save),
    element("div", { class: "label-line" }, element("label", { class: "inline" }, "Brush", radius, "mm"), element("div", { class: "checks" }, ball.row)),
    element("div", { class: "label-line checks-line" }, within.row, low, "to", high, unit),
    element("label", { class: "inline wide-inline" }, "Paint over", over),
    element("div", { class: "label-line" }, look, element("div", { class: "checks" }, shown.row)),
    element("label", { class: "wide", text: "Opacity" }, opacity),
    element("div", { class: "label-grid" },
      slice("interpolate", "Interpolate", "Fill the slices between this one's neighbours that have the label (Shift+I)", acts.interpolate),
      slice("copy-next", "Copy to next", "Repeat the label on the next slice, and go there (Shift+N)", acts.copy(1)),
      slice("clear-slice", "Clear in this slice", "Take the label away from this slice (Shift+Delete)", acts.clear),
      slice("boxes-export", "Export boxes", "Save all boxes as JSON, in voxels and mm", acts.exportBoxes),
      slice("descriptions-read", "Read names", "Names and colours from a label description of ITK-SNAP (Shift+G)", acts.readDescriptions),
      slice("descriptions-save", "Save names", "Names and colours as a label description of ITK-SNAP (Shift+D)", acts.saveDescriptions),
      slice("numbers-save", "Save volumes and statistics", "Voxels, ml, mean, least and greatest value of each label as CSV (Shift+M)", acts.saveNumbers)),
    boxes.list,
  );
  const panel = viewer.panels.add({ id: "labels-panel", title: "Labels", order: 40, content: [source, onto, body] });

  /** What was chosen, whether or not it could be opened. */
  let chosen = "";
  /** @type {Map<string, string>} what was drawn on last, by image: one comes back to it */
  const drawn = new Map();

  async function bring() {
    onto.hidden = await desk.load(chosen, true);
  }

  async function choose(value) {
    desk.close();
    chosen = value;
    source.value = value;
    onto.hidden = true;
    if (value === "") return undefined;
    const fine = await desk.load(value === NEW ? null : value);
    onto.hidden = fine || value === NEW || chosen !== value;
    return undefined;
  }

  function sources({ set, image }) {
    const own = set?.images.find(({ id }) => id === image?.id)?.labels ?? [];
    fillSelect(source, [
      { value: "", text: own.length > 0 ? "None shown" : "None: choose to draw" },
      ...own.map(({ id, name }) => ({ value: id, text: name })),
      { value: NEW, text: own.length > 0 ? "New, empty" : "Draw new labels" },
    ]);
    return own;
  }

  state.watch(["set"], (now) => {
    sources(now);
    source.value = chosen;
  });
  state.watch(["image"], (now, before) => {
    if (now.image?.id === before.image?.id) return;
    const own = sources(now);
    onto.hidden = true;
    desk.close();
    chosen = "";
    const first = drawn.get(now.image?.id) ?? (now.set?.labels && own.some(({ id }) => id === now.set.labels) ? now.set.labels : own[0]?.id);
    if (!first) return;
    source.value = first;
    panel.section.open = true;
    choose(first);
  });

  const sourceOf = (open) => (open ? open.from ?? NEW : "");
  store.watch(["open"], ({ open }, before) => {
    body.hidden = !open;
    if (open) drawn.set(open.image, sourceOf(open));
    if (open && open.id !== before.open?.id) panel.section.open = true;
    if (open || before.open) {
      chosen = sourceOf(open);
      source.value = chosen;
    }
    panel.title(open && !open.saved ? "Labels · not saved" : "Labels");
    undo.disabled = !open || open.undo === 0;
    redo.disabled = !open || open.redo === 0;
    unit.textContent = open?.unit ?? "";
    fillSelect(over, [
      { value: "all", text: "Everything" }, { value: "empty", text: "Only what has no label" },
      ...(open?.labels ?? []).map(({ value, name }) => ({ value: String(value), text: `Only ${name}` })),
    ]);
    show(store.get());
  });
  function show(now) {
    radius.value = String(now.radius);
    ball.box.checked = now.ball;
    within.box.checked = now.within;
    shown.box.checked = now.shown;
    low.value = String(now.low);
    high.value = String(now.high);
    over.value = String(now.over);
    look.value = now.look;
    opacity.value = String(now.opacity);
  }
  store.watch(["radius", "ball", "within", "low", "high", "over", "look", "opacity", "shown"], show);
  store.watch(["busy"], ({ busy }) => panel.body.toggleAttribute("aria-busy", busy > 0));
  sources(state.get());
  show(store.get());
  return Object.freeze({ tools, rename: rows.rename });
}

/** For the tool bar of labels. */
export const LABEL_ICONS = Object.freeze({
  brush: ICONS.brush,
  eraser: "M4 16L14 6l6 6l-8 8H8zM9 11l6 6M12 20h8",
  polygon: "M5 8l7-4l7 6l-3 9H7zM5 8h.1M12 4h.1M19 10h.1M16 19h.1M7 19h.1",
  fill: "M5 12l7-7l7 7l-7 7zM12 5V2M5 12h14M20 16c1.500 2 1.500 4 0 4s-1.500-2 0-4z",
  box: "M4 6h16v12H4zM4 6h.1M20 6h.1M4 18h.1M20 18h.1",
});
