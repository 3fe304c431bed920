/** The second image: laid over the first, as a checkerboard, or beside it, always on the first one's planes. */
import { MAPS } from "../colours.js";
import { element } from "../dom.js";
import { fillSelect, windowNumbers } from "./window_panel.js";

const WAYS = Object.freeze({ blend: "Laid over", checker: "Checkerboard", side: "Side by side", off: "Hidden" });

/** @param {import("../viewer.js").Viewer} viewer */
export function secondPanel(viewer) {
  const { state, panels, keys } = viewer;
  const choice = element("select", { id: "second", "aria-label": "Second image", onchange: () => choose(choice.value) });
  const way = element("select", { id: "compare", "aria-label": "How the two are shown", onchange: () => state.set({ compare: way.value }) });
  fillSelect(way, Object.entries(WAYS).map(([value, text]) => ({ value, text })));
  const map = element("select", { id: "second-map", "aria-label": "Colours of the second image", onchange: () => state.set({ secondMap: map.value }) });
  fillSelect(map, MAPS.map((name) => ({ value: name, text: name })));
  const preset = element("select", {
    id: "second-preset", "aria-label": "Window of the second image",
    onchange() {
      const chosen = state.get().second?.windows.find(({ id }) => id === preset.value);
      if (chosen) state.set({ secondWindow: Object.freeze({ ...chosen }) });
    },
  });
  const opacity = element("input", {
    type: "range", id: "opacity", min: "0", max: "1", step: "0.05", "aria-label": "Opacity of the second image",
    oninput: () => state.set({ opacity: Number(opacity.value) }),
  });
  const numbers = windowNumbers(state, "secondWindow", "Second window");
  const details = element(
    "div", { class: "stack", hidden: true },
    element("div", { class: "pair" }, element("label", { text: "Shown" }, way), element("label", { text: "Colours" }, map)),
    element("label", { class: "wide", text: "Opacity" }, opacity),
    element("label", { class: "wide", text: "Window" }, preset), numbers.row,
  );
  const { section } = panels.add({ id: "second-panel", title: "Second image", order: 30, open: false, content: [choice, details] });

  /** What could not be opened is not named as if it were. */
  async function choose(id) {
    await viewer.openSecond(id || null);
    if (choice.value === id) choice.value = state.get().second?.id ?? "";
  }

  keys.bind("c", "Second image: laid over, checkerboard, side by side, hidden", () => {
    if (!state.get().second) return viewer.messages.note("No second image is open: choose one in the side bar, or start with --second.");
    const ways = Object.keys(WAYS);
    const next = ways[(ways.indexOf(state.get().compare) + 1) % ways.length];
    state.set({ compare: next });
    return viewer.messages.note(`Second image: ${WAYS[next].toLowerCase()}`);
  }, "Second image");
  const fade = (by) => state.set({ opacity: Math.min(1, Math.max(0, Math.round((state.get().opacity + by) * 20) / 20)) });
  keys.bind(">", "Second image more opaque", () => fade(0.1), "Second image");
  keys.bind("<", "Second image less opaque", () => fade(-0.1), "Second image");

  const list = ({ set, image }) =>
    fillSelect(choice, [
      { value: "", text: "None" },
      ...(set?.images ?? []).filter(({ id, role }) => id !== image?.id && role !== "labels").map(({ id, name, description }) => ({ value: id, text: [description, name].filter(Boolean).join(" · ") })),
    ]);
  state.watch(["set", "image"], (now) => {
    list(now);
    choice.value = now.second?.id ?? "";
  });
  state.watch(["second"], ({ second }) => {
    details.hidden = !second;
    choice.value = second?.id ?? "";
    if (second) section.open = true;
    fillSelect(preset, [...(second?.windows ?? []).map(({ id, name }) => ({ value: id, text: name })), { value: "custom", text: "Custom" }]);
  });
  state.watch(["second", "secondWindow", "secondMap", "opacity", "compare"], (now) => {
    numbers.show(now.secondWindow);
    map.value = now.secondMap;
    way.value = now.compare;
    opacity.value = String(now.opacity);
    preset.value = now.second?.windows.some(({ id }) => id === now.secondWindow?.id) ? now.secondWindow.id : "custom";
  });
}
