"""What is planted: one entry a fault, each with the volumes that a reader must find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset

from planted.place import Truth, grid
from scan2train.testing.concatenation import split_object
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_mosaic import write_mosaic
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.dicom_uids import uid


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One case. ``truths`` is empty where no right answer exists; ``may`` are volumes that may be given besides."""

    name: str
    build: Callable[[Path], object]
    truths: tuple[Truth, ...]
    may: tuple[Truth, ...] = ()


_AXIAL = Truth(grid=grid())
_SECOND = Truth(grid=grid(), add=200.0)


def _series(truth: Truth = _AXIAL, below: str = "series", **options: Any) -> Callable[[Path], object]:
    if options.get("modality", "CT") != "CT":
        options = {"signed": True, **options}

    def build(folder: Path) -> list[Path]:
        return write_dicom_series(truth.volume(), folder / below, **options)

    return build


def _one(name: str, truth: Truth = _AXIAL, **options: Any) -> Planted:
    return Planted(name=name, build=_series(truth, **options), truths=(truth,))


def _refused(name: str, build: Callable[[Path], object]) -> Planted:
    return Planted(name=name, build=build, truths=())


def _two(name: str, first: dict[str, Any], second: dict[str, Any], **options: Any) -> Planted:
    """Two volumes at the same places in one series, told apart by some attribute."""

    def build(folder: Path) -> None:
        for at, (truth, tags) in enumerate(zip((_AXIAL, _SECOND), (first, second), strict=True)):
            write_dicom_series(
                truth.volume(),
                folder / "series",
                file_names=lambda rank, at=at: f"I{rank:03d}{at}.dcm",
                extra_tags=lambda k, at=at, tags=tags: {
                    "SOPInstanceUID": uid("planted", at, k),
                    "InstanceNumber": 2 * k + at + 1,
                    **tags,
                },
                **options,
            )

    return Planted(name=name, build=build, truths=(_AXIAL, _SECOND))


def _then(build: Callable[[Path], Any], change: Callable[[list[Path]], object]) -> Callable[[Path], object]:
    return lambda folder: change(build(folder))


def _edit(path: Path, change: Callable[[Any], object]) -> None:
    dataset = dcmread(path)
    change(dataset)
    dataset.save_as(path)


def _again(*, same_uid: bool, other_pixels: bool) -> Callable[[list[Path]], None]:
    def change(paths: list[Path]) -> None:
        dataset = dcmread(paths[4])
        if not same_uid:
            dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid("again")
        if other_pixels:
            pixels = np.frombuffer(dataset.PixelData, "<u2") + np.uint16(300)
            dataset.PixelData = pixels.tobytes()
        dataset.save_as(paths[4].with_name("ZZ.dcm"))

    return change


def _localizer(folder: Path) -> None:
    paths = write_dicom_series(_AXIAL.volume(), folder / "series")
    write_dicom_series(
        _ACROSS.volume(),
        folder / "series",
        file_names=["A000.dcm"],
        extra_tags={
            "SOPInstanceUID": uid("localizer"),
            "ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"],
            "SeriesInstanceUID": dcmread(paths[0]).SeriesInstanceUID,
            "InstanceNumber": 0,
        },
    )


_ACROSS = Truth(grid=grid("PIR", shape=(14, 10, 1), spacing=(1.7, 2.5, 5.0)))


def _turned_slice(paths: list[Path]) -> None:
    _edit(paths[-1], lambda d: setattr(d, "ImageOrientationPatient", [1, 0, 0, 0, 0.9397, 0.342]))


def _cut_short(paths: list[Path]) -> None:
    content = paths[3].read_bytes()
    paths[3].write_bytes(content[: -len(content) // 3])


def _signed_junk() -> Planted:
    return _one(
        "12 bits signed, junk in the spare bits",
        bits_stored=12,
        signed=True,
        spare_bits_junk=True,
        intercept=-600,
    )


def _enhanced(name: str, truth: Truth = _AXIAL, **options: Any) -> Planted:
    return Planted(
        name=name,
        build=lambda folder: write_enhanced(truth.volume(), folder / "object.dcm", **options),
        truths=(truth,),
    )


def _object(folder: Path) -> Path:
    return write_enhanced(_AXIAL.volume(), folder / "object.dcm")


def _points(name: str) -> Planted:
    def build(folder: Path) -> object:
        return write_enhanced(
            _AXIAL.volume(),
            folder / "object.dcm",
            modality="MR",
            signed=True,
            points=[_SECOND.volume()],
            point_tags=lambda point: {"TemporalPositionSequence": [_temporal(point)]},
        )

    return Planted(name=name, build=build, truths=(_AXIAL, _SECOND))


def _temporal(point: int) -> Dataset:
    item = Dataset()
    item.TemporalPositionTimeOffset = 2.0 * point
    return item


#: A mosaic holds no negative values.
_POSITIVE = Truth(grid=grid(), add=1000.0)


def _mosaic(*, last_first: bool) -> Callable[[Path], object]:
    return lambda folder: write_mosaic(_POSITIVE.volume(), folder / "series" / "IM0", last_first=last_first)


def _time(at: int) -> dict[str, Any]:
    return {
        "TemporalPositionIdentifier": at + 1,
        "NumberOfTemporalPositions": 2,
        "AcquisitionTime": f"1011{12 + 20 * at}.5",
        "AcquisitionNumber": at + 1,
    }


CASES = (
    _one("axial, files in order", order="position"),
    _one("files shuffled, numbers backwards", numbers="reverse"),
    _one("no suffix, nested folders", file_names=lambda n: f"{n % 3}/IM{n}"),
    _one("sagittal", Truth(grid=grid("PIR"))),
    _one("coronal", Truth(grid=grid("LIP"))),
    _one("double oblique", Truth(grid=grid(turned_deg=(20, -15, 35)))),
    _one("feet first", Truth(grid=grid("RPI")), patient_position="FFS"),
    _one("prone", Truth(grid=grid("RAI")), patient_position="HFP"),
    _one("numbers along the other way, oblique sagittal", Truth(grid=grid("AIR", turned_deg=(8, 5, -12)))),
    _one("gantry tilt", Truth(grid=grid(tilt_deg=18))),
    _one("0.01 mm of jitter", place=lambda k: k + 0.004 * (-1) ** k),
    _one("Slice Thickness is not the spacing", extra_tags={"SliceThickness": "5"}),
    _one("Spacing Between Slices lies", modality="MR", extra_tags={"SpacingBetweenSlices": "4"}),
    _one("Slice Location lies", extra_tags=lambda k: {"SliceLocation": str((k * 7) % 10)}),
    Planted(name="a slice is missing", build=_series(drop=[4]), truths=(_AXIAL,)),
    Planted(
        name="thin slices, then thick ones",
        build=_series(drop=[5, 7, 9], order="position"),
        truths=(Truth(grid=grid(shape=(17, 14, 9), spacing=(1.3, 1.7, 2.5))),),
    ),
    Planted(
        name="the same file twice",
        build=_then(_series(), _again(same_uid=True, other_pixels=False)),
        truths=(_AXIAL,),
    ),
    _refused(
        "two files of one UID, other pixels", _then(_series(), _again(same_uid=True, other_pixels=True))
    ),
    _refused(
        "two slices at one place, other pixels", _then(_series(), _again(same_uid=False, other_pixels=True))
    ),
    _refused(
        "no Image Position and Orientation",
        _series(extra_tags=dict.fromkeys(("ImagePositionPatient", "ImageOrientationPatient"))),
    ),
    _refused("one slice turned by 20°", _then(_series(), _turned_slice)),
    Planted(name="a localizer among the slices", build=_localizer, truths=(_AXIAL,), may=(_ACROSS,)),
    _two("two kernels in one series", {"ConvolutionKernel": "STANDARD"}, {"ConvolutionKernel": "LUNG"}),
    _two(
        "two echoes in one series",
        {"EchoTime": "5", "EchoNumbers": 1},
        {"EchoTime": "90", "EchoNumbers": 2},
        modality="MR",
        signed=True,
    ),
    _two("two times in one series", _time(0), _time(1), modality="MR", signed=True),
    _one(
        "a slope for each slice",
        modality="PT",
        slope=[0.5 if k % 2 else 0.25 for k in range(10)],
        bits_stored=16,
        intercept=0,
        signed=True,
    ),
    _one("an intercept for each slice", extra_tags=None, intercept=-1000),
    _signed_junk(),
    _one("12 bits up to bit 15", high_bit=15, bits_stored=12),
    _one("32 bits", bits_allocated=32, bits_stored=32),
    _one("MONOCHROME1 on CT", extra_tags={"PhotometricInterpretation": "MONOCHROME1"}),
    _refused(
        "rescale missing on some slices",
        _series(
            extra_tags=lambda k: dict.fromkeys(("RescaleSlope", "RescaleIntercept")) if k in (3, 7) else {}
        ),
    ),
    _refused("a slice cut short", _then(_series(), _cut_short)),
    _one("implicit VR", transfer_syntax="implicit"),
    _one("big endian", transfer_syntax="big-endian"),
    _one("deflated", transfer_syntax="deflated"),
    _one("no preamble", preamble=False),
    _one("RLE", transfer_syntax="rle"),
    _one("JPEG-LS", transfer_syntax="jpeg-ls"),
    _one(
        "JPEG 2000",
        Truth(grid=grid(shape=(40, 34, 10), spacing=(0.6, 0.7, 2.5))),
        transfer_syntax="jpeg2000",
    ),
    _enhanced("enhanced CT, frames in order", order="position"),
    _enhanced("enhanced CT, frames shuffled"),
    _enhanced(
        "enhanced MR, oblique, geometry in every frame",
        Truth(grid=grid(turned_deg=(20, -15, 35))),
        shared=False,
        modality="MR",
        signed=True,
    ),
    _enhanced("enhanced CT, tilted", Truth(grid=grid(tilt_deg=-12))),
    _one("JPEG lossless", transfer_syntax="jpeg-lossless-sv1"),
    _one("HTJ2K", Truth(grid=grid(shape=(40, 34, 10), spacing=(0.6, 0.7, 2.5))), transfer_syntax="htj2k"),
    _one("stored values that are measured in halves", slope=0.5, bits_stored=16, intercept=-1000),
    _enhanced("enhanced CT in implicit VR", transfer_syntax="implicit"),
    _points("enhanced MR of two times, frames shuffled"),
    Planted(
        name="an enhanced object in three parts (concatenation)",
        build=lambda folder: split_object(_object(folder), [3, 4, 3]),
        truths=(_AXIAL,),
    ),
    _refused(
        "the same, one part missing", lambda folder: split_object(_object(folder), [3, 4, 3])[1].unlink()
    ),
    Planted(name="a Siemens mosaic", build=_mosaic(last_first=False), truths=(_POSITIVE,)),
    Planted(name="a Siemens mosaic, last slice first", build=_mosaic(last_first=True), truths=(_POSITIVE,)),
)
