"""Where to begin: places of the moving scan that are worth a try, and quarter turns where frames disagree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

import numpy as np

from scan2train.grid import FloatArray
from scan2train.tools.register.alike import Held
from scan2train.tools.register.patient import centre, mass, middle
from scan2train.tools.register.scan import Scan
from scan2train.volume import Mask

#: Words of ``--start``, besides ``auto`` and ``lungs``.
SIMPLE = ("none", "geometry", "moments", "body")
#: Where less of the patient is covered a start counts for less.
_ENOUGH = 0.4
_SHIFTS_MM = (-32.0, -16.0, 0.0, 16.0, 32.0)
_PART_MM = 24.0
_AXES = ("from left to right", "from back to front", "from foot to head")


@dataclass(frozen=True, eq=False, kw_only=True)
class Start:
    """A rigid 4×4 from the fixed scan's world to the moving one's (LPS+ mm), and how alike it makes them."""

    word: str
    turn: str
    matrix: FloatArray
    alike: float

    @property
    def turned(self) -> bool:
        """Whether it turns the patient over."""
        return bool(self.turn)

    def to_json(self) -> dict[str, Any]:
        """In plain values."""
        return {"start": self.word, "turn": self.turn or "none", "alike": _number(self.alike)}


def anchors(
    fixed: Scan, moving: Scan, fixed_body: Mask, moving_body: Mask
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """For each word a place in the fixed scan and the same in the moving one, LPS+ mm."""
    here = centre(fixed, fixed_body)
    return {
        "none": (here, here),
        "geometry": (middle(fixed), middle(moving)),
        "moments": (centre(fixed, mass(fixed, fixed_body)), centre(moving, mass(moving, moving_body))),
        "body": (here, centre(moving, moving_body)),
    }


def starts(
    pairs: dict[str, tuple[FloatArray, FloatArray]], held: Held, moving: Scan, *, turns: bool
) -> list[Start]:
    """Every start, the best first; with ``turns`` also those that turn the patient by quarter and half turns."""
    made = []
    for turn in quarter_turns() if turns else (np.eye(3),):
        for word, (here, there) in pairs.items():
            matrix = np.eye(4)
            matrix[:3, :3] = turn
            matrix[:3, 3] = there - turn @ here
            made.append(
                Start(word=word, turn=describe(turn), matrix=matrix, alike=worth(held, moving, matrix))
            )
    return sorted(made, key=lambda one: -one.alike)


def nearby(start: Start, held: Held, moving: Scan) -> Iterator[Start]:
    """The same start moved by up to 32 mm along each axis: a slope leads no farther than to the next hill."""
    for shift in product(_SHIFTS_MM, repeat=3):
        if any(shift):
            matrix = start.matrix.copy()
            matrix[:3, 3] += shift
            yield Start(word=start.word, turn=start.turn, matrix=matrix, alike=worth(held, moving, matrix))


def far_around(held: Held, moving: Scan) -> Iterator[Start]:
    """Upright starts that put each part of the moving scan on the middle of the fixed one."""
    here = held.points.mean(axis=0)
    sizes = np.array(moving.values.shape[::-1])
    steps = [
        np.arange(0.0, size, _PART_MM / spacing) for size, spacing in zip(sizes, moving.spacing, strict=True)
    ]
    for index in product(*steps):
        made = np.eye(4)
        made[:3, 3] = moving.affine[:3, :3] @ np.array(index) + moving.affine[:3, 3] - here
        yield Start(word="geometry", turn="", matrix=made, alike=worth(held, moving, made))


def worth(held: Held, moving: Scan, matrix: FloatArray) -> float:
    """How alike, less where little of the patient is covered; −1 where nothing is."""
    alike, seen = held.alike(moving, held.through(matrix))
    return -1.0 if np.isnan(alike) else alike * min(1.0, float(seen.mean()) / _ENOUGH)


def quarter_turns() -> Iterator[FloatArray]:
    """The 24 rotations of a cube, no turn first."""
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            turn = np.zeros((3, 3))
            turn[range(3), order] = signs
            if np.linalg.det(turn) > 0:
                yield turn


def describe(turn: FloatArray) -> str:
    """In words, such as ``180° about the axis from foot to head``; empty for none. ``turn`` is in LPS+."""
    angle = round(np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))))
    if angle == 0:
        return ""
    axis = np.linalg.svd(turn - np.eye(3))[2][-1]
    along = np.flatnonzero(np.abs(axis) > 0.9)
    if along.size == 0:
        return f"{angle}° about an axis between those of the patient"
    return f"{angle}° about the axis {_AXES[int(along[0])]}"


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)
