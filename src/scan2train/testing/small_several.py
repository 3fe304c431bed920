"""Several volumes in one DICOM series, and several frames in one file: more of what examples of rules are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.testing.dicom_dataset import About, apply, dataset, transfer_syntax_uid
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_pixels import PixelCell
from scan2train.testing.dicom_series import save, set_pixels, write_dicom_series
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


def small_enhanced(
    orientation: str = "LPS",
    *,
    shape: tuple[int, int, int] = (13, 11, 8),
    spacing: tuple[float, float, float] = (1.3, 1.7, 2.5),
    turned_deg: float = 0.0,
    modality: str = "CT",
    tags: Tags = None,
    **more: Any,
) -> Build:
    """One enhanced multi-frame object of the same body; ``tags`` and ``more`` are for its writer."""

    def build(folder: Path) -> object:
        volume = body(orientation, shape, spacing, 0.0, turned_deg, modality)
        extra = {**careful(modality), **(tags or {})}
        return write_enhanced(volume, folder / "enhanced.dcm", modality=modality, extra_tags=extra, **more)

    return build


def small_clip(frames: int = 6) -> Build:
    """A clip of ultrasound: frames without a place, one behind another in time."""

    def build(folder: Path) -> object:
        cell = PixelCell(allocated=8, stored=8)
        made = dataset(About(modality="US"), cell, enhanced=False, instance="clip")
        apply(
            {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.3.1", "NumberOfFrames": frames, "InstanceNumber": 1},
            made,
        )
        rng = np.random.default_rng(3)
        syntax = transfer_syntax_uid("explicit")
        set_pixels(made, rng.integers(0, 200, (frames, 11, 13)).astype(np.uint8), cell, syntax, rng)
        save(made, folder / "clip.dcm", syntax, preamble=True)
        return folder / "clip.dcm"

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
