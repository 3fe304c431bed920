/**
 * The keyboard: one table of what each key does, which the help shows.
 *
 * A key is written as the help shows it: `f`, `Shift+F`, `Ctrl+Z` (Ctrl is also the Mac's Cmd), `PageUp`, `?`.
 *
 * @typedef {{key: string, does: string, group: string, act: (event: KeyboardEvent) => void}} Binding
 */

/** Where letters are typed, letters are not commands. */
const typing = (target) =>
  target instanceof HTMLTextAreaElement ||
  (target instanceof HTMLInputElement && !["range", "checkbox", "radio", "button", "color"].includes(target.type));

/** What a range, a list or a button does with a key itself. */
const OWN = Object.freeze({
  range: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"],
  select: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", "Enter", " "],
  button: ["Enter", " "],
});

function usesItself(target, key) {
  if (target instanceof HTMLInputElement && target.type === "range") return OWN.range.includes(key);
  if (target instanceof HTMLSelectElement) return OWN.select.includes(key) || key.length === 1;
  if (target instanceof HTMLButtonElement || target instanceof HTMLInputElement || target.tagName === "SUMMARY") {
    return OWN.button.includes(key);
  }
  return false;
}

/** @param {KeyboardEvent} event @returns {string} as a binding writes it */
export function keyName(event) {
  const { key } = event;
  const letter = /^[a-z]$/i.test(key);
  const name = key === " " ? "Space" : letter ? (event.shiftKey || event.ctrlKey || event.metaKey ? key.toUpperCase() : key.toLowerCase()) : key;
  // Shift is part of what a sign is (`?`), and said of everything else.
  const shift = event.shiftKey && (letter || key.length > 1 || key === " ");
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${name}`;
}

/**
 * Typing ends with Enter or Escape, a choice with the mouse that made it: then keys are commands again.
 * @returns {(event: KeyboardEvent) => boolean} whether the event's field was left by an event before it: it keeps the
 *   focus for a moment longer
 */
function giveKeysBack() {
  let byPointer = false;
  let last = null;
  document.addEventListener("pointerdown", () => { byPointer = true; }, true);
  document.addEventListener("keydown", (event) => {
    byPointer = false;
    const field = event.target;
    if (typing(field) && field instanceof HTMLInputElement && (event.key === "Enter" || event.key === "Escape")) {
      const dialog = field.closest("dialog");
      if (dialog) {
        if (event.key === "Escape") dialog.close();
        return;
      }
      last = event;
      setTimeout(() => {
        field.blur();
        last = null;
      });
    }
  }, true);
  document.addEventListener("change", ({ target }) => {
    if (byPointer && target instanceof HTMLSelectElement) target.blur();
  });
  return (event) => event.target.closest("dialog:not([open])") !== null
    || (last !== null && last !== event && last.target === event.target);
}

export function makeKeys() {
  /** @type {Map<string, Binding>} */
  const bindings = new Map();
  const isLeft = giveKeysBack();
  document.addEventListener("keydown", (event) => {
    const name = keyName(event);
    const binding = bindings.get(name);
    if (!binding || event.defaultPrevented) return;
    const target = isLeft(event) ? document.body : event.target;
    if (typing(target) || usesItself(target, event.key)) return;
    if (document.querySelector("dialog[open]") && name !== "Escape" && name !== "?") return;
    event.preventDefault();
    binding.act(event);
  });
  return Object.freeze({
    /**
     * @param {string} key @param {string} does in words, for the help @param {(event: KeyboardEvent) => void} act
     * @param {string} group the heading it stands under
     */
    bind(key, does, act, group) {
      if (bindings.has(key)) throw new Error(`The key ${key} is taken: ${bindings.get(key).does}.`);
      bindings.set(key, { key, does, group, act });
    },
    /** @returns {Binding[]} */
    all: () => [...bindings.values()],
  });
}
