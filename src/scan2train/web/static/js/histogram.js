/** The histogram of the image, with the window drawn in it: its edges and its middle can be dragged. */
import { askJson } from "./api.js";
import { OKABE_ITO } from "./colours.js";
import { element } from "./dom.js";
import { windowBetween, windowRange } from "./window.js";

const HEIGHT = 92;
/** An edge of the window this near the pointer is taken hold of. CSS pixels. */
const NEAR = 7;
/** The picture comes first; and the histogram reads the whole volume. ms after an image, and after the last step in time. */
const AFTER_IMAGE_MS = 300;
const AFTER_TIME_MS = 500;

/** @param {import("./viewer.js").Viewer} viewer */
export function makeHistogram({ state, messages }) {
  const canvas = element("canvas", { id: "histogram", class: "histogram", role: "img", "aria-label": "Histogram with the window" });
  let counted = null;
  let held = null;

  const xOf = (value) => ((value - counted.low) / (counted.high - counted.low || 1)) * canvas.clientWidth;
  const valueOf = (x) => counted.low + (x / (canvas.clientWidth || 1)) * (counted.high - counted.low);

  function draw() {
    const ratio = globalThis.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    if (width === 0) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(HEIGHT * ratio);
    if (!counted) return;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const { counts } = counted;
    const most = Math.log1p(Math.max(...counts));
    const bar = width / counts.length;
    context.fillStyle = "#7d8794";
    for (const [at, count] of counts.entries()) {
      const tall = (Math.log1p(count) / most) * (HEIGHT - 8);
      context.fillRect(at * bar, HEIGHT - tall, Math.ceil(bar), tall);
    }
    const { low, high } = windowRange(state.get().window);
    const [left, right] = [xOf(low), xOf(high)];
    context.fillStyle = "rgb(86 180 233 / 18%)";
    context.fillRect(left, 0, right - left, HEIGHT);
    context.strokeStyle = OKABE_ITO[1];
    context.lineWidth = 1.5;
    context.beginPath();
    for (const x of [left, right]) {
      context.moveTo(x, 0);
      context.lineTo(x, HEIGHT);
    }
    context.moveTo(left, HEIGHT);
    context.lineTo(right, 0);
    context.stroke();
  }

  function grabbed(x) {
    const { low, high } = windowRange(state.get().window);
    if (Math.abs(x - xOf(low)) <= NEAR) return "low";
    if (Math.abs(x - xOf(high)) <= NEAR) return "high";
    return "both";
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (!counted) return;
    canvas.setPointerCapture(event.pointerId);
    const { low, high } = windowRange(state.get().window);
    held = { edge: grabbed(event.offsetX), from: valueOf(event.offsetX), low, high };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!counted) return;
    canvas.style.cursor = grabbed(event.offsetX) === "both" ? "grab" : "ew-resize";
    if (!held) return;
    const by = valueOf(event.offsetX) - held.from;
    const low = held.edge === "high" ? held.low : held.low + by;
    const high = held.edge === "low" ? held.high : held.high + by;
    if (high > low) state.set({ window: windowBetween(low, high) });
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { held = null; });

  /** Of which image and time it is; a second image may have more points of time than the first. */
  const address = ({ image, time }) => image && `api/images/${image.id}/histogram?t=${Math.min(time, image.times - 1)}`;

  async function load() {
    const path = address(state.get());
    try {
      const answer = await askJson(path);
      if (address(state.get()) !== path) return;
      counted = answer;
      draw();
    } catch (error) {
      if (address(state.get()) === path) messages.error(error);
    }
  }
  let rest = null;
  state.watch(["image", "time"], (now, before) => {
    if (address(now) === address(before)) return;
    counted = null;
    held = null;
    draw();
    clearTimeout(rest);
    if (now.image) rest = setTimeout(load, now.image === before.image ? AFTER_TIME_MS : AFTER_IMAGE_MS);
  });
  state.watch(["window"], draw);
  new ResizeObserver(draw).observe(canvas);
  return Object.freeze({ canvas });
}
