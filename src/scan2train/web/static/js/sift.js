/** Lines of a list or table that hold all words of a search; the others are hidden. */

/**
 * @param {string} search words, in any order
 * @param {HTMLCollection} lines each with its text, in small letters, as `data-text`
 * @returns {string} how many are left of how many
 */
export function sift(search, lines) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  let left = 0;
  for (const line of lines) {
    line.hidden = !words.every((word) => line.dataset.text.includes(word));
    left += Number(!line.hidden);
  }
  return `${left} of ${lines.length}`;
}
