"""One volume out, whatever the format; and from any format to any other."""

from __future__ import annotations

from pathlib import Path

from scan2train.errors import WrongUse
from scan2train.formats.registry import by_suffix, written
from scan2train.volume import Volume


def write(volume: Volume, path: str | Path) -> None:
    """Write a volume to one file or, for Zarr, one folder, in the format that its suffix names.

    The file is there whole or not at all: it is written under a temporary name in the same folder, which must exist,
    and renamed once it is safely on disk. The same volume gives the same bytes.

    Parameters
    ----------
    volume
        What to write; ``Labels`` keep whole numbers, in the smallest type that holds them where the format has no
        64-bit integers. ``.zarr`` and ``.b2nd`` keep ``valid`` too, and the names of labels, as ``.npy`` does; no
        format keeps ``findings`` and ``meta``.
    path
        ``.nii``, ``.nii.gz``, ``.mha``, ``.mhd`` (with ``.raw`` beside it), ``.nrrd``, ``.npy`` (with its geometry in
        ``.json`` beside it), ``.zarr`` (a folder), ``.b2nd``, or pictures: ``.tif``, ``.tiff`` with a page for
        each slice, ``.png`` and ``.jpg`` of one slice.

    Raises
    ------
    UnknownName
        If the suffix is none of these; the message lists the nearest ones.
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
    by_suffix(target).write(volume, target)


def convert(
    source: str | Path,
    target: str | Path,
    irregular: str = "refuse",
    suv: str | None = None,
    *,
    apart: bool = False,
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
    options = Options(irregular=irregular, suv=suv)
    volume = read_apart(Path(source), options) if apart else read_row(only_volume(Path(source)), options)
    write(volume, target)
    return volume
