/** The labels one below the other: chosen, named, coloured, shown or not, with their numbers. */
import { element, icon } from "../dom.js";
import { ICONS } from "../icons.js";
import { showNumber } from "../numbers.js";

const EYE = "M2 12c3-5 6.500-7 10-7s7 2 10 7c-3 5-6.500 7-10 7s-7-2-10-7zM12 9a3 3 0 1 0 0 6a3 3 0 0 0 0-6z";
const SHUT = "M3 10c3 4 6 5.500 9 5.500s6-1.500 9-5.500M6 14l-2 3M12 16v3M18 14l2 3";

const short = (value) => (value === null ? "–" : showNumber(value));

/** What is known of a label, in one line. */
export function numbersOf({ voxels, ml, mean, min, max }, unit) {
  if (voxels === 0) return "empty";
  const size = ml === null ? `${voxels} voxels` : `${short(ml)} ml`;
  return mean === null ? size : `${size} · mean ${short(mean)} · ${short(min)} to ${short(max)} ${unit}`;
}

/** @param {ReturnType<typeof import("./desk.js").makeDesk>} desk */
export function labelRows(desk) {
  const { store } = desk;
  const list = element("ul", { id: "label-list", class: "labels" });
  /** @type {Map<number, {made: HTMLElement, update: (label: object) => void}>} */
  const rows = new Map();

  function row(value) {
    const choose = () => store.set({ value });
    const swatch = element("input", {
      type: "color", class: "swatch", "aria-label": `Colour of label ${value}`,
      onchange: () => desk.edit({ op: "rename", value, colour: swatch.value }),
    });
    const name = element("input", {
      type: "text", class: "label-name", maxlength: "64", "aria-label": `Name of label ${value}`, onfocus: choose,
      onchange: () => desk.edit({ op: "rename", value, name: name.value }),
    });
    const eye = element("button", {
      type: "button", class: "close eye", "aria-label": `Show label ${value}`, title: "Show or hide (Shift+E); with Alt this one alone, or all",
      onclick(event) {
        event.stopPropagation();
        if (event.altKey) desk.showOnly(value);
        else desk.showOrHide(value);
      },
    });
    const remove = element("button", {
      type: "button", class: "close", "aria-label": `Remove label ${value}`, title: "Remove the label and its voxels; can be undone",
      onclick(event) {
        event.stopPropagation();
        desk.edit({ op: "remove", value });
      },
    }, icon(ICONS.close));
    const numbers = element("span", { class: "quiet numbers" });
    const opacity = element("input", {
      type: "range", class: "label-opacity", min: "0", max: "1", step: "0.05", "aria-label": `Opacity of label ${value}`,
      title: "Opacity of this label alone", oninput: () => desk.fade(value, Number(opacity.value)),
    });
    const number = element("button", { type: "button", class: "label-value", "aria-label": `Draw with label ${value}`, title: "Draw with this label", text: String(value), onclick: choose });
    const made = element("li", { class: "label-row", "data-value": value, onclick: (event) => event.target === made && choose() }, number, swatch, name, eye, remove, numbers, opacity);
    return {
      made, name,
      update(label, { colours, unit }, { value: chosen, hidden, faint }) {
        if (document.activeElement !== name) name.value = label.name;
        swatch.value = colours[value];
        numbers.textContent = numbersOf(label, unit);
        numbers.title = `${label.voxels} voxels`;
        made.setAttribute("aria-current", String(chosen === value));
        opacity.value = String(faint[value] ?? 1);
        const seen = !hidden.includes(value);
        eye.replaceChildren(icon(seen ? EYE : SHUT));
        eye.setAttribute("aria-pressed", String(seen));
      },
    };
  }

  store.watch(["open", "value", "hidden", "faint"], (now, before) => {
    const labels = now.open?.labels ?? [];
    for (const [value, { made }] of rows) {
      if (labels.some((label) => label.value === value)) continue;
      made.remove();
      rows.delete(value);
    }
    for (const label of labels) {
      if (!rows.has(label.value)) rows.set(label.value, row(label.value));
      const { made, update } = rows.get(label.value);
      const after = [...list.children].find((other) => Number(other.dataset.value) > label.value);
      if (!made.isConnected || made.nextSibling !== (after ?? null)) list.insertBefore(made, after ?? null);
      update(label, now.open, now);
    }
    if (now.value !== before.value) rows.get(now.value)?.made.scrollIntoView({ block: "nearest" });
  });
  return Object.freeze({
    list,
    /** The name of the chosen label is typed. */
    rename() {
      const name = rows.get(store.get().value)?.name;
      name?.focus();
      name?.select();
    },
  });
}
