/** The colour tables of the image and of the second image, made anew only when what they show changes. */
import { makeTable } from "./window.js";

/**
 * @param {() => import("./state.js").Snapshot} get
 */
export function makeTables(get) {
  let made = { key: [], table: null };
  let second = { key: [], table: null };
  const again = (kept, key, make) =>
    kept.table && kept.key.every((value, at) => value === key[at]) ? kept : { key, table: make() };
  return Object.freeze({
    first() {
      const { window, map, invert } = get();
      made = again(made, [window, map, invert], () => makeTable(window, map, { invert }));
      return made.table;
    },
    second() {
      const { secondWindow: window, secondMap: map, opacity, compare } = get();
      const over = compare === "blend";
      second = again(second, [window, map, over ? opacity : 1, over], () =>
        makeTable(window, map, { opacity: over ? opacity : 1, seeThrough: over }),
      );
      return second.table;
    },
  });
}
