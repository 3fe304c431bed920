/**
 * What is shown, in one place: frozen snapshots, and listeners that are told which changed.
 *
 * @typedef {"axial"|"coronal"|"sagittal"} PlaneName
 * @typedef {{id: string, name: string, centre: number, width: number, function: string}} Window
 * @typedef {{zoom: number, pan: [number, number]}} View
 *   zoom: times the fit; pan: how far the middle of the pane is from the middle of the plane, mm
 * @typedef {object} Snapshot
 * @property {object|null} set         what `/api/set` said
 * @property {string|null} wanted      id of the image that was chosen: keys and decisions are about it, though it may still be read
 * @property {string} refusal          why there is no image though one is wanted
 * @property {object|null} image       what `/api/images/{id}` said of the image that is open
 * @property {object|null} second      the same of the image laid over it or beside it
 * @property {number[]} focus          the crosshair, RAS mm
 * @property {"voxel"|"patient"} mode  stored slices, or true anatomical planes
 * @property {"radiological"|"neurological"} convention
 * @property {PlaneName} active        the pane that keys act on
 * @property {string|null} maximised   the pane that fills the window
 * @property {Window} window
 * @property {boolean} invert
 * @property {string} map              colour map of the image
 * @property {Window|null} secondWindow
 * @property {string} secondMap
 * @property {number} opacity          of the second image, 0..1
 * @property {"blend"|"checker"|"side"|"off"} compare
 * @property {number} slab             slices joined, odd
 * @property {"max"|"min"|"mean"} how
 * @property {number} time
 * @property {number} rate             points of time a second, while playing
 * @property {Record<PlaneName, View>} views
 * @property {string} tool
 * @property {object[]} measures
 * @property {object|null} mark        the finding that is pointed at
 * @property {boolean} crosshair       drawn or not
 * @property {boolean} smooth          pixels blended when enlarged
 * @property {{values: Uint8Array, shape: number[], colours: Map<number, number[]>}|null} solid  labels for 3D
 * @property {number} arrived          slices that panes have shown so far: what is read off them is read anew
 */

/** @type {readonly PlaneName[]} */
export const PLANES = Object.freeze(["axial", "coronal", "sagittal"]);

export const AT_FIRST = Object.freeze({
  set: null,
  wanted: null,
  refusal: "",
  image: null,
  second: null,
  focus: Object.freeze([0, 0, 0]),
  mode: "voxel",
  convention: "radiological",
  active: "axial",
  maximised: null,
  window: Object.freeze({ id: "automatic", name: "Automatic", centre: 128, width: 256, function: "LINEAR" }),
  invert: false,
  map: "grey",
  secondWindow: null,
  secondMap: "hot",
  opacity: 0.5,
  compare: "blend",
  slab: 1,
  how: "max",
  time: 0,
  rate: 8,
  views: freshViews(),
  tool: "crosshair",
  measures: Object.freeze([]),
  mark: null,
  crosshair: true,
  smooth: true,
  solid: null,
  arrived: 0,
});

/** @returns {Record<PlaneName, View>} every plane fitted to its pane */
export function freshViews() {
  return Object.freeze(
    Object.fromEntries(PLANES.map((plane) => [plane, Object.freeze({ zoom: 1, pan: Object.freeze([0, 0]) })])),
  );
}

/**
 * @param {Snapshot} first
 * @returns what holds the current snapshot
 */
export function makeState(first) {
  let snapshot = Object.freeze({ ...first });
  /** @type {{keys: string[], listener: (now: Snapshot, before: Snapshot) => void}[]} */
  const watchers = [];
  return Object.freeze({
    /** @returns {Snapshot} */
    get: () => snapshot,
    /** @param {Partial<Snapshot>} changes */
    set(changes) {
      const before = snapshot;
      snapshot = Object.freeze({ ...before, ...changes });
      const now = snapshot;
      for (const { keys, listener } of watchers) {
        if (keys.some((key) => now[key] !== before[key])) listener(now, before);
      }
    },
    /**
     * Calls `listener` when one of `keys` is another value than before.
     * @param {string[]} keys
     * @param {(now: Snapshot, before: Snapshot) => void} listener
     */
    watch(keys, listener) {
      watchers.push({ keys, listener });
    },
  });
}
