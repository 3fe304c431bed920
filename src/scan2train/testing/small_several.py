"""Several volumes in one DICOM series: more of what examples of rules are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.dicom_uids import uid
from scan2train.testing.small import Build, body, careful

Tags = Any


def several(
    *tags: Tags,
    orientations: Sequence[str] = (),
    shapes: Sequence[tuple[int, int, int]] = (),
    spacings: Sequence[tuple[float, float, float]] = (),
    folders: Sequence[str] = (),
    drops: Sequence[Sequence[int]] = (),
    orientation: str = "LPS",
    shape: tuple[int, int, int] = (13, 11, 8),
    spacing: tuple[float, float, float] = (1.3, 1.7, 2.5),
    turned_deg: float = 0.0,
    modality: str = "CT",
    **more: Any,
) -> Build:
    """One DICOM series that holds several volumes, in one folder, with numbers that count on.

    Parameters
    ----------
    tags
        For each volume what tells it from the others: attributes, or a function of k that gives them.
    orientations, shapes, spacings, folders, drops
        One for each volume, where they are not alike: as ``orientation``, ``shape`` and ``spacing``; the folder of its
        files below the series'; the slices that are left out.
    orientation, shape, spacing, turned_deg, modality, more
        As :func:`~scan2train.testing.small.small_series`.
    """

    def build(folder: Path) -> object:
        written: list[Path] = []
        for at, own in enumerate(tags):
            size = shapes[at] if shapes else shape
            volume = body(
                orientations[at] if orientations else orientation,
                size,
                spacings[at] if spacings else spacing,
                0.0,
                turned_deg,
                modality,
            )
            written += write_dicom_series(
                # No two of them hold the same pixels.
                volume.replace(array=volume.array + np.int16(at)),
                folder / "series" / (folders[at] if folders else ""),
                extra_tags=_numbered(own, at, size[2], modality),
                drop=drops[at] if drops else (),
                file_names=lambda rank, at=at: f"P{at}_{rank:03d}.dcm",  # type: ignore[misc]
                modality=modality,
                **more,
            )
        return written

    return build


def _numbered(own: Tags, at: int, n: int, modality: str) -> Callable[[int], dict[Any, Any]]:
    """Attributes of slice k of the volume ``at``: a UID of its own and a number that counts on, then ``own``."""

    def tags(k: int) -> dict[Any, Any]:
        return {
            **careful(modality),
            "SOPInstanceUID": uid("several", at, k),
            "InstanceNumber": at * n + k + 1,
            **((own(k) if callable(own) else own) or {}),
        }

    return tags
