"""One volume out, whatever the format; and from any format to any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scan2train.errors import UnknownName, WrongUse
from scan2train.formats.registry import by_suffix, suffix_of, written
from scan2train.knowledge.label_objects import LABEL_OBJECTS
from scan2train.paths import path_given
from scan2train.volume import Volume

#: Formats in which points of a dimension, such as time, are not taken for channels.
_FOUR_AXES = (".nii", ".nii.gz", ".npy", ".zarr", ".b2nd")
#: Kinds of output that no suffix names.
OBJECTS = ("dicom", *LABEL_OBJECTS)


def write(
    volume: Volume,
    path: str | Path,
    format: str | None = None,  # noqa: A002 - the word that users of other libraries know
    *,
    modality: str | None = None,
    reference: Any = None,
) -> None:
    """Write a volume to one file, in the format that its suffix names, or as DICOM.

    It is there whole or not at all: it is written under a temporary name in the same folder, which must exist,
    and renamed once it is safely on disk. The same volume gives the same bytes.

    Parameters
    ----------
    volume
        What to write; what was read with ``stack`` goes along the fourth axis of a NIfTI. ``Labels`` keep whole
        numbers, in the smallest type that holds them where the format has no 64-bit integers. ``.zarr``, ``.b2nd`` and
        DICOM keep ``valid`` too; the first two, and ``.npy``, the names of labels; none ``findings`` and ``meta``.
    path
        ``.nii``, ``.nii.gz``, ``.mha``, ``.mhd`` (with ``.raw`` beside it), ``.nrrd``, ``.npy`` (with its geometry in
        ``.json`` beside it), ``.zarr`` (a folder), ``.b2nd``, or pictures: ``.tif``, ``.tiff`` with a page for each
        slice, ``.png`` and ``.jpg`` of one slice. With ``format="dicom"`` a folder, new or empty, that is not within
        the source.
    format
        ``None``: the suffix says it. ``"dicom"``: a folder of single-frame images. For labels ``"rtstruct"``, a
        structure set of contours along the edges of voxels, which give the mask back exactly; ``"seg"``, a segmentation
        of one bit a pixel and segment; ``"seg-labelmap"``, one number a pixel; ``"seg-fractional"``, for parts from 0
        to 1, too.
    modality
        For ``"dicom"``: ``"CT"``, ``"MR"``, ``"PT"``, or ``"SC"`` for a secondary capture. If not given, what
        ``volume.meta`` says, else what the unit tells (HU is CT, Bq/ml and SUV are PET), else a secondary capture.
    reference
        For the objects of labels: the DICOM series that they lie on (a folder, a row of the index, or the volume that
        was read from it). Patient and study are its, every contour and frame refers to its images.

    Raises
    ------
    UnknownName
        If the suffix or ``format`` is none of these; the message lists the nearest ones.
    GridMismatch
        If labels for a DICOM object do not lie on the grid of its series: restore them first.
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
    _write(volume, path_given(path), format, modality, reference)


def _write(volume: Volume, target: Path, form: str | None, modality: str | None, reference: Any) -> float:
    """Write; returns the most that a value was moved, in its unit."""
    if not isinstance(volume, Volume):
        raise WrongUse(
            "a Volume is written",
            found=type(volume).__name__,
            advice="Make one of an array and its geometry with Volume.from_array.",
        )
    _require_known(form, modality, reference)
    if form == "dicom":
        from scan2train.writing.dicom import write_dicom

        return write_dicom(volume, target, modality)
    if form is not None:
        from scan2train.reading.labels_out import write_label_object

        write_label_object(volume, target, form, reference)
        return 0.0
    module = by_suffix(target)
    if volume.array.ndim > 3 and "dimension_values" in volume.meta and suffix_of(target) not in _FOUR_AXES:
        raise WrongUse(
            "this format has no fourth axis here",
            where=target,
            expected=f"one of {' '.join(_FOUR_AXES)}",
            found=f"{volume.array.shape[3]} points of the dimension {volume.meta.get('dimension')!r}",
            advice="Choose one of these suffixes, or write the volumes one by one.",
        )
    module.write(volume, target)
    return 0.0


def _require_known(form: str | None, modality: str | None, reference: Any) -> None:
    if form is not None and form not in OBJECTS:
        raise UnknownName(
            f"format cannot be {form!r}",
            expected=" or ".join(OBJECTS),
            advice="Leave it out where the suffix says the format.",
        )
    if modality is not None and form != "dicom":
        raise WrongUse("only a DICOM series has a modality", expected='format="dicom" with it')
    if reference is not None and form not in LABEL_OBJECTS:
        raise WrongUse(
            "a reference is for labels that are written as DICOM",
            expected=f"format {' or '.join(LABEL_OBJECTS)} with it",
        )


def convert(
    source: str | Path,
    target: str | Path,
    irregular: str = "refuse",
    suv: str | None = None,
    *,
    stack: bool = False,
    grey: bool = False,
    format: str | None = None,  # noqa: A002 - as for write
    modality: str | None = None,
    reference: str | Path | None = None,
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
    stack
        Write the volumes of one series that differ in time, echo, b-value or the like as one of four dimensions, as
        for :func:`scan2train.read.read`.
    grey
        Write colour as luminance.
    format, modality
        As for :func:`write`; what becomes an object of labels is read as labels.
    reference
        The image that labels belong to. An object of labels is written for it, as for :func:`write`; for any other
        format ``source`` is read as labels on its grid, as contours have to be.

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
    from scan2train.reading.kept import require_kept
    from scan2train.reading.one import read_row
    from scan2train.reading.options import Options
    from scan2train.reading.source import only_volume

    place, goal = path_given(source, "a source"), path_given(target, "a target")
    # Labels that do not become a DICOM object take the grid of their reference when they are read.
    onto = reference if format is None else None
    _require_known(format, modality, None if onto is not None else reference)
    if format == "dicom":
        from scan2train.writing.dicom import require_writable

        require_writable(goal, place)
    else:
        if format is None:
            by_suffix(goal)
        require_kept(place, written(goal))
    labels = onto is not None or (format in LABEL_OBJECTS and format != "seg-fractional")
    options = Options(irregular=irregular, suv=suv, stack=stack, grey=grey, as_labels=labels, reference=onto)
    volume = read_row(only_volume(place, options), options)
    moved = _write(volume, goal, format, modality, reference if onto is None else None)
    return volume.replace(meta={**volume.meta, "moved_by": moved}) if moved else volume
