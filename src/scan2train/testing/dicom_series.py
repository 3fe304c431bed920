"""Writes a volume as a DICOM series, as tidy or as untidy as a test needs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pydicom
from pydicom.dataset import validate_file_meta
from pydicom.uid import UID, ExplicitVRLittleEndian

from scan2train.errors import WrongUse
from scan2train.testing.dicom_dataset import About, Tags, apply, dataset, ds, transfer_syntax_uid
from scan2train.testing.dicom_encapsulated import COMPRESSED, Encapsulation, encode_frame, lay_frames
from scan2train.testing.dicom_pixels import PixelCell, Stored, to_stored
from scan2train.testing.dicom_plane import StackPlanes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pydicom.dataset import Dataset

    from scan2train.volume import Volume

Order = Literal["shuffled", "position", "reverse"]


def write_dicom_series(
    volume: Volume,
    folder: str | Path,
    *,
    slope: float | Sequence[float] = 1.0,
    intercept: float | None = None,
    bits_allocated: int = 16,
    bits_stored: int = 12,
    signed: bool = False,
    high_bit: int | None = None,
    spare_bits_junk: bool = False,
    padding_value: int | None = None,
    order: Order = "shuffled",
    numbers: Order = "position",
    file_names: Callable[[int], str] | Sequence[str] | None = None,
    transfer_syntax: str = "explicit",
    encapsulation: Encapsulation | None = None,
    preamble: bool = True,
    drop: Collection[int] = (),
    place: Callable[[int], float] | None = None,
    extra_tags: Tags | Callable[[int], Tags] | None = None,
    modality: str = "CT",
    manufacturer: str = "scan2train",
    model: str = "Phantom",
    series_description: str = "phantom",
    kernel: str | None = "STANDARD",
    patient: str = "PHANTOM",
    patient_position: str = "HFS",
    series_number: int = 1,
    seed: int = 0,
) -> list[Path]:
    """Write one file a slice, and return the files in order of ``k`` (without the dropped ones).

    The same arguments give the same bytes on every machine. Geometry follows from the volume's affine: each
    slice's Image Position (Patient) is the centre of its voxel ``(0, 0, k)``, so that oblique and sheared
    (tilted) stacks come out right. A reader that lets ``k`` grow along rows × columns gives back the very
    volume if its affine is right-handed, and else the volume with ``k`` turned round.

    Parameters
    ----------
    volume
        ``(i, j, k)``: slices along ``k``, columns along ``i``, rows along ``j``. Its values are those that a
        reader must find; what is stored follows from slope and intercept, and must be whole.
    folder
        Made if it is not there.
    slope, intercept
        Rescale slope (a sequence: one per slice, as in PET) and intercept (default: −1024 for CT, else 0).
        Both are written unless they are 1 and 0 for all slices of something else than CT and PET; leave them out with
        ``extra_tags={"RescaleSlope": None, "RescaleIntercept": None}``.
    bits_allocated, bits_stored, signed, high_bit, spare_bits_junk
        The pixel cell, see :class:`~scan2train.testing.dicom_pixels.PixelCell`.
    padding_value
        Pixel Padding Value, a stored value; stored where ``volume.valid`` is false.
    order
        How file names follow the slices: by position, backwards, or shuffled by the seed.
    numbers
        How Instance Number (from 1) follows the slices.
    file_names
        Names by rank in that order, as a function or a sequence; ``IM0000.dcm`` and so on if not given. May
        contain subfolders.
    transfer_syntax
        ``explicit``, ``implicit``, ``big-endian``, ``deflated``, a word or UID of
        :data:`~scan2train.testing.dicom_encapsulated.COMPRESSED`, or a UID that pydicom can encode.
    encapsulation
        How compressed frames are laid into fragments; one each, with a Basic Offset Table, if not given.
    preamble
        Without it a bare data set is written, with neither preamble nor file meta information.
    drop
        Indices ``k`` that are not written: missing slices.
    place
        Where slice ``k`` says it lies, as a fractional ``k``: ``lambda k: k + 0.3 * (k == 4)`` plants uneven
        gaps.
    extra_tags
        Attributes that override everything else, for all slices or by ``k``: ``{"KVP": "120",
        "SliceThickness": None, (0x0009, 0x0010): ("LO", "VENDOR")}``. ``None`` removes an attribute.
    modality, manufacturer, model, series_description, kernel, patient, patient_position, series_number
        What the header says.
    seed
        Of order, noise and all UIDs. Two series of one patient need different numbers, two patients different
        names, or else their UIDs are the same.

    Raises
    ------
    WrongUse
        If values have no exact stored value or do not fit, rows and columns are not perpendicular, a file
        name comes twice, or a name (modality, transfer syntax, order) does not exist.
    """
    if volume.array.ndim != 3:
        raise WrongUse(
            "a series is written from a volume with one channel", found=f"shape {volume.array.shape}"
        )
    about = About(
        modality=modality,
        manufacturer=manufacturer,
        model=model,
        series_description=series_description,
        kernel=kernel,
        patient=patient,
        patient_position=patient_position,
        series_number=series_number,
        seed=seed,
    )
    cell = PixelCell(
        allocated=bits_allocated, stored=bits_stored, high=high_bit, signed=signed, junk=spare_bits_junk
    )
    syntax = transfer_syntax_uid(transfer_syntax)
    planes = StackPlanes(grid=volume.grid)
    n = volume.grid.shape[2]
    slopes = [float(slope)] * n if isinstance(slope, (int, float)) else [float(s) for s in slope]
    if len(slopes) != n:
        raise WrongUse("one slope a slice is needed", expected=n, found=len(slopes))
    offset = (-1024.0 if modality == "CT" else 0.0) if intercept is None else float(intercept)
    rng = np.random.default_rng(seed)
    file_ranks, instance_numbers = ranks(order, n, rng), ranks(numbers, n, rng)
    names = _names(file_names, n)
    written = []
    for k in range(n):
        stored = to_stored(
            volume.array[:, :, k],
            cell,
            slope=slopes[k],
            intercept=offset,
            valid=None if volume.valid is None else volume.valid[:, :, k],
            padding_value=padding_value,
        )
        if k in drop:
            continue
        made = dataset(about, cell, enhanced=False, instance=k)
        made.InstanceNumber = instance_numbers[k] + 1
        made.ImagePositionPatient = [ds(x) for x in planes.position(k if place is None else place(k))]
        made.ImageOrientationPatient = [ds(x) for x in planes.orientation]
        made.PixelSpacing = [ds(x) for x in planes.pixel_spacing]
        made.SliceThickness = ds(planes.gap_mm)
        if modality in ("CT", "PT") or any((one, offset) != (1, 0) for one in slopes):
            made.RescaleIntercept, made.RescaleSlope = ds(offset), ds(slopes[k])
        if modality == "CT":
            made.RescaleType = "HU"
        if padding_value is not None:
            made.add_new(0x00280120, "SS" if signed else "US", padding_value)
        tags = (extra_tags(k) if callable(extra_tags) else extra_tags) or {}
        path = Path(folder) / names[file_ranks[k]]
        path.parent.mkdir(parents=True, exist_ok=True)
        set_pixels(made, stored.T, cell, syntax, rng, encapsulation)
        apply(tags, made)
        save(made, path, syntax, preamble=preamble)
        written.append(path)
    return written


def set_pixels(
    made: Dataset,
    stored: Stored,
    cell: PixelCell,
    syntax: UID,
    rng: np.random.Generator,
    encapsulation: Encapsulation | None = None,
) -> None:
    """Put ``(rows, columns)`` or ``(frames, rows, columns)`` stored values into a data set, encoded."""
    made.Rows, made.Columns = stored.shape[-2:]
    if syntax in COMPRESSED.values():
        made.file_meta.TransferSyntaxUID = syntax
        frames = stored.reshape(-1, *stored.shape[-2:])
        lay_frames(
            made, [_encoded(one, cell, syntax, rng) for one in frames], encapsulation or Encapsulation()
        )
        return
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian if syntax.is_encapsulated else syntax
    data = cell.pack(stored, rng, big_endian=not syntax.is_little_endian)
    made.add_new(0x7FE00010, "OB" if cell.allocated <= 8 else "OW", data)
    if not syntax.is_encapsulated:
        return
    try:
        made.compress(syntax, generate_instance_uid=False)
    except (ValueError, NotImplementedError, RuntimeError) as error:
        raise WrongUse(f"pydicom cannot encode these pixels as {syntax.name}: {error}") from error


def _encoded(frame: Stored, cell: PixelCell, syntax: UID, rng: np.random.Generator) -> bytes:
    """Codecs see the stored bits, JPEG 2000 with their sign; what no codec made keeps the whole cell."""
    if syntax in (COMPRESSED[word] for word in ("rle", "encapsulated", "deflated-frames")):
        return encode_frame(cell.cells(frame, rng), syntax, cell.allocated)
    signed = syntax in {uid for word, uid in COMPRESSED.items() if "j2k" in word or "2000" in word}
    return encode_frame(cell.samples(frame, signed=signed), syntax, cell.stored)


def save(made: Dataset, path: Path, syntax: UID, *, preamble: bool) -> None:
    """Write a data set; without a preamble the meta information goes as well."""
    if preamble:
        made.file_meta.MediaStorageSOPClassUID = made.get("SOPClassUID", "")
        made.file_meta.MediaStorageSOPInstanceUID = made.get("SOPInstanceUID", "")
        made.preamble = b"\0" * 128
        if syntax not in COMPRESSED.values():
            made.save_as(path, enforce_file_format=True)
            return
        # pydicom does not know the youngest syntaxes, and has to be told how they are encoded.
        validate_file_meta(made.file_meta)
        made.file_meta.FileMetaInformationGroupLength = 0
        pydicom.dcmwrite(path, made, implicit_vr=False, little_endian=True, force_encoding=True)
        return
    options = {"little_endian": syntax.is_little_endian, "implicit_vr": syntax.is_implicit_VR}
    del made.file_meta
    made.save_as(path, enforce_file_format=False, **options)


def ranks(order: Order, n: int, rng: np.random.Generator) -> list[int]:
    """The place of each of ``n`` slices in an order; raises ``WrongUse`` for one that does not exist."""
    if order == "position":
        return list(range(n))
    if order == "reverse":
        return list(range(n))[::-1]
    if order == "shuffled":
        return [int(r) for r in rng.permutation(n)]
    raise WrongUse("unknown order", expected="shuffled, position or reverse", found=repr(order))


def _names(file_names: Callable[[int], str] | Sequence[str] | None, n: int) -> list[str]:
    if file_names is None:
        return [f"IM{rank:04d}.dcm" for rank in range(n)]
    names = [file_names(rank) for rank in range(n)] if callable(file_names) else list(file_names)
    if len(names) < n or len(set(names)) != len(names):
        raise WrongUse("each slice needs a file name of its own", expected=n, found=len(set(names)))
    return names
