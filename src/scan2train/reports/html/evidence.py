"""Pictures in which somebody sees what a finding says: the worst findings first, and never more than a few dozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from scan2train.checking.items import items_of
from scan2train.figures.evidence import (
    in_full,
    inverted,
    marked,
    smallest_piece,
    tilted_slices,
    uneven_slices,
)
from scan2train.figures.planes import Plane
from scan2train.figures.thumbnail import Thumbnail, side_by_side
from scan2train.figures.window import choose_window
from scan2train.finding import Finding
from scan2train.index import Index
from scan2train.volume import Labels, Volume

#: Pictures of the whole page, and of findings of one code with one message.
_MOST, _MOST_OF_A_GROUP = 36, 3
_HEIGHT, _WIDEST = 210, 560


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A picture, and what is to be seen in it."""

    picture: Thumbnail
    caption: str


#: By the code of a finding and the volume that it is about.
Shown = dict[tuple[str, str], Evidence]


def evidence_for(findings: Sequence[Finding], index: Index, *, jobs: int) -> Shown:
    """Draw what shows the findings, each volume in a process that may die; what cannot be drawn is left out."""
    from scan2train.runners.processes import run_in_processes

    places = {volume: place for place, volume in enumerate(index.volumes["volume"])}
    items = items_of(index)
    wanted = list(_wanted(findings, places))
    work = [(code, *items[places[volume]]) for code, volume in wanted]
    found: Shown = {}
    for outcome in run_in_processes(draw, work, jobs):
        if not outcome.failure and outcome.value is not None:
            found[wanted[outcome.at]] = outcome.value
    return found


def _wanted(findings: Sequence[Finding], places: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Code and volume of the findings to be drawn; they come sorted, the worst first."""
    of_group: Counter[tuple[str, str]] = Counter()
    said: set[tuple[str, str]] = set()
    for one in findings:
        key = (one.code, one.where.volume or "")
        if one.code not in _DRAWN or key[1] not in places or key in said:
            continue
        of_group[one.code, one.message] += 1
        if of_group[one.code, one.message] <= _MOST_OF_A_GROUP:
            said.add(key)
            yield key
        if len(said) == _MOST:
            return


def draw(work: tuple[str, Mapping[str, Any], Mapping[int, str] | None]) -> Evidence | None:
    """Read a volume and draw what shows a finding of that code; runs in a worker."""
    from scan2train.read import read

    code, row, declared = work
    drawn = _DRAWN[code]
    volume = read(row, irregular="regrid", as_labels=declared is not None)
    window = choose_window(volume, None)
    planes = drawn.planes(volume)
    if not planes:
        return None
    picture = side_by_side(planes, (0.5, 1.0) if drawn.mask else window, height=_HEIGHT, widest=_WIDEST)
    return Evidence(picture=picture, caption=drawn.caption)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    planes: Callable[[Volume], tuple[Plane, ...]]
    caption: str
    mask: bool = False


def _uneven(volume: Volume) -> tuple[Plane, ...]:
    return () if isinstance(volume, Labels) or volume.array.ndim != 3 else uneven_slices(volume)


def _tilted(volume: Volume) -> tuple[Plane, ...]:
    from scan2train.recipe import Recipe

    recipe = Recipe.from_toml('[[step]]\ndo = "detilt"\n')
    straight, _ = recipe.run(volume)
    return tilted_slices(volume, straight)


def _padded(volume: Volume) -> tuple[Plane, ...]:
    return () if volume.valid is None else marked(volume, ~volume.valid)


def _not_numbers(volume: Volume) -> tuple[Plane, ...]:
    return marked(volume, ~np.isfinite(volume.array)) if volume.array.dtype.kind == "f" else ()


def _inverted(volume: Volume) -> tuple[Plane, ...]:
    return inverted(volume, choose_window(volume, None)) if volume.array.ndim == 3 else ()


def _islands(volume: Volume) -> tuple[Plane, ...]:
    return smallest_piece(volume) if isinstance(volume, Labels) else ()


_UNEVEN = _Drawn(
    planes=_uneven,
    caption="Left: the slices as if they were even. Right: where they lie; red was never measured.",
)
_PADDED = _Drawn(
    planes=_padded, caption="Left: the slice with the most padding. Right: in red, what is padding."
)

#: Codes whose fault shows in a picture of its own; others are shown by the picture of the volume.
_DRAWN: Final[Mapping[str, _Drawn]] = {
    "GEO003": _UNEVEN,
    "GEO004": _UNEVEN,
    "GEO006": _Drawn(
        planes=_tilted,
        caption="Left: stacked straight, as readers do that lose the tilt. Right: where the slices lie.",
    ),
    "PIX001": _Drawn(
        planes=_inverted, caption="Left: the values as stored. Right: as the header wants them shown."
    ),
    "PIX005": _PADDED,
    "PIX006": _PADDED,
    "PIX007": _Drawn(planes=_not_numbers, caption="Right: in red, values that are no numbers."),
    "SER004": _Drawn(planes=in_full, caption="The picture in full: words in it are in the pixels."),
    "MAM002": _Drawn(planes=in_full, caption="The picture in full: where the chest wall is, and the muscle."),
    "LAB004": _Drawn(planes=_islands, caption="The smallest island, in the red frame.", mask=True),
}
