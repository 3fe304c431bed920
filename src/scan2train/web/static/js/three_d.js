/** The fourth pane: the volume in three dimensions, turned by dragging; words where there is no WebGL2. */
import { ask } from "./api.js";
import { element, icon, wordScale } from "./dom.js";
import { ICONS } from "./icons.js";
import { boxOf, fittedZoom, project, rays, turnedBy } from "./three_d/camera.js";
import { makeRenderer } from "./three_d/renderer.js";
import { showValue } from "./panels/position.js";
import { windowRange } from "./window.js";
import { letters } from "./geometry.js";

/** Longest edge of the volume that is sent, voxels. */
const LARGEST = 192;
/** Radians that a pixel of drag, and a press of an arrow, turns. */
const TURN = 0.008;
const PRESS = 0.15;
/** After the last movement the picture is drawn at full resolution, ms. */
const SETTLE_MS = 180;
const WAYS = Object.freeze({ surface: "Surface", max: "Maximum", labels: "Labels alone" });
/** No value of an image comes up to it. */
const NEVER = 2;
/** After the last step in time the volume of that time is asked for, ms. */
const PLAYED_MS = 500;
/** A surface of a CT is bone at first, HU; of others a share of the range. */
const BONE_HU = 180;
const SHARE = 0.3;

/** The reduced volume as bytes, with its geometry and the range that 0..255 stands for. */
async function askReduced(id, time) {
  const answer = await ask(`api/images/${id}/reduced?largest=${LARGEST}&t=${time}`);
  const numbers = (name) => answer.headers.get(name).split(",").map(Number);
  const shape = numbers("X-Shape");
  const box = boxOf(shape, JSON.parse(answer.headers.get("X-Affine")));
  return { values: new Uint8Array(await answer.arrayBuffer()), shape, box, range: numbers("X-Range") };
}

/** @param {import("./viewer.js").Viewer} viewer @param {HTMLElement} pane */
export function makeThreeD(viewer, pane) {
  const { state, messages, keys } = viewer;
  const canvas = element("canvas", { class: "picture", tabindex: "0", role: "img", "aria-label": "The volume in three dimensions; arrows turn it, + and - zoom, f shows it whole" });
  const renderer = makeRenderer(canvas);
  const heading = element("h2", { text: "3D" });
  if (!renderer) {
    pane.append(heading, element("p", { class: "no-3d", id: "no-3d", text: "This browser has no WebGL2, so there is no 3D view. The three planes work as always." }));
    return;
  }
  const drawing = element("canvas", { class: "drawing", "aria-hidden": "true" });
  const stage = element("div", { class: "stage" }, canvas, drawing);
  const way = element("select", { id: "three-d-way", "aria-label": "How 3D is drawn", onchange: () => draw() });
  way.append(...Object.entries(WAYS).map(([value, text]) => element("option", { value, text })));
  const level = element("input", { type: "range", min: "0", max: "1", step: "0.004", "aria-label": "Level of the surface", oninput: () => draw(true) });
  const said = element("span", { class: "quiet" });
  const fill = element("button", { class: "fill", type: "button", "aria-label": "Enlarge the 3D pane, or go back to all", onclick: () => viewer.maximise("3d") }, icon(ICONS.enlarge));
  pane.append(stage, heading, element("div", { class: "ways" }, way, level, said), fill);

  let volume = null;
  let turn = Object.freeze({ yaw: 0.5, pitch: 0.2, zoom: 1 });
  let due = false;
  let moving = false;
  let settle = null;
  let finer = null;
  let rest = null;

  function draw(now = false) {
    if (now) {
      moving = true;
      clearTimeout(settle);
      settle = setTimeout(() => {
        moving = false;
        draw();
      }, SETTLE_MS);
    }
    if (due || !volume || stage.clientWidth === 0) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      if (volume) paint();
    });
  }

  function paint() {
    const { window, invert, image } = state.get();
    const { clientWidth: width, clientHeight: height } = stage;
    const ratio = globalThis.devicePixelRatio || 1;
    const { low, high } = windowRange(window);
    const [from, to] = volume.range;
    const share = (value) => (value - from) / (to - from || 1);
    const cast = rays(volume.box, turn, width / height);
    const surface = way.value !== "max";
    renderer.draw({ cast, surface, level: way.value === "labels" ? NEVER : Number(level.value), low: share(low), high: share(high), invert, width, height, ratio, moving });
    level.disabled = way.value !== "surface";
    said.textContent = about(image, from + Number(level.value) * (to - from));
    canvas.dataset.drawn = image.id;
    paintMarks(cast, width, height, ratio);
    clearTimeout(finer);
    finer = setTimeout(refine);
  }

  function about(image, value) {
    if (way.value === "labels") return state.get().solid ? "" : "There are no labels";
    return way.value === "surface" ? `${showValue([value])} ${image.unit ?? ""}` : "";
  }

  /** As large as the pane lets it be seen whole. */
  function fit() {
    const { clientWidth: width, clientHeight: height } = stage;
    turn = Object.freeze({ ...turn, zoom: fittedZoom(volume.box, turn, width / height) });
  }

  function refine() {
    if (volume && renderer.finer()) finer = setTimeout(refine);
  }

  /** The marks alone: the rays are cast anew only when something else would be seen. */
  function marks() {
    const { clientWidth: width, clientHeight: height } = stage;
    if (volume && width > 0) paintMarks(rays(volume.box, turn, width / height), width, height, globalThis.devicePixelRatio || 1);
  }

  /** Letters where the patient's sides are, and the crosshair's place. */
  function paintMarks(cast, width, height, ratio) {
    drawing.width = Math.round(width * ratio);
    drawing.height = Math.round(height * ratio);
    const context = drawing.getContext("2d");
    context.scale(ratio, ratio);
    const { image, crosshair, focus } = state.get();
    const place = (mm) => {
      const [u, v] = project(volume.box, turn, cast, mm);
      return [((u + 1) / 2) * width, ((1 - v) / 2) * height];
    };
    // Pixels that lie nowhere in the patient have no sides of the patient.
    if (image.physical && !image.picture) paintLetters(context, place, cast, width, height);
    if (!crosshair) return;
    const [x, y] = place(focus);
    context.strokeStyle = "#56b4e9";
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 4 * dx, y + 4 * dy);
      context.lineTo(x + 11 * dx, y + 11 * dy);
    }
    context.stroke();
  }

  /** Three axes in the corner, each towards where its letter is. */
  function paintLetters(context, place, cast, width, height) {
    const short = Math.min(width, height) * 0.06;
    const [x0, y0] = [width - 1.9 * short - 12, height - 1.9 * short - 12];
    context.font = `600 ${12 * wordScale()}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const [cx, cy] = place(volume.box.centre);
    const scale = (short * 1.2) / ((cast.tall ? height / 2 / cast.tall : 1));
    for (const axis of [0, 1, 2]) {
      const direction = [0, 0, 0].map((_, at) => (at === axis ? (axis === 0 ? -1 : 1) : 0));
      const [x, y] = place(volume.box.centre.map((c, at) => c + direction[at] * scale));
      context.strokeStyle = "#9aa5b3";
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x0 + x - cx, y0 + y - cy);
      context.stroke();
      context.fillStyle = "#f0e442";
      context.fillText(letters(direction), x0 + (x - cx) * 1.35, y0 + (y - cy) * 1.35);
    }
  }

  /** The volume that is here or on its way, and the image that the level was set for. */
  let asked = "";
  let levelled = "";
  async function load() {
    const { image, time: shown } = state.get();
    const time = Math.min(shown, (image?.times ?? 1) - 1); // a second image may have more
    const key = `${image?.id} ${time}`;
    if (!image || stage.clientWidth === 0 || asked === key) return;
    asked = key;
    try {
      const loaded = await askReduced(image.id, time);
      if (asked !== key) return;
      volume = loaded;
      const [from, to] = volume.range;
      if (levelled !== image.id) {
        level.value = String(image.unit === "HU" ? (BONE_HU - from) / (to - from) : SHARE);
        fit();
      }
      levelled = image.id;
      renderer.load(volume.values, volume.shape, volume.box);
      draw();
    } catch (error) {
      if (asked === key) asked = "";
      messages.error(error);
    }
  }

  stage.addEventListener("pointerdown", (event) => {
    stage.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
  });
  stage.addEventListener("pointermove", (event) => {
    if (event.buttons === 0) return;
    turn = turnedBy(turn, -event.movementX * TURN, event.movementY * TURN);
    draw(true);
  });
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    turn = turnedBy(turn, 0, 0, Math.exp(-event.deltaY * 0.0015));
    draw(true);
  }, { passive: false });
  stage.addEventListener("dblclick", () => viewer.maximise("3d"));
  canvas.addEventListener("keydown", (event) => {
    const turns = { ArrowLeft: [-PRESS, 0, 1], ArrowRight: [PRESS, 0, 1], ArrowUp: [0, PRESS, 1], ArrowDown: [0, -PRESS, 1], "+": [0, 0, 1.2], "=": [0, 0, 1.2], "-": [0, 0, 1 / 1.2] };
    if (event.key === "f" && volume) {
      fit(); // and the panes fit their planes, as ever
      draw(true);
    }
    if (!turns[event.key] || event.shiftKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    turn = turnedBy(turn, ...turns[event.key]);
    draw(true);
  });
  keys.bind("t", "3D: surface, maximum, labels alone", () => {
    const ways = Object.keys(WAYS);
    way.value = ways[(ways.indexOf(way.value) + 1) % ways.length];
    messages.note(`3D: ${WAYS[way.value].toLowerCase()}`);
    draw();
  }, "Window and panes");
  new ResizeObserver(() => {
    load();
    draw();
  }).observe(stage);
  state.watch(["window", "invert"], () => draw(true));
  const label = ({ solid }) => {
    renderer.label(solid?.values ?? null, solid?.shape, solid?.colours);
    draw(true);
  };
  state.watch(["solid"], label);
  label(state.get());
  state.watch(["focus", "crosshair"], () => marks());
  state.watch(["image", "time"], (now, before) => {
    if (now.image !== before.image) {
      volume = null;
      asked = "";
      canvas.removeAttribute("data-drawn");
      drawing.width = 1;
    }
    // While a series is played, or its slider drawn, the slices come first.
    clearTimeout(rest);
    rest = setTimeout(load, now.image === before.image ? PLAYED_MS : 0);
  });
  load();
}
