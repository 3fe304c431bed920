/**
 * The tools that the pointer can be, and which it is now.
 *
 * @typedef {import("../pane.js").Pane} Pane
 * @typedef {object} At  a pointer's place and what it did
 * @property {Pane} pane
 * @property {number} column  of the plane, fractional: centres of pixels are whole numbers
 * @property {number} row
 * @property {number} x       CSS pixels in the pane
 * @property {number} y
 * @property {number} dx      CSS pixels since the event before (0 on down)
 * @property {number} dy
 * @property {PointerEvent} event
 * @typedef {object} Tool
 * @property {string} id
 * @property {string} name     for the button and the help
 * @property {string} icon     SVG path data on 24 by 24
 * @property {string} key      what selects it
 * @property {string} cursor   CSS cursor over the panes
 * @property {(at: At) => void} [down]
 * @property {(at: At) => void} [move]  while down
 * @property {(at: At) => void} [up]
 * @property {(at: At) => void} [hover] while not down
 * @property {() => void} [leave]       the pointer left the pane
 * @property {() => void} [cancel]      Escape, or another tool taken up
 * @property {(pane: Pane) => void} [enter]  Enter pressed on a pane: act at the crosshair
 */
import { element, icon } from "../dom.js";

/**
 * @param {ReturnType<typeof import("../state.js").makeState>} state
 * @param {ReturnType<typeof import("../keys.js").makeKeys>} keys
 * @param {HTMLElement} bar where the buttons go
 */
export function makeToolBox(state, keys, bar) {
  /** @type {Map<string, Tool>} */
  const tools = new Map();

  function choose(id) {
    const before = tools.get(state.get().tool);
    if (before && before.id !== id) before.cancel?.();
    state.set({ tool: id });
  }

  function mark() {
    const chosen = state.get().tool;
    for (const button of bar.querySelectorAll("button[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === chosen));
    }
    document.body.style.setProperty("--pane-cursor", tools.get(chosen)?.cursor ?? "default");
  }
  state.watch(["tool"], mark);
  // What was begun on one image, or on other planes, is not finished on the next.
  state.watch(["image", "mode"], (now, before) => {
    if (now.image?.id !== before.image?.id || now.mode !== before.mode) tools.get(now.tool)?.cancel?.();
  });

  return Object.freeze({
    /**
     * @param {Tool} tool
     * @param {{bar?: HTMLElement, group?: string}} [where] another place for its button; a heading in the help
     */
    add(tool, { bar: other = bar, group = "Tools" } = {}) {
      tools.set(tool.id, tool);
      const button = element("button", {
        type: "button", class: "tool", "data-tool": tool.id, "aria-label": tool.name, title: `${tool.name} (${tool.key})`,
        "aria-pressed": "false", onclick: () => choose(tool.id),
      }, icon(tool.icon));
      other.append(button);
      if (other !== bar) {
        state.watch(["tool"], ({ tool: chosen }) => button.setAttribute("aria-pressed", String(chosen === tool.id)));
      }
      keys.bind(tool.key, tool.name, () => choose(tool.id), group);
      mark();
    },
    choose,
    /** @param {string} id @returns {Tool|undefined} */
    get: (id) => tools.get(id),
    /** @returns {Tool|undefined} */
    current: () => tools.get(state.get().tool),
  });
}
