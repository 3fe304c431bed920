"""Looking at one volume for the page: its picture, its histogram, and what the pixel rules say, from one decoding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from scan2train.checking.conclude import Seen
from scan2train.checking.pixels import Item, judge, lost, refused
from scan2train.errors import Scan2TrainError
from scan2train.preparing.prepared import Case as PreparedCase
from scan2train.reports.html.case import QUANTILES, Histogram, LabelSeen, Look
from scan2train.rule import at
from scan2train.runners.progress import Progress
from scan2train.volume import Labels, Volume

_BINS = 56
#: So many values are enough for a histogram that is an inch wide.
_AT_MOST = 400_000
#: A list of hundreds of labels helps nobody.
_MOST_LABELS = 40
#: Centre and width of a window in which whatever is labelled is white.
_LABELLED = (0.5, 1.0)


def look_at_all(
    items: Sequence[Item],
    codes: frozenset[str],
    folders: tuple[str, ...],
    *,
    largest: int,
    jobs: int,
    progress: Progress | None,
) -> Iterator[tuple[int, Look, Seen]]:
    """Look at every volume of an index, in processes that may die; yields each item's place and what was seen."""
    from scan2train.runners.processes import run_in_processes

    work = partial(look_at, codes, folders, largest)
    for done, outcome in enumerate(run_in_processes(work, items, jobs), start=1):
        if outcome.failure:
            yield outcome.at, Look(refused=outcome.failure), lost(items[outcome.at], codes, outcome)
        else:
            yield outcome.at, *outcome.value
        if progress is not None:
            progress(done, len(items))


def look_at(codes: frozenset[str], folders: tuple[str, ...], largest: int, item: Item) -> tuple[Look, Seen]:
    """Read one volume, judge it, and draw it; runs in a worker."""
    from scan2train.read import read

    row, declared = item
    try:
        volume = read(row, as_labels=declared is not None)
    except Scan2TrainError as error:
        return Look(refused=error.message), Seen(findings=refused(at(row), codes, error))
    seen = judge(volume, row, declared, codes, folders)
    try:
        return drawn(volume, largest=largest), seen
    except Exception as error:  # noqa: BLE001 - a picture that fails must not cost what was found
        return Look(refused=f"it could not be drawn: {type(error).__name__}"), seen


def look_at_cases(
    cases: Sequence[PreparedCase], *, largest: int, jobs: int, progress: Progress | None
) -> Iterator[tuple[str, Look]]:
    """Look at cases that were prepared; yields each one's name and what was seen."""
    from scan2train.runners.processes import run_in_processes

    for done, outcome in enumerate(run_in_processes(partial(look_at_case, largest), cases, jobs), start=1):
        yield cases[outcome.at].name, outcome.value or Look(refused=outcome.failure)
        if progress is not None:
            progress(done, len(cases))


def look_at_case(largest: int, case: PreparedCase) -> Look:
    """Read a case as it was when it was made, in any store, and draw it; runs in a worker."""
    from scan2train.preparing.stored import stored_image, stored_labels

    try:
        return drawn(stored_image(case), stored_labels(case), largest=largest)
    except Scan2TrainError as error:
        return Look(refused=error.message)


def drawn(volume: Volume, labels: Volume | None = None, *, largest: int) -> Look:
    """The picture, the histogram and the labels of a volume, and a copy to scroll through."""
    from scan2train.figures.reduced import reduced
    from scan2train.figures.thumbnail import thumbnail

    if isinstance(volume, Labels):
        # Cut where something is labelled, and coloured as labels are over an image.
        picture = thumbnail(volume, volume, window=_LABELLED)
        return Look(thumbnail=picture, reduced=reduced(volume, largest=largest), labels=_labels(volume))
    mask = labels if isinstance(labels, Labels) else None
    return Look(
        thumbnail=thumbnail(volume, mask),
        histogram=_histogram(volume),
        reduced=reduced(volume, mask, largest=largest),
        labels=() if mask is None else _labels(mask),
    )


def _labels(labels: Labels) -> tuple[LabelSeen, ...]:
    values, counts = np.unique(labels.array, return_counts=True)
    ml = labels.grid.voxel_volume / 1000 if labels.grid.physical else None
    found = [
        LabelSeen(
            value=value,
            name=labels.names.get(value, f"label {value}"),
            voxels=count,
            ml=None if ml is None else count * ml,
        )
        for value, count in zip(values.tolist(), counts.tolist(), strict=True)
        if value
    ]
    return tuple(found[:_MOST_LABELS])


def _histogram(volume: Volume) -> Histogram | None:
    values = volume.array if volume.valid is None else volume.array[volume.valid]
    flat = values.reshape(-1, order="A")
    some = flat[:: max(1, flat.size // _AT_MOST)].astype(np.float64)
    some = some[np.isfinite(some)]
    if some.size == 0:
        return None
    low, *quantiles, high = np.percentile(some, (0.05, *QUANTILES, 99.95)).tolist()
    if high <= low:
        high = low + 1.0
    counts, _ = np.histogram(np.clip(some, low, high), bins=_BINS, range=(low, high))
    return Histogram(
        counts=tuple(int(n) for n in counts), low=low, high=high, unit=volume.unit, quantiles=tuple(quantiles)
    )


def size_in_words(row: Mapping[str, Any], prefix: str = "") -> str:
    """``512×512×300 · 0.7×0.7×1.5 mm`` of a row with sizes and spacings; a picture has two of each."""
    axes = "ij" if row.get("role") == "picture" else "ijk"
    sizes = [row[f"{prefix}size_{axis}"] for axis in axes]
    spacings = [row[f"{prefix}spacing_{axis}_mm"] for axis in axes]
    if None in sizes:
        return ""
    size = "×".join(str(n) for n in sizes)
    if None in spacings or row.get("physical") is False:
        return size
    return f"{size} · {'×'.join(f'{s:.3g}' for s in spacings)} mm"
