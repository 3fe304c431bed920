"use strict";
// Scrolls through a reduced volume in three planes: `data` is what figures/reduced.py wrote, `root` an empty element.
const viewScan = (root, data) => {
  const [X, Y, Z] = data.shape;
  // Axes of each picture, across and down, and the one that its slices follow: 0 right to left, 1 front to back, 2 head to feet.
  const PLANES = [["axial", 0, 1, 2], ["coronal", 0, 2, 1], ["sagittal", 1, 2, 0]];
  const ENDS = [["R", "L"], ["A", "P"], ["S", "I"]];
  const mm = (axis) => data.shape[axis] * data.spacing[axis];
  // One scale for all pictures: side by side where there is room, else one below the other, and none too tall.
  let scale = 1;
  const fit = () => {
    const room = Math.max(root.clientWidth - 46, 120); // before the page is laid out there is none
    const widths = PLANES.map(([, across]) => mm(across));
    const wide = room > 640 ? widths.reduce((sum, one) => sum + one, 0) : Math.max(...widths);
    scale = Math.min(room / wide, 360 / Math.max(...PLANES.map(([, , down]) => mm(down))));
    for (const pane of panes) pane.fit();
  };
  const at = [X, Y, Z].map((n) => Math.floor(n / 2));
  const steps = [1, X, X * Y];
  let grey = null;
  let marks = null;
  let [, centre, width] = data.windows[0];
  let shown = true;

  const make = (tag, name, into) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (into) into.append(made);
    return made;
  };

  const read = async (type, text) => {
    const image = new Image();
    image.src = `data:image/${type};base64,${text}`;
    await image.decode();
    const canvas = make("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    const { data: pixels } = context.getImageData(0, 0, image.width, image.height);
    const values = new Uint8Array(X * Y * Z);
    for (let z = 0, to = 0; z < Z; z += 1) {
      const left = (z % data.columns) * X;
      const top = Math.floor(z / data.columns) * Y;
      for (let y = 0; y < Y; y += 1) {
        for (let x = 0, from = 4 * ((top + y) * image.width + left); x < X; x += 1, from += 4) values[to++] = pixels[from];
      }
    }
    return values;
  };

  // The value that a grey stands for: greys run straight between those that are named.
  const valueOf = (one) => {
    const greys = data.greys;
    let n = 1;
    while (n < greys.length - 1 && greys[n][1] < one) n += 1;
    const [[v0, g0], [v1, g1]] = [greys[n - 1], greys[n]];
    return v0 + ((one - g0) * (v1 - v0)) / (g1 - g0);
  };

  const shades = new Uint8ClampedArray(256);
  const choose = () => {
    for (let n = 0; n < 256; n += 1) shades[n] = 255 * ((valueOf(n) - centre) / width + 0.5);
  };

  const colours = new Map(data.names.map(([value, , colour]) => [value, [1, 3, 5].map((n) => parseInt(colour.slice(n, n + 2), 16))]));

  const panes = PLANES.map(([name, across, down, along]) => {
    const figure = make("figure", "pane", root);
    const canvas = make("canvas", "", figure);
    canvas.tabIndex = 0;
    canvas.dataset.plane = name;
    canvas.setAttribute("role", "img");
    const slider = make("input", "", figure);
    slider.type = "range";
    slider.min = "0";
    slider.max = String(data.shape[along] - 1);
    slider.setAttribute("aria-label", `${name} slice`);
    const words = make("figcaption", "", figure);
    const [w, h] = [data.shape[across], data.shape[down]];
    const small = make("canvas");
    small.width = w;
    small.height = h;
    const pixels = new ImageData(w, h);

    const draw = () => {
      if (!grey) return;
      const start = at[along] * steps[along];
      const out = pixels.data;
      for (let row = 0, to = 0; row < h; row += 1) {
        for (let column = 0, from = start + row * steps[down]; column < w; column += 1, from += steps[across], to += 4) {
          const shade = shades[grey[from]];
          out[to] = out[to + 1] = out[to + 2] = shade;
          out[to + 3] = 255;
          const colour = shown && marks && colours.get(marks[from]);
          if (colour) for (let n = 0; n < 3; n += 1) out[to + n] = 0.55 * shade + 0.45 * colour[n];
        }
      }
      small.getContext("2d").putImageData(pixels, 0, 0);
      canvas.width = Math.max(1, Math.round(mm(across) * scale * devicePixelRatio));
      canvas.height = Math.max(1, Math.round(mm(down) * scale * devicePixelRatio));
      const context = canvas.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.drawImage(small, 0, 0, canvas.width, canvas.height);
      const [x, y] = [(at[across] + 0.5) / w * canvas.width, (at[down] + 0.5) / h * canvas.height];
      context.strokeStyle = "rgb(86 180 233 / 55%)";
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, canvas.height);
      context.moveTo(0, y);
      context.lineTo(canvas.width, y);
      context.stroke();
      if (data.physical) letters(context, ENDS[across], ENDS[down], canvas);
      slider.value = String(at[along]);
      words.textContent = `${name} ${at[along] + 1}/${data.shape[along]}`;
      canvas.dataset.n = String(at[along]);
      canvas.setAttribute("aria-label", words.textContent);
    };

    const go = (n) => {
      at[along] = Math.max(0, Math.min(data.shape[along] - 1, n));
      panes.forEach((pane) => pane.draw());
    };
    const point = (event) => {
      const box = canvas.getBoundingClientRect();
      at[across] = Math.max(0, Math.min(w - 1, Math.floor(((event.clientX - box.left) / box.width) * w)));
      at[down] = Math.max(0, Math.min(h - 1, Math.floor(((event.clientY - box.top) / box.height) * h)));
      panes.forEach((pane) => pane.draw());
    };
    let turned = 0;
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      // A touch pad sends many small steps, a mouse few large ones.
      turned += event.deltaMode ? Math.sign(event.deltaY) * 40 : event.deltaY;
      const whole = Math.abs(turned) >= 100 ? Math.sign(turned) : Math.trunc(turned / 40);
      if (whole) { turned = 0; go(at[along] + whole); }
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); point(event); });
    canvas.addEventListener("pointermove", (event) => { if (event.buttons & 1) point(event); });
    canvas.addEventListener("keydown", (event) => {
      const way = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -1e6, End: 1e6 }[event.key];
      if (way) { event.preventDefault(); go(at[along] + way); }
    });
    slider.addEventListener("input", () => go(Number(slider.value)));
    return { draw, fit: () => { figure.style.width = `${mm(across) * scale}px`; } };
  });

  const letters = (context, [left, right], [top, bottom], canvas) => {
    const size = Math.round(13 * devicePixelRatio);
    context.font = `600 ${size}px system-ui, sans-serif`;
    context.fillStyle = "#f2cc60";
    context.strokeStyle = "#000";
    context.lineWidth = 2;
    context.textBaseline = "middle";
    context.textAlign = "center";
    const [w, h] = [canvas.width, canvas.height];
    for (const [text, x, y] of [[left, size, h / 2], [right, w - size, h / 2], [top, w / 2, size], [bottom, w / 2, h - size]]) {
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  };

  const draw = () => panes.forEach((pane) => pane.draw());
  const tools = make("div", "tools", root);
  const select = make("select", "", tools);
  select.setAttribute("aria-label", "Window");
  data.windows.forEach(([name, c, w], n) => {
    const option = make("option", "", select);
    option.value = String(n);
    option.textContent = `${name} (${+c.toPrecision(4)}, ${+w.toPrecision(4)})`;
  });
  select.addEventListener("change", () => { [, centre, width] = data.windows[Number(select.value)]; choose(); draw(); });
  if (data.names.length) {
    const label = make("label", "", tools);
    const box = make("input", "", label);
    box.type = "checkbox";
    box.checked = true;
    label.append(" labels");
    box.addEventListener("change", () => { shown = box.checked; draw(); });
    for (const [, name, colour] of data.names) {
      const word = make("span", "mark", tools);
      const dot = make("canvas", "", word);
      dot.width = dot.height = 10;
      const context = dot.getContext("2d");
      context.fillStyle = colour;
      context.fillRect(0, 0, 10, 10);
      word.append(` ${name}`);
    }
  }
  const about = make("span", "size", tools);
  about.textContent = `reduced to ${X}\u00d7${Y}\u00d7${Z} voxels${data.physical ? ` of ${data.spacing.map((mm) => +mm.toPrecision(3)).join("\u00d7")} mm` : ""}`;

  choose();
  let room = -1;
  new ResizeObserver(() => {
    if (root.clientWidth === room) return;
    room = root.clientWidth;
    fit();
    draw();
  }).observe(root);
  return (async () => {
    grey = await read("jpeg", data.picture);
    marks = data.labels ? await read("png", data.labels) : null;
    fit();
    draw();
  })();
};
