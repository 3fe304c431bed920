"""One volume out, whatever the format; and from any format to any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scan2train.errors import WrongUse
from scan2train.formats.registry import by_suffix, suffix_of, written
from scan2train.volume import Volume

#: Formats in which points of a dimension, such as time, are not taken for channels.
_FOUR_AXES = (".nii", ".nii.gz", ".npy")


def write(
    volume: Volume,
    path: str | Path,
    format: str | None = None,  # noqa: A002 - the word that users of other libraries know
    *,
    reference: Any = None,
) -> None:
    """Write a volume to one file, in the format that its suffix names, or labels as a DICOM object.

    The file is there whole or not at all: it is written under a temporary name in the same folder, which must exist,
    and renamed once it is safely on disk. The same volume gives the same bytes.

    Parameters
    ----------
    volume
        What to write; what was read with ``stack`` goes along the fourth axis of a NIfTI. ``Labels`` keep whole
        numbers, in the smallest type that holds them where the format has no 64-bit integers. ``valid``,
        ``findings`` and ``meta`` are not written.
    path
        ``.nii``, ``.nii.gz``, ``.mha``, ``.mhd`` (with ``.raw`` beside it), ``.nrrd``, ``.npy`` (with its geometry in
        ``.json`` beside it), or, for pictures of one slice, ``.png``, ``.tif``, ``.tiff``, ``.jpg``.
    format
        ``None``: the suffix says it. For labels ``"rtstruct"``, a structure set of contours along the edges of voxels,
        which give the mask back exactly; ``"seg"``, a segmentation of one bit a pixel and segment; ``"seg-labelmap"``,
        one number a pixel; ``"seg-fractional"``, for parts from 0 to 1, too.
    reference
        For these four: the DICOM series that the labels lie on (a folder, a row of the index, or the volume that was
        read from it). Patient and study are its, every contour and frame refers to its images.

    Raises
    ------
    UnknownName
        If the suffix or ``format`` is none of these; the message lists the nearest ones.
    GridMismatch
        If labels for a DICOM object do not lie on the grid of its series: restore them first.
    WrongUse
        If the format cannot hold the values or the shape, or the folder is not there.
    """
    if not isinstance(volume, Volume):
        raise WrongUse(
            "a Volume is written",
            found=type(volume).__name__,
            advice="Make one of an array and its geometry with Volume.from_array.",
        )
    target = Path(path)
    if format is not None:
        from scan2train.reading.labels_out import write_label_object

        return write_label_object(volume, target, format, reference)
    if reference is not None:
        raise WrongUse("a reference is for labels that are written as DICOM", expected="format= with it")
    form = by_suffix(target)
    if volume.array.ndim > 3 and "dimension_values" in volume.meta and suffix_of(target) not in _FOUR_AXES:
        raise WrongUse(
            "this format has no fourth axis here",
            where=target,
            expected=f"one of {' '.join(_FOUR_AXES)}",
            found=f"{volume.array.shape[3]} points of the dimension {volume.meta.get('dimension')!r}",
            advice="Choose one of these suffixes, or write the volumes one by one.",
        )
    form.write(volume, target)
    return None


def convert(
    source: str | Path,
    target: str | Path,
    irregular: str = "refuse",
    suv: str | None = None,
    *,
    apart: bool = False,
    stack: bool = False,
) -> Volume:
    """Read one volume, whatever the format, and write it in the format that ``target``'s suffix names.

    Parameters
    ----------
    source
        A file, or a folder that holds one volume.
    target
        As for :func:`write`.
    irregular, suv
        What to do with uneven, missing or doubled slices, and PET as uptake values, as for
        :func:`scan2train.read.read`.
    apart
        Decode compressed pixels in a process of its own, so that a stream which crashes the codec is an error and
        not the end of this process.
    stack
        Write the volumes of one series that differ in time, echo, b-value or the like as one of four dimensions, as
        for :func:`scan2train.read.read`.

    Returns
    -------
    Volume
        What was written; its ``findings`` say what reading noticed.

    Raises
    ------
    WrongUse
        If ``target``, or what is written beside it, is a file of the source, also by a link or another spelling.
    Scan2TrainError
        As :func:`scan2train.read.read` and :func:`write`. Both are judged before anything is read.
    """
    from scan2train.reading.apart import read_apart
    from scan2train.reading.kept import require_kept
    from scan2train.reading.one import read_row
    from scan2train.reading.options import Options
    from scan2train.reading.source import only_volume

    by_suffix(Path(target))
    require_kept(Path(source), written(Path(target)))
    options = Options(irregular=irregular, suv=suv, stack=stack)
    volume = (
        read_apart(Path(source), options) if apart else read_row(only_volume(Path(source), options), options)
    )
    write(volume, target)
    return volume
