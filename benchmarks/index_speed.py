"""How fast headers are read, against pydicom and GDCM, per CPU-second, in one run.

    python benchmarks/index_speed.py [--slices 18000] [--runs 5]

Makes its own CT slices (about 100 elements each, with private tags and sequences) in a temporary folder, and reads them
with a warm file cache. GDCM takes part where python-gdcm is installed.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from scan2train.index import index
from scan2train.stack import stack
from scan2train.tables import INSTANCES

SERIES = 300
EXPECTED = {"pydicom": 60.0, "gdcm": 16.0}


def main() -> int:
    """Make the slices, time the readers, print the ratios; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=18_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="make the slices here, or use those that are there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = options.keep or Path(folder)
        paths = sorted(root.rglob("*.dcm"))
        if not paths:
            paths = make_slices(root, options.slices)
        return compare(root, [str(path) for path in paths], options.runs)


def compare(root: Path, paths: list[str], runs: int) -> int:
    """Time everything on the same files and print one line each."""
    readers: dict[str, Callable[[], object]] = {"scan2train": lambda: index(root, cache=False)}
    warm = index(root, cache=False)
    if warm.instances.height != len(paths) or warm.volumes.height != -(-len(paths) // SERIES):
        print("the index is not what was written", file=sys.stderr)
        return 1
    readers["stack alone"] = lambda: stack(warm.instances, warm.frames)
    tags = sorted(
        {int(column.tag.replace(",", ""), 16) for column in INSTANCES if column.tag and not column.parent}
    )
    some = paths[:: max(len(paths) // 500, 1)]
    readers["pydicom"] = lambda: [dcmread(path, stop_before_pixels=True, specific_tags=tags) for path in some]
    per_file = {name: len(paths) for name in readers} | {"pydicom": len(some)}
    gdcm_reader = gdcm_scanner(tags, some)
    if gdcm_reader is not None:
        readers["gdcm"], per_file["gdcm"] = gdcm_reader, len(some)
    rounds = [
        {name: microseconds(read, per_file[name]) for name, read in readers.items()} for _ in range(runs)
    ]
    missed = False
    for name in readers:
        taken = statistics.median(one[name] for one in rounds)
        # Readers take turns, and ratios are formed within a round: other work on the machine slows all alike.
        ratio = statistics.median(one[name] / one["scan2train"] for one in rounds)
        goal = EXPECTED.get(name)
        missed |= goal is not None and ratio < goal
        print(
            f"{name:12s} {taken:9.1f} µs of CPU a file   {ratio:6.1f} ×"
            + (f"   goal ≥ {goal:g} ×" if goal else "")
        )
    return int(missed)


def microseconds(read: Callable[[], object], files: int) -> float:
    """CPU time (user and system, all threads) a file."""
    gc.collect()
    before = time.process_time()
    read()
    return (time.process_time() - before) / files * 1e6


def gdcm_scanner(tags: list[int], paths: list[str]) -> Callable[[], object] | None:
    """The same tags with GDCM's scanner, where there is one."""
    try:
        import gdcm
    except ImportError:
        print("gdcm         is not installed")
        return None

    def scan() -> object:
        scanner = gdcm.Scanner()
        for tag in tags:
            scanner.AddTag(gdcm.Tag(tag >> 16, tag & 0xFFFF))
        return scanner.Scan(paths)

    return scan


def make_slices(root: Path, count: int) -> list[Path]:
    """Write CT slices of tiny pixel data, 300 to a series."""
    dataset = ct_slice()
    pixels = np.arange(64 * 64, dtype=np.int16).tobytes()
    paths = []
    for at in range(count):
        series, place = divmod(at, SERIES)
        if place == 0:
            dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = generate_uid(), generate_uid()
            dataset.SeriesNumber = series + 1
            (root / f"series{series:03d}").mkdir(parents=True, exist_ok=True)
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        dataset.InstanceNumber = place + 1
        dataset.ImagePositionPatient = [-170.33203125, -189.26953125, round(-312.75 + 1.25 * place, 4)]
        dataset.SliceLocation = f"{312.75 - 1.25 * place:.4f}"
        dataset.ContentTime = f"1042{place % 60:02d}.{place:06d}"
        dataset.XRayTubeCurrent = 120 + place % 90
        dataset.PixelData = pixels
        paths.append(root / f"series{series:03d}" / f"IM{place:05d}.dcm")
        dataset.save_as(paths[-1], enforce_file_format=True)
    return paths


def ct_slice() -> Dataset:
    """A CT header as scanners write it: about a hundred elements, private groups, nested sequences."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    for keyword, value in _VALUES.items():
        setattr(dataset, keyword, value)
    dataset.StudyInstanceUID = generate_uid()
    dataset.ReferencedStudySequence = Sequence([_reference()])
    dataset.ReferencedImageSequence = Sequence([_reference() for _ in range(3)])
    dataset.ProcedureCodeSequence = Sequence([_code("77477000", "Computerized axial tomography")])
    dataset.RequestAttributesSequence = Sequence([_request()])
    for group, creator in (
        (0x0009, "VENDOR IDEN 01"),
        (0x0019, "VENDOR ACQU 01"),
        (0x0043, "VENDOR PARM 01"),
    ):
        block = dataset.private_block(group, creator, create=True)
        for element in range(8):
            vr, value = (
                ("LO", f"private {element}"),
                ("DS", "12.5"),
                ("SS", element),
                ("FL", 1.5 * element),
            )[element % 4]
            block.add_new(element + 1, vr, value)
        block.add_new(0x20, "OB", bytes(64))
    return dataset


def _reference() -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    item.ReferencedSOPInstanceUID = generate_uid()
    return item


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    return item


def _request() -> Dataset:
    item = Dataset()
    item.RequestedProcedureDescription = "CT CHEST W CONTRAST"
    item.ScheduledProcedureStepID = "SPS1"
    item.ScheduledProtocolCodeSequence = Sequence([_code("CTCHEST", "CT chest")])
    return item


_VALUES = {
    "SpecificCharacterSet": "ISO_IR 100",
    "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
    "StudyDate": "20240102",
    "SeriesDate": "20240102",
    "AcquisitionDate": "20240102",
    "ContentDate": "20240102",
    "StudyTime": "101112.123",
    "SeriesTime": "101502.000",
    "AcquisitionTime": "101520.500",
    "AccessionNumber": "A0001",
    "Modality": "CT",
    "Manufacturer": "SYNTHETIC SYSTEMS",
    "InstitutionName": "Hospital",
    "StationName": "CT01",
    "StudyDescription": "CT CHEST",
    "SeriesDescription": "CHEST 1.25 LUNG",
    "ManufacturerModelName": "Phantom 64",
    "PatientName": "Phantom^Chest",
    "PatientID": "P0001",
    "PatientBirthDate": "19700101",
    "PatientSex": "O",
    "PatientAge": "054Y",
    "PatientWeight": "72.5",
    "PatientIdentityRemoved": "NO",
    "ContrastBolusAgent": "IV",
    "BodyPartExamined": "CHEST",
    "ScanOptions": "HELICAL MODE",
    "SliceThickness": "1.25",
    "KVP": "120",
    "DataCollectionDiameter": "500",
    "SoftwareVersions": "1.2.3",
    "ProtocolName": "5.1 Chest",
    "ReconstructionDiameter": "340.6",
    "DistanceSourceToDetector": "949.075",
    "DistanceSourceToPatient": "541",
    "GantryDetectorTilt": "0",
    "TableHeight": "140.5",
    "RotationDirection": "CW",
    "ExposureTime": "500",
    "Exposure": "60",
    "FilterType": "BODY FILTER",
    "GeneratorPower": "28800",
    "FocalSpots": "0.7",
    "ConvolutionKernel": "LUNG",
    "PatientPosition": "FFS",
    "RevolutionTime": 0.5,
    "SingleCollimationWidth": 0.625,
    "TotalCollimationWidth": 40.0,
    "TableSpeed": 78.75,
    "SpiralPitchFactor": 0.984,
    "StudyID": "1234",
    "AcquisitionNumber": 1,
    "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
    "PositionReferenceIndicator": "SN",
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "Rows": 64,
    "Columns": 64,
    "PixelSpacing": [0.664062, 0.703125],
    "BitsAllocated": 16,
    "BitsStored": 16,
    "HighBit": 15,
    "PixelRepresentation": 1,
    "PixelPaddingValue": -2000,
    "WindowCenter": "-500",
    "WindowWidth": "1500",
    "RescaleIntercept": "-1024",
    "RescaleSlope": "1",
    "RescaleType": "HU",
    "PerformedProcedureStepStartDate": "20240102",
    "PerformedProcedureStepStartTime": "101112",
    "PerformedProcedureStepID": "PPS1",
}

if __name__ == "__main__":
    raise SystemExit(main())
