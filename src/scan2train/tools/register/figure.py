"""Before and after, side by side in squares, and the moving scan's outlines over the fixed one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.figures.planes import Plane, PlaneName, cut
from scan2train.figures.sheet import Row, draw, save
from scan2train.figures.window import Window, choose_window
from scan2train.measures.body import ABOVE_HU
from scan2train.measures.foreground import otsu_threshold
from scan2train.tools.register.bend import composite
from scan2train.tools.register.itk import image_of
from scan2train.tools.register.patient import centre
from scan2train.tools.register.report import Known
from scan2train.tools.register.scan import Scan
from scan2train.volume import Array

_PLANES: tuple[PlaneName, ...] = ("axial", "coronal", "sagittal")
#: Squares along the longer side of a picture.
_SQUARES = 7


def figure_of(known: Known, path: Path) -> None:
    """Four rows of three planes through the middle of the patient, as a PNG."""
    fixed, grid = known.fixed, known.fixed.volume.grid
    index = np.clip(
        np.rint(np.linalg.inv(fixed.affine) @ [*centre(fixed, known.body), 1.0])[:3],
        0,
        np.array(grid.shape) - 1,
    ).astype(int)
    at = int(index[0]), int(index[1]), int(index[2])
    windows = choose_window(fixed.volume, None), choose_window(known.moving.volume, None)
    threshold = _threshold(known.moving)
    rows: list[Row] = []
    for word, transform in (
        ("Before", composite(np.eye(4), None)),
        ("After", composite(known.linear, known.field)),
    ):
        moved, seen = _moved(known, transform)
        # As bright in the fixed scan's window as it is in its own.
        other = (moved - windows[1][0]) / windows[1][1] * windows[0][1] + windows[0][0]
        ours = [cut(fixed.values.T, grid, name, at) for name in _PLANES]
        theirs = [cut(other.T, grid, name, at) for name in _PLANES]
        outline = ((moved > threshold) & seen).astype(np.uint8)
        drawn = [cut(fixed.values.T, grid, name, at, outline.T) for name in _PLANES]
        rows.append(
            _row(list(_squares(ours, theirs)), windows[0], f"{word}: fixed and moving scan in squares")
        )
        rows.append(_row(drawn, windows[0], f"{word}: outlines of the moving scan over the fixed scan"))
    rows = [rows[0], rows[2], rows[1], rows[3]]
    save(draw(rows, title=None), path)


def _row(planes: list[Plane], window: Window, caption: str) -> Row:
    return Row(planes=planes, window=window, caption=caption, detail="", names={1: "moving scan"})


def _squares(ours: list[Plane], theirs: list[Plane]) -> Iterator[Plane]:
    for one, other in zip(ours, theirs, strict=True):
        side = max(one.size_mm) / _SQUARES
        rows, columns = one.image.shape
        down = (np.arange(rows) * one.pixel_mm[1] // side).astype(int)[:, None]
        across = (np.arange(columns) * one.pixel_mm[0] // side).astype(int)[None, :]
        yield Plane(
            name=one.name,
            image=np.where((down + across) % 2 == 0, one.image, other.image),
            outlines={},
            pixel_mm=one.pixel_mm,
            letters=one.letters,
            at_mm=one.at_mm,
            unit=one.unit,
        )


def _moved(known: Known, transform: Any) -> tuple[Array, Array]:
    import SimpleITK

    def moved(values: Array, outside: float) -> Array:
        made: Array = SimpleITK.GetArrayFromImage(
            SimpleITK.Resample(
                image_of(values, known.moving.affine),
                known.fixed.image,
                transform,
                SimpleITK.sitkLinear,
                outside,
            )
        )
        return made

    seen = moved(known.moving.seen.astype(np.float32), 0.0) >= 0.5
    return moved(known.moving.values, known.moving.outside), seen


def _threshold(scan: Scan) -> float:
    if scan.unit == "HU":
        return ABOVE_HU
    try:
        return otsu_threshold(scan.volume)
    except Scan2TrainError:
        return float(scan.values.mean())
