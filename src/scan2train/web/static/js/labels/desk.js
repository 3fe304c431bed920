/**
 * The labels that are open, and what is asked of the server about them, one thing after the other.
 *
 * @typedef {object} Labels
 * @property {object|null} open      what `/api/labels/{id}` said
 * @property {number} version        counts what may have changed voxels: slices of an older one are asked for anew
 * @property {number} value          the label that tools draw with
 * @property {number} radius         of the brush, mm
 * @property {boolean} ball          a brush in three dimensions
 * @property {"all"|"empty"|number} over  what may be painted over
 * @property {boolean} within        whether only image values from `low` to `high` are painted
 * @property {number} low
 * @property {number} high
 * @property {"filled"|"outlined"|"both"} look
 * @property {number} opacity        0..1
 * @property {boolean} shown         all of them, or none
 * @property {readonly number[]} hidden
 * @property {Readonly<Record<number, number>>} faint  labels with an opacity of their own, 0..1 of that of all
 * @property {number|null} box       the box that is drawn anew
 * @property {number} busy           things that are on their way
 */
import { askJson, send } from "../api.js";
import { makeState } from "../state.js";

/** Numbers are asked for when nothing has happened for so long, ms. */
const REST_MS = 120;

const AT_FIRST = Object.freeze({
  open: null, version: 0, value: 1, radius: 5, ball: false, over: "all", within: false, low: 0, high: 100,
  look: "both", opacity: 0.4, shown: true, hidden: Object.freeze([]), faint: Object.freeze({}), box: null, busy: 0,
});

/** @param {import("../viewer.js").Viewer} viewer */
export function makeDesk({ state, messages }) {
  const store = makeState(AT_FIRST);
  let line = Promise.resolve();
  let waiting = 0;
  let held = false;
  let timer = 0;
  const unsaved = new Set();
  /** Labels asked for, or closed, so far: what comes after that is not opened. */
  let loads = 0;

  const open = () => store.get().open;
  const busy = (by) => store.set({ busy: store.get().busy + by });

  /** Does `work` when all before it is done; errors are told. @returns {Promise<boolean>} whether it went well */
  function inLine(work) {
    waiting += 1;
    busy(1);
    const done = line.then(work).then(() => true, (error) => {
      messages.error(error);
      return false;
    }).finally(() => {
      waiting -= 1;
      if (waiting === 0 && !held) settle();
      busy(-1);
    });
    line = done;
    return done;
  }

  /** Slices are asked for anew at once, numbers when the hand rests. */
  function settle() {
    if (!open()) return;
    store.set({ version: store.get().version + 1 });
    if (timer) clearTimeout(timer);
    else busy(1);
    timer = setTimeout(() => {
      timer = 0;
      refresh().catch(messages.error).finally(() => busy(-1));
    }, REST_MS);
  }

  function take(told) {
    const now = store.get();
    const values = told.labels.map(({ value }) => value);
    store.set({
      open: Object.freeze(told),
      value: values.includes(now.value) ? now.value : values[0] ?? 0,
      over: typeof now.over === "number" && !values.includes(now.over) ? "all" : now.over,
      box: told.boxes.some(({ id }) => id === now.box) ? now.box : null,
    });
    mark(told);
  }

  async function refresh() {
    const before = open();
    if (!before) return;
    const told = await askJson(`api/labels/${before.id}`);
    if (open()?.id === told.id && waiting === 0) take(told);
  }

  function mark({ id, saved }) {
    if (saved) unsaved.delete(id);
    else unsaved.add(id);
  }

  function after(id, { undo, redo, saved }) {
    if (open()?.id === id) store.set({ open: Object.freeze({ ...open(), undo, redo, saved }) });
    mark({ id, saved });
  }

  const ask = (what, body = {}) => {
    const now = open();
    if (!now) {
      messages.note("Open labels first, or begin new ones: the panel Labels.");
      return Promise.resolve(false);
    }
    return inLine(async () => after(now.id, await send("POST", `api/labels/${now.id}/${what}`, body)));
  };

  return Object.freeze({
    store,
    /** Something more, or less, is on its way. @param {1|-1} by */
    busy,
    /** @returns {boolean} whether any labels of this page have changes that are on no disk */
    unsaved: () => unsaved.size > 0,
    /** When all that was asked for is done, and its numbers are here. */
    async settled() {
      await line;
      await refresh();
    },
    /** While a stroke is drawn slices stay as they are shown. @param {boolean} now */
    hold(now) {
      held = now;
      if (!held && waiting === 0) settle();
    },
    /** @param {object} body as `POST …/edits` takes it @returns {Promise<boolean>} */
    edit: (body) => ask("edits", body),
    undo: () => ask("undo"),
    redo: () => ask("redo"),
    /** Another look at the numbers, now. */
    refresh,
    /**
     * Opens labels of the image that is shown; those that are open already come back as they were left.
     * @param {string|null} from null: new, empty @param {boolean} [onto] brought onto its grid, should they lie on another
     */
    load(from, onto = false) {
      const { image } = state.get();
      if (!image) return Promise.resolve(false);
      loads += 1;
      const mine = loads;
      return inLine(async () => {
        if (mine !== loads) return;
        const told = await send("POST", "api/labels", { image: image.id, from, onto_grid: onto });
        if (mine !== loads || state.get().image?.id !== told.image) return;
        store.set({ hidden: Object.freeze([]), faint: Object.freeze({}), box: null });
        take(told);
        if (told.told) messages.note(told.told);
      });
    },
    /** @param {number} value */
    showOrHide(value) {
      const { hidden } = store.get();
      store.set({ hidden: Object.freeze(hidden.includes(value) ? hidden.filter((one) => one !== value) : [...hidden, value]) });
    },
    /** That label and no other, or all again. @param {number} value */
    showOnly(value) {
      const others = (open()?.labels ?? []).map((label) => label.value).filter((one) => one !== value);
      const { hidden } = store.get();
      const alone = !hidden.includes(value) && others.every((one) => hidden.includes(one));
      store.set({ hidden: Object.freeze(alone ? [] : others) });
    },
    /** @param {number} value @param {number} opacity 0..1 of that of all labels */
    fade(value, opacity) {
      store.set({ faint: Object.freeze({ ...store.get().faint, [value]: opacity }) });
    },
    close() {
      loads += 1;
      store.set({ open: null, box: null });
    },
    /**
     * Saves these labels, whichever are open once what was drawn before is done.
     * @param {string} id @param {{path: string|null, format: string, overwrite: boolean}} how
     * @returns {Promise<string>} where they are now
     */
    async save(id, how) {
      await line;
      const { path } = await send("POST", `api/labels/${id}/save`, how);
      if (open()?.id === id) await refresh();
      else mark(await askJson(`api/labels/${id}`));
      return path;
    },
    boxes: () => askJson(`api/labels/${open().id}/boxes`),
  });
}
