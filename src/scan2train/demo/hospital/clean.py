"""What is sound: three chest CTs with a lesion each, a head MR, a PET, four mammograms, a film, a NIfTI data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from scan2train.demo.hospital.anatomy import chest, film, head
from scan2train.demo.hospital.entry import Entry
from scan2train.testing.of_volume import file_of, film_of, series_of
from scan2train.testing.pet_header import pet_tags
from scan2train.testing.phantoms import chest_ct, chest_pet, mammogram
from scan2train.testing.small import together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scan2train.testing.phantoms.canvas import Point
    from scan2train.testing.vendors import Vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A chest CT that is fit to be prepared; its lesion is drawn in ``<folder>_seg.nii.gz``."""

    folder: str
    about: str
    vendor: Vendor
    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    orientation: str
    lesion_mm: Point
    lesion_radius_mm: float
    header: Mapping[str, Any]


SCANS = (
    Scan(
        folder="ct/chest-01",
        about="axial, Siemens, shuffled files without suffix",
        vendor="siemens",
        shape=(112, 98, 44),
        spacing=(3.3, 3.4, 6.4),
        orientation="LPS",
        lesion_mm=(78.0, 14.0, 34.0),
        lesion_radius_mm=18.0,
        header={"file_names": lambda rank: f"{1 + rank // 20}/I{rank * 7 % 44:06d}"},
    ),
    Scan(
        folder="ct/chest-02",
        about="sagittal, GE, implicit VR, signed values",
        vendor="ge",
        shape=(138, 128, 54),
        spacing=(2.4, 2.4, 6.3),
        orientation="PIR",
        lesion_mm=(-82.0, -22.0, 22.0),
        lesion_radius_mm=20.0,
        header={
            "transfer_syntax": "implicit",
            "signed": True,
            "bits_stored": 16,
            "intercept": 0.0,
            "file_names": lambda rank: f"slice ({rank + 1}).dcm",
        },
    ),
    Scan(
        folder="ct/chest-03",
        about="axial, Canon, deflated, numbered from the feet",
        vendor="canon",
        shape=(104, 92, 46),
        spacing=(3.5, 3.6, 6.2),
        orientation="LPS",
        lesion_mm=(58.0, -36.0, -30.0),
        lesion_radius_mm=22.0,
        header={
            "transfer_syntax": "deflated",
            "numbers": "reverse",
            "file_names": lambda rank: f"{rank:02d}.ima.DCM",
        },
    ),
)


def clean() -> Iterator[Entry]:
    """Everything without a fault."""
    for seed, scan in enumerate(SCANS):
        yield Entry(where=scan.folder, about=f"chest CT with a lesion, {scan.about}", build=_scan(scan, seed))
    yield Entry(
        where="mr/head-01",
        about="head MR, Philips, sagittal",
        build=series_of(head("PIR"), "mr/head-01", vendor="philips", modality="MR", patient="MR1"),
    )
    yield Entry(
        where="pet/body-01",
        about="PET, Siemens",
        build=series_of(
            chest_pet((48, 40, 30), (8.0, 8.2, 8.7)),
            "pet/body-01",
            modality="PT",
            bits_stored=16,
            patient="PT1",
            tags=pet_tags("siemens"),
        ),
    )
    for number, (side, view) in enumerate(_VIEWS, start=1):
        name = f"mammo/woman-01/{side}{view}.dcm"
        pixels = mammogram(side, view, (220, 170), calcifications=side == "L", seed=4)
        picture = film_of(
            pixels,
            name,
            modality="MG",
            side=side,
            view=view,
            manufacturer="HOLOGIC, Inc.",
            model="Selenia Dimensions",
            patient="MG1",
            series_number=number,
        )
        yield Entry(where=name, about=f"mammogram, {side} {view}", build=picture)
    yield Entry(
        where="films/chest-01.dcm",
        about="chest film",
        build=film_of(film(), "films/chest-01.dcm", patient="DX1"),
    )
    image, lesion = chest(30, lesion_radius_mm=22.0)
    yield Entry(
        where="task/imagesTr/volume-1.nii.gz",
        about="a NIfTI data set, its masks in labelsTr",
        build=together(
            file_of(image, "task/imagesTr/volume-1.nii.gz"), file_of(lesion, "task/labelsTr/volume-1.nii.gz")
        ),
    )


_VIEWS: tuple[tuple[Literal["L", "R"], Literal["CC", "MLO"]], ...] = (
    ("L", "CC"),
    ("R", "CC"),
    ("L", "MLO"),
    ("R", "MLO"),
)


def _scan(scan: Scan, seed: int) -> Any:
    def build(folder: Path) -> object:
        volume, lesion = chest_ct(
            scan.shape,
            scan.spacing,
            seed=seed,
            orientation=scan.orientation,
            lesion_centre_mm=scan.lesion_mm,
            lesion_radius_mm=scan.lesion_radius_mm,
        )
        more = {"patient": f"CT{seed + 1}", "series_description": "Thorax", **scan.header}
        series = series_of(volume, scan.folder, vendor=scan.vendor, seed=seed, **more)
        return together(series, file_of(lesion, f"{scan.folder}_seg.nii.gz"))(folder)

    return build
