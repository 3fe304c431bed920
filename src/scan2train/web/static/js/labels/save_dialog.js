/** Where labels are saved, and as what; a file that is there is replaced only when that is asked for. */
import { element, icon } from "../dom.js";
import { ICONS } from "../icons.js";
import { fillSelect } from "../panels/window_panel.js";

const FORMATS = Object.freeze({ nifti: ".nii.gz", seg: ".dcm" });

/** @param {import("../viewer.js").Viewer} viewer @param {ReturnType<typeof import("./desk.js").makeDesk>} desk */
export function saveDialog({ messages }, desk) {
  const { store } = desk;
  const path = element("input", { type: "text", id: "save-path", "aria-label": "File to save to", spellcheck: "false" });
  const format = element("select", { id: "save-format", "aria-label": "Format", onchange: () => suggest() });
  fillSelect(format, [{ value: "nifti", text: "NIfTI (.nii.gz)" }, { value: "seg", text: "DICOM segmentation (.dcm)" }]);
  const overwrite = element("input", { type: "checkbox", id: "save-overwrite" });
  const said = element("p", { id: "save-said", class: "said-badly", role: "alert" });
  const folder = element("p", { class: "quiet" });
  const save = element("button", { type: "submit", class: "button primary", text: "Save" });
  const close = element("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => dialog.close() }, icon(ICONS.close));
  const form = element(
    "form", { class: "save-form", onsubmit: (event) => { event.preventDefault(); act(); } },
    element("label", { class: "wide", text: "File" }, path), folder,
    element("label", { class: "wide", text: "Format" }, format),
    element("label", { class: "inline" }, overwrite, "Replace a file that is there already, even the mask that was opened"),
    said, save,
  );
  const dialog = element("dialog", { id: "save-dialog", class: "small", "aria-label": "Save the labels" },
    element("header", {}, element("h2", { text: "Save the labels" }), close), form);
  document.body.append(dialog);
  let last = null;
  /** The labels that the dialog is about. */
  let id = null;

  /** Another suffix for another format, whatever the name. */
  function suggest() {
    const stem = path.value.replace(/(\.nii(\.gz)?|\.dcm)$/i, "");
    path.value = `${stem}${FORMATS[format.value]}`;
  }

  async function act() {
    save.disabled = true;
    said.textContent = "";
    const how = { path: path.value.trim() || null, format: format.value, overwrite: overwrite.checked };
    try {
      const where = await desk.save(id, how);
      last = { id, how: { ...how, overwrite: false } };
      dialog.close();
      messages.note(`Saved: ${where}`);
    } catch (error) {
      const words = error.said ?? { error: error.message };
      said.textContent = [words.error, words.found && `found ${words.found}`, words.advice].filter(Boolean).join(". ");
    } finally {
      save.disabled = false;
    }
  }

  function show() {
    const { open } = store.get();
    if (!open) return messages.note("There are no labels to save.");
    id = open.id;
    said.textContent = "";
    overwrite.checked = false;
    if (last?.id !== open.id) path.value = `${open.suggested}${FORMATS[format.value]}`;
    folder.textContent = `In ${open.folder}; names and colours go into a .labels.json beside a NIfTI.`;
    dialog.showModal();
    path.focus();
    path.setSelectionRange(0, path.value.replace(/(\.nii(\.gz)?|\.dcm)$/i, "").length);
    return undefined;
  }

  return Object.freeze({
    show,
    /** To where they were saved last; asks where that is not known, or is refused. */
    async again() {
      const { open } = store.get();
      if (last?.id !== open.id) return show();
      try {
        messages.note(`Saved: ${await desk.save(open.id, last.how)}`);
      } catch (error) {
        messages.error(error);
      }
      return undefined;
    },
  });
}
