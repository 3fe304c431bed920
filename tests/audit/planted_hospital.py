"""One fault at a place, and the code that the audit must give it; other values than those of the rules' examples."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from audit import clean_hospital, scanners


@dataclass(frozen=True)
class Fault:
    """``code`` is to be found at ``where``, below the root; ``build`` fills the folder of that name."""

    code: str
    where: str
    build: Callable[[Path], object]
    #: The file within ``where`` that the finding is about, if it is about one.
    file: str = ""
    #: The task for which it is a fault, if it is one for a task alone.
    task: str | None = None
    #: Whether it shows in pixels only.
    pixels: bool = True


def _set(**values: object) -> scanners.Change:
    def change(ds: Dataset, k: int = 0) -> None:
        for name, value in values.items():
            if value is None:
                delattr(ds, name)
            else:
                setattr(ds, name, value(k) if callable(value) else value)

    return change


def _ct(seed: int, change: scanners.Change | None = None, **more: object) -> Callable[[Path], object]:
    return lambda folder: scanners.ct(folder, seed=seed, series=100 + seed, change=change, **more)


def _mr(seed: int, change: scanners.Change | None = None, **more: object) -> Callable[[Path], object]:
    return lambda folder: scanners.mr(folder, seed=seed, series=200 + seed, change=change, **more)


def _film(seed: int, change: scanners.Change | None = None, **more: object) -> Callable[[Path], object]:
    return lambda folder: scanners.radiograph(folder / "a.dcm", seed=seed, change=change, **more)


def faults() -> Iterator[Fault]:
    """Every fault that shows in one place of a hospital."""
    yield from _files()
    yield from _pixels()
    yield from _geometry()
    yield from _series()
    yield from _acquisition()
    yield from _labels()
    yield from _nifti()


def _files() -> Iterator[Fault]:
    def cut(folder: Path) -> None:
        _ct(1)(folder)
        path = sorted(folder.iterdir())[6]
        path.write_bytes(path.read_bytes()[:-900])

    def program(folder: Path) -> None:
        scanners.radiograph(folder / "odd.dcm", seed=2)
        data = (folder / "odd.dcm").read_bytes()
        (folder / "odd.dcm").write_bytes(b"\x7fELF\x02\x01\x01" + data[7:])

    def video(folder: Path) -> None:
        scanners.radiograph(folder / "clip.dcm", seed=3)
        import pydicom

        ds = pydicom.dcmread(folder / "clip.dcm")
        ds.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.4.102")
        from pydicom.encaps import encapsulate

        ds.PixelData = encapsulate([b"\0\0\0\x18ftypmp42" + bytes(80)])
        ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
        ds.save_as(folder / "clip.dcm")

    def twice(folder: Path) -> None:
        import pydicom

        _ct(4)(folder)
        path = sorted(folder.iterdir())[3]
        ds = pydicom.dcmread(path)
        ds.PixelData = (ds.pixel_array + 11).astype("<u2").tobytes()
        ds.save_as(folder / "zz_again")

    def shadow(folder: Path) -> None:
        values = np.rint(scanners.chest((9, 20, 24), 5)).astype(np.int16).T
        clean_hospital.save(values, np.diag([-2.1, -2.0, 3.0, 1]), folder / "case7.nii")
        clean_hospital.save(values + 1, np.diag([-2.1, -2.0, 3.0, 1]), folder / "case7.nii.gz")

    def disguised(folder: Path) -> None:
        values = np.rint(scanners.chest((9, 20, 24), 6)).astype(np.int16).T
        clean_hospital.save(values, np.diag([-2.1, -2.0, 3.0, 1]), folder / "x.nii.gz")
        (folder / "x.nii.gz").rename(folder / "case8.nii")

    yield Fault("FIL001", "files/cut", cut)
    yield Fault("FIL002", "files/program", program)
    yield Fault("FIL003", "files/video", video)
    yield Fault("FIL004", "files/twice", twice)
    yield Fault(
        "FIL005",
        "files/comma",
        _ct(7, lambda ds, _k: _raw(ds, "SliceThickness", "2,0")),
    )
    yield Fault("FIL006", "files/shadow", shadow)
    yield Fault("FIL007", "files/disguised", disguised)
    yield Fault("FIL008", "files/markup", _ct(8, _set(SeriesDescription="<img src=x onerror=alert(1)>")))


def _raw(ds: Dataset, name: str, text: str) -> None:
    """A value that pydicom itself would refuse to write."""
    from pydicom.datadict import tag_for_keyword
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    tag = Tag(tag_for_keyword(name))
    data = text.encode() + b" " * (len(text) % 2)
    ds._dict[tag] = RawDataElement(tag, "DS", len(data), data, 0, False, True)


def _pixels() -> Iterator[Fault]:
    def shifted(add: int) -> scanners.Change:
        def change(ds: Dataset, _k: int) -> None:
            cells = np.frombuffer(ds.PixelData, "<u2").astype(int) + add
            ds.PixelData = cells.clip(0, 4095).astype("<u2").tobytes()

        return change

    def round_field(ds: Dataset, _k: int) -> None:
        cells = np.frombuffer(ds.PixelData, "<u2").reshape(ds.Rows, ds.Columns).astype(int) - 1024
        y, x = np.mgrid[: ds.Rows, : ds.Columns]
        far = ((x + 0.5) / ds.Columns - 0.5) ** 2 + ((y + 0.5) / ds.Rows - 0.5) ** 2 > 0.25
        ds.RescaleIntercept, ds.PixelRepresentation, ds.BitsStored, ds.HighBit = "0", 1, 16, 15
        ds.PixelData = np.where(far, -2000, cells).astype("<i2").tobytes()

    def declared(ds: Dataset, k: int) -> None:
        round_field(ds, k)
        ds.add_new("PixelPaddingValue", "SS", -2000)

    def table(ds: Dataset, _k: int) -> None:
        item = Dataset()
        item.add_new("LUTDescriptor", "US", [4096, 0, 16])
        item.ModalityLUTType = "HU"
        item.add_new("LUTData", "OW", np.arange(4096, dtype="<u2").tobytes())
        del ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType
        ds.ModalityLUTSequence = Sequence([item])

    def broken(folder: Path) -> None:
        values = np.rint(scanners.chest((9, 20, 24), 15)).astype(np.float32).T
        values[3, 4, 5] = np.nan
        clean_hospital.save(values, np.diag([-2.1, -2.0, 3.0, 1]), folder / "case9.nii.gz")

    yield Fault("PIX001", "pixels/inverted", _film(10, _set(PhotometricInterpretation="MONOCHROME1")))
    yield Fault(
        "PIX002", "pixels/bare", _ct(11, _set(RescaleSlope=None, RescaleIntercept=None, RescaleType=None))
    )
    yield Fault("PIX002", "pixels/unsigned-zero", _ct(12, _set(RescaleIntercept="0")))
    yield Fault("PIX003", "pixels/steps", _ct(13, _set(RescaleIntercept=lambda k: str(-1024 - 4 * (k > 6)))))
    yield Fault("PIX004", "pixels/high-bit", _ct(14, _high))
    yield Fault("PIX005", "pixels/round", _ct(15, round_field))
    yield Fault("PIX006", "pixels/round-declared", _ct(16, declared))
    yield Fault("PIX007", "pixels/not-a-number", broken)
    yield Fault("PIX007", "pixels/off-by-300", _ct(17, shifted(300), shape=(10, 72, 80)))
    yield Fault(
        "PIX007",
        "pixels/flat",
        _mr(18, lambda ds, _k: setattr(ds, "PixelData", bytes(2 * ds.Rows * ds.Columns))),
    )
    yield Fault("PIX008", "pixels/table", _ct(19, table))
    yield Fault(
        "PIX009", "pixels/lossy", _ct(20, _set(LossyImageCompression="01", LossyImageCompressionRatio="11.5"))
    )
    yield Fault("PIX010", "pixels/no-window", _ct(21, _set(WindowCenter=None, WindowWidth=None)))
    yield Fault("PIX011", "pixels/narrow", _ct(22, _set(WindowWidth="0.5")))
    yield Fault("PIX011", "pixels/sigmoid", _film(23, _set(VOILUTFunction="SIGMOID")))
    yield Fault(
        "PIX012", "pixels/fraction", _ct(24, _set(RescaleSlope=lambda k: "1.0325" if k == 9 else "1"))
    )


def _high(ds: Dataset, _k: int) -> None:
    cells = np.frombuffer(ds.PixelData, "<u2").astype(int)
    ds.HighBit, ds.PixelData = 15, (cells << 4).astype("<u2").tobytes()


def _geometry() -> Iterator[Fault]:
    def turned(ds: Dataset, k: int) -> None:
        if k > 5:
            ds.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]

    def tilted(ds: Dataset, k: int) -> None:
        # The gantry leans by 14 degrees: the table moves along the patient, the slices lean.
        lean = np.deg2rad(14)
        ds.ImageOrientationPatient = [1, 0, 0, 0, round(np.cos(lean), 7), round(-np.sin(lean), 7)]
        ds.ImagePositionPatient = [-151.5, -204.0, 33.25 + 2.0 * k]
        ds.GantryDetectorTilt = "14"

    yield Fault("GEO001", "geometry/no-cosines", _ct(30, _set(ImageOrientationPatient=None)))
    yield Fault("GEO002", "geometry/two-planes", _ct(31, turned))
    yield Fault("GEO003", "geometry/drifting", _ct(32, places=lambda k: 2.0 * k + 0.6 * (k > 5)))
    yield Fault("GEO004", "geometry/gap", _ct(33, places=lambda k: 2.0 * (k + 2 * (k > 6))))
    yield Fault("GEO005", "geometry/one-place-twice", _ct(34, places=lambda k: 2.0 * (k - (k > 5))))
    yield Fault("GEO006", "geometry/tilted", _ct(35, tilted))
    yield Fault("GEO007", "geometry/one-number", _ct(36, _set(InstanceNumber="1")))
    yield Fault(
        "GEO007", "geometry/shuffled-numbers", _mr(37, _set(InstanceNumber=lambda k: str((k * 5) % 9 + 1)))
    )
    yield Fault("GEO008", "geometry/gaps-between", _ct(38, _set(SliceThickness="1.25")))
    yield Fault("GEO008", "geometry/contradicting", _mr(39, _set(SpacingBetweenSlices="4.5")))
    yield Fault("GEO009", "geometry/two-spacings", _film(40, _set(PixelSpacing=[0.15, 0.14])))
    yield Fault(
        "GEO010", "geometry/two-positions", _ct(41, _set(PatientPosition=lambda k: "HFS" if k < 7 else "FFS"))
    )
    yield Fault("GEO011", "geometry/prone", _ct(42, _set(PatientPosition="HFP")))
    yield Fault("GEO012", "geometry/thick", _ct(43, spacing=(0.9, 0.8, 7.5)))
    yield Fault(
        "GEO013", "geometry/leaning-cosines", _ct(44, _set(ImageOrientationPatient=[1, 0, 0, 0.008, 1, 0]))
    )


def _series() -> Iterator[Fault]:
    def echoes(folder: Path) -> None:
        for echo, time in ((1, "4.92"), (2, "7.38")):

            def change(ds: Dataset, k: int, echo: int = echo, time: str = time) -> None:
                ds.EchoNumbers, ds.EchoTime = str(echo), time
                ds.InstanceNumber = k + 1 + 9 * (echo - 1)
                ds.SOPInstanceUID = scanners.uid("echo", echo, k)

            scanners.mr(folder / f"e{echo}", seed=50, series=250, change=change, name="echoes")
            for path in list((folder / f"e{echo}").iterdir()):
                path.rename(folder / f"{path.name}_{echo}")
            (folder / f"e{echo}").rmdir()
        import pydicom

        uid = scanners.uid("echo series")
        for path in folder.iterdir():
            ds = pydicom.dcmread(path)
            ds.SeriesInstanceUID = uid
            ds.save_as(path)

    def scout(folder: Path) -> None:
        import pydicom

        _ct(52)(folder)
        path = min(folder.iterdir())
        ds = pydicom.dcmread(path)
        ds.ImageType, ds.SOPInstanceUID = ["ORIGINAL", "PRIMARY", "LOCALIZER"], scanners.uid("scout")
        ds.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
        ds.InstanceNumber = 0
        ds.save_as(folder / "scout")

    def screenshot(folder: Path) -> None:
        def change(ds: Dataset) -> None:
            ds.SOPClassUID, ds.Modality, ds.ConversionType = "1.2.840.10008.5.1.4.1.1.7", "CT", "WSD"
            ds.ImageType = ["DERIVED", "SECONDARY", "SCREEN SAVE"]
            ds.SeriesDescription = "Screen Save"

        scanners.radiograph(folder / "shot.dcm", seed=53, change=change)

    yield Fault("SER001", "series/echoes", echoes)
    yield Fault(
        "SER002",
        "series/two-kernels",
        _ct(51, _set(ConvolutionKernel=lambda k: "Br40d" if k < 6 else "Bl60d")),
    )
    yield Fault("SER003", "series/scout", scout)
    yield Fault("SER004", "series/screenshot", screenshot)
    yield Fault("SER005", "series/projected", _ct(54, _set(ImageType=["DERIVED", "SECONDARY", "MIP"])))
    yield Fault("SER007", "series/incomplete", _ct(55, _set(ImagesInAcquisition="60")))


def _acquisition() -> Iterator[Fault]:
    def no_dose(ds: Dataset, _k: int) -> None:
        del ds.RadiopharmaceuticalInformationSequence[0].RadionuclideTotalDose

    def swapped(folder: Path) -> None:
        for at, (side, view) in enumerate(clean_hospital.VIEWS, start=1):
            picture = {"L": "R", "R": "L"}[side] if at == 1 else side
            scanners.mammogram(
                folder / f"m{at}.dcm", side, view, seed=70 + at, series=at, picture=(picture, view)
            )

    yield Fault("ACQ001", "acquisition/no-kernel", _ct(60, _set(ConvolutionKernel=None)))
    yield Fault("ACQ001", "acquisition/odd-kernel", _ct(61, _set(ConvolutionKernel="MYSTERY 9")))
    yield Fault(
        "ACQ003",
        "acquisition/no-phase",
        _ct(62, _set(ContrastBolusAgent="Iomeron 350", ContrastBolusRoute="IV"), blood_hu=170.0),
    )
    yield Fault(
        "ACQ003",
        "acquisition/says-native",
        _ct(63, _set(SeriesDescription="Thorax nativ", ContrastBolusAgent="Ultravist 370"), blood_hu=210.0),
    )
    yield Fault(
        "ACQ008",
        "acquisition/no-dose",
        lambda folder: scanners.pet(folder, seed=64, series=264, change=no_dose),
    )
    yield Fault("MAM002", "acquisition/mirrored-breast", swapped, "m1.dcm")
    yield Fault(
        "LEK001",
        "acquisition/named",
        _ct(65, _set(PatientName="Quux^Erika", PatientBirthDate="19510607", PatientIdentityRemoved="NO")),
    )
    yield Fault(
        "LEK001",
        "acquisition/left-over",
        _ct(66, _set(OperatorsName="Frobisher^T", InstitutionName="St. Elsewhere")),
    )
    yield Fault("LEK002", "acquisition/told", _ct(67, _set(SeriesDescription="Thorax, known adenocarcinoma")))


def _labels() -> Iterator[Fault]:
    def with_mask(change: Callable[[np.ndarray], np.ndarray], move: float = 0.0) -> Callable[[Path], None]:
        def build(folder: Path) -> None:
            values = np.rint(scanners.chest((15, 44, 52), 80)).astype(np.int16).transpose(2, 1, 0)
            affine = np.diag([-0.81, -0.93, 2.2, 1.0])
            clean_hospital.save(values, affine, folder / "volume-3.nii.gz")
            affine[0, 3] += move
            drawn = change(clean_hospital.mask(values))
            clean_hospital.save(drawn, affine, folder / "segmentation-3.nii.gz")

        return build

    def islands(drawn: np.ndarray) -> np.ndarray:
        drawn[40, 40, 12] = drawn[45, 3, 2] = 1
        return drawn

    yield Fault("LAB001", "labels/moved", with_mask(lambda drawn: drawn, 3.4), "segmentation-3.nii.gz")
    yield Fault("LAB001", "labels/smaller", with_mask(lambda drawn: drawn[:, :, 1:]), "segmentation-3.nii.gz")
    yield Fault("LAB002", "labels/empty", with_mask(np.zeros_like), "segmentation-3.nii.gz")
    yield Fault(
        "LAB003",
        "labels/fractions",
        with_mask(lambda drawn: drawn * np.float32(0.7)),
        "segmentation-3.nii.gz",
    )
    yield Fault("LAB004", "labels/islands", with_mask(islands), "segmentation-3.nii.gz")


def _nifti() -> Iterator[Fault]:
    def written(sform: np.ndarray, qform: np.ndarray | None, **header: object) -> Callable[[Path], None]:
        def build(folder: Path) -> None:
            values = np.rint(scanners.chest((12, 30, 34), 90)).astype(np.int16).T
            image = nibabel.Nifti1Image(values, sform)
            image.set_sform(sform, code=1)
            image.set_qform(sform if qform is None else qform, code=1, strip_shears=True)
            image.header.set_xyzt_units("mm", "sec")
            for name, value in header.items():
                image.header[name] = value
            folder.mkdir(parents=True, exist_ok=True)
            nibabel.save(image, folder / "scan.nii.gz")

        return build

    plain = np.diag([-1.4, -1.5, 2.1, 1.0])
    shear = plain.copy()
    shear[1, 2] = 0.9
    mirrored = np.diag([1.4, -1.5, 2.1, 1.0])
    yield Fault("NII001", "nifti/two-ways", written(plain, mirrored), "scan.nii.gz")
    yield Fault("NII002", "nifti/sheared", written(shear, None), "scan.nii.gz")
    yield Fault("NII003", "nifti/units", written(plain, None, xyzt_units=1), "scan.nii.gz")


def data_set_faults() -> Iterator[Fault]:
    """Faults of a data set as a whole, each a source of its own."""

    heart = "cta-coronary"
    yield Fault("ACQ002", "kernels", _kernels, pixels=False)
    yield Fault("SET001", "spacings", _spacings, pixels=False)
    yield Fault("SET002", "outlier", _outlier, "p4", pixels=False)
    yield Fault("SET003", "unsorted", _unsorted, pixels=False)
    yield Fault("LEK003", "one-patient", _one_patient_in_two, pixels=False)
    yield Fault("LEK003", "one-picture", _one_picture_in_two)
    yield Fault("REP001", "no-seed", _no_seed, pixels=False)
    yield Fault("LAB002", "absent-class", _absent_class)
    yield Fault("LAB003", "undeclared-class", _undeclared_class)
    yield Fault("LAB005", "no-image", _no_image, "spleen_002", pixels=False)
    yield Fault("ACQ004", "no-contrast", _no_contrast, task=heart, pixels=False)
    yield Fault("ACQ005", "no-gating", _no_contrast, task=heart, pixels=False)
    yield Fault("ACQ006", "two-modalities", _two_modalities, task="ct-lung", pixels=False)
    yield Fault("MAM001", "one-view", _one_view, task="mammography", pixels=False)


def _kernels(folder: Path) -> None:
    for seed, vendor in enumerate(scanners.VENDORS):
        sharp = scanners.VENDORS[vendor][3]
        change = _set(ConvolutionKernel=sharp) if vendor in ("ge", "philips") else None
        scanners.ct(folder / vendor, seed=seed, vendor=vendor, series=seed + 2, change=change)


def _spacings(folder: Path) -> None:
    for seed, thick in enumerate((1.0, 1.0, 4.0)):
        scanners.ct(folder / f"p{seed}", seed=seed, series=seed + 2, spacing=(0.93, 0.71, thick))


def _outlier(folder: Path) -> None:
    for seed in range(9):
        spacing = (0.93 + seed / 300, 0.71, 2.0) if seed != 4 else (0.2, 0.21, 2.0)
        scanners.ct(folder / f"p{seed}", seed=seed, series=seed + 2, spacing=spacing, shape=(8, 40, 44))


def _unsorted(folder: Path) -> None:
    for number in (1, 2, 10, 11):
        values = np.rint(scanners.chest((9, 20, 24), number)).astype(np.int16).T
        clean_hospital.save(values, np.diag([-2.1, -2.0, 3.0, 1]), folder / f"scan{number}.nii.gz")


def _one_patient_in_two(folder: Path) -> None:
    change = _set(PatientID="ID-0042", PatientName="ID-0042")
    scanners.ct(folder / "training" / "a", seed=1, series=2, change=change)
    scanners.ct(folder / "testing" / "b", seed=2, series=3, change=change)


def _one_picture_in_two(folder: Path) -> None:
    values = np.rint(scanners.chest((9, 20, 24), 4)).astype(np.int16).T
    clean_hospital.save(values, np.diag([-2.1, -2.0, 3.0, 1]), folder / "train" / "alpha.nii.gz")
    clean_hospital.save(values.astype(np.float32), np.diag([-2.1, -2.0, 3.0, 1]), folder / "val" / "beta.nii")


def _no_seed(folder: Path) -> None:
    clean_hospital.task(folder)
    names = [f"spleen_{n:03d}" for n in range(1, 4)]
    folds = [{"train": names[:2], "val": names[2:]}, {"train": names[1:], "val": names[:1]}]
    (folder / "splits_final.json").write_text(json.dumps(folds), encoding="utf-8")


def _absent_class(folder: Path) -> None:
    clean_hospital.task(folder)
    path = folder / "dataset.json"
    declared = json.loads(path.read_text(encoding="utf-8"))
    declared["labels"]["tumour"] = 3
    path.write_text(json.dumps(declared), encoding="utf-8")


def _undeclared_class(folder: Path) -> None:
    clean_hospital.task(folder)
    path = folder / "dataset.json"
    declared = json.loads(path.read_text(encoding="utf-8"))
    del declared["labels"]["lung"]
    path.write_text(json.dumps(declared), encoding="utf-8")


def _no_image(folder: Path) -> None:
    clean_hospital.task(folder)
    (folder / "imagesTr" / "spleen_002_0000.nii.gz").unlink()


def _no_contrast(folder: Path) -> None:
    scanners.ct(folder / "p1", seed=1, series=2)


def _two_modalities(folder: Path) -> None:
    scanners.ct(folder / "p1", seed=1, series=2)
    scanners.mr(folder / "p2", seed=1, series=3)


def _one_view(folder: Path) -> None:
    for at, (side, view) in enumerate(clean_hospital.VIEWS[:3], start=1):
        scanners.mammogram(folder / "m" / f"{at}.dcm", side, view, seed=at, series=at)


#: Rules whose faults are planted in tests of their own.
ELSEWHERE = {"ACQ007", "LEK004", "PIX013", "REP002", "SER006", "SET004"}
