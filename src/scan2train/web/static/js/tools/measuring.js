/** Ruler and angle: points set by click, drag or Enter; kept in mm, so that they stay on the patient. */
import { wordScale } from "../dom.js";
import { minus, dot, norm, toPlane } from "../geometry.js";
import { ICONS } from "../icons.js";
import { OKABE_ITO } from "../colours.js";

/** A pointer that went further while down has drawn a line; a smaller step is a click. CSS pixels. */
const DRAGGED = 4;
/** A point of a measure this near is taken hold of. CSS pixels. */
const NEAR = 10;

/**
 * What a measure says. Where pixels have no physical size, lengths are in pixels.
 * @param {{kind: string, plane: string, mode: string, points: number[][]}} measure
 * @param {{physical: boolean, planes: object}} image
 */
export function reading({ kind, plane, mode, points }, image) {
  const inPixels = ([c, r]) => [c, r, 0];
  const places = image.physical ? points : points.map((mm) => inPixels(toPlane(image.planes[mode][plane], mm)));
  if (kind === "ruler") {
    const length = norm(minus(places[1], places[0]));
    return image.physical ? `${length.toFixed(1)} mm` : `${length.toFixed(1)} px`;
  }
  const [one, other] = [minus(places[0], places[1]), minus(places[2], places[1])];
  const cosine = dot(one, other) / (norm(one) * norm(other) || 1);
  return `${((Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI).toFixed(1)}°`;
}

/**
 * @param {import("../viewer.js").Viewer} viewer
 * @param {{id: string, name: string, icon: string, key: string}} about
 * @param {number} needed points
 * @returns {import("./tool_box.js").Tool}
 */
function pointsTool({ state, layers }, about, needed) {
  /** @type {{pane: object, points: number[][], tip: number[]|null}|null} */
  let drawn = null;
  let held = null;
  let from = { x: 0, y: 0 };

  const mmOf = ({ pane, column, row }) => pane.toMm(column, row);
  const change = (id, points) =>
    state.set({ measures: state.get().measures.map((m) => (m.id === id ? Object.freeze({ ...m, points }) : m)) });

  function grab({ pane, x, y }) {
    for (const measure of state.get().measures) {
      if (!isOn(measure, pane, state.get())) continue;
      for (const [index, mm] of measure.points.entries()) {
        const [px, py] = pane.toPane(...toPlane(pane.geometry, mm));
        if (Math.hypot(px - x, py - y) <= NEAR) return { id: measure.id, index };
      }
    }
    return null;
  }

  function add(pane, mm) {
    if (drawn && (drawn.pane !== pane || drawn.n !== pane.n)) drawn = null;
    drawn = { pane, n: pane.n, points: [...(drawn?.points ?? []), mm], tip: null };
    if (drawn.points.length === needed) {
      const { measures, mode } = state.get();
      const id = 1 + Math.max(0, ...measures.map((m) => m.id));
      state.set({
        measures: Object.freeze([...measures, Object.freeze({ id, kind: about.id, plane: pane.plane, mode, points: drawn.points })]),
      });
      drawn = null;
    }
    layers.redraw();
  }

  layers.add({
    id: `drawing-${about.id}`,
    draw(context, pane) {
      if (drawn?.pane === pane && drawn.n === pane.n) line(context, pane, drawn.tip ? [...drawn.points, drawn.tip] : drawn.points, "");
    },
  });

  return {
    ...about,
    cursor: "crosshair",
    down(at) {
      from = { x: at.x, y: at.y };
      held = drawn ? null : grab(at);
      if (!held) add(at.pane, mmOf(at));
    },
    move(at) {
      if (held) {
        const measure = state.get().measures.find((m) => m.id === held.id);
        change(held.id, measure.points.map((mm, index) => (index === held.index ? mmOf(at) : mm)));
      } else this.hover(at);
    },
    up(at) {
      const dragged = Math.hypot(at.x - from.x, at.y - from.y) > DRAGGED;
      if (!held && drawn && dragged) add(at.pane, mmOf(at));
      held = null;
    },
    hover(at) {
      if (drawn?.pane !== at.pane) return;
      drawn.tip = mmOf(at);
      at.pane.redraw();
    },
    enter: (pane) => add(pane, state.get().focus),
    cancel() {
      drawn = null;
      held = null;
      layers.redraw();
    },
  };
}

/** @param {import("../viewer.js").Viewer} viewer */
export const rulerTool = (viewer) =>
  pointsTool(viewer, { id: "ruler", name: "Ruler", icon: ICONS.ruler, key: "d" }, 2);

/** @param {import("../viewer.js").Viewer} viewer */
export const angleTool = (viewer) =>
  pointsTool(viewer, { id: "angle", name: "Angle", icon: ICONS.angle, key: "g" }, 3);

/** Drawn on the slice it was measured on. */
function isOn(measure, pane, { mode }) {
  if (measure.plane !== pane.plane || measure.mode !== mode) return false;
  return Math.round(toPlane(pane.geometry, measure.points[0])[2]) === pane.n;
}

/** The layer that shows what was measured. @param {import("../viewer.js").Viewer} viewer */
export function measuresLayer({ state }) {
  return {
    id: "measures",
    draw(context, pane) {
      const { measures, image } = state.get();
      for (const measure of measures) {
        if (isOn(measure, pane, state.get())) line(context, pane, measure.points, reading(measure, image));
      }
    },
  };
}

function line(context, pane, points, words) {
  const places = points.map((mm) => pane.toPane(...toPlane(pane.geometry, mm)));
  const trace = () => {
    context.beginPath();
    for (const [index, [x, y]] of places.entries()) index === 0 ? context.moveTo(x, y) : context.lineTo(x, y);
    context.stroke();
    for (const [x, y] of places) {
      context.beginPath();
      context.arc(x, y, 3.5, 0, 2 * Math.PI);
      context.stroke();
    }
  };
  context.save();
  context.lineWidth = 4;
  context.strokeStyle = "rgb(0 0 0 / 65%)";
  trace();
  context.lineWidth = 1.6;
  context.strokeStyle = OKABE_ITO[3];
  trace();
  if (words) sayAt(context, words, places.at(-1), pane.size);
  context.restore();
}

/** Words beside a point, kept inside the pane, readable on anything. */
export function sayAt(context, words, [x, y], { width, height }) {
  const scale = wordScale();
  context.font = `600 ${13 * scale}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  const long = context.measureText(words).width + 12;
  const left = Math.min(width - long - 4, Math.max(4, x + 10));
  const half = 11 * scale;
  const middle = Math.min(height - half - 3, Math.max(half + 3, y - half - 3));
  context.fillStyle = "rgb(0 0 0 / 72%)";
  context.beginPath();
  context.roundRect(left, middle - half, long, 2 * half, 4);
  context.fill();
  context.fillStyle = "#fff";
  context.fillText(words, left + 6, middle);
}
