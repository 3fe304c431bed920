/** Which panes are seen: four; one; or three above three, side by side with a second image. */

/** @param {import("./viewer.js").Viewer} viewer */
export function arrangePanes({ state, layout, keys }) {
  const area = document.getElementById("panes");
  const show = ({ maximised, compare, second }) => {
    const side = compare === "side" && second !== null;
    area.dataset.layout = side ? "side" : "four";
    if (maximised && !(side && maximised === "3d")) area.dataset.maximised = maximised;
    else delete area.dataset.maximised;
  };
  state.watch(["maximised", "compare", "second"], show);
  show(state.get());

  const bars = () => {
    for (const side of ["left", "right"]) document.body.classList.toggle(`no-${side}`, !layout.get()[side]);
  };
  const fold = (side) => {
    layout.set({ [side]: !layout.get()[side] });
    bars();
  };
  bars();
  keys.bind("q", "The list on the left, or not", () => fold("left"), "Window and panes");
  keys.bind("Shift+Q", "The side bar on the right, or not", () => fold("right"), "Window and panes");
  document.getElementById("fold-left").addEventListener("click", () => fold("left"));
  document.getElementById("fold-right").addEventListener("click", () => fold("right"));
}
