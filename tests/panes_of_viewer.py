"""What a test reads off the viewer's page, and does to it, in the patient's millimetres."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

PLANES = ("axial", "coronal", "sagittal")

#: The picture of a pane as red, green, blue, row by row, with its size in device pixels.
_PIXELS = """plane => {
  const canvas = document.querySelector(`#pane-${plane} canvas.picture`);
  const {data, width, height} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let text = "";
  for (let at = 0; at < data.length; at += 65536) {
    text += String.fromCharCode(...data.subarray(at, at + 65536));
  }
  return {width, height, text: btoa(text)};
}"""

#: Resolves once no pane waits for a slice, and what is there is drawn.
_SETTLED = """() => new Promise(done => {
  const look = () => document.querySelector(".pane[aria-busy]")
    ? requestAnimationFrame(look)
    : requestAnimationFrame(() => requestAnimationFrame(done));
  requestAnimationFrame(look);
})"""


def state(page: Any) -> dict[str, Any]:
    """A snapshot of what is shown."""
    return page.evaluate("scan2train.state()")


def geometry(page: Any, plane: str) -> np.ndarray:
    """4×4 of a plane as the server tells it: (column, row, slice) to RAS+ mm."""
    now = state(page)
    told = now["image"]["planes"][now["mode"]][plane]
    affine = np.eye(4)
    for column, name in enumerate(("right_mm", "down_mm", "step_mm", "origin_mm")):
        affine[:3, column] = told[name]
    return affine


def slice_of(page: Any, plane: str, mm: Sequence[float]) -> int:
    """The slice of a plane that a point lies on."""
    return round(float((np.linalg.inv(geometry(page, plane)) @ [*mm, 1.0])[2]))


def show(page: Any, plane: str, n: int) -> None:
    """Slide a pane to a slice, and wait until it is drawn."""
    page.locator(f"#pane-{plane} input.slices").fill(str(n))
    wait_for(page, plane, n)


def wait_for(page: Any, plane: str, n: int) -> None:
    """Until a pane has drawn a slice, and nothing is on its way."""
    page.locator(f"#pane-{plane}:not([aria-busy]) canvas.picture[data-n='{n}']").wait_for()
    settle(page)


def settle(page: Any) -> None:
    """Until every pane has drawn what it wants."""
    page.evaluate(_SETTLED)


def pixels(page: Any, plane: str) -> np.ndarray:
    """(height, width, 3) of what a pane shows."""
    import base64

    told = page.evaluate(_PIXELS, plane)
    flat = np.frombuffer(base64.b64decode(told["text"]), np.uint8)
    return flat.reshape(told["height"], told["width"], 4)[..., :3]


def place(page: Any, plane: str, mm: Sequence[float]) -> tuple[float, float]:
    """Where a point of the patient is on the page."""
    at = page.evaluate("([plane, mm]) => scan2train.panePoint(plane, mm)", [plane, list(map(float, mm))])
    return at["x"], at["y"]


def click(page: Any, plane: str, mm: Sequence[float]) -> None:
    """Click on a point of the patient."""
    page.mouse.click(*place(page, plane, mm))


def brightest(page: Any, plane: str) -> tuple[float, float]:
    """The middle of the brightest pixels of a pane, on the page."""
    grey = pixels(page, plane).astype(int).sum(axis=2)
    rows, columns = np.nonzero(grey == grey.max())
    box = page.locator(f"#pane-{plane} canvas.picture").bounding_box()
    ratio = page.evaluate("devicePixelRatio")
    return box["x"] + (columns.mean() + 0.5) / ratio, box["y"] + (rows.mean() + 0.5) / ratio


def letters(page: Any, plane: str) -> dict[str, str]:
    """The letters on the four sides of a pane."""
    return {
        side: page.locator(f"#pane-{plane} .letter.{side}").inner_text()
        for side in ("top", "right", "bottom", "left")
    }


def set_window(page: Any, centre: float, width: float) -> None:
    """Type a window."""
    for name, value in (("centre", centre), ("width", width)):
        field = page.get_by_label(f"Window {name}", exact=True)
        field.fill(str(value))
        field.press("Enter")
    settle(page)


def held_back(page: Any, pattern: str) -> list[Any]:
    """Requests of a pattern wait in the list until they are let go, by ``continue_`` or ``fulfill``."""
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route(pattern, hold)
    return held


def wait_until(page: Any, true: Callable[[], object]) -> None:
    """Until something holds; for what the page cannot wait for itself."""
    for _ in range(250):
        if true():
            return
        page.wait_for_timeout(20)
    raise AssertionError("it did not happen")
