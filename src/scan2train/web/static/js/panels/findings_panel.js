/** What the audit found in this image: what to do about it, and a click that goes there. */
import { element } from "../dom.js";
import { fromVoxel } from "../geometry.js";

/** Told apart by shape and word, not by colour alone. */
export const SIGNS = Object.freeze({ error: "✖", warning: "▲", info: "●" });

/** @param {import("../viewer.js").Viewer} viewer */
export function findingsPanel({ state, panels }) {
  const list = element("ul", { id: "findings", class: "findings" });
  const panel = panels.add({ id: "findings-panel", title: "Findings", order: 50, content: [list] });

  function item(finding, image) {
    const go = () => {
      if (!finding.index) return;
      const mm = Object.freeze(fromVoxel(image.affine, finding.index));
      state.set({ focus: mm, mark: Object.freeze({ mm, name: `${finding.code} ${finding.name}` }) });
    };
    const fact = (name, value) => (value ? element("p", {}, element("b", { text: `${name} ` }), String(value)) : null);
    const box = element(
      "details", {},
      element("summary", { onclick: go },
        element("span", { class: `sign ${finding.severity}`, text: SIGNS[finding.severity] ?? "●", title: finding.severity }),
        element("span", { class: "code", text: finding.code }), element("span", { text: finding.name.replaceAll("-", " ") }),
        finding.index ? element("span", { class: "place", text: "↦", title: "Goes to its slice" }) : null),
      element("p", { text: finding.message }), fact("Seen:", finding.seen), fact("Expected:", finding.expected),
      fact("What to do:", finding.advice),
    );
    return element("li", { "data-code": finding.code, "data-severity": finding.severity }, box);
  }

  state.watch(["image"], ({ image }) => {
    const findings = image?.findings ?? [];
    panel.title(findings.length > 0 ? `Findings (${findings.length})` : "Findings");
    list.replaceChildren(
      ...(findings.length > 0 ? findings.map((finding) => item(finding, image)) : [element("li", { class: "quiet", text: "Nothing found in this image." })]),
    );
  });
}
