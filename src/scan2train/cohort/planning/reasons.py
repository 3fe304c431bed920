"""Why each number of a plan is what it is, in words."""

from __future__ import annotations

import math

import numpy as np

from scan2train.cohort.planning.grids import Floats, Grids
from scan2train.cohort.planning.patch_and_batch import LEAST_BATCH, MOST_OF_SET, REFERENCES, Fitted
from scan2train.cohort.planning.target_spacing import ANISOTROPY, THICK_PERCENTILE, TargetSpacing
from scan2train.cohort.planning.topology import ALIKE, LEAST_EDGE


def reasons_for(
    grids: Grids,
    target: TargetSpacing,
    fitted: Fitted,
    *,
    said_by: str,
    keeps: bool,
    memory_gb: float,
    flat: bool,
) -> dict[str, str]:
    """A sentence for each field of a plan that is a number, by its name."""
    known = REFERENCES[2 if flat else 3]
    median = "the median of the scans' own spacings along each axis"
    if target.thick is not None:
        median += (
            f"; along {'ijk'[target.thick]} the {THICK_PERCENTILE:g}th percentile, as it is over {ANISOTROPY:g} times "
            f"coarser and has less than a third of the voxels"
        )
    halved = (
        f"an axis is halved while it is within {ALIKE:g} times the finest spacing and has "
        f"{2 * LEAST_EDGE} voxels or more"
    )
    spread = ", ".join(_from_to(column) for column in grids.source_mm.T)
    return {
        "cases": said_by,
        "spacing_mm": "the set has this one spacing" if keeps else "the target spacing",
        "target_spacing_mm": f"{median} (they are {spread} mm)",
        "median_shape": "of the cases at that spacing" if keeps else "of the cases, once resampled to it",
        "patch_size": (
            (
                "the largest for which a batch of 2 fits into memory"
                if fitted.shrunk
                else "the median case, which fits"
            )
            + f"; divisible by {'×'.join(map(str, _divisors(fitted)))}, what the levels halve"
        ),
        "strides": halved,
        "kernels": f"1 along an axis until its spacing is within {ALIKE:g} times the finest, 3 from there on",
        "features": f"32, doubled from level to level up to {known.most_features}",
        "batch_size": _batch(fitted),
        "memory_gb": (
            f"as given; a patch leaves {fitted.voxels / 1e6:.0f} million voxels of feature maps, and up to "
            f"{known.voxels * known.batch / 2 * memory_gb / known.gigabytes / 1e6:.0f} million let a batch of 2 fit"
        ),
    }


def _divisors(fitted: Fitted) -> list[int]:
    return [math.prod(one) for one in zip(*fitted.topology.strides, strict=True)]


def _batch(fitted: Fitted) -> str:
    if fitted.batch == LEAST_BATCH and fitted.set_batch <= LEAST_BATCH < fitted.memory_batch:
        return f"the least there may be: {MOST_OF_SET:.0%} of the set's voxels would be less"
    if fitted.batch == LEAST_BATCH:
        return "the least there may be; memory went into the patch"
    if fitted.batch == fitted.set_batch < fitted.memory_batch:
        return f"{MOST_OF_SET:.0%} of the set's voxels; memory would hold {fitted.memory_batch}"
    return "what memory holds"


def _from_to(values: Floats) -> str:
    low, high = float(np.min(values)), float(np.max(values))
    return f"{low:.3g}" if math.isclose(low, high, rel_tol=1e-3) else f"{low:.3g} to {high:.3g}"
