/** The bar above: planes, convention, slab, picture, header, help. */
import { savePicture } from "./screenshot.js";
import { zoomActive } from "./viewer.js";

const HOW = Object.freeze({ max: "maximum", min: "minimum", mean: "mean" });

/** How thick a slice is, where that is not how far it is to the next. */
function thickness({ slice_thickness_mm: thick, spacing_mm: spacing, physical }) {
  const own = physical && thick > 0 && Math.abs(spacing[2] - thick) > 0.01 * thick;
  return own ? `slices ${Number(thick.toFixed(2))} mm thick` : null;
}

/** @param {import("./viewer.js").Viewer} viewer @param {{help: {toggle: () => void}, header: {toggle: () => void}}} dialogs */
export function makeToolBar(viewer, { help, header }) {
  const { state } = viewer;
  const place = (id) => document.getElementById(id);
  const [mode, convention, slab, how] = ["mode", "convention", "slab", "slab-how"].map(place);
  mode.addEventListener("change", () => state.set({ mode: mode.value }));
  convention.addEventListener("change", () => state.set({ convention: convention.value }));
  slab.addEventListener("change", () => state.set({ slab: Number(slab.value) }));
  how.addEventListener("change", () => state.set({ how: how.value }));
  place("fit").addEventListener("click", () => zoomActive(viewer, null));
  place("screenshot").addEventListener("click", () => savePicture(viewer));
  place("show-header").addEventListener("click", header.toggle);
  place("show-help").addEventListener("click", help.toggle);

  const show = (now) => {
    mode.value = now.mode;
    convention.value = now.convention;
    if (![...slab.options].some(({ value }) => Number(value) === now.slab)) slab.add(new Option(`${now.slab} slices`, String(now.slab)));
    slab.value = String(now.slab);
    how.value = now.how;
    how.disabled = now.slab === 1;
    how.title = `Slab: ${HOW[now.how]}`;
  };
  state.watch(["mode", "convention", "slab", "how"], show);
  state.watch(["image"], ({ image }) => {
    place("title").textContent = image?.name ?? "";
    const told = image && state.get().set?.images.find(({ id }) => id === image.id)?.description;
    const facts = image && [image.shape.join(" × "), image.physical ? `${image.spacing_mm.map((mm) => Number(mm.toFixed(3))).join(" × ")} mm` : "no physical size", image.physical ? image.orientation : null, image.oblique ? "oblique" : null, thickness(image), told];
    place("facts").textContent = facts ? facts.filter(Boolean).join(" · ") : "";
    place("facts").title = place("facts").textContent; // a narrow window cuts it off
  });
  show(state.get());
}
