"""One volume in, whatever the format: a file, a folder that holds one volume, or a row of an index."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.paths import path_given
from scan2train.reading.label_objects import structure_sets, whole_segmentations
from scan2train.reading.one import read_each, read_row
from scan2train.reading.options import Options
from scan2train.reading.points import grouped, of_one_dimension, together
from scan2train.reading.settled import settled
from scan2train.reading.source import (
    index_alone,
    lost_beside,
    lost_finding,
    nothing,
    only_volume,
    skipped_error,
)
from scan2train.volume import Volume


class VolumeList(list[Volume]):
    """Volumes, and what could not be read: ``refused`` lists where, and the error."""

    def __init__(
        self, volumes: Iterable[Volume] = (), refused: Iterable[tuple[str, Scan2TrainError]] = ()
    ) -> None:
        super().__init__(volumes)
        self.refused = tuple(refused)


def read(
    what: str | os.PathLike[str] | Mapping[str, Any] | Any,
    irregular: str = "refuse",
    suv: str | None = None,
    *,
    as_labels: bool = False,
    reference: Any = None,
    stack: bool = False,
    grey: bool = False,
) -> Volume:
    """Read one volume.

    Parameters
    ----------
    what
        A file, a folder that holds one volume, or a row of an index's ``volumes`` (a mapping, or a frame of one
        row). A row is read at the places it names, without parsing any header again.
    irregular
        What to do with uneven, missing or doubled slices. ``"refuse"`` raises an error that says which they are;
        ``"regrid"`` resamples to a regular grid from the true positions and marks invented slices in ``valid``;
        ``"split"`` takes the regular parts as volumes of their own; ``"keep-largest-regular"`` the largest of them.
    suv
        PET as standardised uptake values: ``"bw"`` per body weight, ``"lbm"`` lean body mass, ``"bsa"`` body surface.
    as_labels
        Give :class:`Labels`: the values must be whole numbers. Also reads DICOM SEG and RTSTRUCT.
    reference
        For labels: the image (anything that can be read here, a :class:`Volume` or a :class:`Grid`) on whose grid
        they are wanted. RTSTRUCT need one, unless the series that was drawn on lies beside them. DICOM SEG without
        one come on their own grid, empty slices put back.
    stack
        Give the volumes of one series or file that differ in time, echo, b-value or the like as one, ``(i, j, k, t)``:
        ``meta`` names the ``dimension``, its ``dimension_values`` in order, and ``dimension_step_s`` where times are
        even. ``valid`` is true where it is so at every point. Also takes several rows of the index, as a frame.
    grey
        Give colour as luminance, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded; opacity is left out.

    Returns
    -------
    A volume with ``array`` ``(i, j, k)``, or ``(i, j, k, c)`` for colour, its grid in RAS+ mm, the unit of its values,
    ``valid`` false on declared padding, and what was noticed. A tilted stack keeps its sheared affine.

    Raises
    ------
    SeveralVolumes
        If the place holds several volumes, or regions or segments that overlap; the error lists them.
    GridMismatch
        If labels do not lie in the slices, or the voxels, of the reference.
    IrregularSlices, GeometryError
        If slices are uneven, missing or doubled, or have no trustworthy place.
    UnreadableFile, HostileFile, DecoderMissing, NonconformingHeader, ChangedSource, NotAnImage, NoImages
        If files cannot be read, or are no images.
    WrongUse
        If an argument cannot be meant.
    """
    options = Options(
        irregular=irregular, suv=suv, as_labels=as_labels, reference=reference, stack=stack, grey=grey
    )
    row = _row(what, stack=stack)
    if row is not None:
        return read_row(row, options)
    if isinstance(what, (str, os.PathLike)):
        return read_row(only_volume(path_given(what), options), options)
    raise WrongUse("a path or a row of the volumes table is read", found=type(what).__name__)


def read_all(
    source: str | os.PathLike[str],
    irregular: str = "refuse",
    suv: str | None = None,
    *,
    as_labels: bool = False,
    reference: Any = None,
    stack: bool = False,
    grey: bool = False,
) -> VolumeList:
    """Read every volume of a file or folder; the arguments are those of :func:`read`.

    Returns
    -------
    One volume for each that was found, in the order of the index; ``.refused`` lists the rest with their errors. A
    DICOM segmentation gives one for each segment (a label map one for all), a structure set, read ``as_labels``, one
    for each region that encloses something: ``meta["segment"]`` and ``meta["roi"]`` say which.

    Raises
    ------
    NoImages, NotAnImage
        If there is no image.
    Scan2TrainError
        If nothing could be read: the first of the errors.
    """
    options = Options(
        irregular=irregular, suv=suv, as_labels=as_labels, reference=reference, stack=stack, grey=grey
    )
    place = path_given(source, "a source")
    found = index_alone(place)
    refused: list[tuple[str, Scan2TrainError]] = [
        (str(skipped["path"]), skipped_error(skipped))
        for skipped in found.skipped.iter_rows(named=True)
        if skipped["code"]
    ]
    volumes: list[Volume] = []
    rows = settled(whole_segmentations(found.volumes.to_dicts()), options.irregular)
    for row in [*(grouped(rows) if stack else rows), *(structure_sets(found) if as_labels else ())]:
        try:
            each = read_each(row, options)
        except Scan2TrainError as error:
            refused.append((str(row["path"]), error))
            continue
        lost = lost_beside(found, row)
        volumes.extend(
            volume.replace(findings=(*volume.findings, lost_finding(row, lost))) if lost else volume
            for volume in each
        )
    if not volumes:
        raise refused[0][1] if refused else nothing(place, found)
    return VolumeList(volumes, refused)


def _row(what: Any, *, stack: bool) -> Mapping[str, Any] | None:
    if isinstance(what, Mapping):
        return what
    if hasattr(what, "to_dicts"):
        rows = what.to_dicts()
        if stack and len(rows) > 1 and of_one_dimension(rows):
            return together(rows)
        if len(rows) != 1:
            raise WrongUse(
                "one row of the volumes table is read at a time", expected="1 row", found=f"{len(rows)} rows"
            )
        return dict(rows[0])
    return None
