/** Where the pointer is (or the crosshair, while it is elsewhere): value, voxel, millimetres. */
import { element, say } from "../dom.js";
import { otherConvention, toPlane, toVoxel } from "../geometry.js";
import { showNumber } from "../numbers.js";

/**
 * A value as it is read.
 * @param {number[]|null|undefined} value of each channel; null where there is none, undefined while it is on its way
 * @param {boolean} [sampled] NaN is then what lies outside of the image, and else what is stored
 */
export function showValue(value, sampled = false) {
  if (value === undefined) return "…";
  if (value === null) return "no data";
  const one = (x) => (Number.isNaN(x) && sampled ? "outside" : showNumber(x));
  return value.length === 1 ? one(value[0]) : `(${value.map(one).join(", ")})`;
}

/** A value with its unit, where it is one. */
function withUnit(value, unit, sampled) {
  const measured = value && !value.some(Number.isNaN);
  return `${showValue(value, sampled)}${measured && unit ? ` ${unit}` : ""}`;
}

const millimetres = (mm) => mm.map((x) => x.toFixed(1)).join(", ");

/** @param {import("../viewer.js").Viewer} viewer */
export function positionPanel(viewer) {
  const { state, panels, panes } = viewer;
  const fields = Object.fromEntries(
    ["Value", "Second", "Voxel (from 0)", "Voxel (from 1)", "RAS mm", "LPS mm"].map((name) => [name, element("dd", {})]),
  );
  const rows = Object.entries(fields).map(([name, field]) => element("div", {}, element("dt", { text: name }), field));
  const list = element("dl", { id: "cursor", class: "facts", "aria-label": "Under the pointer" }, ...rows);
  const where = element("p", { class: "quiet" });
  /** @type {Map<object, HTMLElement>} what others read at the place, by who reads it */
  const others = new Map();
  panels.add({ id: "position-panel", title: "Position", content: [list, where], order: 10 });

  /** A line for each reader, hidden where it has nothing to say. */
  function showOthers(pane, column, row) {
    for (const reader of viewer.readouts) {
      if (!others.has(reader)) {
        others.set(reader, element("dd", {}));
        list.append(element("div", {}, element("dt", { text: reader.name }), others.get(reader)));
      }
      const text = reader.read(pane, column, row);
      others.get(reader).parentElement.hidden = text === null;
      say(others.get(reader), text ?? "");
    }
  }

  let hovered = null;
  let due = false;

  function show() {
    due = false;
    const { image, second, focus } = state.get();
    list.hidden = !image;
    if (!image) return say(where, "");
    const pane = hovered?.pane ?? panes.get(state.get().active);
    const [column, row] = hovered ? [hovered.column, hovered.row] : toPlane(pane.geometry, focus);
    const mm = hovered ? pane.toMm(column, row) : focus;
    const side = state.get().compare === "side" ? panes.get(`${pane.plane}-second`) : panes.get(pane.plane);
    const { first } = panes.get(pane.plane).valueAt(column, row);
    const { second: other } = side.valueAt(column, row);
    const index = toVoxel(image.affine, mm).map(Math.round);
    fields.Value.classList.toggle("several", image.channels > 1);
    say(fields.Value, withUnit(first, image.colour ? null : image.unit, state.get().mode === "patient"));
    fields.Second.parentElement.hidden = !second || state.get().compare === "off";
    say(fields.Second, withUnit(other, second?.colour ? null : second?.unit, true));
    say(fields["Voxel (from 0)"], index.join(", "));
    say(fields["Voxel (from 1)"], index.map((i) => i + 1).join(", "));
    const nowhere = image.physical ? image.picture && "none in the patient" : "no physical size";
    say(fields["RAS mm"], nowhere || millimetres(mm));
    say(fields["LPS mm"], nowhere || millimetres(otherConvention(mm)));
    showOthers(pane, column, row);
    return say(where, hovered ? "under the pointer" : "at the crosshair");
  }
  const later = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(show);
  };
  state.watch(["image", "focus", "second", "active", "mode", "time", "compare", "arrived"], later);
  return Object.freeze({
    /** @param {{pane: object, column: number, row: number}|null} place */
    hover(place) {
      hovered = place;
      later();
    },
    later,
  });
}
