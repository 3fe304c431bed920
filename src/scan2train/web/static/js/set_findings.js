/** What the audit found in the whole set: errors first, with a filter; a click opens the image at its slice. */
import { askJson } from "./api.js";
import { element, icon } from "./dom.js";
import { ICONS } from "./icons.js";
import { sift } from "./sift.js";
import { findingItem, goToFinding } from "./panels/findings_panel.js";

const ORDER = Object.freeze(["error", "warning", "info"]);

/** @param {import("./viewer.js").Viewer} viewer */
export function makeSetFindings(viewer) {
  const { state, keys, messages } = viewer;
  const list = element("ul", { id: "set-findings", class: "findings" });
  const search = element("input", { type: "search", placeholder: "Code, name, image", "aria-label": "Filter the findings", oninput: () => show() });
  const count = element("span", { class: "quiet" });
  const close = element("button", { type: "button", class: "close", "aria-label": "Close the findings", onclick: () => dialog.close() }, icon(ICONS.close));
  const dialog = element(
    "dialog", { id: "all-findings", "aria-label": "Findings of the whole set" },
    element("header", {}, element("h2", { text: "Findings of the whole set" }), search, count, close),
    element("div", { class: "scroll padded", tabindex: "0" }, list),
  );
  document.body.append(dialog);

  const show = () => {
    count.textContent = sift(search.value, list.children);
  };

  async function go(finding) {
    if (!finding.image) return;
    dialog.close();
    if (state.get().wanted !== finding.image || !state.get().image) await viewer.open(finding.image);
    // Another image may have been chosen meanwhile, or this one is still being read or cannot be.
    if (state.get().image?.id === finding.image) goToFinding(state, finding);
  }

  async function toggle() {
    if (dialog.open) return dialog.close();
    try {
      const { findings } = await askJson("api/findings");
      const names = new Map(state.get().set.images.map(({ id, description, name }) => [id, [description, name].filter(Boolean).join(" · ")]));
      const sorted = [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
      list.replaceChildren(...sorted.map((finding) => {
        const item = findingItem(finding, () => null);
        const name = names.get(finding.image);
        if (name) item.querySelector("details").append(element("p", {}, element("button", { type: "button", class: "verdict", text: `Open ${name}`, onclick: () => go(finding) })));
        item.querySelector("summary").append(element("span", { class: "quiet whose", text: name ?? "the whole set" }));
        item.dataset.text = `${finding.code} ${finding.name} ${finding.severity} ${name ?? ""}`.toLowerCase();
        return item;
      }));
      show();
      dialog.showModal();
      search.focus();
    } catch (error) {
      messages.error(error);
    }
    return null;
  }
  keys.bind("Shift+F", "Findings of the whole set", toggle, "List");
  return Object.freeze({ toggle });
}
