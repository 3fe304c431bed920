/** What the panel's buttons and the keys do. What only writes and reads files is loaded when it is asked for: pictures come first. */
import { element } from "../dom.js";
import { crosshairOn } from "./crosshair_on.js";

const RADII = Object.freeze([0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50]);
/** More text than any atlas has names. */
const MOST_TEXT = 1 << 22;
const LOOKS = Object.freeze(["both", "filled", "outlined"]);

/**
 * @param {import("../viewer.js").Viewer} viewer
 * @param {ReturnType<typeof import("./desk.js").makeDesk>} desk
 * @param {ReturnType<typeof import("./overlay.js").makeOverlay>} overlay
 * @param {{show: () => void, again: () => Promise<void>}} dialog
 */
export function makeActs(viewer, desk, overlay, dialog) {
  const { state, messages } = viewer;
  const { store } = desk;
  const here = () => {
    const { active, mode } = state.get();
    return { plane: active, mode, n: viewer.panes.get(active).n };
  };
  const value = () => store.get().value;
  let adding = Promise.resolve();

  /** A file of the browser's own making. */
  function download(text, type, name) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    element("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  /** @param {File} file a label description of ITK-SNAP */
  async function describe(file) {
    try {
      const { readDescriptions } = await import("./descriptions.js");
      const labels = readDescriptions(await file.slice(0, MOST_TEXT).text(), file.name);
      const told = labels.map(({ value: number, name, colour }) => [number, name, colour]);
      if (!(await desk.edit({ op: "describe", labels: told }))) return;
      const { hidden, faint } = store.get();
      const others = hidden.filter((one) => labels.every(({ value: number }) => number !== one));
      store.set({
        hidden: Object.freeze([...others, ...labels.filter(({ seen }) => !seen).map(({ value: number }) => number)]),
        faint: Object.freeze({ ...faint, ...Object.fromEntries(labels.map(({ value: number, opacity }) => [number, opacity])) }),
      });
    } catch (error) {
      messages.error(error);
    }
  }
  const chooser = element("input", {
    type: "file", id: "descriptions-file", accept: ".txt,.label", hidden: true, "aria-label": "Label description of ITK-SNAP",
    onchange() {
      const [file] = chooser.files;
      if (file) describe(file);
      chooser.value = ""; // the same file can be chosen again
    },
  });
  document.body.append(chooser);

  return Object.freeze({
    undo: () => desk.undo(),
    redo: () => desk.redo(),
    add() {
      adding = desk.edit({ op: "add" }).then(desk.refresh).then(() => {
        const last = store.get().open?.labels.at(-1);
        if (last) store.set({ value: last.value });
      }).catch(messages.error);
    },
    /** @returns {Promise<void>} when the label that was asked for last is the one to draw with */
    added: () => adding,
    interpolate: () => desk.edit({ op: "interpolate", ...here(), value: value(), over: store.get().over }),
    interpolateAll: () => desk.edit({ op: "interpolate", ...here(), value: value(), over: store.get().over, three_d: true }),
    copy: (by) => async () => {
      const { plane, mode, n } = here();
      const { over } = store.get();
      if (await desk.edit({ op: "copy", plane, mode, n, to: n + by, value: value(), over })) viewer.panes.get(plane).show(n + by);
    },
    clear: () => desk.edit({ op: "clear", ...here(), value: value() }),
    save: () => (store.get().open ? dialog.again() : messages.note("There are no labels to save.")),
    saveAs: () => dialog.show(),
    async exportBoxes() {
      try {
        const told = await desk.boxes();
        if (told.boxes.length === 0) return messages.note("There is no box and no voxel with a label yet.");
        download(JSON.stringify(told, null, 1), "application/json", `${store.get().open.suggested}_boxes.json`);
      } catch (error) {
        messages.error(error);
      }
      return undefined;
    },
    async saveNumbers() {
      if (!store.get().open) return messages.note("There are no labels yet.");
      try {
        const { numbersTable } = await import("./numbers_table.js");
        await desk.settled();
        const { open } = store.get();
        download(numbersTable(open), "text/csv", `${open.suggested}.csv`);
      } catch (error) {
        messages.error(error);
      }
      return undefined;
    },
    async saveDescriptions() {
      const { open, hidden, faint } = store.get();
      if (!open) return messages.note("There are no labels yet.");
      try {
        const { writeDescriptions } = await import("./descriptions.js");
        const labels = open.labels.map(({ value: number, name }) =>
          ({ value: number, name, colour: open.colours[number], opacity: faint[number] ?? 1, seen: !hidden.includes(number) }));
        download(writeDescriptions(labels), "text/plain", `${open.suggested}.txt`);
      } catch (error) {
        messages.error(error);
      }
      return undefined;
    },
    readDescriptions: () => (store.get().open ? chooser.click() : messages.note("Open labels first, or begin new ones: the panel Labels.")),
    hide: () => store.get().open && value() && desk.showOrHide(value()),
    size: (by) => () => {
      const { radius } = store.get();
      const next = by > 0 ? RADII.find((one) => one > radius) : RADII.findLast((one) => one < radius);
      if (next) store.set({ radius: next });
    },
    fade: (by) => () => store.set({ opacity: Math.min(1, Math.max(0.05, Math.round((store.get().opacity + by) * 20) / 20)) }),
    look: () => store.set({ look: LOOKS[(LOOKS.indexOf(store.get().look) + 1) % LOOKS.length] }),
    flip: (key) => () => store.set({ [key]: !store.get()[key] }),
    next: (by) => () => {
      const values = store.get().open?.labels.map((label) => label.value) ?? [];
      if (values.length > 0) store.set({ value: values[(values.indexOf(value()) + by + values.length) % values.length] });
    },
    /** The label at the crosshair is the one to draw with. */
    pick() {
      const pane = viewer.panes.get(state.get().active);
      const found = overlay.slice(pane);
      if (!found) return;
      const [column, row] = crosshairOn(viewer, pane).map(Math.round);
      const there = found.values[row * found.width + column];
      if (there) store.set({ value: there });
      else messages.note("There is no label at the crosshair.");
    },
    over() {
      const ways = ["all", "empty", ...(store.get().open?.labels ?? []).map((label) => label.value)];
      store.set({ over: ways[(ways.indexOf(store.get().over) + 1) % ways.length] });
    },
  });
}
