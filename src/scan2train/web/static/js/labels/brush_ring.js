/** The ring of the brush under the pointer: an element of the page, so that no slice is drawn anew for it. */
import { element } from "../dom.js";

/** @param {import("../viewer.js").Viewer} viewer @param {ReturnType<typeof import("./desk.js").makeDesk>} desk @param {string} tool */
export function brushRing({ state }, { store }, tool) {
  const ring = element("div", { class: `brush-ring ${tool}`, hidden: true, "aria-hidden": "true" });
  /** @type {{pane: import("../pane.js").Pane, x: number, y: number}|null} */
  let at = null;

  function show() {
    const { open, radius, value, ball } = store.get();
    ring.hidden = !at || !open || state.get().tool !== tool;
    if (ring.hidden) return;
    if (ring.parentNode !== at.pane.stage) at.pane.stage.append(ring);
    const size = Math.max(3, 2 * radius * at.pane.at.scale);
    ring.style.width = `${size}px`;
    ring.style.height = `${size}px`;
    ring.style.translate = `${at.x - size / 2}px ${at.y - size / 2}px`;
    ring.style.borderColor = tool === "eraser" ? "#fff" : open.colours[value] ?? "#fff";
    ring.style.borderStyle = ball ? "dashed" : "solid";
  }
  store.watch(["radius", "value", "ball", "open"], show);
  state.watch(["tool", "views"], show);

  return Object.freeze({
    /** @param {{pane: import("../pane.js").Pane, x: number, y: number}|null} place */
    move(place) {
      at = place && { pane: place.pane, x: place.x, y: place.y };
      show();
    },
  });
}
