/** Puts the viewer together, and opens what the server says is to be opened. */
import { askJson } from "./api.js";
import { firstAsked, setAsked } from "./asked.js";
import { makeBrowser } from "./browser.js";
import { bindKeys } from "./commands.js";
import { toPlane } from "./geometry.js";
import { makeHeaderTags } from "./header_tags.js";
import { makeHelp } from "./help.js";
import { makeKeys } from "./keys.js";
import { start as startLabels } from "./labels/start.js";
import { makeLayers } from "./layers.js";
import { makeLayout } from "./layout.js";
import { crosshairLayer, markLayer } from "./marks.js";
import { makeMessages } from "./messages.js";
import { Pane } from "./pane.js";
import { arrangePanes } from "./arrange.js";
import { findingsPanel } from "./panels/findings_panel.js";
import { measuresPanel } from "./panels/measures_panel.js";
import { positionPanel } from "./panels/position.js";
import { secondPanel } from "./panels/second_panel.js";
import { makePanels } from "./panels/side_bar.js";
import { windowPanel } from "./panels/window_panel.js";
import { followPointer } from "./pointer.js";
import { makeProgress } from "./progress.js";
import { makeSetFindings } from "./set_findings.js";
import { makeSlices } from "./slices.js";
import { AT_FIRST, freshViews, makeState, PLANES } from "./state.js";
import { makeTables } from "./tables.js";
import { makeTimeBar } from "./time_bar.js";
import { makeToolBar } from "./tool_bar.js";
import { crosshairTool } from "./tools/crosshair.js";
import { angleTool, measuresLayer, rulerTool } from "./tools/measuring.js";
import { panTool, windowTool, zoomTool } from "./tools/moving.js";
import { makeToolBox } from "./tools/tool_box.js";
import { middleOf, waitForImage } from "./viewer.js";

/** How often the list is asked for again while headers are still being checked, ms. */
const CHECKED_MS = 1500;

const place = (id) => document.getElementById(id);
const state = makeState(AT_FIRST);
const layout = makeLayout();
const keys = makeKeys();
const messages = makeMessages(place("messages"));
const progress = makeProgress(place("panes"));
const panes = new Map();

/** @type {import("./viewer.js").Viewer} */
const viewer = {
  state, layout, keys, messages, panes,
  slices: makeSlices(),
  tables: makeTables(state.get),
  layers: makeLayers(() => panes.values()),
  tools: makeToolBox(state, keys, place("tools")),
  panels: makePanels(place("right"), layout),
  open, openSecond,
  maximise(plane) {
    const maximised = state.get().maximised === plane ? null : plane;
    layout.set({ maximised });
    state.set({ maximised });
  },
  hover: () => null,
  readouts: [],
};

/** Images asked for so far: what comes after another was asked for is not shown. */
let opening = 0;
let openingSecond = 0;

/** @param {string} id @param {Promise<object>} [asked] what the server says of it, if it was asked already */
async function open(id, asked) {
  opening += 1;
  const mine = opening;
  messages.clear();
  state.set({ wanted: id });
  try {
    const image = await waitForImage(id, progress, asked);
    if (mine !== opening) return;
    const { time, second } = state.get();
    document.title = `${image.name} · scan2train`;
    state.set({
      image, refusal: "", focus: Object.freeze(middleOf(image)), window: Object.freeze({ ...image.windows[0] }),
      time: Math.min(time, image.times - 1), invert: Boolean(image.inverted), views: freshViews(), measures: Object.freeze([]), mark: null,
      second: second?.id === id ? null : second, maximised: flatPlane(image) ?? layout.get().maximised,
      active: flatPlane(image) ?? state.get().active,
    });
  } catch (error) {
    progress.hide();
    if (mine !== opening) return;
    document.title = "scan2train";
    state.set({ image: null, refusal: error.message, measures: Object.freeze([]), mark: null, maximised: layout.get().maximised });
    messages.error(error);
  }
}

/** The plane that a picture of one slice lies in: it fills the window, for the others are lines. */
const flatPlane = ({ planes }) => PLANES.find((plane) => planes.voxel[plane].count === 1) ?? null;

/** @param {string|null} id */
async function openSecond(id) {
  openingSecond += 1;
  const mine = openingSecond;
  if (!id) return state.set({ second: null });
  try {
    const second = await waitForImage(id, progress);
    const { compare, image } = state.get();
    if (mine !== openingSecond || second.id === image?.id) return null;
    return state.set({ second, secondWindow: Object.freeze({ ...second.windows[0] }), compare: compare === "off" ? "blend" : compare });
  } catch (error) {
    return mine === openingSecond ? messages.error(error) : null;
  }
}

function build() {
  layout.follow(state);
  for (const which of ["first", "second"]) {
    for (const plane of PLANES) {
      const pane = new Pane(viewer, plane, which);
      panes.set(pane.id, pane);
      place("panes").append(pane.element);
      followPointer(viewer, pane);
    }
  }
  for (const make of [crosshairTool, windowTool, panTool, zoomTool, rulerTool, angleTool]) viewer.tools.add(make(viewer));
  for (const make of [crosshairLayer, measuresLayer, markLayer]) viewer.layers.add(make(viewer));
  viewer.tools.choose("crosshair");
  const position = positionPanel(viewer);
  viewer.hover = position.hover;
  windowPanel(viewer);
  secondPanel(viewer);
  findingsPanel(viewer);
  measuresPanel(viewer);
  makeTimeBar(viewer, place("time-bar"));
  const help = makeHelp(keys);
  const header = makeHeaderTags(viewer);
  makeToolBar(viewer, { help, header });
  makeBrowser(viewer, place("left"), makeSetFindings(viewer));
  bindKeys(viewer);
  arrangePanes(viewer);
  startLabels(viewer);
}

/** The list again and again until every header is checked. */
function followChecks() {
  const unchecked = () => state.get().set.images.some((image) => image.checked === false);
  const again = async () => {
    const told = await askJson("api/set").catch(() => null);
    if (told) {
      // Only what the check knows: a decision made meanwhile is newer than this answer may be.
      const known = new Map(told.images.map(({ id, findings, checked }) => [id, { findings, checked }]));
      const { set } = state.get();
      state.set({ set: { ...set, images: set.images.map((image) => ({ ...image, ...known.get(image.id) })) } });
    }
    if (told === null || unchecked()) setTimeout(again, CHECKED_MS);
  };
  if (unchecked()) setTimeout(again, CHECKED_MS);
}

async function begin() {
  build();
  try {
    const set = await setAsked;
    state.set({ set });
    document.body.classList.toggle("single", set.images.length < 2 && set.refused.count === 0);
    const first = await firstAsked;
    if (first.id === null) messages.note("There is no image here that can be shown.");
    else await open(first.id, first.image);
    if (set.second) await openSecond(set.second);
    if (set.choices.wrong) messages.note(`The table of decisions: ${set.choices.wrong}`);
    followChecks();
  } catch (error) {
    messages.error(error);
  }
  laterThreeD();
}

/** The pictures come first: the fourth pane is loaded when the other three are drawn and the page has a rest. */
function laterThreeD() {
  const load = async () => {
    const { makeThreeD } = await import("./three_d.js");
    makeThreeD(viewer, place("pane-3d"));
  };
  const rest = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 300));
  setTimeout(() => rest(load, { timeout: 2000 }), 300);
}

const ready = begin();

/** For tests and scripts: what is shown, and where a point of the patient is on the page. */
globalThis.scan2train = Object.freeze({
  state: () => state.get(),
  ready: () => ready,
  panePoint(id, mm) {
    const pane = panes.get(id);
    const [x, y] = pane.toPane(...toPlane(pane.geometry, mm));
    const { left, top } = pane.stage.getBoundingClientRect();
    return { x: left + x, y: top + y };
  },
});
