"""Builders of files from any volume, with the headers of four vendors: where the demo plants its faults.

Like those of :mod:`scan2train.testing.small`, each gives a function to be called with the folder that it fills, so that
the builders of :mod:`scan2train.testing.damaged` and :mod:`scan2train.testing.small_places` can take them further.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

from scan2train.grid import Grid
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.vendors import Vendor, vendor_tags
from scan2train.volume import Volume

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scan2train.testing.dicom_dataset import Tags
    from scan2train.testing.small import Build

#: Window Center and Window Width as a careful scanner writes them.
_WINDOW: Final = {"CT": ("-400", "1500"), "MR": ("300", "600"), "PT": ("6000", "12000")}
#: Patient Orientation of the two directions of a picture (PS3.3 C.7.6.1.1.1).
_TOWARDS: Final = {
    ("L", "CC"): ["A", "R"],
    ("R", "CC"): ["P", "L"],
    ("L", "MLO"): ["A", "FR"],
    ("R", "MLO"): ["P", "FL"],
}
_PLACES: Final = ("ImagePositionPatient", "ImageOrientationPatient", "SliceThickness", "FrameOfReferenceUID")


def series_of(
    volume: Volume,
    below: str,
    *,
    vendor: Vendor = "siemens",
    sharp: bool = False,
    modality: str = "CT",
    tags: Any = None,
    **more: Any,
) -> Build:
    """A DICOM series of ``volume`` in the folder ``below``, sound unless it is told otherwise.

    Parameters
    ----------
    volume
        ``(i, j, k)``: slices along ``k``.
    vendor, sharp, modality
        As :func:`~scan2train.testing.vendors.vendor_tags`.
    tags, more
        As :func:`~scan2train.testing.dicom_series.write_dicom_series`; ``tags`` are its ``extra_tags``, and override
        what the vendor writes.
    """
    center, width = _WINDOW[modality]
    usual = {**vendor_tags(vendor, modality, sharp=sharp), "WindowCenter": center, "WindowWidth": width}

    def build(folder: Path) -> object:
        def both(k: int) -> Tags:
            return {**usual, **((tags(k) if callable(tags) else tags) or {})}

        return write_dicom_series(volume, folder / below, extra_tags=both, modality=modality, **more)

    return build


def enhanced_of(
    volume: Volume,
    name: str,
    *,
    vendor: Vendor = "philips",
    modality: str = "MR",
    tags: Tags | None = None,
    **more: Any,
) -> Build:
    """One enhanced multi-frame object of ``volume``; ``more`` goes to its writer."""

    def build(folder: Path) -> object:
        both = {**vendor_tags(vendor, modality), **(tags or {})}
        return write_enhanced(volume, folder / name, modality=modality, extra_tags=both, **more)

    return build


def film_of(
    pixels: npt.NDArray[np.uint16],
    name: str,
    *,
    modality: Literal["DX", "CR", "MG", "OT"] = "DX",
    pixel_mm: tuple[float, float] | None = (0.9, 0.95),
    side: str = "",
    view: str = "PA",
    tags: Tags | None = None,
    **more: Any,
) -> Build:
    """One picture without a place in the patient: a chest film, a mammogram, or (``"OT"``) a screenshot.

    Parameters
    ----------
    pixels
        Rows × columns of 12-bit values.
    name
        The file, below the folder that is filled.
    pixel_mm
        Between rows and between columns: Pixel Spacing and the detector's Imager Pixel Spacing; ``None`` for neither.
    side, view
        Image Laterality and View Position.
    tags, more
        As :func:`~scan2train.testing.dicom_series.write_dicom_series`; ``tags`` are its ``extra_tags``.
    """
    values = np.ascontiguousarray(pixels.T[:, :, None]).astype(np.int16)
    volume = Volume(array=values, grid=Grid(values.shape, np.eye(4)))
    spacing = None if pixel_mm is None else [f"{step:g}" for step in pixel_mm]
    usual: dict[Any, Any] = {
        **dict.fromkeys(_PLACES),
        "PatientPosition": None,
        "PixelSpacing": spacing,
        "ImagerPixelSpacing": spacing,
        "WindowCenter": "2000",
        "WindowWidth": "4000",
    }
    if modality == "OT":
        usual |= {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "ConversionType": "WSD"}
    else:
        usual |= {
            "ViewPosition": view,
            "ImageLaterality": side or None,
            "PatientOrientation": _TOWARDS.get((side, view), ["L", "F"]),
            "BodyPartExamined": "BREAST" if modality == "MG" else "CHEST",
        }
    more = {"manufacturer": "FUJIFILM Corporation", "model": "FDR D-EVO", "kernel": None, **more}
    path = Path(name)

    def build(folder: Path) -> object:
        return write_dicom_series(
            volume,
            folder / path.parent,
            file_names=[path.name],
            modality=modality,
            extra_tags={**usual, **(tags or {})},
            **more,
        )

    return build


def file_of(volume: Volume, name: str, *, nifti: Mapping[str, Any] | None = None) -> Build:
    """One file of ``volume``, its format chosen by the suffix.

    ``nifti`` overwrites fields of the header of a ``.nii`` file once it is there, whatever comes of it:
    ``{"qform_code": 0}``.
    """

    def build(folder: Path) -> object:
        from scan2train.write import write

        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write(volume, path)
        if nifti:
            _overwrite(path, nifti)
        return path

    return build


def _overwrite(path: Path, fields: Mapping[str, Any]) -> None:
    from scan2train.formats.nifti_fields import NIFTI1

    content = bytearray(path.read_bytes())
    record = np.frombuffer(content, NIFTI1, count=1)
    for name, value in fields.items():
        record[0][name] = value
    path.write_bytes(content)
