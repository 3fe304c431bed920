/** The help: every key there is, and the mouse, over the page. */
import { element, icon } from "./dom.js";
import { ICONS } from "./icons.js";

const MOUSE = Object.freeze([
  ["Wheel, or two fingers", "Next or previous slice (with Shift, ten)"],
  ["Ctrl and wheel, or pinch", "Zoom at the pointer"],
  ["Left button", "The chosen tool; crosshair at first"],
  ["Right button, or Ctrl and left", "Window: across for width, up and down for centre"],
  ["Middle button, or Shift and left", "Pan"],
  ["Alt and left", "Zoom"],
  ["Double click", "Enlarge a pane, or back"],
]);

/** Arrows as arrows. @param {string} key */
const shown = (key) => key.replace(/Arrow(Up|Down|Left|Right)/, (_, way) => ({ Up: "↑", Down: "↓", Left: "←", Right: "→" })[way]);

/** @param {{all: () => import("./keys.js").Binding[]}} keys */
export function makeHelp(keys) {
  const body = element("div", { class: "help-body" });
  const close = element("button", { type: "button", class: "close", "aria-label": "Close the help", onclick: () => dialog.close() }, icon(ICONS.close));
  const dialog = element("dialog", { id: "help", "aria-label": "Keys and mouse" }, element("header", {}, element("h2", { text: "Keys and mouse" }), close), body);
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  const table = (name, lines) =>
    element("section", { class: lines === MOUSE ? "mouse" : "" }, element("h3", { text: name }),
      element("dl", {}, ...lines.map(([key, does]) => element("div", {}, element("dt", {}, lines === MOUSE ? key : element("kbd", { text: shown(key) })), element("dd", { text: does })))));

  function toggle() {
    if (dialog.open) return dialog.close();
    const groups = new Map([["Mouse and touch pad", MOUSE]]);
    for (const { key, does, group } of keys.all()) groups.set(group, [...(groups.get(group) ?? []), [key, does]]);
    body.replaceChildren(...[...groups].map(([name, lines]) => table(name, lines)));
    return dialog.showModal();
  }
  keys.bind("?", "This help", toggle, "Window and panes");
  return Object.freeze({ toggle });
}
