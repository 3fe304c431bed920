/** The view as a PNG: what the panes show, with letters, at the screen's full resolution. */
import { element } from "./dom.js";

/** @param {import("./viewer.js").Viewer} viewer @returns {HTMLCanvasElement} */
export function drawView({ panes }) {
  const area = document.getElementById("panes");
  const all = area.getBoundingClientRect();
  const ratio = globalThis.devicePixelRatio || 1;
  const canvas = element("canvas", {});
  canvas.width = Math.round(all.width * ratio);
  canvas.height = Math.round(all.height * ratio);
  const context = canvas.getContext("2d");
  context.fillStyle = "#000";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(ratio, ratio);
  const drawn = [...area.querySelectorAll(".pane canvas")].filter((one) => one.clientWidth > 0);
  for (const one of drawn) {
    const { left, top, width, height } = one.getBoundingClientRect();
    context.drawImage(one, left - all.left, top - all.top, width, height);
  }
  context.font = "600 15px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = "#f0e442";
  for (const pane of panes.values()) {
    if (!pane.visible) continue;
    for (const letter of pane.element.querySelectorAll(".letter")) {
      const { left, top, width, height } = letter.getBoundingClientRect();
      context.fillText(letter.textContent, left - all.left + width / 2, top - all.top + height / 2);
    }
  }
  return canvas;
}

/** @param {import("./viewer.js").Viewer} viewer */
export function savePicture(viewer) {
  const { image } = viewer.state.get();
  if (!image) return;
  drawView(viewer).toBlob((blob) => {
    const address = URL.createObjectURL(blob);
    // The volume's id, never a name from the header: a picture's file name names no patient.
    element("a", { href: address, download: `scan2train-${image.id}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }, "image/png");
}
