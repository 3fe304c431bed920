"""Sets that a viewer is tried on: unequal sizes and spacings, oblique grids, points of time, hostile names."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from scan2train.grid import Grid
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.phantoms.chest import chest_ct
from scan2train.testing.phantoms.pet import chest_pet
from scan2train.testing.small import small_series
from scan2train.testing.small_films import small_mammogram
from scan2train.viewing.session import Session
from scan2train.viewing.start import start
from scan2train.volume import Volume
from scan2train.web.serve import Server

#: A name that is a script where it is taken for HTML.
HOSTILE = "<img src=x onerror=window.broken=1>"
#: Turned about all three axes, sheared nowhere; columns are the unit vectors of i, j, k.
_TURNED = np.linalg.qr(np.array([[-0.93, 0.21, 0.24], [-0.2, -0.95, 0.22], [0.27, 0.18, 0.94]]))[0]


@dataclass(frozen=True, kw_only=True)
class Planted:
    """An oblique image that is 0 everywhere but in one voxel."""

    path: Path
    grid: Grid
    index: tuple[int, int, int]

    @property
    def mm(self) -> tuple[float, float, float]:
        x, y, z = self.grid.to_world(self.index)
        return float(x), float(y), float(z)


def oblique_grid(shape: tuple[int, int, int] = (41, 33, 22)) -> Grid:
    """0.9 × 1.2 × 3.1 mm, turned about every axis, i towards the left and j towards the back."""
    direction = _TURNED * np.sign(np.diag(_TURNED)) * np.array([-1.0, -1.0, 1.0])
    return Grid.from_axes(
        shape, spacing_mm=(0.9, 1.2, 3.1), origin_mm=(17.0, 12.0, -31.0), direction=direction
    )


def planted(folder: Path, name: str = "planted.nii.gz") -> Planted:
    """One voxel of 1000 in an oblique image of 0."""
    grid, index = oblique_grid(), (13, 21, 8)
    values = np.zeros(grid.shape, np.int16)
    values[index] = 1000
    path = folder / name
    nib.save(nib.Nifti1Image(values, grid.affine), path)
    return Planted(path=path, grid=grid, index=index)


def chest(folder: Path) -> Path:
    """A small CT of the chest as a DICOM series, by the phantom."""
    image, _ = chest_ct((56, 48, 22), (6.7, 7.1, 12.0), noise_hu=8.0)
    write_dicom_series(image, folder, series_description="Chest")
    return folder


def chest_with_labels(folder: Path) -> Path:
    """``imagesTr`` and ``labelsTr`` with two cases, NIfTI."""
    for at, seed in enumerate((3, 4), start=1):
        image, labels = chest_ct((44, 40, 18), (8.1, 8.5, 14.0), seed=seed, noise_hu=5.0)
        for part, one in (("imagesTr", image), ("labelsTr", labels)):
            path = folder / part / f"case_{at}.nii.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            nib.save(nib.Nifti1Image(one.array, one.grid.affine), path)
    return folder


def pet_and_ct(folder: Path) -> Path:
    """``ct.nii.gz`` and ``pet.nii.gz`` of one chest, on grids of their own."""
    image, _ = chest_ct((56, 48, 22), (6.7, 7.1, 12.0))
    folder.mkdir(parents=True, exist_ok=True)
    for name, one in (("ct", image), ("pet", chest_pet((30, 26, 15), (12.0, 12.5, 17.0)))):
        nib.save(nib.Nifti1Image(one.array, one.grid.affine), folder / f"{name}.nii.gz")
    return folder


def in_time(folder: Path, points: int = 4) -> Path:
    """``time.nii.gz``: point ``t`` is 100 × t everywhere, plus i."""
    shape = (19, 16, 9)
    values = np.arange(shape[0], dtype=np.int16)[:, None, None, None] + 100 * np.arange(
        points, dtype=np.int16
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "time.nii.gz"
    made = nib.Nifti1Image(np.broadcast_to(values, (*shape, points)).copy(), oblique_grid(shape).affine)
    made.header.set_xyzt_units("mm", "sec")
    nib.save(made, path)
    return path


def browsed(folder: Path) -> Path:
    """Four series of two patients, one with a missing slice; a mammogram; a hostile name; a broken file."""
    for at, (patient, more) in enumerate(
        (
            ("A", {}),
            ("A", {"modality": "MR"}),
            ("B", {"drop": (3,)}),
            ("B", {"series_description": f"{HOSTILE}\x1b"}),
        ),
        start=1,
    ):
        build = small_series(below=f"series{at}", patient=patient, series_number=at, seed=at, **more)
        build(folder)
    small_mammogram("L", "MLO")(folder / "woman")
    planted(folder, f"{HOSTILE}.nii.gz".replace("/", "_"))
    (folder / "<b>cut.nii").write_bytes(b"\x5c\x01\x00\x00" + bytes(300))
    return folder


def palette(folder: Path) -> Path:
    """``palette.dcm``: its left half is (200, 40, 0) and its right half (0, 90, 255), by a palette of 16 bits."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID, made.Modality = generate_uid(), generate_uid(), "OT"
    made.Rows, made.Columns, made.SamplesPerPixel = 9, 14, 1
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 8, 8, 7, 0
    made.PhotometricInterpretation = "PALETTE COLOR"
    for name, left, right in (("Red", 200, 0), ("Green", 40, 90), ("Blue", 0, 255)):
        setattr(made, f"{name}PaletteColorLookupTableDescriptor", [2, 0, 16])
        setattr(
            made,
            f"{name}PaletteColorLookupTableData",
            np.array([left * 257, right * 257], "<u2").tobytes(),
        )
    made.PixelData = np.repeat([[0] * 7 + [1] * 7], 9, axis=0).astype(np.uint8).tobytes()
    path = folder / "palette.dcm"
    made.save_as(path, enforce_file_format=True)
    return path


def volume_of(array: np.ndarray[Any, Any], grid: Grid, **more: Any) -> Volume:
    """A volume, as short as a test wants it."""
    return Volume(array=array, grid=grid, **more)


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A server that runs in a thread, and the sitting behind it."""

    server: Server
    session: Session

    @property
    def address(self) -> str:
        """With the token."""
        return self.server.address

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self.server.port}"


@contextmanager
def viewer_on(source: Path, **options: Any) -> Iterator[Viewer]:
    """A viewer on ``source``; ``options`` are those of :func:`scan2train.viewing.start.start`."""
    session = start(source, cache=False, **options)
    server = Server(session)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Viewer(server=server, session=session)
    finally:
        server.stop()
        thread.join(10)
