/** The right side bar: panels that fold, one below the other. */
import { element } from "../dom.js";

/** @param {HTMLElement} place @param {ReturnType<typeof import("../layout.js").makeLayout>} layout */
export function makePanels(place, layout) {
  return Object.freeze({
    /**
     * @param {object} panel
     * @param {string} panel.id     of its body
     * @param {string} panel.title
     * @param {Node[]} panel.content
     * @param {boolean} [panel.open] until the user folds it
     * @param {number} [panel.order] smaller is higher: position 10, window 20, second 30, labels 40, findings 50
     * @returns {{section: HTMLDetailsElement, body: HTMLElement, title: (text: string) => void}}
     */
    add({ id, title, content, open = true, order = 60 }) {
      const body = element("div", { id, class: "body" }, ...content);
      const name = element("span", { text: title });
      const section = element("details", { class: "panel", "data-order": order }, element("summary", {}, name), body);
      section.open = layout.get().panels[id] ?? open;
      section.addEventListener("toggle", () => layout.set({ panels: { ...layout.get().panels, [id]: section.open } }));
      const after = [...place.children].find((other) => Number(other.dataset.order) > order);
      place.insertBefore(section, after ?? null);
      return { section, body, title: (text) => { name.textContent = text; } };
    },
  });
}
