"use strict";
(() => {
  const STEP = 60;
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; });

  const cards = [...document.querySelectorAll(".case")];
  const filter = document.getElementById("filter");
  const boxes = [...document.querySelectorAll(".choices input")];
  const count = document.getElementById("count");
  const more = document.getElementById("morecases");
  let limit = STEP;

  // On paper nobody asks for more: every card is shown, whatever the filter says.
  function show(paper = false) {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const fits = paper ? cards : cards.filter((card) => kinds.has(card.dataset.worst) && words.every((word) => card.dataset.words.includes(word)));
    const visible = new Set(paper ? cards : fits.slice(0, limit));
    for (const card of cards) card.hidden = !visible.has(card);
    count.textContent = fits.length === cards.length ? "" : `${fits.length} of ${cards.length}`;
    more.hidden = fits.length === visible.size;
    more.textContent = `Show more (${fits.length - visible.size})`;
  }
  filter.addEventListener("input", () => { limit = STEP; show(); });
  for (const box of boxes) box.addEventListener("change", () => { limit = STEP; show(); });
  more.addEventListener("click", () => { limit += 4 * STEP; show(); });

  // A link to a card that is not shown yet, or was filtered out, brings it in.
  function arrive() {
    const card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!card || !card.classList.contains("case")) return;
    if (card.hidden) {
      filter.value = "";
      for (const box of boxes) box.checked = true;
      limit = Math.max(limit, cards.indexOf(card) + 1);
      show();
    }
    card.scrollIntoView({ block: "center" });
  }
  addEventListener("hashchange", arrive);
  // On paper nothing can be opened: all that is shown on request is there, and is put away again afterwards.
  const opened = [];
  addEventListener("beforeprint", () => {
    show(true);
    for (const one of document.querySelectorAll("details.finding:not([open])")) { one.open = true; opened.push(one); }
  });
  addEventListener("afterprint", () => {
    show();
    for (const one of opened.splice(0)) one.open = false;
  });

  const viewer = document.getElementById("viewer");
  const [before, after] = ["before", "after"].map((name) => document.getElementById(name));
  let viewed = null;
  const others = (way) => {
    const list = cards.filter((card) => card.dataset.scan && (!card.hidden || card === viewed));
    return list[list.indexOf(viewed) + way];
  };
  function view(card) {
    if (!card) return;
    viewed = card;
    document.getElementById("viewed").textContent = card.querySelector("h3").textContent;
    const root = viewer.querySelector(".scan");
    root.replaceChildren();
    if (!viewer.open) viewer.showModal();
    before.disabled = !others(-1);
    after.disabled = !others(1);
    viewScan(root, JSON.parse(card.dataset.scan)).then(() => { root.dataset.ready = card.id; });
  }
  for (const button of document.querySelectorAll(".open")) {
    button.addEventListener("click", () => view(button.closest(".case")));
  }
  before.addEventListener("click", () => view(others(-1)));
  after.addEventListener("click", () => view(others(1)));
  document.getElementById("shut").addEventListener("click", () => viewer.close());
  viewer.addEventListener("close", () => { viewed.querySelector(".open").focus(); });

  show();
  arrive();
})();
