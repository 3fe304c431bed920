"""Labels written as DICOM objects for the series that they lie on: which series that is, and what is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from scan2train.errors import UnknownName, WrongUse
from scan2train.knowledge.label_objects import LABEL_OBJECTS, SEGMENTATIONS_WRITTEN
from scan2train.reading.reference import written_on
from scan2train.sampling.same_lattice import on_lattice
from scan2train.volume import Labels, Volume


def write_label_object(labels: Volume, path: Path, word: str, reference: Any) -> None:
    """Write labels as the DICOM object that ``word`` names, for the series that ``reference`` is.

    Raises
    ------
    UnknownName
        If there is no such word.
    WrongUse
        If no DICOM series stands behind the reference, or labels are not what is given.
    GridMismatch
        If the labels do not lie on the grid of the series.
    Scan2TrainError
        As :func:`~scan2train.formats.dicom.rtstruct_write.write_rtstruct` and
        :func:`~scan2train.formats.dicom.seg_write.write_seg`.
    """
    if word not in LABEL_OBJECTS:
        raise UnknownName(f"format cannot be {word!r}", expected=", ".join(LABEL_OBJECTS))
    if word == "rtstruct" and not isinstance(labels, Labels):
        raise WrongUse("a structure set is written of labels", found=type(labels).__name__)
    source = written_on(reference)
    row = source.row
    if row is None:
        raise WrongUse("a DICOM object of labels needs the series that they lie on")
    if path.exists() and any(path.samefile(source.base / name) for name in set(row["member_path"])):
        raise WrongUse("writing this would replace a file of the source", where=path)
    placed = on_lattice(labels, source.grid)
    if word == "rtstruct":
        from scan2train.formats.dicom.rtstruct_write import write_rtstruct

        write_rtstruct(cast("Labels", placed), row, source.base, path)
        return
    from scan2train.formats.dicom.seg_write import write_seg

    write_seg(placed, row, source.base, path, SEGMENTATIONS_WRITTEN[word])
