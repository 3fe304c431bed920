/** Every tag of the image's header, with a search; text only. */
import { askJson } from "./api.js";
import { element, icon } from "./dom.js";
import { ICONS } from "./icons.js";
import { sift } from "./sift.js";

/** @param {import("./viewer.js").Viewer} viewer */
export function makeHeaderTags({ state, keys, messages }) {
  const rows = element("tbody", {});
  const search = element("input", { type: "search", placeholder: "Search tag, name or value", "aria-label": "Search the header", oninput: () => show() });
  const count = element("span", { class: "quiet" });
  const close = element("button", { type: "button", class: "close", "aria-label": "Close the header", onclick: () => dialog.close() }, icon(ICONS.close));
  const head = element("thead", {}, element("tr", {}, ...["Tag", "Name", "Value"].map((name) => element("th", { scope: "col", text: name }))));
  const dialog = element(
    "dialog", { id: "header-tags", "aria-label": "Header" },
    element("header", {}, element("h2", { text: "Header" }), search, count, close),
    element("div", { class: "scroll", tabindex: "0" }, element("table", {}, head, rows)),
  );
  document.body.append(dialog);

  const show = () => {
    count.textContent = sift(search.value, rows.children);
  };

  async function toggle() {
    if (dialog.open) return dialog.close();
    const { image } = state.get();
    if (!image) return null;
    try {
      const tags = await askJson(`api/images/${image.id}/header`);
      rows.replaceChildren(
        ...tags.map(({ tag, name, value }) =>
          element("tr", { "data-text": `${tag} ${name} ${value}`.toLowerCase() },
            element("td", { text: tag }), element("td", { text: name }), element("td", { text: value }))),
      );
      show();
      dialog.showModal();
      search.focus();
    } catch (error) {
      messages.error(error);
    }
    return null;
  }
  keys.bind("h", "The header, with a search", toggle, "Window and panes");
  return Object.freeze({ toggle });
}
