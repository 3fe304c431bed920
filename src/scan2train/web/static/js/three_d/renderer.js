/** WebGL2: a volume as a texture, and rays cast through it. */
import { norm } from "../geometry.js";
import { FRAGMENT, VERTEX } from "./shaders.js";

const NAMES = Object.freeze([
  "volume", "labels", "palette", "labelled", "origin", "right", "up", "along", "reach", "stride", "level", "low", "high",
  "surface", "inverted", "texel", "toMm", "light",
]);
/** What a frame may cost, ms: while the volume is turned, and once it is still. */
const BUDGET_MS = Object.freeze({ moving: 40, still: 350 });
/** Steps along a ray, in edges of a voxel. */
const STRIDE = Object.freeze({ moving: 1.4, still: 0.7 });
/** Edge of the picture that a machine's speed is first tried on. */
const PROBE = 64;

function compile(gl, kind, source) {
  const shader = gl.createShader(kind);
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) ?? "no shader");
  return shader;
}

function texture3D(gl, filter) {
  const made = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_3D, made);
  for (const [name, value] of [
    [gl.TEXTURE_MIN_FILTER, filter], [gl.TEXTURE_MAG_FILTER, filter],
    [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_R, gl.CLAMP_TO_EDGE],
  ]) gl.texParameteri(gl.TEXTURE_3D, name, value);
  return made;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {object|null} null where there is no WebGL2
 */
export function makeRenderer(canvas) {
  // Kept after drawing, so that a picture of the view holds it too.
  const gl = canvas.getContext("webgl2", { antialias: false, preserveDrawingBuffer: true, alpha: false });
  if (!gl) return null;
  const program = gl.createProgram();
  gl.attachShader(program, compile(gl, gl.VERTEX_SHADER, VERTEX));
  gl.attachShader(program, compile(gl, gl.FRAGMENT_SHADER, FRAGMENT));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null;
  gl.useProgram(program);
  const at = Object.fromEntries(NAMES.map((name) => [name, gl.getUniformLocation(program, name)]));
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  const volume = texture3D(gl, gl.LINEAR);
  const labels = texture3D(gl, gl.NEAREST);
  const put = (texture, values, [i, j, k]) => {
    gl.bindTexture(gl.TEXTURE_3D, texture);
    gl.texImage3D(gl.TEXTURE_3D, 0, gl.R8, i, j, k, 0, gl.RED, gl.UNSIGNED_BYTE, values);
  };
  put(volume, new Uint8Array(1), [1, 1, 1]);
  put(labels, new Uint8Array(1), [1, 1, 1]);
  let box = null;
  let labelled = false;
  /** ms for a million steps, as measured last; null until something was drawn */
  let cost = null;
  let voxel = 1;

  /** Draws, and waits for it: reading a pixel is the one way. @returns {number} ms for a million steps */
  function timed(width, height, steps) {
    canvas.width = width;
    canvas.height = height;
    gl.viewport(0, 0, width, height);
    const began = performance.now();
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    return Math.max(1e-4, ((performance.now() - began) * 1e6) / (width * height * steps));
  }

  return Object.freeze({
    /** @param {Uint8Array} values i fastest @param {number[]} shape @param {{edges: number[][]}} theBox */
    load(values, shape, theBox) {
      put(volume, values, shape);
      box = theBox;
      voxel = Math.min(...shape.map((size, axis) => norm(box.edges[axis]) / size));
      gl.uniform3fv(at.texel, shape.map((size) => 1 / size));
      // Slopes along the box's edges to slopes along mm: exact where the edges are perpendicular.
      gl.uniformMatrix3fv(at.toMm, false, box.edges.flatMap((edge) => edge.map((x) => x / norm(edge) ** 2)));
    },
    /** @param {Uint8Array|null} values of the volume's shape @param {number[]} shape @param {Map<number, number[]>} colours 0..1 */
    label(values, shape, colours) {
      labelled = values !== null;
      if (!labelled) return;
      put(labels, values, shape);
      const palette = new Float32Array(256 * 3);
      for (const [value, rgb] of colours) palette.set(rgb, value * 3);
      gl.uniform3fv(at.palette, palette);
    },
    /** Draws as finely as this machine can in the time there is. */
    draw({ cast, way, level, low, high, invert, width, height, ratio, moving }) {
      const kind = moving ? "moving" : "still";
      const steps = cast.length / (voxel * STRIDE[kind]);
      gl.activeTexture(gl.TEXTURE0);
      gl.bindTexture(gl.TEXTURE_3D, volume);
      gl.activeTexture(gl.TEXTURE1);
      gl.bindTexture(gl.TEXTURE_3D, labels);
      gl.activeTexture(gl.TEXTURE0);
      gl.uniform1i(at.volume, 0);
      gl.uniform1i(at.labels, 1);
      gl.uniform1i(at.labelled, Number(labelled));
      for (const name of ["origin", "right", "up", "along", "light"]) gl.uniform3fv(at[name], cast[name]);
      gl.uniform1f(at.reach, cast.length);
      gl.uniform1f(at.stride, voxel * STRIDE[kind]);
      gl.uniform1f(at.level, level);
      gl.uniform1f(at.low, low);
      gl.uniform1f(at.high, high);
      gl.uniform1i(at.surface, Number(way === "surface"));
      gl.uniform1i(at.inverted, Number(invert));
      if (cost === null) {
        cost = timed(PROBE, PROBE, steps); // the first drawing prepares the program: it says nothing of speed
        cost = timed(PROBE, PROBE, steps);
      }
      const pixels = (BUDGET_MS[kind] / (cost * steps)) * 1e6;
      const scale = Math.min(ratio, Math.sqrt(pixels / (width * height)));
      cost = timed(Math.max(PROBE, Math.round(width * scale)), Math.max(PROBE, Math.round(height * scale)), steps);
    },
  });
}
