"""Tiny islands of a class.

What it finds
-------------
Pieces of a class that touch the rest of it not even at a corner, have fewer than 20 voxels, and make up less than a
hundredth of the class. They are counted for each class.

Why it matters
--------------
Islands are slips of a brush, leftovers of a threshold, or voxels that an interpolation made. They hardly change a
Dice, but they ruin every measure of distance (the farthest voxel counts), and the bounding boxes that crops are
made of.

What to do
----------
Look at them, and remove what nobody meant to draw. Keep them where a class is made of small things, such as vessels
or lesions.

References
----------
Maier-Hein et al., Metrics Reloaded, Nature Methods 2024 (Hausdorff distance and outliers).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scan2train.knowledge.tolerances import LAB004_SILENT_PART, LAB004_SILENT_VOXELS
from scan2train.measures.label_values import sizes_of_pieces
from scan2train.rule import Example, Hit, bad, good, near, warning
from scan2train.volume import Labels

_SHOWN = 4


def check(labels: Labels, declared: Mapping[int, str]) -> Iterator[Hit]:
    """Compare the pieces of each class with the whole of it."""
    told: list[str] = []
    for value, sizes in sorted(sizes_of_pieces(labels).items()):
        least = min(LAB004_SILENT_VOXELS, LAB004_SILENT_PART * sum(sizes))
        tiny = [size for size in sizes if size < least]
        if tiny:
            name = f"{value} ({declared[value]})" if value in declared else str(value)
            smallest, largest = min(tiny), max(tiny)
            span = f"{smallest}" if smallest == largest else f"{smallest} to {largest}"
            told.append(
                f"class {name}: {len(tiny)} {'island' if len(tiny) == 1 else 'islands'} "
                f"of {span} {'voxel' if largest == 1 else 'voxels'}"
            )
    if told:
        more = f"; … {len(told) - _SHOWN} classes more" if len(told) > _SHOWN else ""
        yield warning(
            "a class has tiny islands",
            seen=f"{'; '.join(told[:_SHOWN])}{more}",
            expected=f"pieces of at least {LAB004_SILENT_VOXELS} voxels or {LAB004_SILENT_PART:.0%} of the class",
        )


def examples() -> Iterator[Example]:
    """Islands of several sizes, in several formats."""
    from typing import Any

    import numpy as np

    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_nifti, together

    shape = (30, 28, 24)

    def mask(
        *islands: tuple[slice, slice, slice], value: int = 1, name: str = "a{}.nii.gz", **more: Any
    ) -> Build:
        def drawn(array: Any) -> Any:
            made = np.zeros(array.shape, np.uint8)
            made[8:22, 8:22, 4:20] = 1
            for island in islands:
                made[island] = value
            return made

        return together(
            small_nifti(name.format(""), shape=shape, **more),
            small_nifti(name.format("_seg"), shape=shape, labels=True, values=drawn, **more),
        )

    def box(i: int, j: int, k: int, size: int = 1) -> tuple[slice, slice, slice]:
        return slice(i, i + size), slice(j, j + size), slice(k, k + size)

    yield good("one piece", mask())
    yield good("two pieces, both large", mask(box(1, 1, 1, 4)))
    yield bad("one voxel in a corner", mask(box(0, 0, 0)), Severity.WARNING)
    yield bad(
        "three voxels, NRRD, sagittal",
        mask(box(0, 0, 0), box(3, 0, 0), box(0, 26, 0), name="a{}.nrrd", orientation="PIR"),
        Severity.WARNING,
    )
    yield bad("MetaImage, oblique", mask(box(0, 0, 0, 2), name="a{}.mha", turned_deg=20), Severity.WARNING)
    yield near("touches at a corner", mask(box(7, 7, 3)))
    yield near("a class of one voxel is all of its class", mask(box(0, 0, 0), value=2))
    yield near("27 voxels", mask(box(0, 0, 0, 3)))
    yield near("8 voxels", mask(box(0, 0, 0, 2)), Severity.WARNING)
