"""One volume out, whatever the format; and from any format to any other."""

from __future__ import annotations

from pathlib import Path

from scan2train.errors import UnknownName, WrongUse
from scan2train.formats.registry import by_suffix, written
from scan2train.volume import Volume

#: Kinds of output that no suffix names.
OBJECTS = ("dicom",)


def write(
    volume: Volume,
    path: str | Path,
    format: str | None = None,  # noqa: A002 - the word that users of other libraries know
    *,
    modality: str | None = None,
) -> None:
    """Write a volume to one file, in the format that its suffix names, or as a DICOM series.

    It is there whole or not at all: it is written under a temporary name in the same folder, which must exist,
    and renamed once it is safely on disk. The same volume gives the same bytes.

    Parameters
    ----------
    volume
        What to write; ``Labels`` keep whole numbers, in the smallest type that holds them where the format has no
        64-bit integers. ``valid``, ``findings`` and ``meta`` are not written, but for DICOM.
    path
        ``.nii``, ``.nii.gz``, ``.mha``, ``.mhd`` (with ``.raw`` beside it), ``.nrrd``, ``.npy`` (with its geometry in
        ``.json`` beside it), or, for pictures of one slice, ``.png``, ``.tif``, ``.tiff``, ``.jpg``. With
        ``format="dicom"`` a folder, new or empty, that is not within the source.
    format
        ``None``: the suffix says it. ``"dicom"``: a folder of single-frame images.
    modality
        For DICOM: ``"CT"``, ``"MR"``, ``"PT"``, or ``"SC"`` for a secondary capture. If not given, what
        ``volume.meta`` says, else what the unit tells (HU is CT, Bq/ml and SUV are PET), else a secondary capture.

    Raises
    ------
    UnknownName
        If the suffix or ``format`` is none of these; the message lists the nearest ones.
    WrongUse
        If the format cannot hold the values or the shape, or the folder is not there.
    OutputInUse
        If the folder for a series holds something already.
    GeometryError
        If a grid cannot be said in DICOM: rows and columns that are not perpendicular.

    Notes
    -----
    **DICOM.** One file a slice along ``k``, columns along ``i``, rows along ``j``; positions and orientation follow the
    affine, that of a tilted or left-handed grid too. UIDs of instances and series are new and follow from the content
    (PS3.5 B.2). Image Type is DERIVED, SECONDARY. Where ``meta`` names DICOM images that are still there, patient,
    study, frame of reference and acquisition are theirs, and Source Image Sequence refers to them; else nobody is
    named. Whole numbers are stored as they are; values that lie on the slopes of the source, too, to the last bit;
    other floating point values to the nearest of 65,532 steps over their range, and Derivation Description says by
    how much one moved at most. ``valid`` becomes Pixel Padding Value, and so does what is not a number.
    """
    _write(volume, Path(path), format, modality)


def _write(volume: Volume, target: Path, form: str | None, modality: str | None) -> float:
    """Write; returns the most that a value was moved, in its unit."""
    if not isinstance(volume, Volume):
        raise WrongUse(
            "a Volume is written",
            found=type(volume).__name__,
            advice="Make one of an array and its geometry with Volume.from_array.",
        )
    _require_known(form, modality)
    if form == "dicom":
        from scan2train.writing.dicom import write_dicom

        return write_dicom(volume, target, modality)
    by_suffix(target).write(volume, target)
    return 0.0


def _require_known(form: str | None, modality: str | None) -> None:
    if form is not None and form not in OBJECTS:
        raise UnknownName(
            f"format cannot be {form!r}",
            expected=" or ".join(OBJECTS),
            advice="Leave it out where the suffix says the format.",
        )
    if modality is not None and form != "dicom":
        raise WrongUse("only a DICOM series has a modality", expected='format="dicom" with it')


def convert(
    source: str | Path,
    target: str | Path,
    irregular: str = "refuse",
    suv: str | None = None,
    *,
    apart: bool = False,
    format: str | None = None,  # noqa: A002 - as for write
    modality: str | None = None,
) -> Volume:
    """Read one volume, whatever the format, and write it in the format that ``target``'s suffix names, or as DICOM.

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
    format, modality
        As for :func:`write`.

    Returns
    -------
    Volume
        What was written; its ``findings`` say what reading noticed. Where values had to be moved to be written, its
        ``meta`` has ``moved_by``, the most that one was, in its unit.

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

    _require_known(format, modality)
    if format == "dicom":
        from scan2train.writing.dicom import require_writable

        require_writable(Path(target), Path(source))
    else:
        by_suffix(Path(target))
        require_kept(Path(source), written(Path(target)))
    options = Options(irregular=irregular, suv=suv)
    volume = read_apart(Path(source), options) if apart else read_row(only_volume(Path(source)), options)
    moved = _write(volume, Path(target), format, modality)
    return volume.replace(meta={**volume.meta, "moved_by": moved}) if moved else volume
