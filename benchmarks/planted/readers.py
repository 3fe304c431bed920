"""One function a reader: all volumes of a folder, as a user would ask for them, without options that hide a choice."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from planted.judge import Given

_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def scan2train(folder: Path) -> list[Given]:
    """``read_all``; a place where anything was refused is refused."""
    return _scan2train(folder, "refuse")


def scan2train_regrid(folder: Path) -> list[Given]:
    """The same with the policy for uneven slices named."""
    return _scan2train(folder, "regrid")


def _scan2train(folder: Path, irregular: str) -> list[Given]:
    from scan2train.read import read_all

    volumes = read_all(folder, irregular=irregular)
    if volumes.refused:
        raise volumes.refused[0][1]
    kept = [one for one in volumes if one.meta["role"] == "volume"]
    for one in kept:
        for finding in one.findings:
            if finding.severity != "info":
                print(finding.severity, finding.code, finding.message)  # what the command line shows
    return [Given(array=one.array, affine=one.grid.affine, valid=one.valid) for one in kept]


def simpleitk(folder: Path) -> list[Given]:
    """Every series that GDCM finds, and files of several frames by themselves."""
    import SimpleITK

    given = []
    for place in sorted({path.parent for path in folder.rglob("*") if path.is_file()}):
        for uid in SimpleITK.ImageSeriesReader.GetGDCMSeriesIDs(str(place)):
            names = SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(place), uid)
            given.append(_from_itk(SimpleITK.ReadImage(names[0] if len(names) == 1 else names)))
    return given


def monai(folder: Path) -> list[Given]:
    """``LoadImage`` of the folder, or of its only file."""
    from monai.transforms import LoadImage

    image = LoadImage(image_only=True, ensure_channel_first=False)(_only(folder))
    affine = image.affine.numpy().astype(np.float64)
    return [Given(array=image.numpy(), affine=_LPS @ affine if image.meta.get("space") == "LPS" else affine)]


def torchio(folder: Path) -> list[Given]:
    """``ScalarImage`` of the folder, or of its only file."""
    import torchio as tio

    image = tio.ScalarImage(_only(folder))
    return [Given(array=channel.numpy(), affine=np.asarray(image.affine)) for channel in image.data]


def highdicom(folder: Path) -> list[Given]:
    """``get_volume_from_series`` of each series, or ``get_volume`` of an object of several frames."""
    import highdicom as hd
    from pydicom import dcmread

    series: dict[str, list] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            dataset = dcmread(path)
            series.setdefault(dataset.SeriesInstanceUID, []).append(dataset)
    given = []
    for members in series.values():
        if len(members) == 1 and "NumberOfFrames" in members[0]:
            volume = hd.Image.from_dataset(members[0]).get_volume()
        else:
            volume = hd.get_volume_from_series(members)
        affine = _LPS @ volume.affine
        given.append(Given(array=volume.array, affine=affine))
    return given


def dicom2nifti(folder: Path) -> list[Given]:
    """``convert_directory``, axes left as they are."""
    import dicom2nifti

    with tempfile.TemporaryDirectory() as out:
        dicom2nifti.convert_directory(str(folder), out, compression=False, reorient=False)
        return _from_nifti(Path(out))


def dcm2niix(folder: Path) -> list[Given]:
    """The command line as it comes, uncompressed."""
    from dcm2niix import bin as program

    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run(
            [program, "-z", "n", "-o", out, str(folder)], check=False, capture_output=True, text=True
        )
        for line in (done.stdout + done.stderr).splitlines():
            if "warning" in line.lower() or "error" in line.lower():
                print(line)
        return _from_nifti(Path(out))


READERS: dict[str, Callable[[Path], list[Given]]] = {
    "scan2train": scan2train,
    "scan2train regrid": scan2train_regrid,
    "SimpleITK": simpleitk,
    "MONAI": monai,
    "TorchIO": torchio,
    "highdicom": highdicom,
    "dicom2nifti": dicom2nifti,
    "dcm2niix": dcm2niix,
}


def _only(folder: Path) -> Path:
    """The one folder or file that there is, as a user of these readers would name it."""
    inside = sorted(folder.iterdir())
    return (
        _only(inside[0])
        if len(inside) == 1 and inside[0].is_dir()
        else inside[0]
        if len(inside) == 1
        else folder
    )


def _from_itk(image) -> Given:
    import SimpleITK

    array = SimpleITK.GetArrayFromImage(image)
    if image.GetDimension() == 4:
        raise ValueError("four dimensions")
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    return Given(array=np.moveaxis(array, (0, 1, 2), (2, 1, 0)), affine=_LPS @ affine)


def _from_nifti(folder: Path) -> list[Given]:
    import nibabel

    given = []
    for path in sorted(folder.rglob("*.nii")):
        image = nibabel.load(path)
        array = np.asarray(image.dataobj)
        volumes = np.moveaxis(array, -1, 0) if array.ndim == 4 else [array]
        given += [Given(array=one, affine=image.affine) for one in volumes]
    return given
