/** The slider of a series in time (or echoes, or directions), with play. */
import { element, icon } from "./dom.js";
import { ICONS } from "./icons.js";

/** Between two points of time while playing, ms. */
const FRAME_MS = 120;

/** @param {import("./viewer.js").Viewer} viewer @param {HTMLElement} place */
export function makeTimeBar({ state, keys, panes }, place) {
  const label = element("span", { class: "quiet" });
  const slider = element("input", { type: "range", id: "time", min: "0", step: "1", "aria-label": "Time", oninput: () => go(Number(slider.value)) });
  const button = element("button", { type: "button", id: "play", class: "tool", "aria-label": "Play", title: "Play or stop (Space)", onclick: () => toggle() }, icon(ICONS.play));
  place.append(button, slider, label);
  place.hidden = true;
  let playing = null;

  const count = () => Math.max(state.get().image?.times ?? 1, state.get().second?.times ?? 1);
  const go = (time) => state.set({ time: (time + count()) % count() });

  function toggle() {
    if (count() < 2) return;
    if (playing) clearInterval(playing);
    playing = playing
      ? null
      : setInterval(() => {
          // A slice that is still on its way is waited for: no frame is left out unseen.
          if (![...panes.values()].some((pane) => pane.element.hasAttribute("aria-busy"))) go(state.get().time + 1);
        }, FRAME_MS);
    button.replaceChildren(icon(playing ? ICONS.pause : ICONS.play));
    button.setAttribute("aria-label", playing ? "Stop" : "Play");
  }
  keys.bind("Space", "Play or stop", toggle, "Time");
  keys.bind("ArrowRight", "Next point in time", () => go(state.get().time + 1), "Time");
  keys.bind("ArrowLeft", "Previous point in time", () => go(state.get().time - 1), "Time");

  state.watch(["image", "second", "time"], (now, before) => {
    if (now.image !== before.image && playing) toggle();
    place.hidden = count() < 2;
    slider.max = String(count() - 1);
    slider.value = String(now.time);
    const value = now.image?.dimension_values?.[now.time];
    label.textContent = `${value || (now.image?.dimension ?? "time")} · ${now.time + 1} / ${count()}`;
  });
}
