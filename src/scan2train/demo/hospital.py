"""A folder of scans as a hospital hands it over: three patients, one phantom, and what should not be there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scan2train.grid import Grid
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.phantoms import chest_ct
from scan2train.volume import Volume
from scan2train.write import write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scan2train.testing.phantoms.canvas import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One series to be written, and what is odd about it."""

    folder: str
    about: str
    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    orientation: str
    lesion_mm: Point
    lesion_radius_mm: float
    header: Mapping[str, Any]
    tags: Mapping[Any, Any]


SCANS = (
    Scan(
        folder="export/CT0001",
        about="axial, 3.5 mm, shuffled files without suffix, a localizer among them",
        shape=(280, 246, 84),
        spacing=(1.3, 1.35, 3.5),
        orientation="LPS",
        lesion_mm=(78.0, 14.0, 34.0),
        lesion_radius_mm=12.0,
        header={
            "manufacturer": "SIEMENS",
            "model": "Sensation 64",
            "kernel": "B30f",
            "series_description": "Thorax  3.5  B30f",
            "patient": "DEMO-A",
            "file_names": lambda rank: f"{1 + rank // 30}/I{rank * 11 % 84:06d}",
        },
        tags={"KVP": "120", "SliceThickness": "5"},
    ),
    Scan(
        folder="export/CT0002",
        about="sagittal, 4 mm, implicit VR, a truncated copy among them",
        shape=(216, 220, 84),
        spacing=(1.5, 1.4, 4.0),
        orientation="PIR",
        lesion_mm=(-82.0, -22.0, 22.0),
        lesion_radius_mm=14.0,
        header={
            "manufacturer": "GE MEDICAL SYSTEMS",
            "model": "LightSpeed VCT",
            "kernel": "STANDARD",
            "series_description": "SAG CHEST",
            "patient": "DEMO-B",
            "transfer_syntax": "implicit",
            "numbers": "shuffled",
            "signed": True,
            "bits_stored": 16,
            "intercept": 0.0,
            "file_names": lambda rank: f"slice ({rank + 1}).dcm",
        },
        tags={"ImageType": ["ORIGINAL", "PRIMARY", "SAGITTAL"], (0x0009, 0x0010): ("LO", "GEMS_IDEN_01")},
    ),
    Scan(
        folder="export/CT0003",
        about="axial, feet first, 5 mm, deflated, numbered backwards",
        shape=(208, 230, 58),
        spacing=(1.75, 1.5, 5.0),
        orientation="RPI",
        lesion_mm=(58.0, -36.0, -30.0),
        lesion_radius_mm=16.0,
        header={
            "manufacturer": "Philips",
            "model": "Brilliance 64",
            "kernel": "B",
            "series_description": "CHEST, FEET FIRST",
            "patient": "DEMO-C",
            "patient_position": "FFS",
            "transfer_syntax": "deflated",
            "numbers": "reverse",
            "file_names": lambda rank: f"{rank:02d}.ima.DCM",
        },
        tags={"KVP": "140"},
    ),
)


def write_hospital(folder: Path) -> None:
    """Write everything; the lesion of a series ``X`` is in ``X_seg.nii.gz`` beside its folder."""
    for seed, scan in enumerate(SCANS):
        volume, lesion = chest_ct(
            scan.shape,
            scan.spacing,
            seed=seed,
            orientation=scan.orientation,
            lesion_centre_mm=scan.lesion_mm,
            lesion_radius_mm=scan.lesion_radius_mm,
        )
        place = folder / scan.folder
        write_dicom_series(volume, place, seed=seed, extra_tags=scan.tags, **scan.header)
        write(lesion, place.parent / f"{place.name}_seg.nii.gz")
        if seed == 0:
            _write_localizer(volume, place)
    whole = folder / "export/CT0002/slice (40).dcm"
    data = whole.read_bytes()
    (whole.parent / "slice (40) copy.dcm").write_bytes(data[: len(data) // 3])
    (folder / "export/read me.txt").write_text(
        "Chest CT, three patients, as exported. Burned in a hurry.\n", encoding="utf-8"
    )
    (folder / "export/CT0003/Thumbs.db").write_bytes(bytes(range(256)) * 4)


def _write_localizer(volume: Volume, folder: Path) -> None:
    """A scout view from the front: the sum along the beam, one coronal slice amid the axial ones."""
    summed = volume.array.astype(np.float32).clip(-1000, None).mean(axis=1)
    values = np.rint((summed - summed.min()) * 2).astype(np.int16)[:, None, ::-1]
    i, j, k = (volume.grid.affine[:3, n] for n in range(3))
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = i, -k, j
    affine[:3, 3] = volume.grid.to_world((0, volume.grid.shape[1] / 2, volume.grid.shape[2] - 1))
    shown = np.ascontiguousarray(values.swapaxes(1, 2))
    write_dicom_series(
        Volume(array=shown, grid=Grid((shown.shape[0], shown.shape[1], 1), affine), unit="HU"),
        folder,
        file_names=["1/I009999"],
        manufacturer="SIEMENS",
        model="Sensation 64",
        kernel="T20s",
        series_description="Topogram",
        patient="DEMO-A",
        series_number=2,
        extra_tags={"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
    )
