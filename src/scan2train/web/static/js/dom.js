/** The one way elements are made: text is always text, so nothing in a file can become markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [with_] attributes; `on*` are listeners, `class` the class, `text` the text
 * @param {...(Node|string|null|undefined)} children
 * @returns {HTMLElement}
 */
export function element(tag, with_ = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(with_)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "text") made.textContent = String(value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/**
 * An icon drawn with lines on a 24 by 24 field, in the colour of the text.
 * @param {string} path SVG path data, written here and never from a file
 */
export function icon(path) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  drawing.append(line);
  return drawing;
}

/** How much larger words are than on a laptop, for those that are drawn and not laid out. */
export const wordScale = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 14;

/** Changes a text only if it is another: what does not change is not laid out and drawn again. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
