"""Small folders with one object that is no series of slices: films, frames in one file, pictures.

Builders, as those of :mod:`scan2train.testing.small`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from scan2train.grid import Grid
from scan2train.testing.dicom_dataset import About, apply, dataset, ds, transfer_syntax_uid
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_mosaic import write_mosaic
from scan2train.testing.dicom_pixels import PixelCell
from scan2train.testing.dicom_series import save, set_pixels
from scan2train.testing.small import Build, Change, body, careful, changed, small_series
from scan2train.volume import Volume

_NO_PLACE = (
    *("ImagePositionPatient", "ImageOrientationPatient", "SliceThickness", "FrameOfReferenceUID"),
    "PatientPosition",
)


def small_film(
    modality: str = "DX",
    *,
    pixel: tuple[float, float] | None = None,
    imager: tuple[float, float] | None = (0.3, 0.2),
    tags: Any = None,
    **more: Any,
) -> Build:
    """One projection radiograph (``"DX"``, ``"CR"`` or ``"MG"``) of the small body, without a place in the patient.

    Parameters
    ----------
    modality
        Also decides the view: a chest from the front, or a left breast from above.
    pixel, imager
        Pixel Spacing and Imager Pixel Spacing, between rows and between columns, in mm; ``None`` leaves one out.
    tags, more
        As :func:`~scan2train.testing.small.small_series`; ``tags`` are a mapping.
    """
    view = (
        {
            "ViewPosition": "CC",
            "ImageLaterality": "L",
            "PatientOrientation": ["A", "R"],
            "BodyPartExamined": "BREAST",
        }
        if modality == "MG"
        else {"ViewPosition": "PA", "PatientOrientation": ["L", "F"], "BodyPartExamined": "CHEST"}
    )
    spacings = {
        "PixelSpacing": None if pixel is None else [ds(x) for x in pixel],
        "ImagerPixelSpacing": None if imager is None else [ds(x) for x in imager],
    }
    return small_series(
        shape=(13, 11, 1),
        below="film",
        modality=modality,
        tags={**dict.fromkeys(_NO_PLACE), **spacings, **view, **(tags or {})},
        **more,
    )


def small_enhanced(
    orientation: str = "LPS",
    *,
    shape: tuple[int, int, int] = (13, 11, 8),
    spacing: tuple[float, float, float] = (1.3, 1.7, 2.5),
    turned_deg: float = 0.0,
    modality: str = "CT",
    values: Change | None = None,
    tags: Any = None,
    **more: Any,
) -> Build:
    """One enhanced multi-frame object of the small body.

    Arguments are those of :func:`~scan2train.testing.small.small_series`;
    ``tags`` and ``more`` go to :func:`~scan2train.testing.dicom_enhanced.write_enhanced`.
    """
    volume = changed(body(orientation, shape, spacing, 0.0, turned_deg, modality), values)

    def build(folder: Path) -> object:
        extra = {**careful(modality), **(tags or {})}
        return write_enhanced(volume, folder / "enhanced.dcm", modality=modality, extra_tags=extra, **more)

    return build


def small_mosaic(
    orientation: str = "LPS",
    *,
    points: int = 1,
    shape: tuple[int, int, int] = (13, 11, 7),
    spacing: tuple[float, float, float] = (1.3, 1.7, 2.5),
    turned_deg: float = 0.0,
    tags: Any = None,
    **more: Any,
) -> Build:
    """Mosaics of the small body, one a time point.

    Arguments are those of :func:`~scan2train.testing.small.small_series`;
    ``tags`` and ``more`` go to :func:`~scan2train.testing.dicom_mosaic.write_mosaic`.
    """
    volume = body(orientation, shape, spacing, 0.0, turned_deg, "MR")

    def build(folder: Path) -> object:
        extra = {**careful("MR"), **(tags or {})}
        return [
            write_mosaic(
                volume.replace(array=volume.array + np.int16(at)),
                folder / "mosaics" / f"M{at:03d}.dcm",
                number=at + 1,
                extra_tags=extra,
                **more,
            )
            for at in range(points)
        ]

    return build


#: Ultrasound Multi-frame Image Storage and X-Ray Angiographic Image Storage.
_CLIP_CLASSES = {"US": "1.2.840.10008.5.1.4.1.1.3.1", "XA": "1.2.840.10008.5.1.4.1.1.12.1"}


def small_clip(frames: int = 6, *, modality: str = "US", tags: Any = None) -> Build:
    """A clip of ultrasound or (``"XA"``) angiography: frames without a place, one behind another in time.

    ``tags`` are attributes by keyword that override others; of one frame it is a picture.
    """

    def build(folder: Path) -> object:
        cell = PixelCell(allocated=8, stored=8)
        made = dataset(About(modality="US"), cell, enhanced=False, instance="clip")
        apply(
            {
                "SOPClassUID": _CLIP_CLASSES[modality],
                "Modality": modality,
                "NumberOfFrames": frames,
                "InstanceNumber": 1,
                **(tags or {}),
            },
            made,
        )
        rng = np.random.default_rng(3)
        syntax = transfer_syntax_uid("explicit")
        set_pixels(made, rng.integers(0, 200, (frames, 11, 13)).astype(np.uint8), cell, syntax, rng)
        save(made, folder / "clip.dcm", syntax, preamble=True)
        return folder / "clip.dcm"

    return build


def ultrasound_region(
    delta_cm: tuple[float, float], box: tuple[int, int, int, int] = (0, 0, 12, 10), **other: object
) -> dict[str, Any]:
    """Attributes of one region of tissue, for ``tags`` of :func:`small_clip` (PS3.3 C.8.5.5).

    Parameters
    ----------
    delta_cm
        Distance of neighbouring pixels in x and in y.
    box
        First column and row, last column and row.
    other
        Attributes of the region that override these.
    """
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    names = ("RegionLocationMinX0", "RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1")
    for name, value in zip(names, box, strict=True):
        setattr(region, name, value)
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX, region.PhysicalDeltaY = delta_cm
    for name, given in other.items():
        setattr(region, name, given)
    return {"SequenceOfUltrasoundRegions": [region]}


def small_picture(name: str = "picture.png") -> Build:
    """A plain grey picture."""

    def build(folder: Path) -> object:
        from scan2train.write import write

        values = np.random.default_rng(5).integers(0, 255, (13, 11, 1)).astype(np.uint8)
        grid = Grid((13, 11, 1), np.eye(4), physical=False)
        write(Volume(array=values, grid=grid), folder / name)
        return folder / name

    return build
