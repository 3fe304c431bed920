/** How far reading is: a bar over the panes, with words for those who hear the page. */
import { element } from "./dom.js";

/** @param {HTMLElement} place */
export function makeProgress(place) {
  const bar = element("progress", { max: "1", "aria-label": "Reading the image" });
  const words = element("p", {});
  const box = element("div", { id: "progress", class: "loading", role: "status", hidden: true }, words, bar);
  place.append(box);
  return Object.freeze({
    /** @param {string} what @param {number|null} share null while it is not known */
    show(what, share) {
      box.hidden = false;
      words.textContent = share === null ? `${what} …` : `${what} … ${Math.round(share * 100)} %`;
      if (share === null) bar.removeAttribute("value");
      else bar.value = share;
    },
    hide() {
      box.hidden = true;
    },
  });
}
