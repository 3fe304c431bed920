/**
 * Between the pixels of a plane, millimetres of the patient (RAS+) and voxels of the image.
 *
 * @typedef {object} Plane  what the server says of one plane
 * @property {number} width
 * @property {number} height
 * @property {number} count
 * @property {number[]} origin_mm  centre of pixel (0, 0) of slice 0
 * @property {number[]} right_mm   from a pixel to the next in its row
 * @property {number[]} down_mm    from a row to the next
 * @property {number[]} step_mm    from a slice to the next
 */

/** @param {number[]} a @param {number[]} b */
export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
/** @param {number[]} a @param {number[]} b */
export const minus = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
/** @param {number[]} a @param {number[]} b @param {number} times */
export const plus = (a, b, times = 1) => [a[0] + times * b[0], a[1] + times * b[1], a[2] + times * b[2]];
/** @param {number[]} a */
export const norm = (a) => Math.hypot(a[0], a[1], a[2]);
/** @param {number[]} a @param {number[]} b */
export const cross = (a, b) => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/**
 * How much of each of three directions makes up a vector (Cramer's rule; they need not be perpendicular).
 * @param {number[]} a @param {number[]} b @param {number[]} c @param {number[]} vector
 */
export function parts(a, b, c, vector) {
  const volume = dot(a, cross(b, c));
  return [dot(vector, cross(b, c)) / volume, dot(vector, cross(c, a)) / volume, dot(vector, cross(a, b)) / volume];
}

/** @param {Plane} plane @param {number[]} mm @returns {number[]} column, row, slice (fractional) */
export function toPlane(plane, mm) {
  return parts(plane.right_mm, plane.down_mm, plane.step_mm, minus(mm, plane.origin_mm));
}

/** @param {Plane} plane @param {number} column @param {number} row @param {number} n @returns {number[]} RAS mm */
export function toMm(plane, column, row, n) {
  return plus(plus(plus(plane.origin_mm, plane.right_mm, column), plane.down_mm, row), plane.step_mm, n);
}

/** The slice that holds a point, or the nearest. @param {Plane} plane @param {number[]} mm */
export function sliceOf(plane, mm) {
  return Math.min(plane.count - 1, Math.max(0, Math.round(toPlane(plane, mm)[2])));
}

/** @param {number[][]} affine @param {number[]} mm @returns {number[]} voxel index, fractional */
export function toVoxel(affine, mm) {
  const column = (c) => [affine[0][c], affine[1][c], affine[2][c]];
  return parts(column(0), column(1), column(2), minus(mm, column(3)));
}

/** @param {number[][]} affine @param {number[]} index @returns {number[]} RAS mm */
export function fromVoxel(affine, index) {
  return [0, 1, 2].map(
    (r) => affine[r][0] * index[0] + affine[r][1] * index[1] + affine[r][2] * index[2] + affine[r][3],
  );
}

/** RAS to LPS and back. @param {number[]} mm */
export const otherConvention = (mm) => [-mm[0], -mm[1], mm[2]];

/**
 * The shape of a plane's pixels, in mm: x along the rows, y across them. `shear` is how far a row
 * lies beside the one above it: not 0 where the lattice is sheared (a tilted gantry).
 * @param {Plane} plane
 */
export function pixelShape(plane) {
  const across = norm(plane.right_mm);
  const shear = dot(plane.down_mm, plane.right_mm) / across;
  const down = Math.sqrt(Math.max(1e-12, dot(plane.down_mm, plane.down_mm) - shear * shear));
  return { across, down, shear };
}

/** The box round a plane, in the mm of `pixelShape`. @param {Plane} plane */
export function planeBox(plane) {
  const { across, down, shear } = pixelShape(plane);
  const lean = shear * plane.height;
  return {
    left: -0.5 * across - 0.5 * shear + Math.min(0, lean),
    right: (plane.width - 0.5) * across - 0.5 * shear + Math.max(0, lean),
    top: -0.5 * down,
    bottom: (plane.height - 0.5) * down,
  };
}

/** Below this share of a direction (10 degrees) a letter says nothing. */
const LEAST_SHARE = Math.sin((10 * Math.PI) / 180);

/**
 * The letters of a direction, the strongest first: `L`, or `LA` where it is oblique.
 * @param {number[]} direction RAS
 */
export function letters(direction) {
  const length = norm(direction);
  const names = ["RL", "AP", "SI"];
  return [0, 1, 2]
    .map((axis) => ({ share: direction[axis] / length, pair: names[axis] }))
    .filter(({ share }) => Math.abs(share) >= LEAST_SHARE)
    .sort((a, b) => Math.abs(b.share) - Math.abs(a.share))
    .map(({ share, pair }) => pair[share > 0 ? 0 : 1])
    .join("");
}

/**
 * The letters on the four sides of a pane.
 * @param {Plane} plane @param {boolean} mirrored drawn with its left side right
 */
export function sides(plane, mirrored) {
  const back = (v) => v.map((x) => -x);
  const { shear, across } = pixelShape(plane);
  const right = mirrored ? back(plane.right_mm) : plane.right_mm;
  const down = plus(plane.down_mm, plane.right_mm, -shear / across);
  return { right: letters(right), left: letters(back(right)), bottom: letters(down), top: letters(back(down)) };
}

const NO_SIDES = Object.freeze({ top: "", right: "", bottom: "", left: "" });

/**
 * The letters on the four sides of a picture that lies nowhere in space: those its header tells.
 * @param {{top: string, right: string, bottom: string, left: string}} told
 * @param {string} planeName
 */
export const sidesOfPicture = (told, planeName) => (planeName === "axial" ? told : NO_SIDES);

/** Mirrored where the left and right of the patient change sides. */
export const isMirrored = (planeName, convention) => convention === "neurological" && planeName !== "sagittal";
