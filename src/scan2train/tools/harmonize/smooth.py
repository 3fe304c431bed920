"""CT scans smoothed to the sharpness of a reference."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.measures.noise_spectrum import NoiseSpectrum, noise_spectrum
from scan2train.measures.sharpness import Sharpness, sharpness, why_unknown
from scan2train.recipe import Recipe
from scan2train.runners.progress import Progress
from scan2train.steps.match_sharpness import MatchSharpness
from scan2train.steps.take_as import TakeAs
from scan2train.tools.harmonize.scans import require_free, run_each, scans_of


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Smoothed:
    """One scan: its sharpness and noise before and after, and the sigma that it was smoothed by; or its ``error``."""

    name: str
    added_mm: float | None = None
    before: Sharpness | None = None
    after: Sharpness | None = None
    noise_before: NoiseSpectrum | None = None
    noise_after: NoiseSpectrum | None = None
    error: Scan2TrainError | None = None


def harmonize_smooth(
    *sources: str | os.PathLike[str],
    out: str | os.PathLike[str],
    to: float | str | os.PathLike[str],
    irregular: str = "refuse",
    unit: str | None = None,
    progress: Progress | None = None,
) -> tuple[float, list[Smoothed]]:
    """Smooth every CT of the sources, within its slices, until it is as sharp as a reference.

    Parameters
    ----------
    sources
        Folders or files of CT.
    out
        A folder: ``<name>.nii.gz`` and, beside it, ``<name>.json`` with what was done. As a recipe,
        ``Recipe.load("<name>.json")`` does the same again.
    to
        The sigma of edges in mm, or scans of the reference: the median of theirs.
    irregular
        As for :func:`scan2train.read`.
    unit
        ``"HU"`` where files that do not say so hold HU (NIfTI).
    progress
        Called with how many scans are done, and how many there are.

    Returns
    -------
    tuple
        The target in mm, and what became of each scan. What is as smooth already is written as it is.

    Raises
    ------
    WrongUse, OutputInUse, NoImages
        If the reference cannot be measured, ``out`` lies in a source or holds such files, or there is no scan.
    """
    target = float(to) if isinstance(to, (int, float)) else sharpness_of_reference(to, irregular, unit)
    match = MatchSharpness(target_mm=target)
    steps = (match,) if unit is None else (TakeAs(measured_in=unit), match)
    recipe = Recipe(steps=steps, name="harmonize-smooth")
    scans, folder = scans_of(sources), Path(out)
    require_free(folder, sources, [f"{scan.name}.nii.gz" for scan in scans])
    results = []
    for scan, read, now, done, error in run_each(
        scans, recipe, folder, irregular=irregular, progress=progress
    ):
        if read is None or now is None or done is None:
            results.append(Smoothed(name=scan.name, error=error))
            continue
        added = float(done.steps[-1].to_json()["sigma_mm"])
        was = read if unit is None else read.replace(unit=unit)
        before, noise = sharpness(was), noise_spectrum(was)
        results.append(
            Smoothed(
                name=scan.name,
                added_mm=added,
                before=before,
                after=sharpness(now) if added else before,
                noise_before=noise,
                noise_after=noise_spectrum(now) if added else noise,
            )
        )
    return target, results


def sharpness_of_reference(
    reference: str | os.PathLike[str] | Sequence[str | os.PathLike[str]], irregular: str, unit: str | None
) -> float:
    """The median sigma of the edges of the reference's scans, mm."""
    places = [reference] if isinstance(reference, (str, os.PathLike)) else list(reference)
    told, why = [], []
    for scan in scans_of(places):
        volume = scan.read(irregular, unit)
        found = sharpness(volume)
        if found is None:
            why.append(f"{scan.name}: {why_unknown(volume)}")
        else:
            told.append(found.sigma_mm)
    if not told:
        raise WrongUse(
            "the sharpness of the reference cannot be measured",
            where=reference,
            expected="a CT in HU with pixels of at most 2 mm, and skin or lungs in view",
            found="; ".join(why),
            advice='Where a NIfTI holds HU, say so with unit="HU" (--unit HU). Otherwise give another scan, or '
            "the sigma in mm.",
        )
    return float(np.median(told))
