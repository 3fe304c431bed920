"""One volume in, whatever the format: a file, a folder that holds one volume, or a row of an index."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import Scan2TrainError, UnreadableFile, WrongUse
from scan2train.reading.noticed import noticed_of_file
from scan2train.reading.source import (
    index_alone,
    lost_beside,
    lost_finding,
    nothing,
    only_volume,
    skipped_error,
)
from scan2train.reading.unchanged import require_unchanged
from scan2train.volume import Labels, Volume

#: What can be done with uneven, missing or doubled slices.
IRREGULAR = ("refuse",)
#: What a volume of another format than DICOM keeps of its row.
_META = ("volume", "source", "path", "format", "role", "dimension", "dimension_value")


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
) -> Volume:
    """Read one volume.

    Parameters
    ----------
    what
        A file, a folder that holds one volume, or a row of an index's ``volumes`` (a mapping, or a frame of one
        row). A row is read at the places it names, without parsing any header again.
    irregular
        What to do with uneven, missing or doubled slices. ``"refuse"`` raises an error that says which they are.
    suv
        Reserved for standardised uptake values of PET.
    as_labels
        Give :class:`Labels`: the values must be whole numbers.

    Returns
    -------
    A volume with ``array`` ``(i, j, k)``, or ``(i, j, k, c)`` for colour, its grid in RAS+ mm, the unit of its values,
    ``valid`` false on declared padding, and what was noticed. A tilted stack keeps its sheared affine.

    Raises
    ------
    SeveralVolumes
        If the place holds several volumes; the error lists them.
    IrregularSlices, GeometryError
        If slices are uneven, missing or doubled, or have no trustworthy place.
    UnreadableFile, HostileFile, DecoderMissing, NonconformingHeader, ChangedSource, NotAnImage, NoImages
        If files cannot be read, or are no images.
    WrongUse
        If an argument cannot be meant.
    """
    _check_options(irregular, suv)
    row = _row(what)
    if row is not None:
        volume = _read_row(row)
    elif isinstance(what, (str, os.PathLike)):
        volume = _read_row(only_volume(Path(what)))
    else:
        raise WrongUse("a path or a row of the volumes table is read", found=type(what).__name__)
    return _as_labels(volume) if as_labels else volume


def read_all(source: str | os.PathLike[str], irregular: str = "refuse", suv: str | None = None) -> VolumeList:
    """Read every volume of a file or folder.

    Returns
    -------
    One volume for each that was found, in the order of the index; ``.refused`` lists the rest with their errors.

    Raises
    ------
    NoImages, NotAnImage
        If there is no image.
    Scan2TrainError
        If nothing could be read: the first of the errors.
    """
    _check_options(irregular, suv)
    found = index_alone(Path(source))
    refused: list[tuple[str, Scan2TrainError]] = [
        (str(skipped["path"]), skipped_error(skipped))
        for skipped in found.skipped.iter_rows(named=True)
        if skipped["code"]
    ]
    volumes = []
    for row in found.volumes.iter_rows(named=True):
        try:
            volume = _read_row(row)
        except Scan2TrainError as error:
            refused.append((str(row["path"]), error))
            continue
        lost = lost_beside(found, row)
        volumes.append(
            volume.replace(findings=(*volume.findings, lost_finding(row, lost))) if lost else volume
        )
    if not volumes:
        raise refused[0][1] if refused else nothing(Path(source), found)
    return VolumeList(volumes, refused)


def _check_options(irregular: str, suv: str | None) -> None:
    if irregular not in IRREGULAR:
        raise WrongUse(
            "this way to treat irregular slices is not available", expected="'refuse'", found=repr(irregular)
        )
    if suv is not None:
        raise WrongUse(
            "standardised uptake values are not available yet", expected="suv=None", found=repr(suv)
        )


def _row(what: Any) -> Mapping[str, Any] | None:
    if isinstance(what, Mapping):
        return what
    if hasattr(what, "to_dicts"):
        rows = what.to_dicts()
        if len(rows) != 1:
            raise WrongUse(
                "one row of the volumes table is read at a time", expected="1 row", found=f"{len(rows)} rows"
            )
        return dict(rows[0])
    return None


def _read_row(row: Mapping[str, Any]) -> Volume:
    source = Path(row["source"])
    base = source if source.is_dir() else source.parent
    if row["format"] == "dicom":
        from scan2train.reading.dicom import read_dicom

        return read_dicom(row, base)
    from scan2train.formats.registry import by_format

    path = base / row["path"]
    require_unchanged(row, base)
    volumes = by_format(row["format"]).read_volumes(path)
    at = row["member_frame"][0]
    if at >= len(volumes):
        raise UnreadableFile(
            "the file holds fewer volumes than when it was indexed", where=base / row["path"]
        )
    about = {name: row[name] for name in _META if row.get(name)}
    volume: Volume = volumes[at]
    return volume.replace(findings=noticed_of_file(row, volume.findings), meta={**volume.meta, **about})


def _as_labels(volume: Volume) -> Labels:
    values = volume.array
    if values.dtype.kind == "f":
        values = _whole(values)
    return Labels(
        array=values, grid=volume.grid, valid=volume.valid, findings=volume.findings, meta=volume.meta
    )


def _whole(values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    """Floats that hold labels, as integers; refuses fractions, and what the type cannot tell from its neighbours."""
    finite = np.isfinite(values)
    whole = finite & (values == np.rint(values))
    if not whole.all():
        odd = np.unique(values[~whole & finite])
        shown = ", ".join(f"{value:.9g}" for value in odd[:3]) + (", …" if len(odd) > 3 else "")
        raise WrongUse(
            "labels must be whole numbers",
            expected="whole numbers",
            found=f"{(~whole).sum()} voxels hold others: {shown or 'not finite'}",
            advice="Round them if they lie next to whole numbers; if not, they were interpolated: make them again.",
            code="LAB003",
        )
    exact = min(2 ** (np.finfo(values.dtype).nmant + 1), 2**31 - 1)
    if np.abs(values).max() > exact:
        raise WrongUse(
            "labels are too large for the type of float that they are stored in: neighbours have become one",
            expected=f"at most {exact}",
            found=f"{np.abs(values).max():.9g} in {values.dtype}",
            advice="Make them again as integers.",
            code="LAB003",
        )
    return values.astype(np.int32)
