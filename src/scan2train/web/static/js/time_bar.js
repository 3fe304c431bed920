/** The slider of a series in time (or echoes, or directions), with play. */
import { element, icon } from "./dom.js";
import { ICONS } from "./icons.js";
import { fillSelect } from "./panels/window_panel.js";

/** Points of time a second, while playing. */
const RATES = Object.freeze([1, 2, 4, 8, 12, 16, 24]);

/** What a point is one of, and its place there; several of them say so themselves. */
function pointOf({ image, time }) {
  const [dimension, value] = [image?.dimension ?? "time", image?.dimension_values?.[time] ?? ""];
  return /[a-z]/i.test(value) ? value : `${dimension} ${value}`.trim();
}

/** @param {import("./viewer.js").Viewer} viewer @param {HTMLElement} place */
export function makeTimeBar({ state, keys, panes }, place) {
  const label = element("span", { class: "quiet" });
  const slider = element("input", { type: "range", id: "time", min: "0", step: "1", "aria-label": "Time", oninput: () => go(Number(slider.value)) });
  const button = element("button", { type: "button", id: "play", class: "tool", "aria-label": "Play", title: "Play or stop (Space)", onclick: () => toggle() }, icon(ICONS.play));
  const rate = element("select", { id: "rate", "aria-label": "Points a second", title: "How fast it plays", onchange: () => state.set({ rate: Number(rate.value) }) });
  fillSelect(rate, RATES.map((one) => ({ value: String(one), text: `${one} / s` })));
  place.append(button, rate, slider, label);
  place.hidden = true;
  let playing = null;

  const count = () => Math.max(state.get().image?.times ?? 1, state.get().second?.times ?? 1);
  const go = (time) => state.set({ time: (time + count()) % count() });

  function start() {
    return setInterval(() => {
      // A slice that is still on its way is waited for: no frame is left out unseen.
      if (![...panes.values()].some((pane) => pane.element.hasAttribute("aria-busy"))) go(state.get().time + 1);
    }, 1000 / state.get().rate);
  }

  function toggle() {
    if (count() < 2) return;
    if (playing) clearInterval(playing);
    playing = playing ? null : start();
    button.replaceChildren(icon(playing ? ICONS.pause : ICONS.play));
    button.setAttribute("aria-label", playing ? "Stop" : "Play");
  }
  keys.bind("Space", "Play or stop", toggle, "Time");
  keys.bind("ArrowRight", "Next point in time", () => go(state.get().time + 1), "Time");
  keys.bind("ArrowLeft", "Previous point in time", () => go(state.get().time - 1), "Time");

  state.watch(["rate"], (now) => {
    rate.value = String(now.rate);
    if (!playing) return;
    clearInterval(playing);
    playing = start();
  });
  rate.value = String(state.get().rate);
  state.watch(["image", "second", "time"], (now, before) => {
    if (now.image !== before.image && playing) toggle();
    place.hidden = count() < 2;
    slider.max = String(count() - 1);
    slider.value = String(now.time);
    label.textContent = `${pointOf(now)} · ${now.time + 1} / ${count()}`;
  });
}
