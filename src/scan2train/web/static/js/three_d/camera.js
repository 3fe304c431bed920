/**
 * Where the eye is: parallel rays, turned about the patient's long axis and then tilted.
 *
 * @typedef {{yaw: number, pitch: number, zoom: number}} Turn radians; yaw 0 looks at the face
 */
import { cross, dot, fromVoxel, minus, norm, parts } from "../geometry.js";

/** The steepest look from above or below: beyond it up and down would change places. */
const STEEPEST = Math.PI / 2 - 0.02;

/** The share of the pane that a fitted box fills. */
const FILLED = 0.92;

/** @param {Turn} turn */
export function turnedBy(turn, yaw, pitch, factor = 1) {
  return Object.freeze({
    yaw: turn.yaw + yaw,
    pitch: Math.min(STEEPEST, Math.max(-STEEPEST, turn.pitch + pitch)),
    zoom: Math.min(12, Math.max(0.3, turn.zoom * factor)),
  });
}

/**
 * The box of a volume, mm.
 * @param {number[]} shape i, j, k @param {number[][]} affine of the reduced volume
 */
export function boxOf(shape, affine) {
  const centre = fromVoxel(affine, shape.map((size) => (size - 1) / 2));
  const edges = [0, 1, 2].map((axis) => [0, 1, 2].map((row) => affine[row][axis] * shape[axis]));
  const radius = 0.5 * Math.max(...[[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]].map((signs) =>
    norm([0, 1, 2].map((row) => signs.reduce((sum, sign, axis) => sum + sign * edges[axis][row], 0)))));
  return { centre, edges, radius };
}

/** Three directions of the eye, RAS: to its right, up, and forward. @param {Turn} turn */
export function eye({ yaw, pitch }) {
  const forward = [Math.sin(yaw) * Math.cos(pitch), -Math.cos(yaw) * Math.cos(pitch), -Math.sin(pitch)];
  const right = [-Math.cos(yaw), -Math.sin(yaw), 0];
  return { right, up: cross(right, forward), forward };
}

/**
 * Rays in texture coordinates (0..1 over the box): origin + u·right + v·up, along `along` (a mm).
 * @param {ReturnType<typeof boxOf>} box @param {Turn} turn @param {number} aspect width over height
 */
export function rays(box, turn, aspect) {
  const { right, up, forward } = eye(turn);
  const half = box.radius / turn.zoom;
  const wide = aspect >= 1 ? half * aspect : half;
  const tall = aspect >= 1 ? half : half / aspect;
  const texture = (vector) => parts(...box.edges, vector);
  const scaled = (vector, by) => texture(vector.map((x) => x * by));
  const back = texture(forward.map((x) => -x * box.radius));
  return {
    origin: back.map((x) => x + 0.5),
    right: scaled(right, wide), up: scaled(up, tall), along: texture(forward),
    light: forward, length: 2 * box.radius, wide, tall,
  };
}

/**
 * The zoom at which the whole box is seen, and little else.
 * @param {ReturnType<typeof boxOf>} box @param {Turn} turn @param {number} aspect width over height
 */
export function fittedZoom(box, turn, aspect) {
  const { right, up } = eye(turn);
  const cast = rays(box, { ...turn, zoom: 1 }, aspect);
  const reach = (direction) => 0.5 * box.edges.reduce((sum, edge) => sum + Math.abs(dot(edge, direction)), 0);
  return FILLED / Math.max(reach(right) / cast.wide, reach(up) / cast.tall);
}

/**
 * Where a point of the patient is on the picture, -1..1 to the right and up.
 * @param {ReturnType<typeof boxOf>} box @param {Turn} turn @param {ReturnType<typeof rays>} cast @param {number[]} mm
 */
export function project(box, turn, cast, mm) {
  const { right, up } = eye(turn);
  const from = minus(mm, box.centre);
  return [dot(from, right) / cast.wide, dot(from, up) / cast.tall];
}
