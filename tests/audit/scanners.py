"""Scans as four vendors' machines write them, by pydicom alone: nothing here knows how scan2train builds its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

#: Changes one slice's data set, given its number from 0.
Change = Callable[[Dataset, int], object]

ROOT = "1.2.826.0.1.3680043.8.498"
CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "PT": "1.2.840.10008.5.1.4.1.1.128",
    "MG": "1.2.840.10008.5.1.4.1.1.1.2",
    "DX": "1.2.840.10008.5.1.4.1.1.1.1",
}
#: Manufacturer, model, soft kernel of the body, sharp kernel.
VENDORS = {
    "siemens": ("Siemens Healthineers", "SOMATOM Force", ["Br40d", "3"], ["Bl64d", "3"]),
    "ge": ("GE MEDICAL SYSTEMS", "Revolution EVO", "STANDARD", "BONEPLUS"),
    "philips": ("Philips", "iCT 256", "B", "YB"),
    "canon": ("CANON_MEC", "Aquilion Prime SP", "FC18", "FC51"),
}


def uid(*parts: object) -> str:
    """The same for the same parts."""
    number = 0
    for character in repr(parts):
        number = (number * 131 + ord(character)) % (1 << 96)
    return f"{ROOT}.{number}"


def common(modality: str, name: str, series: int, vendor: str) -> Dataset:
    """What every careful, de-identified header says."""
    maker, model, *_ = VENDORS[vendor]
    ds = Dataset()
    ds.SOPClassUID = CLASSES[modality]
    ds.StudyDate, ds.SeriesDate, ds.AcquisitionDate, ds.ContentDate = ("",) * 4
    ds.StudyTime, ds.ContentTime, ds.SeriesTime = ("",) * 3
    ds.AccessionNumber, ds.ReferringPhysicianName = "", ""
    ds.Modality, ds.Manufacturer, ds.ManufacturerModelName = modality, maker, model
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.PatientName = ds.PatientID = f"P{series % 97:03d}{len(name):02d}"
    ds.PatientBirthDate, ds.PatientSex = "", "O"
    ds.PatientIdentityRemoved = "YES"
    ds.DeidentificationMethod = "by rule"
    ds.DeidentificationMethodCodeSequence = Sequence([code("113100", "DCM", "Basic Application Profile")])
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid("study", name), uid("series", name, series)
    ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = uid("frame", name), ""
    ds.StudyID, ds.SeriesNumber = "1", series
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BurnedInAnnotation = "NO"
    return ds


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """One item of a code sequence."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def save(ds: Dataset, path: Path, syntax: UID = ExplicitVRLittleEndian) -> Path:
    """Write a Part 10 file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    path.parent.mkdir(parents=True, exist_ok=True)
    FileDataset(str(path), ds, file_meta=meta, preamble=bytes(128)).save_as(path, enforce_file_format=True)
    return path


def chest(shape: tuple[int, int, int], seed: int, blood_hu: float = 45.0) -> np.ndarray:
    """HU, ``(slices, rows, columns)``: body with lungs, fat, spine and aorta on a table, quantum noise."""
    n, rows, columns = shape
    z, y, x = np.ogrid[:n, :rows, :columns]
    u, v = (x + 0.5) / columns * 2 - 1, (y + 0.5) / rows * 2 - 1
    body, inner = (u / 0.8) ** 2 + (v / 0.62) ** 2 < 1, (u / 0.73) ** 2 + (v / 0.55) ** 2 < 1
    hu = np.full(shape, -1000.0)
    hu[np.broadcast_to(body, shape)] = -100
    hu[np.broadcast_to(inner, shape)] = 48
    for side in (-0.36, 0.36):
        lung = ((u - side) / 0.26) ** 2 + ((v + 0.02) / 0.4) ** 2 + ((z / max(n - 1, 1) - 0.5) / 0.8) ** 2 < 1
        hu[lung] = -860
    hu[np.broadcast_to((u / 0.1) ** 2 + ((v - 0.38) / 0.11) ** 2 < 1, shape)] = 420
    hu[np.broadcast_to(((u + 0.12) / 0.07) ** 2 + ((v - 0.2) / 0.07) ** 2 < 1, shape)] = blood_hu
    hu[np.broadcast_to((np.abs(v - 0.8) < 0.03) & (np.abs(u) < 0.7), shape)] = -180
    noise = np.random.default_rng(seed).normal(0, 11, shape)
    return np.clip(hu + np.where(hu > -950, noise, noise / 4), -1024, 3071)


def stack(
    folder: Path,
    modality: str,
    stored: np.ndarray,
    *,
    vendor: str = "siemens",
    series: int = 2,
    spacing: tuple[float, float, float] = (0.93, 0.71, 2.0),
    rows_cosines: tuple[float, ...] = (1, 0, 0, 0, 1, 0),
    change: Change | None = None,
    name: str = "",
    places: Callable[[int], float] | None = None,
) -> None:
    """Write slices of stored values ``(slices, rows, columns)``; ``spacing`` is that of rows, columns, slices in mm."""
    normal = np.cross(rows_cosines[:3], rows_cosines[3:])
    for k, cells in enumerate(stored):
        ds = common(modality, name or str(folder.name), series, vendor)
        ds.SOPInstanceUID, ds.InstanceNumber, ds.AcquisitionNumber = (
            uid("slice", folder.name, series, k),
            k + 1,
            1,
        )
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL" if modality == "CT" else "M"]
        place = places(k) if places else k * spacing[2]
        ds.ImagePositionPatient = [
            round(float(v), 6) for v in np.array((-151.5, -204.0, 33.25)) + place * normal
        ]
        ds.ImageOrientationPatient = list(rows_cosines)
        ds.PatientPosition = "HFS"
        ds.Rows, ds.Columns = cells.shape
        ds.PixelSpacing, ds.SliceThickness = list(spacing[:2]), spacing[2]
        ds.BitsAllocated, ds.BitsStored, ds.HighBit = (
            16,
            12 if modality == "CT" else 16,
            11 if modality == "CT" else 15,
        )
        ds.PixelRepresentation = 0
        ds.WindowCenter, ds.WindowWidth = (40, 400) if modality == "CT" else (600, 1200)
        _BY_MODALITY[modality](ds, vendor)
        ds.PixelData = cells.astype("<u2").tobytes()
        if change is not None:
            change(ds, k)
        save(ds, folder / f"IM{(k * 5) % 97:04d}_{k:03d}")


def ct(
    folder: Path, *, shape: tuple[int, int, int] = (10, 56, 64), seed: int = 0, blood_hu: float = 45.0, **more
) -> None:
    """A chest CT: 12 bits, slope 1, intercept -1024."""
    stack(folder, "CT", np.rint(chest(shape, seed, blood_hu) + 1024).clip(0, 4095), **more)


def head_values(shape: tuple[int, int, int], seed: int) -> np.ndarray:
    """A head in arbitrary units of a T1 weighted MR."""
    n, rows, columns = shape
    _, y, x = np.ogrid[:n, :rows, :columns]
    u, v = (x + 0.5) / columns * 2 - 1, (y + 0.5) / rows * 2 - 1
    values = np.zeros(shape)
    for size, value in ((0.85, 900.0), (0.76, 90.0), (0.72, 420.0), (0.5, 610.0), (0.14, 130.0)):
        values[np.broadcast_to((u / size) ** 2 + (v / (size * 0.9)) ** 2 < 1, shape)] = value
    rng = np.random.default_rng(seed)
    return np.hypot(values + rng.normal(0, 12, shape), rng.normal(0, 12, shape))


def mr(folder: Path, *, shape: tuple[int, int, int] = (9, 58, 50), seed: int = 0, **more) -> None:
    """A sagittal head MR."""
    more = {"spacing": (1.1, 1.25, 1.5), "rows_cosines": (0, 1, 0, 0, 0, -1), **more}
    stack(folder, "MR", np.rint(head_values(shape, seed)), **more)


def pet(folder: Path, *, shape: tuple[int, int, int] = (8, 40, 46), seed: int = 0, **more) -> None:
    """A PET in Bq/ml with a slope on each slice, decay corrected to the start of the scan."""
    activity = 2600.0 * (chest(shape, seed) > -300) * (1 + 0.1 * np.random.default_rng(seed).random(shape))
    change = more.pop("change", None)

    def own(ds: Dataset, k: int) -> None:
        ds.RescaleSlope = f"{0.21 + 0.003 * k:.5f}"
        cells = np.rint(activity[k] / float(ds.RescaleSlope)).astype("<u2")
        ds.PixelData = cells.tobytes()
        if change is not None:
            change(ds, k)

    stack(folder, "PT", activity, change=own, **{"spacing": (4.1, 4.3, 3.0), **more})


def _ct(ds: Dataset, vendor: str) -> None:
    ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = "1", "-1024", "HU"
    ds.KVP, ds.ConvolutionKernel = "120", VENDORS[vendor][2]
    ds.GantryDetectorTilt, ds.BodyPartExamined = "0", "CHEST"
    ds.SeriesDescription = "Thorax 2.0 soft"


def _mr(ds: Dataset, vendor: str) -> None:
    ds.ScanningSequence, ds.SequenceVariant, ds.ScanOptions, ds.MRAcquisitionType = (
        "GR",
        ["SP", "MP"],
        "",
        "3D",
    )
    ds.RepetitionTime, ds.EchoTime, ds.EchoTrainLength, ds.MagneticFieldStrength = "1900", "2.6", "1", "3"
    ds.BodyPartExamined, ds.SeriesDescription = "BRAIN", "t1 mprage sag"
    ds.ManufacturerModelName = {
        "siemens": "MAGNETOM Vida",
        "ge": "SIGNA Architect",
        "philips": "Ingenia Ambition",
    }.get(vendor, "Vantage Orian")


def _pet(ds: Dataset, _vendor: str) -> None:
    ds.RescaleSlope, ds.RescaleIntercept, ds.Units = "0.25", "0", "BQML"
    ds.SeriesType, ds.CountsSource = ["STATIC", "IMAGE"], "EMISSION"
    ds.CorrectedImage, ds.DecayCorrection, ds.DecayFactor = ["DECY", "ATTN", "SCAT", "NORM"], "START", "1.01"
    ds.SeriesDate = ds.AcquisitionDate = ds.StudyDate = "20190304"
    ds.SeriesTime = ds.AcquisitionTime = "101500"
    ds.PatientWeight, ds.PatientSize, ds.PatientSex = "71", "1.74", "F"
    ds.ActualFrameDuration, ds.FrameReferenceTime = "120000", "60000"
    item = Dataset()
    item.Radiopharmaceutical, item.RadionuclideTotalDose = "FDG", "312000000"
    item.RadionuclideHalfLife, item.RadionuclidePositronFraction = "6586.2", "0.97"
    item.RadiopharmaceuticalStartTime = "091200"
    item.RadionuclideCodeSequence = Sequence([code("C-111A1", "SRT", "^18^Fluorine")])
    ds.RadiopharmaceuticalInformationSequence = Sequence([item])
    # Sex, weight and dates are needed for uptake values, and declared as kept.
    ds.DeidentificationMethodCodeSequence = Sequence(
        [
            code("113100", "DCM", "Basic Application Profile"),
            code("113106", "DCM", "Retain Longitudinal Temporal Information Full Dates Option"),
            code("113108", "DCM", "Retain Patient Characteristics Option"),
        ]
    )
    ds.BodyPartExamined, ds.SeriesDescription = "WHOLEBODY", "PET AC"


_BY_MODALITY = {"CT": _ct, "MR": _mr, "PT": _pet}


def film(
    path: Path, modality: str, pixels: np.ndarray, *, vendor: str = "ge", series: int = 1, change=None
) -> None:
    """A picture of a detector, 14 bits, ready to be shown."""
    ds = common(modality, path.parent.name, series, vendor)
    ds.SOPInstanceUID, ds.InstanceNumber = uid("film", str(path.name), path.parent.name, series), 1
    ds.ImageType = ["ORIGINAL", "PRIMARY", ""]
    ds.PresentationIntentType = "FOR PRESENTATION"
    ds.PixelIntensityRelationship, ds.PixelIntensityRelationshipSign = "LOG", 1
    ds.PresentationLUTShape, ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "IDENTITY", "0", "1", "US"
    ds.Rows, ds.Columns = pixels.shape
    ds.ImagerPixelSpacing = [0.19, 0.17]
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 14, 13, 0
    ds.WindowCenter, ds.WindowWidth = 6000, 9000
    ds.LossyImageCompression = "00"
    ds.PixelData = np.rint(pixels).clip(0, 16383).astype("<u2").tobytes()
    if change is not None:
        change(ds)
    save(ds, path)


def breast(side: str, view: str, seed: int, shape: tuple[int, int] = (190, 150)) -> np.ndarray:
    """A breast at the chest wall: the left edge of the picture for the left one; a wedge of muscle in MLO."""
    rows, columns = shape
    y, x = np.mgrid[:rows, :columns]
    u, v = (x + 0.5) / columns, (y + 0.5) / rows * 2 - 1
    middle = -0.05 if view == "CC" else 0.15
    depth = 0.78 * np.sqrt(np.clip(1 - ((v - middle) / 0.82) ** 2, 0, None))
    inside = u < depth
    rng = np.random.default_rng(seed)
    thick = np.clip((depth - u) / 0.25, 0, 1)
    texture = rng.normal(0, 1, (rows // 6 + 1, columns // 6 + 1)).repeat(6, 0).repeat(6, 1)[:rows, :columns]
    values = np.where(inside, 3600 + 2600 * thick + 260 * texture, 60.0) + rng.normal(0, 22, shape)
    if view == "MLO":
        muscle = (u < 0.46 - 0.5 * (v + 1) / 1.25) & (v < 0.25)
        values = np.where(muscle, 8600 + rng.normal(0, 60, shape), values)
    return values if side == "L" else values[:, ::-1]


def mammogram(
    path: Path, side: str, view: str, *, seed: int = 0, series: int = 1, picture=None, change=None, **more
) -> None:
    """One view of one breast as the header says; ``picture`` is (side, view) of the pixels where they are another's."""

    def own(ds: Dataset) -> None:
        ds.ImageLaterality, ds.ViewPosition = side, view
        ds.BodyPartExamined = "BREAST"
        meaning, value = {"CC": ("cranio-caudal", "R-10242"), "MLO": ("medio-lateral oblique", "R-10226")}[
            view
        ]
        ds.ViewCodeSequence = Sequence([code(value, "SRT", meaning)])
        ds.PatientOrientation = (
            ["A", "R" if view == "CC" else "FR"] if side == "L" else ["P", "L" if view == "CC" else "FL"]
        )
        ds.PositionerType, ds.OrganExposed = "MAMMOGRAPHIC", "BREAST"
        ds.BreastImplantPresent, ds.PartialView = "NO", "NO"
        if change is not None:
            change(ds)

    film(path, "MG", breast(*(picture or (side, view)), seed), series=series, change=own, **more)


def radiograph(path: Path, *, seed: int = 0, change=None, paint=None, **more) -> None:
    """A frontal film of a chest, dense is bright."""
    rows, columns = 176, 158
    y, x = np.mgrid[:rows, :columns]
    u, v = (x + 0.5) / columns * 2 - 1, (y + 0.5) / rows * 2 - 1
    rng = np.random.default_rng(seed)
    values = 7600 - 1500 * (np.abs(u) > 0.86) + 900 * v
    for side in (-0.44, 0.44):
        lung = ((u - side) / 0.33) ** 2 + ((v + 0.05) / 0.66) ** 2 < 1
        values = np.where(lung, 3500 + 350 * np.sin(v * 21), values)
    values = np.where(np.abs(u) < 0.1, values + 1900, values)
    values = values + rng.normal(0, 45, values.shape)
    if paint is not None:
        values = paint(values)

    def own(ds: Dataset) -> None:
        ds.ViewPosition, ds.BodyPartExamined, ds.ImageLaterality = "PA", "CHEST", "U"
        ds.PatientOrientation = ["L", "F"]
        ds.SeriesDescription = "Chest PA"
        if change is not None:
            change(ds)

    film(path, "DX", values, change=own, **more)
