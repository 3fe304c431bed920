"""A volume that is unlike the others of its data set.

What it finds
-------------
Single volumes whose number of voxels, spacing, field of view or values (their mean, where pixels are looked at) are far
from what is usual among the volumes of their modality. Far is a robust z: the distance from the median by the spread,
1.4826 times the median absolute deviation and at least 5 % of the median. It takes eight volumes to know what is usual.
Localizers, captures, masks and single slices are left out; the points of a time series count once. Where more than a
quarter is far from the rest, the set is mixed, and nothing is said.

Why it matters
--------------
The one that is unlike is often something else: another body part, a phantom, a scan whose rescale or spacing was lost
on the way. A network learns from it all the same, and statistics of intensity for the whole set are pulled along.

What to do
----------
Look at it. Leave it out if it is not what the set is about (--where "volume != '...'"), and mend its header if a unit
or a spacing was lost.

References
----------
Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993 (modified z-score).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from scan2train.knowledge.tolerances import (
    SET002_ERROR,
    SET002_LEAST,
    SET002_SPREAD_PART,
    SET002_WARNING,
)
from scan2train.measures.outliers import robust_z
from scan2train.pairing.kind import with_kinds
from scan2train.rule import Example, Hit, at, bad, error, good, near, warning
from scan2train.volume import Volume

#: The axes as they are compared; that of the slices comes last.
_AXES = ("columns", "rows", "slices")
_PLACE = ("path", "series_uid", "volume")
#: So many voxels along an axis are enough for a mean.
_SAMPLES = 64
#: Where more than this part of a group is unlike the rest, it holds scans of several kinds.
_MOST = 0.25
Gathered = tuple[dict[str, Any], float, float]


def check(volumes: pl.DataFrame) -> Iterator[Hit]:
    """Compare sizes, spacings and fields of view within each kind."""
    for _, group in _groups(volumes):
        told: dict[int, list[tuple[float, str, str]]] = defaultdict(list)
        for name, (unit, values) in _measures(group).items():
            away = _few(robust_z(values, part=SET002_SPREAD_PART))
            usual = f"{name} near {np.median(values):.4g}{unit}"
            for at_row in np.flatnonzero(away >= SET002_WARNING).tolist():
                z = float(away[at_row])
                told[at_row].append((z, f"{name} {values[at_row]:.4g}{unit} (z {z:.1f})", usual))
        for at_row, far in sorted(told.items()):
            yield _hit(
                "a volume of another shape than the others of its kind",
                sorted(far, reverse=True),
                group.row(at_row, named=True),
            )


def gather(volume: Volume, row: Mapping[str, Any]) -> Gathered:
    """Mean and standard deviation of the real voxels, or of some hundred thousand of them."""
    steps = tuple(slice(None, None, max(1, n // _SAMPLES)) for n in volume.grid.shape)
    values = volume.array[steps]
    values = values[np.isfinite(values)] if volume.valid is None else values[volume.valid[steps]]
    values = values[np.isfinite(values)].astype(np.float64)
    place = {name: row[name] for name in ("source", *_PLACE)}
    return (place, float(values.mean()), float(values.std())) if values.size else (place, 0.0, 0.0)


def conclude(gathered: Sequence[Gathered], volumes: pl.DataFrame) -> Iterator[Hit]:
    """Compare the means within each kind."""
    seen = {(one["source"], one["path"], one["volume"]): (mean, sd) for one, mean, sd in gathered}
    for _, group in _groups(volumes):
        rows = [row for row in group.select("source", *_PLACE).to_dicts() if _key(row) in seen]
        if len(rows) < SET002_LEAST:
            continue
        means = np.array([seen[_key(row)][0] for row in rows])
        scale = float(np.median([seen[_key(row)][1] for row in rows]))
        usual = f"a mean near {np.median(means):.4g}"
        away = _few(robust_z(means, part=SET002_SPREAD_PART, scale=scale))
        for row, mean, z in zip(rows, means, away, strict=True):
            if z >= SET002_WARNING:
                told = (float(z), f"mean {mean:.4g} (z {z:.1f})", usual)
                yield _hit("a volume of other values than the others of its kind", [told], row)


def _few(z: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The distances; none at all where so many are far that the set is mixed, and has no outliers."""
    return z if (z >= SET002_WARNING).mean() <= _MOST else np.zeros_like(z)


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["source"], row["path"], row["volume"]


def _groups(volumes: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Volumes of one kind, where there are enough of them to say what is usual."""
    sizes = ("size_i", "size_j", "size_k")
    scans = volumes.filter(
        (pl.col("role") == "volume")
        & pl.col("physical")
        & (pl.col("irregular").fill_null("") == "")
        & (pl.min_horizontal(sizes) > 1)
        & (pl.min_horizontal("spacing_i_mm", "spacing_j_mm", "spacing_k_mm") > 0)
    )
    one_series = pl.coalesce("series_uid", "path") + pl.when(pl.col("dimension").fill_null("") == "").then(
        pl.col("volume")
    ).otherwise(pl.lit(""))
    scans = with_kinds(scans).filter(pl.struct("source", one_series.alias("series")).is_first_distinct())
    for (kind,), group in scans.group_by("kind", maintain_order=True):
        if group.height >= SET002_LEAST:
            yield str(kind), group


def _measures(group: pl.DataFrame) -> dict[str, tuple[str, np.ndarray[Any, Any]]]:
    """Unit and values of each measure, in order of the rows."""
    size = group.select("size_i", "size_j", "size_k").to_numpy().astype(np.float64)
    spacing = group.select("spacing_i_mm", "spacing_j_mm", "spacing_k_mm").to_numpy()
    last = np.array([_slice_axis(*row) for row in zip(group["format"], spacing.tolist(), strict=True)])
    order = np.array([[axis for axis in range(3) if axis != k] + [k] for k in last])
    size, spacing = (np.take_along_axis(table, order, axis=1) for table in (size, spacing))
    found: dict[str, tuple[str, np.ndarray[Any, Any]]] = {}
    for axis, word in enumerate(_AXES):
        found[f"number of {word}"] = ("", size[:, axis])
        found[f"spacing of {word}"] = (" mm", spacing[:, axis])
        found[f"field of view along {word}"] = (" mm", size[:, axis] * spacing[:, axis])
    return found


def _slice_axis(form: str, spacing: Sequence[float]) -> int:
    """The axis of the slices: the last of a DICOM stack; elsewhere the one whose spacing is unlike the two others."""
    if form == "dicom":
        return 2
    logs = np.log(spacing)
    away = np.abs(logs - np.median(logs))
    return int(np.argmax(away)) if away.max() > np.log(1.2) else 2


def _hit(message: str, far: Sequence[tuple[float, str, str]], row: Mapping[str, Any]) -> Hit:
    severity = error if far[0][0] > SET002_ERROR else warning
    hit: Hit = severity(
        message,
        seen="; ".join(seen for _, seen, _ in far),
        expected="; ".join(usual for _, _, usual in far),
        where=at(row),
        scope="volume",
    )
    return hit


def examples() -> Iterator[Example]:
    """Eight volumes of one kind, and one that is unlike them."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_nifti, small_series, together

    def eight(*, n: int = 7, modality: str = "", **odd: Any) -> Build:
        """``n`` alike, and one that differs in ``odd``."""
        usual = {"shape": (7, 6, 5), "spacing": (1.3, 1.7, 2.5)}

        def one(number: int, **more: Any) -> Build:
            own = {**usual, **more}
            if modality:
                return small_series(
                    below=f"s{number:02d}", series_number=number, seed=number, modality=modality, **own
                )
            return small_nifti(f"s{number:02d}.nii.gz", **own)

        return together(*(one(number) for number in range(1, n + 1)), one(99, **odd))

    yield good("eight alike", eight(modality="CT"))
    yield good("eight alike, NIfTI", eight())
    yield bad("another spacing", eight(spacing=(1.3, 1.7, 9.0)), Severity.ERROR)
    yield bad("another spacing, MR", eight(modality="MR", spacing=(1.3, 1.7, 3.3)), Severity.WARNING)
    yield bad("a single large matrix", eight(shape=(14, 6, 5)), Severity.ERROR)
    yield bad("a long one", eight(shape=(7, 6, 7)), Severity.WARNING)
    yield bad("ten times the values", eight(values=lambda array: array * 10), Severity.ERROR)
    yield bad(
        "values of a lost intercept, CT",
        eight(modality="CT", values=lambda array: array + 1024),
        Severity.ERROR,
    )
    yield near("a robust z of 4.9", eight(spacing=(1.3, 1.7, 2.5 * 1.245)))
    yield near("a robust z of 5.1", eight(spacing=(1.3, 1.7, 2.5 * 1.255)), Severity.WARNING)
    yield near("seven are too few", eight(n=6, spacing=(1.3, 1.7, 9.0)))
