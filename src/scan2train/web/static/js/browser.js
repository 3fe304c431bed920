/** The list of a folder's images: by study, with thumbnails as they come into view, findings and decisions. */
import { send } from "./api.js";
import { element, icon } from "./dom.js";
import { ICONS } from "./icons.js";
import { SIGNS } from "./panels/findings_panel.js";
import { makeThumbnails } from "./thumbnails.js";

/** @param {import("./viewer.js").Viewer} viewer @param {HTMLElement} place
 * @param {{toggle: () => void}} findings of the whole set */
export function makeBrowser(viewer, place, findings) {
  const { state, keys, messages } = viewer;
  /** @type {string|null} the image whose remark is being typed: another may come meanwhile */
  let written = null;
  const list = element("div", { id: "set-list", class: "set-list", role: "listbox", "aria-label": "Images", tabindex: "-1" });
  const filter = element("input", { type: "search", id: "set-filter", placeholder: "Filter", "aria-label": "Filter the list", oninput: () => sift() });
  const count = element("span", { class: "quiet count" });
  const all = element("button", { type: "button", class: "tool", id: "show-findings", "aria-label": "Findings of the whole set", title: "Findings of the whole set (Shift+F)", onclick: findings.toggle }, icon(ICONS.findings));
  const remark = element("input", { type: "text", id: "remark", placeholder: "Remark", "aria-label": "Remark on this image",
    onfocus: () => { written = state.get().wanted; }, onchange: () => decide(keep, written),
    onblur: () => { if (written !== state.get().wanted) select(state.get()); written = null; } });
  const verdict = (id, name, key) =>
    element("button", { type: "button", id, class: `verdict ${id}`, "aria-pressed": "false", title: `${name} (${key})`, onclick: () => toggle(id) }, icon(ICONS[id]), name);
  const [accept, reject] = [verdict("accept", "Accept", "a"), verdict("reject", "Reject", "r")];
  const refused = element("details", { id: "refused", class: "refused", hidden: true });
  place.append(
    element("div", { class: "list-head" }, filter, all), count, list, refused,
    element("div", { class: "decision", role: "group", "aria-label": "Decision on this image" }, accept, reject, remark),
  );

  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();
  /** @type {Map<string, HTMLElement|null>} the heading an image stands under */
  const headings = new Map();
  const thumbnails = makeThumbnails(list, () => [...viewer.panes.values()].some((pane) => pane.element.hasAttribute("aria-busy")));

  /** @param {Set<string>} shared descriptions that several images of a study have, which tell none of them */
  function row(image, shared) {
    const { id, name, modality, shape, spacing_mm: spacing, description, times, study } = image;
    const thumbnail = element("img", { class: "thumbnail", alt: "", width: "56", height: "56", "data-src": `api/images/${id}/thumbnail.png` });
    thumbnail.addEventListener("error", () => thumbnail.classList.add("none"));
    thumbnails.watch(thumbnail);
    const size = `${shape.slice(0, 3).join(" × ")}${times > 1 ? ` × ${times}` : ""}`;
    const steps = spacing?.every(Number.isFinite) ? ` · ${spacing.map((mm) => Number(mm.toFixed(2))).join(" × ")} mm` : "";
    const made = element(
      "button", { type: "button", class: "row", role: "option", "aria-selected": "false", "data-id": id, title: [name, description, `${size}${steps}`].filter(Boolean).join("\n"), onclick: () => viewer.open(id) },
      thumbnail,
      element("span", { class: "about" },
        element("span", { class: "name", text: shared.has(`${study} ${description}`) ? `${description} · ${name.split("/").at(-1)}` : description || name }),
        element("span", { class: "quiet", text: [modality, size].filter(Boolean).join(" · ") + steps }),
        element("span", { class: "tally" })),
    );
    tally(made, image);
    return made;
  }

  function tally(made, image) {
    const place = made.querySelector(".tally");
    const signs = Object.entries(SIGNS)
      .filter(([severity]) => image.findings?.[severity] > 0)
      .map(([severity, sign]) => element("span", { class: `sign ${severity}`, text: `${sign} ${image.findings[severity]}`, title: `${image.findings[severity]} ${severity}` }));
    // What a person wrote into the table by hand may be another word.
    const known = { accept: "accepted", reject: "rejected" };
    const said = Object.hasOwn(known, image.decision ?? "") && known[image.decision];
    const decision = !image.decision ? null
      : said ? element("span", { class: `decided ${image.decision}`, title: image.remark || image.decision }, icon(ICONS[image.decision]), said)
        : element("span", { class: "decided", title: "Neither accept nor reject: decide anew", text: `“${image.decision.slice(0, 24)}”?` });
    place.replaceChildren(...signs, ...(decision ? [decision] : []));
  }

  function show({ set }) {
    rows.clear();
    const parts = [];
    let before = null;
    let heading = null;
    headings.clear();
    const told = (set?.images ?? []).filter(({ description }) => description).map(({ study, description }) => `${study} ${description}`);
    const shared = new Set(told.filter((one, at) => told.indexOf(one) !== at));
    for (const image of set?.images ?? []) {
      const study = [image.patient && `Patient ${image.patient.slice(0, 8)}`, image.study && `study ${String(image.study).slice(-12)}`].filter(Boolean).join(" · ");
      if (study !== before) {
        heading = study ? element("h3", { text: study, class: "study" }) : null;
        if (heading) parts.push(heading);
      }
      before = study;
      headings.set(image.id, heading);
      const made = row(image, shared);
      rows.set(image.id, made);
      parts.push(made);
    }
    list.replaceChildren(...parts);
    showRefused(set?.refused ?? { count: 0, files: [] });
    sift();
    select(state.get());
  }

  /** Files that are none of the rows above, and why. */
  function showRefused({ count: number, files }) {
    refused.hidden = number === 0;
    const more = number - files.length;
    refused.replaceChildren(
      element("summary", { text: number === 1 ? "1 file cannot be shown" : `${number} files cannot be shown` }),
      element("ul", { tabindex: "0", "aria-label": "Files that cannot be shown" },
        ...files.map(({ name, code, message }) => element("li", {},
          element("span", { class: "name", text: name }), element("span", { class: "quiet", text: `${code} · ${message}` }))),
        ...(more > 0 ? [element("li", { class: "quiet", text: `and ${more} more: scan2train check names them all` })] : [])),
    );
  }

  function sift() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const heading of headings.values()) if (heading) heading.hidden = true;
    for (const image of state.get().set?.images ?? []) {
      const text = [image.name, image.description, image.modality, image.patient, image.study, image.decision].join(" ").toLowerCase();
      const kept = words.every((word) => text.includes(word));
      rows.get(image.id).hidden = !kept;
      const heading = headings.get(image.id);
      if (kept && heading) heading.hidden = false;
      left += Number(kept);
    }
    count.textContent = `${left} of ${rows.size}`;
    let seenBelow = false;
    for (const line of [...list.children].reverse()) {
      if (line.matches(".row")) seenBelow ||= !line.hidden;
      else {
        line.hidden = !seenBelow; // the name of a study of which nothing is left
        seenBelow = false;
      }
    }
  }

  const entry = (id) => state.get().set?.images.find((image) => image.id === id);

  function select({ wanted }) {
    for (const [id, made] of rows) made.setAttribute("aria-selected", String(id === wanted));
    rows.get(wanted)?.scrollIntoView({ block: "nearest" });
    const chosen = entry(wanted);
    for (const button of [accept, reject]) {
      button.disabled = !chosen;
      button.setAttribute("aria-pressed", String(chosen?.decision === button.id));
    }
    remark.disabled = !chosen;
    if (document.activeElement !== remark) remark.value = chosen?.remark ?? "";
  }

  const toggle = (verdict) => decide((now) => (now === verdict ? null : verdict));
  const keep = (now) => now;

  /** Decisions go out one after the other: none overtakes the one before. */
  let before = Promise.resolve();

  /** @param {(now: string|null) => string|null} change what becomes of the decision there is */
  function decide(change, id = state.get().wanted) {
    if (id === null || !entry(id)) return;
    const words = remark.value;
    before = before.then(() => put(id, change, words)).catch((error) => messages.error(error));
  }

  async function put(id, change, words) {
    const said = { decision: change(entry(id).decision), remark: words };
    await send("PUT", `api/decisions/${id}`, said);
    const { set } = state.get();
    state.set({ set: { ...set, images: set.images.map((other) => (other.id === id ? { ...other, ...said } : other)) } });
    select(state.get());
  }

  function step(by) {
    const shown = (state.get().set?.images ?? []).filter(({ id }) => !rows.get(id)?.hidden);
    const at = shown.findIndex(({ id }) => id === state.get().wanted);
    const next = shown[at + by];
    if (next) viewer.open(next.id);
    else messages.note(by > 0 ? "This is the last image of the list." : "This is the first image of the list.");
  }
  keys.bind(".", "Next image of the list", () => step(1), "List");
  keys.bind(",", "Previous image of the list", () => step(-1), "List");
  keys.bind("a", "Accept this image, or take it back", () => toggle("accept"), "List");
  keys.bind("r", "Reject this image, or take it back", () => toggle("reject"), "List");
  keys.bind("m", "Write a remark", () => remark.focus(), "List");
  keys.bind("/", "Filter the list", () => filter.focus(), "List");
  state.watch(["set"], (now, before) => {
    const ids = (set) => (set?.images ?? []).map(({ id }) => id).join();
    if (ids(now.set) !== ids(before.set)) show(now);
    else for (const image of now.set?.images ?? []) tally(rows.get(image.id), image);
  });
  state.watch(["wanted"], select);
}
