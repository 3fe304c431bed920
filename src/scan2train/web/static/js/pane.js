/**
 * One pane: a plane of the image (or of the second image, on the first one's planes), scrolled,
 * windowed, zoomed; what is wanted is asked for, what has come is drawn.
 */
import { makeCaptions, NAMES } from "./captions.js";
import { element, icon, say } from "./dom.js";
import { isMirrored, sliceOf, toMm, toPlane } from "./geometry.js";
import { ICONS } from "./icons.js";
import { slicePainter } from "./painter.js";
import { placement } from "./view.js";

/** Slices asked for ahead, in the direction of travel and behind. */
const AHEAD = [1, 2, -1, 3, 4, 5];
/** A change of these changes which slice is wanted. */
const WANTED = ["image", "refusal", "second", "focus", "mode", "time", "slab", "how", "compare"];
/** A change of these changes how slices are drawn. */
const DRAWN = ["window", "invert", "map", "secondWindow", "secondMap", "opacity", "convention", "views", "smooth", "compare"];
/** A change of these changes only what is drawn over them. */
const DRAWN_OVER = ["active", "measures", "mark", "crosshair", "tool", "focus"];

const NOTHING_FAILED = Object.freeze({ key: "", why: "" });

export class Pane {
  /** @type {{key: string, n: number, first: object|null, second: object|null, image: string}|null} */
  #shown = null;
  #following = false;
  /** What could not be loaded, and why: it is asked for again once something else was shown. */
  #failed = NOTHING_FAILED;
  #due = false;
  #stale = true;
  #travel = 1;
  #size = { width: 1, height: 1, ratio: 1 };
  #paintSlices = slicePainter();
  #captions;
  #note;

  /**
   * @param {import("./viewer.js").Viewer} viewer
   * @param {import("./state.js").PlaneName} plane
   * @param {"first"|"second"} which
   */
  constructor(viewer, plane, which) {
    this.viewer = viewer;
    this.plane = plane;
    this.which = which;
    this.id = which === "first" ? plane : `${plane}-second`;
    this.picture = element("canvas", { class: "picture", "data-plane": plane, tabindex: "0", role: "img" });
    this.drawing = element("canvas", { class: "drawing", "aria-hidden": "true" });
    this.#captions = makeCaptions(plane, (n) => this.show(n));
    this.#note = element("div", { class: "said", role: "status" });
    this.stage = element("div", { class: "stage" }, this.picture, this.drawing, ...this.#captions.over, this.#note);
    const fill = element("button", {
      class: "fill", type: "button", "aria-label": `Enlarge the ${plane} pane, or go back to all`, title: "Enlarge or back (double click)",
      onclick: () => viewer.maximise(plane),
    }, icon(ICONS.enlarge));
    this.element = element(
      "section",
      { class: `pane ${plane}`, id: `pane-${this.id}`, "aria-label": NAMES[plane] },
      this.stage, this.#captions.slider, this.#captions.heading, fill,
    );
    this.#observe();
  }

  #observe() {
    const { state } = this.viewer;
    state.watch(WANTED, () => this.#follow());
    state.watch(DRAWN, () => this.redraw());
    state.watch(DRAWN_OVER, () => this.#redrawMarks());
    this.picture.addEventListener("focus", () => state.set({ active: this.plane }));
    new ResizeObserver(() => this.#measure()).observe(this.stage);
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const ratio = globalThis.devicePixelRatio || 1;
    this.#size = { width, height, ratio };
    for (const canvas of [this.picture, this.drawing]) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
    }
    if (width > 0) {
      this.#paint();
      this.#follow();
    }
  }

  /** @returns {boolean} whether it can be seen */
  get visible() {
    return this.#size.width > 1;
  }

  /** @returns {{width: number, height: number, ratio: number}} CSS pixels, and the screen's pixels to each */
  get size() {
    return this.#size;
  }

  /** @returns {import("./geometry.js").Plane|null} of the image that is open */
  get geometry() {
    const { image, mode } = this.viewer.state.get();
    return image ? image.planes[mode][this.plane] : null;
  }

  /** @returns {number} the slice that the crosshair is on */
  get n() {
    return this.geometry ? sliceOf(this.geometry, this.viewer.state.get().focus) : 0;
  }

  /** @returns {ReturnType<typeof placement>|null} where pixels lie */
  get at() {
    const { views } = this.viewer.state.get();
    const { geometry } = this;
    return geometry && placement(geometry, views[this.plane], this.#size, this.mirrored);
  }

  /** @returns {boolean} whether the patient's left and right are drawn the other way round */
  get mirrored() {
    const { image, convention } = this.viewer.state.get();
    return image.physical && !image.picture && isMirrored(this.plane, convention);
  }

  /** CSS pixels in the pane of a pixel of the plane. */
  toPane(column, row) {
    return this.at.toPane(column, row);
  }

  /** A pixel of the plane (fractional; centres are whole) under CSS pixels of the pane. */
  toPixel(x, y) {
    return this.at.toPixel(x, y);
  }

  /** RAS mm of a pixel on the slice that is wanted. */
  toMm(column, row) {
    return toMm(this.geometry, column, row, this.n);
  }

  /** Moves the crosshair to slice `n`, straight along the way slices are stepped. */
  show(n) {
    const { geometry } = this;
    if (!geometry) return;
    const { focus } = this.viewer.state.get();
    const [column, row] = toPlane(geometry, focus);
    const to = Math.min(geometry.count - 1, Math.max(0, n));
    if (to !== this.n) this.#travel = Math.sign(to - this.n);
    this.viewer.state.set({ focus: toMm(geometry, column, row, to) });
  }

  /**
   * The values under a pixel, of the image and of the second one: null off the plane and where there is no data,
   * undefined while the slice is on its way.
   */
  valueAt(column, row) {
    if (!this.slice) return { first: undefined, second: undefined };
    const read = (slice) => {
      if (!slice) return undefined;
      const [c, r] = [Math.round(column), Math.round(row)];
      if (c < 0 || r < 0 || c >= slice.width || r >= slice.height) return null;
      const at = r * slice.width + c;
      if (slice.valid && slice.valid[at] === 0) return null;
      return Array.from(slice.values.subarray(at * slice.channels, (at + 1) * slice.channels));
    };
    return { first: read(this.#shown.first), second: read(this.#shown.second) };
  }

  /** @returns {import("./window.js").Slice|null} the image's slice that the crosshair is on, or the second one's; null while it is on its way */
  get slice() {
    const shown = this.#current;
    return shown?.n === this.n ? shown.first ?? shown.second : null;
  }

  #wanted() {
    const { image, second, mode, time, slab, how, compare } = this.viewer.state.get();
    if (!image || (this.which === "second" && !(second && compare === "side"))) return null;
    const base = { mode, plane: this.plane, n: this.n, slab, how };
    const first = { ...base, image: image.id, time: Math.min(time, image.times - 1), on: null, valid: image.valid };
    const other = second && { ...base, image: second.id, time: Math.min(time, second.times - 1), on: image.id, valid: false };
    const over = other && (compare === "blend" || compare === "checker");
    return {
      first: this.which === "first" ? first : null,
      second: this.which === "second" || over ? other : null,
    };
  }

  /** Loads what is wanted; while one slice comes only the latest wish is kept, so that scrolling never queues up. */
  async #follow() {
    if (this.#following || !this.visible) return;
    this.#following = true;
    try {
      for (;;) {
        const wanted = this.#wanted();
        const key = JSON.stringify(wanted);
        if (!wanted || key === this.#shown?.key) {
          this.#failed = NOTHING_FAILED;
          break;
        }
        if (key === this.#failed.key) break;
        const { slices } = this.viewer;
        const here = ["first", "second"].map((side) => (wanted[side] ? slices.here(wanted[side]) : null));
        const complete = ["first", "second"].every((side, at) => !wanted[side] || here[at]);
        if (!complete) this.element.setAttribute("aria-busy", "true");
        const loaded = complete
          ? here
          : await Promise.all(["first", "second"].map((side) => (wanted[side] ? slices.load(wanted[side]) : null)))
            .catch((error) => {
              this.#failed = { key, why: error.message };
              this.viewer.messages.error(error);
              return null;
            });
        // Another slice may be wanted by now, and that one may be there.
        if (!loaded) continue;
        const [first, second] = loaded;
        const { image } = this.viewer.state.get();
        const owner = wanted.first?.image ?? wanted.second?.on;
        if (image?.id !== owner || this.geometry === null) continue;
        const n = (wanted.first ?? wanted.second).n;
        this.#failed = NOTHING_FAILED;
        this.#shown = { key, n, first, second, image: owner, mode: (wanted.first ?? wanted.second).mode };
        this.#paint();
        this.#prefetch(wanted);
        this.viewer.state.set({ arrived: this.viewer.state.get().arrived + 1 });
      }
      say(this.#note, this.#failed.why || this.viewer.state.get().refusal);
      if (!this.geometry) this.redraw();
    } catch (error) {
      this.#note.textContent = error.message;
      this.viewer.messages.error(error);
    } finally {
      this.#following = false;
      this.element.removeAttribute("aria-busy");
    }
  }

  #prefetch(wanted) {
    const { count } = this.geometry;
    const around = (side) =>
      wanted[side]
        ? AHEAD.map((far) => ({ ...wanted[side], n: wanted[side].n + far * this.#travel })).filter(({ n }) => n >= 0 && n < count)
        : [];
    const later = (side) => {
      const { image, second } = this.viewer.state.get();
      const times = (side === "first" ? image : second)?.times ?? 1;
      return wanted[side] && times > 1 ? [{ ...wanted[side], time: (wanted[side].time + 1) % times }] : [];
    };
    this.viewer.slices.prefetch(["first", "second"].flatMap((side) => [...later(side), ...around(side)]));
  }

  /** Draws again before the next frame: the slice and all that is over it. */
  redraw() {
    this.#stale = true;
    this.#redrawMarks();
  }

  #redrawMarks() {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      if (this.#stale) this.#paint();
      else this.#paintMarks();
    });
  }

  /** What is shown, if it is of the image and the planes that are looked at now. */
  get #current() {
    const { image, mode } = this.viewer.state.get();
    const shown = this.#shown;
    return this.geometry && shown && shown.image === image.id && shown.mode === mode ? shown : null;
  }

  #paint() {
    if (!this.visible) return;
    this.#stale = false;
    const context = this.picture.getContext("2d", { alpha: false });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#000";
    context.fillRect(0, 0, this.picture.width, this.picture.height);
    if (this.#current) this.#paintSlices(context, this, this.#current);
    this.#paintMarks();
  }

  #paintMarks() {
    if (!this.visible) return;
    const { width, height, ratio } = this.#size;
    const context = this.drawing.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!this.geometry) this.#captions.clear(this);
    if (!this.#current) return;
    for (const layer of this.viewer.layers.all()) layer.draw?.(context, this);
    this.#captions.write(this, this.#current);
  }
}
