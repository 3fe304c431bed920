"""Siemens mosaics: all slices of one time point, tiled into one picture, whose places only private elements tell.

Tiles lie in rows from the top left, in a square as small as holds them; the rest of it is empty. Image Position
(Patient) is where a picture as large as the whole sheet would begin if it lay about the first slice's centre.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.formats.dicom.affine import unit_axes
from scan2train.formats.dicom.csa import read_csa
from scan2train.formats.dicom.header import Headers
from scan2train.formats.dicom.header_again import header_again
from scan2train.tables import FRAMES

_CREATOR = "SIEMENS CSA HEADER"
_GROUP = 0x0029
_SPACING = 0x00180088
#: More slices than any scanner tiles into one sheet.
_MOST_TILES = 4096
#: Cosine between the slices' normal by the vendor and by the standard's orientation.
_PARALLEL = 0.999
_TAGS = ("NumberOfImagesInMosaic", "SliceNormalVector", "SpacingBetweenSlices")

FloatArray = npt.NDArray[np.float64]


class _LackingError(Exception):
    """What a mosaic lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """What is known of one mosaic: LPS+ mm; ``spacing`` between rows, then between columns."""

    rows: int
    columns: int
    position: FloatArray
    row: FloatArray
    column: FloatArray
    spacing: FloatArray


def is_mosaic(headers: Headers) -> npt.NDArray[np.bool_]:
    """Which rows say that they are mosaics."""
    places = headers.text_codes("image_type")
    named = [at for at in np.unique(places).tolist() if "MOSAIC" in (headers.texts[at] or "")]
    with np.errstate(invalid="ignore"):
        counted = headers.number("mosaic_images") > 1
    return np.isin(places, named) | counted


def tile_rows(headers: Headers, row: int, path: bytes, size: int, instance: int) -> pl.DataFrame | None:
    """The slices of one mosaic as rows of the frames table, ``frame`` being the tile.

    ``None`` where one of them is of no certain place; the oddity ``mosaic-lacks:`` then says what is missing.
    """
    try:
        own = _elements(headers, row, path, size)
        places, across = _places(own, _sheet(headers, row), headers.number("mosaic_images")[row])
    except (OSError, zlib.error):
        return None
    except _LackingError as error:
        headers.note(row, f"mosaic-lacks:{error}")
        return None
    rows: list[dict[str, Any]] = [
        {"instance": instance, "frame": tile, "tiles_across": across}
        | dict(zip(("position_x", "position_y", "position_z"), place, strict=True))
        for tile, place in enumerate(places.tolist())
    ]
    return FRAMES.frame(rows)


def _places(
    own: dict[str, tuple[float, ...]], sheet: _Sheet, counted: float
) -> tuple[npt.NDArray[np.float64], int]:
    """``(n, 3)`` centres of the tiles' first voxels, and how many tiles lie side by side."""
    n = _count(own, counted)
    across = math.isqrt(n - 1) + 1
    if sheet.rows % across or sheet.columns % across:
        raise _LackingError("Rows and Columns that are whole multiples of a tile's")
    normal = np.array(own.get("SliceNormalVector", ()))
    if normal.shape != (3,) or not np.isfinite(normal).all():
        raise _LackingError("SliceNormalVector")
    x, y, cross, _ = unit_axes(sheet.row[None], sheet.column[None])
    cosine = float(cross[0] @ normal)
    if not abs(cosine) > _PARALLEL:
        raise _LackingError("SliceNormalVector across the slices")
    step = own.get("SpacingBetweenSlices", ())
    if len(step) != 1 or not 0 < step[0] < math.inf:
        raise _LackingError("SpacingBetweenSlices")
    halves = (np.array([sheet.columns, sheet.rows]) * (1 - 1 / across)) / 2 * sheet.spacing[::-1]
    first = sheet.position + x[0] * halves[0] + y[0] * halves[1]
    along = math.copysign(step[0], cosine) * cross[0]
    return first + np.arange(n)[:, None] * along, across


def _count(own: dict[str, tuple[float, ...]], counted: float) -> int:
    told = {*own.get("NumberOfImagesInMosaic", ()), *([] if math.isnan(counted) else [counted])}
    if len(told) != 1:
        raise _LackingError("NumberOfImagesInMosaic")
    n = told.pop()
    if not (1 < n <= _MOST_TILES and n == int(n)):
        raise _LackingError("NumberOfImagesInMosaic")
    return int(n)


def _sheet(headers: Headers, row: int) -> _Sheet:
    def numbers(*names: str) -> FloatArray:
        found = np.array([headers.number(name)[row] for name in names])
        if not np.isfinite(found).all():
            raise _LackingError(names[0].rpartition("_")[0])
        return found

    rows, columns = numbers("rows", "columns")
    return _Sheet(
        rows=int(rows),
        columns=int(columns),
        position=numbers("position_x", "position_y", "position_z"),
        row=numbers("row_x", "row_y", "row_z"),
        column=numbers("col_x", "col_y", "col_z"),
        spacing=numbers("row_spacing_mm", "col_spacing_mm"),
    )


def _elements(headers: Headers, row: int, path: bytes, size: int) -> dict[str, tuple[float, ...]]:
    """The numbers of the vendor's image header; the standard's Spacing Between Slices goes before its own."""
    try:
        found = header_again(headers, row, path, size, _GROUP)
        between = found[_SPACING].value if _SPACING in found else ""
        csa = read_csa(_csa(found), _TAGS) or {}
    except (OSError, zlib.error):
        raise
    except (
        Exception
    ) as error:  # pydicom converts values when they are asked for, and raises whatever it meets
        raise _LackingError("a header that pydicom can read") from error
    texts: dict[str, Sequence[object]] = dict(csa)
    if str(between).strip() not in ("", "None"):
        texts["SpacingBetweenSlices"] = [between]
    return {name: tuple(_number(text) for text in values) for name, values in texts.items()}


def _csa(dataset: Any) -> bytes:
    """The image header: element 10 of whichever block its creator has reserved (PS3.5 7.8.1)."""
    for block in range(0x10, 0x100):
        creator = dataset.get((_GROUP, block))
        if creator is not None and str(creator.value).strip() == _CREATOR:
            element = dataset.get((_GROUP, block << 8 | 0x10))
            if element is not None and isinstance(element.value, bytes):
                return element.value
    return b""


def _number(text: object) -> float:
    try:
        return float(str(text).replace("_", "?"))
    except ValueError:
        return math.nan
