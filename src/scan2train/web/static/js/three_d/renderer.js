/** WebGL2: a volume as a texture, and rays cast through it. */
import { norm } from "../geometry.js";
import { FRAGMENT, VERTEX } from "./shaders.js";

const NAMES = Object.freeze([
  "volume", "labels", "palette", "labelled", "origin", "right", "up", "along", "reach", "stride", "level", "low", "high",
  "surface", "inverted", "texel", "toMm", "light",
]);
/** What a frame may cost, ms: while the volume is turned, and once it is still. */
const BUDGET_MS = Object.freeze({ moving: 40, still: 350 });
/** What a strip of the finest picture may cost, ms: what else is asked of the page comes between two of them. */
const STRIP_MS = 50;
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

/** The picture after one of a scale, twice as fine; null where that has every pixel. */
function next({ scale, goal, inside, steps }) {
  if (scale >= goal) return null;
  const finer = Math.min(goal, 2 * scale);
  const [width, height] = inside.map((size) => Math.max(PROBE, Math.round(size * finer)));
  return { scale: finer, goal, inside, steps, width, height, done: 0 };
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
  /** What is drawn strip by strip beside the picture that is shown: it takes its place when it is whole. */
  const beside = gl.createFramebuffer();
  const paper = gl.createRenderbuffer();
  let finest = null;

  /** Draws, and waits for it: reading a pixel is the one way. @returns {number} ms for a million steps */
  function timed(width, height, steps) {
    canvas.width = width;
    canvas.height = height;
    gl.viewport(0, 0, width, height);
    return drawn(width * height * steps);
  }

  function drawn(work) {
    const began = performance.now();
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    return Math.max(1e-4, ((performance.now() - began) * 1e6) / work);
  }

  /** The next strip of the finest picture, from below. */
  function strip({ width, height, steps, done }) {
    gl.bindFramebuffer(gl.FRAMEBUFFER, beside);
    if (done === 0) {
      gl.bindRenderbuffer(gl.RENDERBUFFER, paper);
      gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, paper);
    }
    const rows = Math.min(height - done, Math.max(4, Math.floor((STRIP_MS * 1e6) / (cost * width * steps))));
    gl.viewport(0, 0, width, height);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(0, done, width, rows);
    cost = drawn(width * rows * steps);
    gl.disable(gl.SCISSOR_TEST);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return done + rows;
  }

  function take({ width, height }) {
    canvas.width = width;
    canvas.height = height;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, beside);
    gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
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
    draw({ cast, surface, level, low, high, invert, width, height, ratio, moving }) {
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
      gl.uniform1i(at.surface, Number(surface));
      gl.uniform1i(at.inverted, Number(invert));
      if (cost === null) {
        cost = timed(PROBE, PROBE, steps); // the first drawing prepares the program: it says nothing of speed
        cost = timed(PROBE, PROBE, steps);
      }
      const pixels = (BUDGET_MS[kind] / (cost * steps)) * 1e6;
      const scale = Math.min(ratio, Math.sqrt(pixels / (width * height)));
      cost = timed(Math.max(PROBE, Math.round(width * scale)), Math.max(PROBE, Math.round(height * scale)), steps);
      const still = { scale, goal: Math.max(scale, Math.min(1, ratio)), inside: [width, height], steps };
      finest = moving ? null : next(still);
    },
    /** Where there was no time for every pixel: goes on with a finer picture. @returns {boolean} whether there is more to draw */
    finer() {
      if (!finest) return false;
      finest = { ...finest, done: strip(finest) };
      if (finest.done < finest.height) return true;
      take(finest);
      finest = next(finest);
      return finest !== null;
    },
  });
}
