/** Volumes and statistics of labels as CSV, in full precision. */

const COLUMNS = Object.freeze(["value", "name", "voxels", "ml", "mean", "min", "max"]);
/** A spreadsheet carries out what begins so; there an apostrophe stands in front. */
const FORMULA = /^[=+\-@\t\r]/;

/** @param {{labels: readonly object[], unit: string|null}} open what is known of the labels */
export function numbersTable({ labels, unit }) {
  const cell = (value) => (value === null ? "" : typeof value === "string" ? quoted(value) : String(value));
  const rows = labels.map((label) => [...COLUMNS.map((name) => cell(label[name])), quoted(unit ?? "")].join(","));
  return `${[...COLUMNS, "unit"].join(",")}\n${rows.join("\n")}\n`;
}

const quoted = (text) => `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
