"use strict";
(() => {
  const held = document.getElementById("mesh");
  const state = document.getElementById("state");
  const canvas = document.getElementById("view");
  const points = Number(held.dataset.points);
  const faces = Number(held.dataset.faces);
  const text = atob(held.textContent.trim());
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  held.textContent = "";
  const places = new Float32Array(bytes.buffer, 0, 3 * points);
  const corners = new Uint32Array(bytes.buffer, 12 * points, 3 * faces);

  const gl = canvas.getContext("webgl2", { antialias: true, preserveDrawingBuffer: true });
  if (!gl) {
    state.textContent = "this browser has no WebGL 2: the surface cannot be drawn";
    return;
  }
  const compile = (kind, source) => {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
    return shader;
  };
  const program = gl.createProgram();
  gl.attachShader(program, compile(gl.VERTEX_SHADER, `#version 300 es
    in vec3 place;
    uniform mat3 turn;
    uniform vec4 window; // shift x, y, scale x, y
    uniform float reach;
    out vec3 seen;
    void main() {
      seen = turn * place;
      gl_Position = vec4(seen.xy * window.zw + window.xy, -seen.z / reach, 1.0);
    }`));
  gl.attachShader(program, compile(gl.FRAGMENT_SHADER, `#version 300 es
    precision highp float;
    in vec3 seen;
    out vec4 colour;
    void main() {
      vec3 normal = normalize(cross(dFdx(seen), dFdy(seen)));
      float light = 0.22 + 0.55 * max(normal.z, 0.0) + 0.3 * max(dot(normal, normalize(vec3(-0.5, 0.7, 0.5))), 0.0);
      colour = vec4(vec3(0.91, 0.87, 0.78) * light, 1.0);
    }`));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, places, gl.STATIC_DRAW);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, corners, gl.STATIC_DRAW);
  const at = gl.getAttribLocation(program, "place");
  gl.enableVertexAttribArray(at);
  gl.vertexAttribPointer(at, 3, gl.FLOAT, false, 0, 0);
  const where = (name) => gl.getUniformLocation(program, name);
  const uniforms = { turn: where("turn"), window: where("window"), reach: where("reach") };
  gl.enable(gl.DEPTH_TEST);

  let reach = 1e-6;
  for (let i = 0; i < places.length; i += 3) {
    reach = Math.max(reach, Math.hypot(places[i], places[i + 1], places[i + 2]));
  }
  // Rows: right, up, and towards the eye, in RAS+. From the front the patient's right is on the left.
  const sides = {
    1: [[-1, 0, 0], [0, 0, 1], [0, 1, 0]], 2: [[1, 0, 0], [0, 0, 1], [0, -1, 0]],
    3: [[0, -1, 0], [0, 0, 1], [-1, 0, 0]], 4: [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
    5: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], 6: [[-1, 0, 0], [0, 1, 0], [0, 0, -1]],
  };
  let turn, zoom, shift;
  const begin = () => { turn = sides[1]; zoom = 0.9; shift = [0, 0]; };
  const times = (a, b) => a.map((row) => [0, 1, 2].map((c) => row[0] * b[0][c] + row[1] * b[1][c] + row[2] * b[2][c]));
  const rotate = (x, y) => {
    const [cx, sx, cy, sy] = [Math.cos(y), Math.sin(y), Math.cos(x), Math.sin(x)];
    turn = times([[1, 0, 0], [0, cx, -sx], [0, sx, cx]], times([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]], turn));
  };
  let asked = false;
  const draw = () => {
    asked = false;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
    canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0.094, 0.102, 0.118, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const size = Math.min(canvas.width, canvas.height);
    gl.uniformMatrix3fv(uniforms.turn, true, turn.flat());
    gl.uniform4f(uniforms.window, shift[0], shift[1], (zoom * size) / canvas.width / reach, (zoom * size) / canvas.height / reach);
    gl.uniform1f(uniforms.reach, reach * 1.01);
    gl.drawElements(gl.TRIANGLES, corners.length, gl.UNSIGNED_INT, 0);
  };
  const soon = () => { if (!asked) { asked = true; requestAnimationFrame(draw); } };
  canvas.addEventListener("pointermove", (event) => {
    if (!event.buttons) return;
    if (event.shiftKey || event.buttons & 2) {
      shift = [shift[0] + (2 * event.movementX) / canvas.clientWidth, shift[1] - (2 * event.movementY) / canvas.clientHeight];
    } else {
      rotate(event.movementX / 150, event.movementY / 150);
    }
    soon();
  });
  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom = Math.min(50, Math.max(0.1, zoom * Math.exp(-event.deltaY / 600)));
    soon();
  }, { passive: false });
  window.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key];
    if (by) rotate(...by);
    else if (event.key === "+" || event.key === "-") zoom *= event.key === "+" ? 1.1 : 1 / 1.1;
    else if (event.key === "0") begin();
    else if (sides[event.key]) turn = sides[event.key];
    else return;
    soon();
  });
  window.addEventListener("resize", soon);
  begin();
  draw();
})();
