"""Scans whose histograms are brought onto that of a reference."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.measures.foreground import foreground_values, foreground_voxels
from scan2train.recipe import Recipe
from scan2train.runners.progress import Progress
from scan2train.steps.match_histogram import MatchHistogram
from scan2train.tools.harmonize.scans import require_free, run_each, scans_of
from scan2train.volume import Array, Volume

#: The deciles of Nyúl, Udupa & Zhang (2000), and the two ends that leave out what is rare.
PERCENTS: Final = (1.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 99.0)
_BINS: Final = 120

Over = Literal["foreground", "volume"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Matched:
    """One scan: its landmarks and unit before, how far they lay from the reference's, its histograms; or its ``error``.

    ``off_before`` and ``off_after`` are means over the landmarks, in parts of the reference's range.
    """

    name: str
    own: tuple[float, ...] = ()
    unit: str = ""
    off_before: float | None = None
    off_after: float | None = None
    before: tuple[Array, Array] | None = None
    after: tuple[Array, Array] | None = None
    error: Scan2TrainError | None = None


def harmonize_histogram(
    *sources: str | os.PathLike[str],
    out: str | os.PathLike[str],
    to: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    over: Over = "foreground",
    irregular: str = "refuse",
    progress: Progress | None = None,
) -> tuple[MatchHistogram, list[Matched]]:
    """Bring the histogram of every scan of the sources onto that of a reference, by landmarks.

    Parameters
    ----------
    sources, out, irregular, progress
        As for :func:`~scan2train.tools.harmonize.smooth.harmonize_smooth`.
    to
        A scan, or several (training cases only): their landmarks are averaged, see :func:`landmarks_of`.
    over
        Landmarks of the foreground (above Otsu's threshold), or of all real voxels.

    Returns
    -------
    tuple
        The step, with the reference's landmarks in it, and what became of each scan.

    Raises
    ------
    WrongUse, OutputInUse, NoImages
        If ``out`` lies in a source or holds such files, or there is no scan.
    """
    places = [to] if isinstance(to, (str, os.PathLike)) else list(to)
    reference = landmarks_of([scan.read(irregular) for scan in scans_of(places)], over)
    step = MatchHistogram(percents=PERCENTS, reference=reference, over=over)
    scans, folder = scans_of(sources), Path(out)
    require_free(folder, sources, [f"{scan.name}.nii.gz" for scan in scans])
    recipe = Recipe(steps=(step,), name="harmonize-histogram")
    width = (reference[-1] - reference[0]) or 1.0
    results = []
    for scan, was, now, done, error in run_each(
        scans, recipe, folder, irregular=irregular, progress=progress
    ):
        if was is None or now is None or done is None:
            results.append(Matched(name=scan.name, error=error))
            continue
        own = tuple(done.steps[0].to_json()["own"])
        # The same voxels after as before: what is foreground is not decided twice.
        where = foreground_voxels(was, whole=over == "volume")
        new = np.percentile(now.array[where], PERCENTS)
        results.append(
            Matched(
                name=scan.name,
                own=own,
                unit=was.unit,
                off_before=float(np.abs(np.subtract(own, reference)).mean() / width),
                off_after=float(np.abs(np.subtract(new, reference)).mean() / width),
                before=_histogram(was.array[where], own),
                after=_histogram(now.array[where], tuple(new.tolist())),
            )
        )
    return step, results


def landmarks(volume: Volume, over: Over) -> tuple[float, ...]:
    """A volume's values at :data:`PERCENTS`."""
    values = foreground_values(volume, whole=over == "volume")
    return tuple(float(value) for value in np.percentile(values, PERCENTS))


def landmarks_of(volumes: Sequence[Volume], over: Over) -> tuple[float, ...]:
    """Landmarks that several volumes have in common: each is brought to the mean of their ends, then averaged.

    That is how Nyúl & Udupa train their scale; of one volume they are its own.
    """
    each = np.array([landmarks(volume, over) for volume in volumes])
    low, high = each[:, :1], each[:, -1:]
    part = (each - low) / np.where(high > low, high - low, 1)
    scale = low.mean() + part.mean(axis=0) * (high - low).mean()
    return tuple(float(value) for value in scale)


def _histogram(values: Array, marks: Sequence[float]) -> tuple[Array, Array]:
    """Middles of bins and the share of voxels per unit, from the first to the last landmark and a little beyond."""
    beyond = 0.1 * (marks[-1] - marks[0]) or 1.0
    counts, edges = np.histogram(values, bins=_BINS, range=(marks[0] - beyond, marks[-1] + beyond))
    middles: Array = (edges[:-1] + edges[1:]) / 2
    return middles, counts / counts.sum() / (edges[1] - edges[0])
