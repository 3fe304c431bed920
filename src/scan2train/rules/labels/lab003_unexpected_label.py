"""Values in a mask that cannot be labels.

What it finds
-------------
Values that dataset.json does not declare, where there is one; negative values; fractions, such as 0.9999 or a
probability; and values so large that their type of float no longer tells them apart.

Why it matters
--------------
Fractions mean that a mask was interpolated, or scaled by a slope: cut to whole numbers, 0.9999 becomes background
and an average of 1 and 3 becomes class 2. A value that is not declared ends a training with an error of the GPU, or
is counted as something else.

What to do
----------
Make the mask again with interpolation by the nearest neighbour and an integer type. Declare the value if it is a
class.

References
----------
nnU-Net, documentation/dataset_format.md ("labels"); DICOM PS3.3 C.8.20.2 (Segmentation Type FRACTIONAL).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from scan2train.knowledge.sop_classes import SEGMENTATIONS
from scan2train.measures.label_values import counts
from scan2train.rule import Example, Hit, bad, error, good, near
from scan2train.volume import Labels

_SHOWN = 6
#: A binary segmentation has one bit a voxel; eight are shares of a class (PS3.3 C.8.20.2).
_OF_SHARES = 8


def check(labels: Labels, declared: Mapping[int, str], row: Mapping[str, Any]) -> Iterator[Hit]:
    """Look at every value once; reading itself refuses fractions."""
    if row["sop_class_uid"] == SEGMENTATIONS[0] and row["bits_allocated"] == _OF_SHARES:
        yield error(
            "the segmentation holds shares of a class and no classes",
            seen="8 bits a voxel",
            expected="Segmentation Type BINARY",
        )
        return
    held = [value for value in counts(labels) if value]
    negative = [value for value in held if value < 0 and value not in declared]
    if negative:
        yield error("a mask holds negative values", seen=_shown(negative), expected="0 and above")
    unknown = [value for value in held if value > 0 and declared and value not in declared]
    if unknown:
        yield error(
            "a mask holds values that the data set does not declare",
            seen=_shown(unknown),
            expected=_shown([f"{value} ({name})" for value, name in declared.items()]),
        )


def _shown(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values[:_SHOWN]) + (", …" if len(values) > _SHOWN else "")


def examples() -> Iterator[Example]:
    """Values that are declared, that are not, and that were lost."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_nifti, small_text, together

    def mask(change: Any = None, suffix: str = ".nii.gz", declared: str = "", **more: Any) -> Build:
        files = [
            small_nifti(f"a{suffix}", **more),
            small_nifti(f"a_seg{suffix}", labels=True, values=change, **more),
        ]
        return together(*files, *([small_text("dataset.json", declared)] if declared else []))

    def number(value: float, kind: Any) -> Any:
        return lambda array: np.where(array == 2, kind(value), array.astype(kind))

    nnunet = '{"labels": {"background": 0, "organ": [1, 2], "lesion": 2}}'
    yield good("whole numbers, and nothing declared", mask())
    yield good("what is declared", mask(declared=nnunet, orientation="PIR"))
    yield bad("a value that is not declared", mask(number(7, np.uint8), declared=nnunet), Severity.ERROR)
    yield bad("a negative value, MetaImage", mask(number(-1, np.int16), ".mha"), Severity.ERROR)
    yield bad("0.9999", mask(number(0.9999, np.float32)), Severity.ERROR)
    yield bad(
        "a probability, NRRD, oblique", mask(number(0.5, np.float32), ".nrrd", turned_deg=15), Severity.ERROR
    )
    yield bad("too large for float32", mask(number(2**24 + 2, np.float32)), Severity.ERROR)
    yield near("whole numbers stored as floats", mask(number(2, np.float32)))
    yield near("the largest that float32 tells apart", mask(number(2**24, np.float32)))
    yield near(
        "a declaration above the mask's folder that is malformed",
        mask(number(7, np.uint8), declared='{"labels": [1, 2]}'),
    )
