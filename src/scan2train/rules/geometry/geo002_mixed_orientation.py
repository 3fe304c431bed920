"""The slices of one series lie in several directions.

What it finds
-------------
Series whose images, localizers apart, are not parallel to one another. A single slice in another direction than the
rest is an error; directions that each make a stack are split into volumes and only told.

Why it matters
--------------
Tools that sort a series by one coordinate weave such slices into one another: the volume that comes out holds anatomy
that does not exist. A slice that belongs elsewhere also means that files of two scans were mixed.

What to do
----------
Find out why the odd slices are in this folder, and remove them or put them into a series of their own. Where whole
stacks were split apart, choose the ones that the task needs by their orientation in the volumes table.

Three planes in one series are routine for localizers (SER003, which are not counted here) and for some MR protocols.

References
----------
DICOM PS3.3 C.7.6.2.1.1 (Image Position and Image Orientation), C.7.3.1 (General Series).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from scan2train.finding import Where
from scan2train.knowledge.tolerances import SAME_ORIENTATION
from scan2train.rule import Example, Hit, at, bad, error, good, info, near, warning
from scan2train.rule.slices import IMAGES
from scan2train.tables.series_key import series_keys

_SERIES = ("source", "series")


def check(volumes: pl.DataFrame) -> Iterator[Hit]:
    """Compare the directions of the volumes of each series."""
    images = volumes.filter(
        (pl.col("format") == "dicom") & pl.col("physical") & pl.col("role").is_in(IMAGES)
    ).select(
        *("source", "path", "volume", "series_uid", "study_uid", "n_slices", "irregular", "orientation"),
        *("affine", "member_path"),
    )
    images = images.hstack([series_keys(images, pl.col("member_path").list.first())])
    crowded = images.filter(pl.len().over(_SERIES) > 1)
    if crowded.is_empty():
        return
    crowded = crowded.with_columns(direction=pl.Series(_directions(crowded)))
    mixed = crowded.filter(
        (pl.col("direction").n_unique().over(_SERIES) > 1) | (pl.col("irregular") == "mixed-orientation")
    )
    for series in mixed.partition_by(_SERIES, maintain_order=True):
        yield from _series(series.to_dicts())


def _series(rows: list[dict[str, Any]]) -> Iterator[Hit]:
    strays = [row for row in rows if row["irregular"] == "mixed-orientation"]
    usual = max(rows, key=lambda row: row["n_slices"])
    for row in strays:
        yield error(
            "a slice of another direction lies among the slices of a stack",
            seen=f"{_said(row)}, turned by {_angle_deg(row, usual):.3g}° against {_said(usual)}",
            expected="one orientation in all slices of the series",
            where=at(row),
            scope="volume",
            affects=row["n_slices"],
        )
    if strays:
        return
    clean = all(not row["irregular"] and row["n_slices"] > 1 for row in rows)
    told = [_said(row) for row in rows[:4]] + (["…"] if len(rows) > 4 else [])
    severity = info if clean else warning
    yield severity(
        "the series holds stacks of several directions; each is a volume of its own"
        if clean
        else "the slices of the series lie in several directions, and not all make a regular stack",
        seen=", ".join(told),
        expected="one orientation in all slices of the series",
        where=Where(path=rows[0]["path"], series_uid=rows[0]["series_uid"]),
        scope="series",
        affects=len(rows),
    )


def _said(row: dict[str, Any]) -> str:
    return f"{row['n_slices']} {'slice' if row['n_slices'] == 1 else 'slices'} {row['orientation']}"


def _angle_deg(row: dict[str, Any], usual: dict[str, Any]) -> float:
    """By how much the slices of one are turned against those of the other: 0 to 180."""
    turned, straight = (_frame(one["affine"]) for one in (row, usual))
    cosine = (np.trace(straight.T @ turned) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def _frame(affine: list[float]) -> np.ndarray[Any, Any]:
    """``(3, 3)`` directions of rows, of columns and of what is at right angles to both."""
    axes = np.asarray(affine, dtype=np.float64).reshape(4, 4)[:3, :2]
    axes = axes / np.linalg.norm(axes, axis=0)
    return np.column_stack((axes, np.cross(axes[:, 0], axes[:, 1])))


def _directions(rows: pl.DataFrame) -> np.ndarray[Any, Any]:
    """``(n,)`` number of each row's direction: 0 where it is that of the first row of its series."""
    affines = rows["affine"].list.to_array(16).to_numpy().reshape(-1, 4, 4)
    axes = affines[:, :3, :2] / np.linalg.norm(affines[:, :3, :2], axis=1, keepdims=True)
    first = rows.with_row_index("at").select(pl.col("at").first().over(_SERIES)).to_series().to_numpy()
    off: np.ndarray[Any, Any] = np.abs(axes - axes[first]).max(axis=(1, 2))
    return (off > SAME_ORIENTATION).astype(np.int64)


def examples() -> Iterator[Example]:
    """Series of one direction and of several."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series, together
    from scan2train.testing.small_places import ONE_SERIES, changed_slice

    def part(orientation: str, slices: int, seed: int, **more: Any) -> Any:
        shape = (13, 11, slices)
        return small_series(orientation, shape=shape, seed=seed, below=f"part{seed}", tags=ONE_SERIES, **more)

    def other(seed: int, kernel: str) -> Any:
        tags = {**ONE_SERIES, "SeriesInstanceUID": "2.25.7"}
        return small_series("RPI", seed=5 + seed, kernel=kernel, below=kernel, tags=tags)

    yield good("an axial series", small_series())
    yield good("a series of two kernels", together(part("LPS", 6, 0), part("LPS", 6, 1, kernel="LUNG")))
    yield good(
        "two series of two directions",
        together(small_series(), small_series("PIR", series_number=2, below="other")),
    )
    unnamed = {"SeriesInstanceUID": None, "StudyInstanceUID": None}
    yield good(
        "two scans in two folders, without any UIDs of series and study",
        together(
            small_series(tags=unnamed),
            small_series("PIR", tags=unnamed, patient="OTHER", seed=1, below="other"),
        ),
    )
    yield bad("one slice turned within its plane", changed_slice(small_series(), 4, _turned), Severity.ERROR)
    yield bad(
        "the last slice of a sagittal MR turned within its plane",
        changed_slice(small_series("PIR", modality="MR"), 7, _turned),
        Severity.ERROR,
    )
    yield bad(
        "an axial and a coronal stack of MR in one series",
        together(part("LPS", 6, 0, modality="MR"), part("LIP", 7, 1, modality="MR")),
        Severity.INFO,
    )
    yield bad(
        "the same, after a series of two other stacks that are parallel",
        together(
            *(other(n, kernel) for n, kernel in enumerate("AB")),
            part("PIR", 6, 0, modality="MR"),
            part("LIP", 7, 1, modality="MR"),
        ),
        Severity.INFO,
    )
    yield bad(
        "slices about one axis, no two of them parallel",
        together(*(part("PIR", 1, n, modality="MR", turned_deg=20 * n) for n in range(5))),
        Severity.WARNING,
    )
    yield near(
        "a localizer of one sagittal slice before an axial stack",
        together(part("LPS", 7, 0), part("PIR", 1, 1)),
    )
    yield near(
        "a localizer in three planes",
        together(
            *(part(o, 3, n, series_description="3-plane loc") for n, o in enumerate(("LPS", "PIR", "LIP")))
        ),
    )
    yield near(
        "two halves whose cosines differ by rounding",
        together(part("LPS", 6, 0), part("LPS", 5, 1, turned_deg=0.02, kernel="LUNG")),
    )


def _turned(header: Any) -> None:
    """Turn a slice by ten degrees within its plane."""
    row, column = np.array(header.ImageOrientationPatient, dtype=np.float64).reshape(2, 3)
    cosine, sine = np.cos(np.radians(10)), np.sin(np.radians(10))
    turned = (*(cosine * row + sine * column), *(cosine * column - sine * row))
    header.ImageOrientationPatient = [f"{x:.8f}" for x in turned]
