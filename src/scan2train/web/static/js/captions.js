/** What is written round a pane's picture: its name, the patient's sides, which slice it is. */
import { element, say } from "./dom.js";
import { sides, sidesOfPicture } from "./geometry.js";

export const NAMES = Object.freeze({ axial: "Axial", coronal: "Coronal", sagittal: "Sagittal" });
const SIDES = Object.freeze(["top", "right", "bottom", "left"]);

/** @param {import("./state.js").PlaneName} plane @param {(n: number) => void} go when the slider is moved */
export function makeCaptions(plane, go) {
  const letters = Object.fromEntries(SIDES.map((side) => [side, element("span", { class: `letter ${side}`, "data-side": side })]));
  const corner = element("div", { class: "corner" });
  const heading = element("h2", { text: NAMES[plane] });
  const slider = element("input", {
    type: "range", class: "slices", min: "0", step: "1", "aria-label": `${NAMES[plane]} slice`,
    oninput: (event) => go(Number(event.target.value)),
  });

  return Object.freeze({
    /** What lies over the picture. */
    over: Object.freeze([...Object.values(letters), corner]),
    slider,
    heading,
    /** Where there is no image. @param {import("./pane.js").Pane} pane */
    clear({ picture }) {
      for (const part of [...Object.values(letters), corner]) say(part, "");
      delete picture.dataset.n;
      delete picture.dataset.count;
      picture.removeAttribute("aria-label");
    },
    /** @param {import("./pane.js").Pane} pane @param {{n: number}} shown */
    write(pane, shown) {
      const { picture, geometry } = pane;
      const { image, slab, how, active, views } = pane.viewer.state.get();
      const { count, spacing_mm: spacing } = geometry;
      // A picture does not say of itself how the patient lies in it: its header may.
      const told = image.picture ? sidesOfPicture(image.picture, plane) : sides(geometry, pane.mirrored);
      for (const [side, text] of Object.entries(told)) {
        say(letters[side], image.picture || image.physical ? text : "");
      }
      const name = count > 1 || (image.physical && !image.picture) ? NAMES[plane] : "Picture";
      say(heading, pane.which === "first" ? name : `${name} · second`);
      if (picture.dataset.n !== String(shown.n) || picture.dataset.count !== String(count)) {
        picture.dataset.n = String(shown.n);
        picture.dataset.count = String(count);
        picture.setAttribute("aria-label", `${NAMES[plane]} slice ${shown.n + 1} of ${count}`);
        slider.max = String(count - 1);
      }
      if (slider.value !== String(pane.n)) slider.value = String(pane.n);
      const thick = slab > 1 ? ` · ${how} of ${slab} (${(slab * spacing[2]).toFixed(1)} mm)` : "";
      const { zoom } = views[plane];
      say(corner, `${shown.n + 1} / ${count}${thick}${zoom === 1 ? "" : ` · ${Math.round(zoom * 100)} %`}`);
      pane.element.classList.toggle("active", active === plane);
    },
  });
}
