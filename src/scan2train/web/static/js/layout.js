/** What is remembered from one visit to the next, in this browser: where things are, never what was seen. */

const KEY = "scan2train.layout";
/** A layout of another version is forgotten, not guessed at. */
const VERSION = 1;

const AT_FIRST = Object.freeze({
  version: VERSION, left: true, right: true, panels: Object.freeze({}), maximised: null, convention: "radiological",
  crosshair: true, smooth: true, compare: "blend", opacity: 0.5, secondMap: "hot", rate: 8,
});

/** What of the state is remembered as it changes. (`maximised` only when it was asked for: `main.js`.) */
const OF_STATE = Object.freeze(["convention", "crosshair", "smooth", "compare", "opacity", "secondMap", "rate"]);

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return found?.version === VERSION ? { ...AT_FIRST, ...found } : AT_FIRST;
  } catch {
    return AT_FIRST; // storage refused or spoilt: begin afresh
  }
}

export function makeLayout() {
  let now = Object.freeze(stored());
  function set(changes) {
    now = Object.freeze({ ...now, ...changes });
    try {
      localStorage.setItem(KEY, JSON.stringify(now));
    } catch {
      // A browser that stores nothing still shows everything.
    }
  }
  return Object.freeze({
    get: () => now,
    set,
    /** Takes up what was remembered, and remembers changes from here on. */
    follow(state) {
      state.set(Object.fromEntries(OF_STATE.map((key) => [key, now[key]])));
      state.watch([...OF_STATE], (snapshot) => set(Object.fromEntries(OF_STATE.map((key) => [key, snapshot[key]]))));
    },
  });
}
