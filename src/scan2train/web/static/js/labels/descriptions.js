/** ITK-SNAP's label descriptions as text: number, colour, opacity, whether it is seen in slices and in 3D, name. */

/** @typedef {{value: number, name: string, colour: string, opacity: number, seen: boolean}} Description */

const HEAD = `################################################
# ITK-SnAP Label Description File
# File format:
# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL
# Fields:
#    IDX:   Zero-based index
#    -R-:   Red color component (0..255)
#    -G-:   Green color component (0..255)
#    -B-:   Blue color component (0..255)
#    -A-:   Label transparency (0.00 .. 1.00)
#    VIS:   Label visibility (0 or 1)
#    MSH:   Label mesh visibility (0 or 1)
#  LABEL:   Label description
################################################
    0     0    0    0        0  0  0    "Clear Label"
`;
/** A name may hold quotes: it ends at the last one. */
const LINE = /^(\d{1,5})\s+(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})\s+(\d*\.?\d+(?:e[+-]?\d+)?)\s+([01])\s+([01])\s+"(.*)"$/i;

/** ITK-SNAP reads a name up to the first quote: those within become apostrophes. @param {readonly Description[]} labels */
export function writeDescriptions(labels) {
  const line = ({ value, name, colour, opacity, seen }) => {
    const parts = [1, 3, 5].map((at) => String(Number.parseInt(colour.slice(at, at + 2), 16)).padStart(5));
    const shown = seen ? 1 : 0;
    return `${String(value).padStart(5)} ${parts.join("")}    ${String(opacity).padStart(5)}  ${shown}  ${shown}    "${name.replaceAll('"', "'")}"\n`;
  };
  return HEAD + labels.map(line).join("");
}

/**
 * @param {string} text
 * @param {string} file its name, for what is said of it
 * @returns {Description[]} without what stands for no label, 0
 * @throws {Error} with `said`, which line is wrong
 */
export function readDescriptions(text, file) {
  const found = new Map();
  for (const [at, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const wrong = (error, expected) => refusal(error, expected, line, `${file}, line ${at + 1}`);
    const parts = LINE.exec(line);
    if (!parts) throw wrong("this is no label description of ITK-SNAP", '1 255 0 0 1 1 1 "name": a number, a colour, its opacity, two times 0 or 1, a name');
    const [value, red, green, blue, opacity, seen] = parts.slice(1, 7).map(Number);
    if (Math.max(red, green, blue) > 255 || opacity > 1) throw wrong("a colour cannot be", "red, green and blue from 0 to 255, opacity from 0 to 1");
    if (found.has(value)) throw wrong(`label ${value} is there twice`, "each number once");
    const colour = `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
    found.set(value, { value, name: parts[8], colour, opacity, seen: seen === 1 });
  }
  found.delete(0);
  if (found.size === 0) throw refusal("there is no label in this file", "a label description of ITK-SNAP", null, file);
  return [...found.values()];
}

function refusal(error, expected, line, where) {
  const found = line && line.slice(0, 80);
  return Object.assign(new Error(error), { said: { error, expected, found, where, advice: "Nothing was changed. Correct the file, or choose another." } });
}
