"""A mask without a voxel, or a class that no mask holds.

What it finds
-------------
Masks in which everything is background; and classes that dataset.json declares and that no mask of the data set
holds. A class that only some masks lack is nothing to speak of: not every patient has a tumour.

Why it matters
--------------
An empty mask says that there is nothing to be found, which is rarely meant: it was exported before it was drawn, or
lost by a conversion. A class that never appears is an output that a network learns to keep silent, and a Dice of
nothing by nothing.

What to do
----------
Look whether the picture shows what should be labelled. Leave the case out, or keep it as a true negative on
purpose; take a class that nobody has out of the declaration.

References
----------
nnU-Net, documentation/dataset_format.md ("labels").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scan2train.measures.label_values import counts
from scan2train.rule import Example, Hit, bad, good, near, warning
from scan2train.volume import Labels

#: Names of classes that need no voxels.
_NEED_NONE = frozenset(("background", "ignore"))
_SHOWN = 6
Declared = tuple[tuple[int, str], ...]


def check(labels: Labels, declared: Mapping[int, str]) -> Iterator[Hit]:  # noqa: ARG001 - gathered from
    """Look for anything beside the background."""
    if set(counts(labels)) <= {0}:
        yield warning(
            "a mask without a voxel", seen="background alone", expected="something that is labelled"
        )


def gather(labels: Labels, declared: Mapping[int, str]) -> tuple[Declared, frozenset[int]]:
    """What is declared, and what is there."""
    return tuple(declared.items()), frozenset(counts(labels))


def conclude(gathered: Sequence[tuple[Declared, frozenset[int]]]) -> Iterator[Hit]:
    """Look for classes that no mask under the same declaration holds."""
    held: dict[Declared, set[int]] = defaultdict(set)
    masks: dict[Declared, int] = defaultdict(int)
    for declared, own in gathered:
        held[declared] |= own
        masks[declared] += 1
    for declared, values in held.items():
        lacking = [
            f"{v} ({name})"
            for v, name in declared
            if v not in values | {0} and name.lower() not in _NEED_NONE
        ]
        if lacking:
            yield warning(
                "no mask holds a class that the data set declares",
                seen=", ".join(lacking[:_SHOWN]) + (", …" if len(lacking) > _SHOWN else ""),
                expected="some voxels of each class",
                affects=masks[declared],
            )


def examples() -> Iterator[Example]:
    """Masks that are full, empty, and empty of one class."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_nifti, small_text, together

    def declaring(labels: str) -> Build:
        return small_text("dataset.json", f'{{"labels": {labels}}}')

    def without(value: int | None) -> dict[str, Any]:
        return {"labels": True, "values": lambda mask: mask * (mask != value) * (value is not None)}

    pair = together(small_nifti("a.nii.gz"), small_nifti("a_seg.nii.gz", labels=True))
    half = together(small_nifti("b.nii.gz"), small_nifti("b_seg.nii.gz", **without(2)))
    yield good("a mask", pair)
    yield good(
        "all classes, as nnU-Net says it",
        together(pair, declaring('{"background": 0, "left": 1, "right": [1, 2]}')),
    )
    yield bad(
        "an empty mask",
        together(small_nifti("a.nii.gz"), small_nifti("a_seg.nii.gz", **without(None))),
        Severity.WARNING,
    )
    yield bad(
        "an empty mask, NRRD, sagittal",
        together(
            small_nifti("a.nrrd", orientation="PIR"),
            small_nifti("a_seg.nrrd", orientation="PIR", **without(None)),
        ),
        Severity.WARNING,
    )
    yield bad(
        "a class that nobody has",
        together(pair, half, declaring('{"background": 0, "left": 1, "right": 2, "spleen": 3}')),
        Severity.WARNING,
    )
    yield bad(
        "and as the Decathlon says it",
        together(pair, declaring('{"0": "background", "1": "left", "2": "right", "5": "spleen"}')),
        Severity.WARNING,
    )
    yield near(
        "a class that one of two masks lacks",
        together(pair, half, declaring('{"background": 0, "left": 1, "right": 2}')),
    )
    yield near(
        "a class that is to be ignored",
        together(pair, declaring('{"background": 0, "left": 1, "right": 2, "ignore": 3}')),
    )
    yield near("a declaration that is none", together(pair, small_text("dataset.json", "{[")))
