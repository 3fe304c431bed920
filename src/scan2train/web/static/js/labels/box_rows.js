/** The boxes that were drawn: their size, gone to by a click, drawn anew on another plane, removed. */
import { element, icon } from "../dom.js";
import { fromVoxel } from "../geometry.js";
import { ICONS } from "../icons.js";

/** @param {import("../viewer.js").Viewer} viewer @param {ReturnType<typeof import("./desk.js").makeDesk>} desk */
export function boxRows(viewer, desk) {
  const { store } = desk;
  const list = element("ul", { id: "box-list", class: "measures" });

  function row({ id, value, voxels: [first, last] }, { names }, chosen) {
    const { image } = viewer.state.get();
    const size = first.map((low, axis) => last[axis] - low + 1).join(" × ");
    const go = () => {
      store.set({ box: id === chosen ? null : id });
      const middle = first.map((low, axis) => Math.round((low + last[axis]) / 2));
      viewer.state.set({ focus: Object.freeze(fromVoxel(image.affine, middle)) });
    };
    return element("li", { "data-box": id },
      element("button", {
        type: "button", class: "plain", "aria-pressed": String(id === chosen),
        title: "Go there; with the tool Box the next rectangle, on any plane, draws this box anew", onclick: go,
        text: `${id === chosen ? "▸ " : ""}${names[value]}`,
      }),
      element("output", { text: `${size} voxels`, title: `Voxels ${first.join(", ")} to ${last.join(", ")}, both within` }),
      element("button", { type: "button", class: "close", "aria-label": "Remove this box", onclick: () => desk.edit({ op: "unbox", box: id }) }, icon(ICONS.close)));
  }

  store.watch(["open", "box"], ({ open, box }) => {
    list.replaceChildren(...(open?.boxes ?? []).map((one) => row(one, open, box)));
  });
  return { list };
}
