/** Errors and notes as words: what is wrong, where, and what to do. */
import { element, icon } from "./dom.js";
import { ICONS } from "./icons.js";

/** A note goes by itself; an error stays until it is closed. */
const NOTE_MS = 5000;

const words = (value) =>
  value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);

/** @param {HTMLElement} place */
export function makeMessages(place) {
  /** @param {string} kind @param {(Node|null)[]} lines */
  function put(kind, ...lines) {
    const box = element("div", { class: `message ${kind}`, role: kind === "error" ? "alert" : "status" }, ...lines);
    const close = element("button", { type: "button", "aria-label": "Close", class: "close", onclick: () => box.remove() }, icon(ICONS.close));
    box.append(close);
    place.append(box);
    while (place.children.length > 3) place.firstChild.remove();
    return box;
  }

  return Object.freeze({
    /** @param {Error & {said?: Record<string, unknown>}} error */
    error(error) {
      const said = error.said ?? { error: `The viewer stumbled: ${error.message}`, advice: "Reload the page; if it happens again, please report it." };
      const line = (name, label) => (words(said[name]) ? element("p", {}, element("b", { text: `${label} ` }), words(said[name])) : null);
      const headline = words(said.error) || error.message;
      for (const shown of place.querySelectorAll(".error strong")) if (shown.textContent === headline) return;
      put(
        "error", element("strong", { text: headline }), line("expected", "Expected:"), line("found", "Found:"),
        line("where", "Where:"), line("advice", "What to do:"),
      );
    },
    /** @param {string} text */
    note(text) {
      const box = put("note", element("p", { text }));
      setTimeout(() => box.remove(), NOTE_MS);
    },
    clear() {
      for (const box of place.querySelectorAll(".error")) box.remove();
    },
  });
}
