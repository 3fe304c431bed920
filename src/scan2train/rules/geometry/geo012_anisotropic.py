"""Voxels are much longer along one axis than along the others.

What it finds
-------------
Volumes whose largest spacing is at least twice the smallest. Between uneven slices the usual distance counts.

Why it matters
--------------
A convolution of 3 × 3 × 3 voxels sees three times as far along the thick axis as within the slices, thin structures
are cut into steps, and resampling such a volume to equal spacing invents most of its voxels.

What to do
----------
Plan for it: train with filters and strides that leave the thick axis alone at first, or with 2D slices; and do not
resample to spacings that the scan does not resolve.

References
----------
Isensee et al., nnU-Net, Nature Methods 2021 (rules for anisotropic data).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.tolerances import GEO012_INFO, GEO012_WARNING
from scan2train.measures.gaps import gaps_between
from scan2train.rule import Example, Hit, bad, good, info, near, warning
from scan2train.rule.slices import IMAGES

_SPACINGS = [pl.col(f"spacing_{axis}_mm") for axis in "ijk"]
SUSPECT = (pl.col("irregular") != "") | (
    pl.max_horizontal(*_SPACINGS) >= GEO012_INFO * pl.min_horizontal(*_SPACINGS)
)


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Compare the spacings along i, j and k."""
    if not row["physical"] or row["role"] not in IMAGES or (row["size_k"] or 0) < 2:
        return
    spacings = [row[f"spacing_{axis}_mm"] for axis in "ijk"]
    if row["irregular"]:
        # The step of an uneven stack is the mean, which gaps make longer than any that was scanned.
        gaps = gaps_between(row["member_position_mm"] or ())
        spacings[2] = gaps.usual if gaps is not None and gaps.usual > 0 else spacings[2]
    ratio = max(spacings) / min(spacings)
    if ratio >= GEO012_INFO:
        severity = warning if ratio >= GEO012_WARNING else info
        yield severity(
            "voxels are much longer along one axis",
            seen=f"{' × '.join(f'{s:.3g}' for s in spacings)} mm, ratio {ratio:.3g}",
            expected=f"a ratio below {GEO012_INFO:g}",
        )


def examples() -> Iterator[Example]:
    """Spacings from nearly equal to far apart, along different axes."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_nifti, small_series

    yield good("1.1 × 1.3 × 1.9 mm", small_series(spacing=(1.1, 1.3, 1.9)))
    yield good("a single slice", small_series(shape=(9, 8, 1), spacing=(1.1, 1.3, 9.0)))
    yield bad("0.8 × 0.9 × 5 mm", small_series(spacing=(0.8, 0.9, 5.0)), Severity.WARNING)
    yield bad("a NIfTI with its thick axis first", small_nifti(spacing=(5.0, 0.9, 1.1)), Severity.WARNING)
    yield near("ratio 2.4", small_series("PIR", spacing=(1.0, 1.1, 2.4)), Severity.INFO)
    yield near(
        "ratio 1.8 where slices are missing, without which it would be 2.5",
        small_series(spacing=(1.1, 1.3, 2.0), drop=(3, 4)),
    )
    yield near("ratio 1.9", small_series("RPI", spacing=(1.1, 1.3, 2.09)))
