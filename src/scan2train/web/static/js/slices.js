/**
 * Slices that were asked for, kept while there is room, and their neighbours asked for ahead.
 *
 * @typedef {import("./window.js").Slice} Slice
 * @typedef {{image: string, mode: string, plane: string, n: number, time: number, slab: number, how: string,
 *   on: string|null, valid: boolean}} Wanted
 */
import { askValues } from "./api.js";

/** Bytes of slices kept: some 500 slices of 512 by 512 of 16 bits. */
const ROOM = 256 * 1024 * 1024;
/** Requests ahead at one time: the server has other things to do. */
const AHEAD_AT_ONCE = 2;

/** @param {Wanted} wanted */
function address({ image, mode, plane, n, time, slab, how, on }) {
  const asked = new URLSearchParams({ t: String(time) });
  if (slab > 1) {
    asked.set("slab", String(slab));
    asked.set("how", how);
  }
  if (on) asked.set("on", on);
  return `api/images/${image}/slices/${mode}/${plane}/${n}?${asked}`;
}

export function makeSlices() {
  /** @type {Map<string, Slice>} the oldest use first */
  const kept = new Map();
  /** @type {Map<string, Promise<Slice>>} */
  const coming = new Map();
  let bytes = 0;
  /** @type {Wanted[]} */
  let ahead = [];
  let running = 0;

  function keep(key, slice) {
    kept.set(key, slice);
    bytes += slice.values.byteLength;
    for (const [oldest, old] of kept) {
      if (bytes <= ROOM) break;
      kept.delete(oldest);
      bytes -= old.values.byteLength;
    }
  }

  async function fetchSlice(wanted, key) {
    const masked = wanted.valid && wanted.mode === "voxel" && !wanted.on;
    const [{ values, shape, white }, mask] = await Promise.all([
      askValues(key),
      masked ? askValues(`api/images/${wanted.image}/valid/${wanted.mode}/${wanted.plane}/${wanted.n}?slab=${wanted.slab}`) : null,
    ]);
    const [height, width, channels = 1] = shape;
    return Object.freeze({ values, width, height, channels, white, valid: mask ? mask.values : null });
  }

  /** @param {Wanted} wanted @returns {Slice|null} at once, if it is here */
  function here(wanted) {
    const key = address(wanted);
    const slice = kept.get(key);
    if (!slice) return null;
    kept.delete(key);
    kept.set(key, slice);
    return slice;
  }

  /** @param {Wanted} wanted @returns {Promise<Slice>} */
  function load(wanted) {
    const slice = here(wanted);
    if (slice) return Promise.resolve(slice);
    const key = address(wanted);
    let promise = coming.get(key);
    if (!promise) {
      promise = fetchSlice(wanted, key)
        .then((made) => {
          keep(key, made);
          return made;
        })
        .finally(() => coming.delete(key));
      coming.set(key, promise);
    }
    return promise;
  }

  function next() {
    while (running < AHEAD_AT_ONCE && ahead.length > 0) {
      const wanted = ahead.shift();
      if (here(wanted)) continue;
      running += 1;
      // A slice that fails is asked for again, and its error shown, when it is looked at.
      load(wanted)
        .catch(() => null)
        .finally(() => {
          running -= 1;
          next();
        });
    }
  }

  return Object.freeze({
    here,
    load,
    /** Asks for these after what is on its way, in place of what was to come. @param {Wanted[]} wanted */
    prefetch(wanted) {
      ahead = [...wanted, ...ahead].slice(0, 24);
      next();
    },
  });
}
