"""The header of any file, in the terms of its standard."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from scan2train.errors import NotAnImage, WrongUse
from scan2train.formats.field import Field, Fields
from scan2train.paths import path_given

#: Formats whose fields have a page of meanings of their own; the others are shown by what their readers make of them.
_MEANT = ("nifti", "metaimage", "nrrd")


def header(path: str | Path, private: str | Path | None = None) -> Fields:
    """Every field of one file's header.

    Parameters
    ----------
    path
        A DICOM, NIfTI, MetaImage or NRRD file, a picture, or any other that :func:`scan2train.read.read` takes.
    private
        For DICOM: names of private elements, as CSV with the columns creator, group, element, vr and name, or as a JSON
        list of such objects. They win over those of pydicom's dictionary.

    Returns
    -------
    Fields
        A list of :class:`~scan2train.formats.field.Field`, in the order of the file. In DICOM all elements by number,
        file meta information first, sequences with their items; bytes are given as their size. ``stopped`` is ``None``,
        or the error at which a broken DICOM header could not be followed further.

    Raises
    ------
    UnreadableFile, HostileFile, NonconformingHeader
        If there is no such file, or nothing of it can be shown.
    NotAnImage
        If it is of no format that is known.
    WrongUse
        If it is a folder, or ``private`` is no such dictionary.
    """
    from scan2train.formats.registry import by_format
    from scan2train.formats.sniff import sniff_file

    path = path_given(path)
    if path.is_dir():
        raise WrongUse(
            "a header is that of one file",
            where=path,
            found="a folder",
            advice="Name one of its files; index lists what a folder holds.",
        )
    word = sniff_file(path)
    if word == "dicom":
        from scan2train.formats.dicom.element_names import read_private
        from scan2train.formats.dicom.fields import read_fields

        return read_fields(path, {} if private is None else read_private(Path(private)))
    if word is None:
        raise NotAnImage(
            "is of no format that is known", where=path, advice="It is told by content, and not by its name."
        )
    if word in _MEANT:
        found: list[Field] = import_module(f"scan2train.formats.meanings.{word}").fields_of(path)
    else:
        from scan2train.formats.meanings.image import fields_of

        found = fields_of(path, by_format(word).read_header(path))
    return Fields(found, format=word)
