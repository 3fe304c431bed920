/** Numbers as they are read: whole ones whole, others to four digits, and never rounded left of the point. */

const DIGITS = 4;

/** @param {number} x @returns {string} */
export function showNumber(x) {
  const exact = Number.isInteger(x) || Math.abs(x) >= 10 ** (DIGITS - 1);
  return String(exact ? Math.round(x) : Number(x.toPrecision(DIGITS)));
}
