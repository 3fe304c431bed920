"""One DICOM file made anew: what is asked for is done to it, and it is written whole or not at all."""

from __future__ import annotations

import io
import os
import secrets
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scan2train._version import __version__
from scan2train.errors import NonconformingHeader, OutputInUse, Scan2TrainError, UnreadableFile
from scan2train.formats.atomic import replacing
from scan2train.formats.dicom.parsed import parsed
from scan2train.formats.dicom_clean.bright import is_dark, make_bright
from scan2train.formats.dicom_clean.leaks import strip_leaks
from scan2train.formats.dicom_clean.setting import Setting
from scan2train.formats.dicom_write.uids import uid_of

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

_DICOMDIR = "1.2.840.10008.1.3.10"
#: Structured reports and encapsulated documents: nothing but text, of which nothing would be left.
_TEXTS = ("1.2.840.10008.5.1.4.1.1.88.", "1.2.840.10008.5.1.4.1.1.104.")
_WORDS = frozenset("0123456789.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be done to every file; ``pseudonym`` gives what stands for a patient's id."""

    monochrome2: bool = False
    strip: bool = False
    settings: tuple[Setting, ...] = ()
    pseudonym: Callable[[str], str] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What came of one file: where it was written (below the output), its UID, what was done; or why it was not."""

    path: str
    out: str = ""
    uid: str = ""
    done: tuple[str, ...] = ()
    skipped: str = ""


def clean_or_error(asked: Asked, root: Path, out: Path, name: str) -> Cleaned | Exception:
    """As :func:`clean_file` for ``name`` below ``root``, for a worker: what goes wrong is the answer."""
    try:
        return clean_file(asked, root / name, name, out)
    except (Scan2TrainError, OSError, MemoryError) as error:
        return error


def clean_file(asked: Asked, source: Path, name: str, out: Path) -> Cleaned:
    """Make one file anew.

    Parameters
    ----------
    asked
        What to do.
    source
        The file.
    name
        Its path relative to the source folder: where it is written below ``out``, unless names are to tell nothing.
    out
        The output folder; folders below it are made.

    Raises
    ------
    Scan2TrainError
        If it is no DICOM file, cannot be read, or what is there under its name already is something else.
    """
    dataset = parsed(source, pixels=True)
    kind = str(dataset.get("SOPClassUID", "") or dataset.file_meta.get("MediaStorageSOPClassUID", ""))
    if kind == _DICOMDIR:
        return Cleaned(path=name, skipped="a DICOMDIR names files by their old places")
    if asked.strip and kind.startswith(_TEXTS):
        return Cleaned(path=name, skipped="a document that is nothing but text")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            done = _clean(asked, dataset, source)
            content = _content(dataset, source)
            place = _neutral(dataset, source) if asked.strip else name
            uid = str(dataset.SOPInstanceUID)
    except (Scan2TrainError, MemoryError):
        raise
    except Exception as error:  # pydicom raises whatever its parts raise
        raise UnreadableFile(
            f"cannot be written anew ({type(error).__name__}: {error})",
            where=source,
            advice="Some attribute is malformed. Look at it with the header command.",
        ) from error
    _write(out / place, content)
    return Cleaned(path=name, out=place, uid=uid, done=tuple(done))


def _clean(asked: Asked, dataset: FileDataset, source: Path) -> list[str]:
    done = []
    _complete_meta(dataset, source)
    if asked.monochrome2 and is_dark(dataset):
        if make_bright(dataset, source):
            _derive(dataset)
            done.append("pixels")
        done.append("monochrome2")
    if asked.strip and strip_leaks(dataset, asked.pseudonym):
        done.append("strip-leaks")
    for setting in asked.settings:
        setting.apply(dataset)
        done.append(f"set {setting.keyword}")
    if done:
        for name in ("DigitalSignaturesSequence", "MACParametersSequence"):
            if name in dataset:
                delattr(dataset, name)  # signs what is not there any more
    if asked.strip and 0xFFFCFFFC in dataset:
        del dataset[0xFFFCFFFC]
    return done


def _complete_meta(dataset: FileDataset, source: Path) -> None:
    """File meta information for files that have none, and no more in it than has to be."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    syntax = str(dataset.file_meta.get("TransferSyntaxUID", "") or "")
    if not syntax:
        implicit, little = dataset.original_encoding
        plain = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
        syntax = str(plain if little else ExplicitVRBigEndian)
    if not dataset.get("SOPInstanceUID") or not dataset.get("SOPClassUID"):
        raise NonconformingHeader("an instance has a class and a UID, and this has not", where=source)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    dataset.preamble = b"\0" * 128


def _derive(dataset: FileDataset) -> None:
    """New UIDs, and a reference to what it was made from."""
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    reference = Dataset()
    reference.ReferencedSOPClassUID = dataset.SOPClassUID
    reference.ReferencedSOPInstanceUID = dataset.SOPInstanceUID
    dataset.SourceImageSequence = Sequence([*(dataset.get("SourceImageSequence") or ()), reference])
    kinds = dataset.get("ImageType") or ""
    words = [kinds] if isinstance(kinds, str) else list(kinds)
    dataset.ImageType = ["DERIVED", *(words[1:] or ["SECONDARY"])]
    dataset.DerivationDescription = f"scan2train {__version__}: MONOCHROME1 to MONOCHROME2"
    dataset.SOPInstanceUID = uid_of("monochrome2", dataset.SOPInstanceUID)
    dataset.SeriesInstanceUID = uid_of("monochrome2", dataset.get("SeriesInstanceUID", ""))


def _content(dataset: FileDataset, source: Path) -> bytes:
    from pydicom import dcmwrite

    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    buffer = io.BytesIO()
    try:
        dcmwrite(buffer, dataset, enforce_file_format=True)
    except RecursionError as error:
        raise UnreadableFile("sequences are nested beyond reason", where=source) from error
    return buffer.getvalue()


def _neutral(dataset: FileDataset, source: Path) -> str:
    """A name that tells nothing but UIDs."""
    series, own = str(dataset.get("SeriesInstanceUID", "")), str(dataset.SOPInstanceUID)
    uids = [uid for uid in (series, own) if uid]
    if not all(set(uid) <= _WORDS and uid.strip(".") for uid in uids):
        raise NonconformingHeader("a UID is digits and points", where=source, found="something else")
    return "/".join(uids) + ".dcm"


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, and never in place of another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() and not path.is_symlink():
        hidden = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            with replacing(hidden) as file:
                file.write(content)
            # Unlike a rename, a link does not replace what another process has written there meanwhile.
            with suppress(FileExistsError):
                os.link(hidden, path)
                return
        finally:
            hidden.unlink(missing_ok=True)
    if path.is_symlink() or not path.is_file() or path.read_bytes() != content:
        raise OutputInUse(
            "something else is there already",
            where=path,
            advice="Choose a new folder. If it is new, two files of the source share this name or SOP Instance UID, "
            "and differ: find out which of them is right.",
        )
