/** Window and level: presets, numbers, colour map, and the histogram with the window drawn in it. */
import { MAPS } from "../colours.js";
import { element } from "../dom.js";
import { makeHistogram } from "../histogram.js";
import { windowWith } from "../window.js";
import { windowOfSlice } from "../window_of_slice.js";

/** What a press of a key does: to the width, and to the centre as a share of the width. */
const NARROWER = 2 ** -0.25;
const DARKER = 0.1;

/** @param {HTMLSelectElement} select @param {{value: string, text: string}[]} choices */
export function fillSelect(select, choices) {
  select.replaceChildren(...choices.map(({ value, text }) => element("option", { value, text })));
}

/** Centre and width as numbers. @returns {{row: HTMLElement, show: (window: object) => void}} */
export function windowNumbers(state, key, label) {
  const number = (name) =>
    element("input", {
      type: "number", step: "any", "aria-label": `${label} ${name}`,
      onchange(event) {
        const now = state.get()[key];
        const value = Number(event.target.value);
        if (!now || !Number.isFinite(value) || (name === "width" && value <= 0)) return show(now);
        state.set({ [key]: Object.freeze({ ...now, id: "custom", name: "Custom", [name]: value }) });
      },
    });
  const [centre, width] = [number("centre"), number("width")];
  const show = (window) => {
    if (!window) return;
    centre.value = String(Number(window.centre.toPrecision(5)));
    width.value = String(Number(window.width.toPrecision(5)));
  };
  const row = element("div", { class: "pair" }, element("label", { text: "Centre" }, centre), element("label", { text: "Width" }, width));
  return { row, show };
}

/** @param {import("../viewer.js").Viewer} viewer */
export function windowPanel(viewer) {
  const { state, panels, keys } = viewer;
  const preset = document.getElementById("window-preset");
  const numbers = windowNumbers(state, "window", "Window");
  const histogram = makeHistogram(viewer);
  const map = element("select", { id: "map", "aria-label": "Colour map", onchange: () => state.set({ map: map.value }) });
  fillSelect(map, MAPS.map((name) => ({ value: name, text: name })));
  const invert = element("input", { type: "checkbox", id: "invert", onchange: () => state.set({ invert: invert.checked }) });
  const colours = element("p", { class: "quiet", id: "colours-as-stored", hidden: true, text: "Slices in colour are shown as they are stored, whatever the window." });
  const ofSlice = element("button", { type: "button", id: "window-of-slice", class: "button", title: "Fit the window to what the marked pane shows (Shift+W)", "aria-label": "Fit the window to what the marked pane shows", text: "Fit", onclick: () => fitSlice() });
  numbers.row.append(ofSlice);
  const smooth = element("input", { type: "checkbox", id: "smooth", onchange: () => state.set({ smooth: smooth.checked }) });
  panels.add({
    id: "window-panel", title: "Window", order: 20,
    content: [
      histogram.canvas, colours, numbers.row,
      element("div", { class: "pair" }, element("label", { text: "Colours" }, map),
        element("div", { class: "checks" }, element("label", {}, invert, " Invert"), element("label", {}, smooth, " Smooth"))),
    ],
  });

  function choose(id) {
    const { image } = state.get();
    const chosen = image?.windows.find((window) => window.id === id);
    if (chosen) state.set({ window: Object.freeze({ ...chosen }) });
  }
  const step = (by) => {
    const { image, window } = state.get();
    if (!image) return;
    const at = image.windows.findIndex(({ id }) => id === window.id);
    const count = image.windows.length;
    choose(image.windows[(at + by + count) % count].id);
    viewer.messages.note(`Window: ${state.get().window.name}`);
  };
  function fitSlice() {
    const pane = viewer.panes.get(state.get().active);
    const window = windowOfSlice(pane);
    if (window) state.set({ window });
  }
  const change = (make) => () => state.get().image && state.set({ window: windowWith(state.get().window, make(state.get().window)) });
  preset.addEventListener("change", () => choose(preset.value));
  keys.bind("v", "Next window preset", () => step(1), "Window");
  keys.bind("Shift+V", "Previous window preset", () => step(-1), "Window");
  keys.bind("Shift+W", "Window from what the pane shows", fitSlice, "Window");
  keys.bind("5", "More contrast: a narrower window", change(({ width }) => ({ width: width * NARROWER })), "Window");
  keys.bind("6", "Less contrast: a wider window", change(({ width }) => ({ width: width / NARROWER })), "Window");
  keys.bind("7", "Darker", change(({ centre, width }) => ({ centre: centre + DARKER * width })), "Window");
  keys.bind("8", "Brighter", change(({ centre, width }) => ({ centre: centre - DARKER * width })), "Window");
  keys.bind("i", "Invert the grey levels", () => state.set({ invert: !state.get().invert }), "Window");

  const show = ({ image, window, map: name, invert: inverted, smooth: blended }) => {
    numbers.show(window);
    map.value = name;
    invert.checked = inverted;
    smooth.checked = blended;
    const known = image?.windows.some(({ id }) => id === window.id);
    preset.value = known ? window.id : "custom";
  };
  state.watch(["image"], ({ image }) => {
    colours.hidden = !image?.colour;
    fillSelect(preset, [
      ...(image?.windows ?? []).map(({ id, name }) => ({ value: id, text: name })),
      { value: "custom", text: "Custom" },
    ]);
  });
  state.watch(["image", "window", "map", "invert", "smooth"], show);
  show(state.get());
}
