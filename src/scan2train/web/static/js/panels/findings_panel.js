/** What the audit found in this image: what to do about it, and a click that goes there. */
import { askJson } from "../api.js";
import { element } from "../dom.js";
import { fromVoxel } from "../geometry.js";

/** Told apart by shape and word, not by colour alone. */
export const SIGNS = Object.freeze({ error: "✖", warning: "▲", info: "●" });
/** How often the server is asked again while the image's pixels are being judged, ms. */
const CHECKED_MS = 1000;

/** A finding in words: a line to click, and below it what was seen and what to do. */
export function findingItem(finding, go) {
  const fact = (name, value) => (value ? element("p", {}, element("b", { text: `${name} ` }), String(value)) : null);
  const box = element(
    "details", {},
    element("summary", { onclick: go },
      element("span", { class: `sign ${finding.severity}`, text: SIGNS[finding.severity] ?? "●", title: finding.severity }),
      element("span", { class: "code", text: finding.code }), element("span", { text: `${finding.name.replaceAll("-", " ")}${finding.times > 1 ? ` × ${finding.times}` : ""}` }),
      finding.index ? element("span", { class: "place", text: "↦", title: "Goes to its slice" }) : null),
    element("p", { text: finding.message }), fact("Seen:", finding.seen), fact("Expected:", finding.expected),
    fact("What to do:", finding.advice),
  );
  return element("li", { "data-code": finding.code, "data-severity": finding.severity }, box);
}

/** Moves the crosshair to a finding's voxel and rings it. */
export function goToFinding(state, finding) {
  const { image } = state.get();
  if (!image || !finding.index) return;
  const mm = Object.freeze(fromVoxel(image.affine, finding.index));
  state.set({ focus: mm, mark: Object.freeze({ mm, name: `${finding.code} ${finding.name.replaceAll("-", " ")}` }) });
}

/** Findings that say the same of the whole image become one, with how often. */
function together(findings) {
  const groups = new Map();
  for (const finding of findings) {
    const key = JSON.stringify([finding.code, finding.message, finding.seen, finding.index]);
    groups.set(key, { ...finding, times: (groups.get(key)?.times ?? 0) + 1 });
  }
  return [...groups.values()];
}

/** @param {import("../viewer.js").Viewer} viewer */
export function findingsPanel({ state, panels }) {
  const list = element("ul", { id: "findings", class: "findings" });
  const panel = panels.add({ id: "findings-panel", title: "Findings", order: 50, content: [list] });

  function show(findings, checked) {
    panel.title(findings.length > 0 ? `Findings (${findings.length})` : "Findings");
    const items = together(findings).map((finding) => findingItem(finding, () => goToFinding(state, finding)));
    const words = checked ? "Nothing found in this image." : "Looking …";
    if (!checked || items.length === 0) items.push(element("li", { class: "quiet", text: words }));
    list.replaceChildren(...items);
  }

  /** Shows what is known, and asks again until the image's headers and pixels have been judged. */
  async function follow(image) {
    let known = JSON.stringify(image.findings);
    show(image.findings, false);
    for (;;) {
      const { checked, findings } = await askJson(`api/images/${image.id}/findings`).catch(() => ({ checked: true, findings: image.findings }));
      if (state.get().image !== image) return;
      const now = JSON.stringify(findings);
      // What the reader has unfolded stays so while nothing new is known.
      if (now !== known || checked) show(findings, checked);
      known = now;
      if (checked) return;
      await new Promise((resolve) => setTimeout(resolve, CHECKED_MS));
      if (state.get().image !== image) return;
    }
  }
  state.watch(["image"], ({ image }) => (image ? follow(image) : show([], true)));
}
