"""Small mammograms and films: sound but for what they are told to be. What the examples of rules are made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np

from scan2train.testing.of_volume import film_of
from scan2train.testing.phantoms.mammogram import mammogram
from scan2train.testing.writing import written

Build = Callable[[Path], object]


def small_mammogram(
    side: Literal["L", "R"],
    view: Literal["CC", "MLO"],
    *,
    told_side: str | None = None,
    told_view: str | None = None,
    code: str = "",
    mirrored: bool = False,
    turned: bool = False,
    inverted: bool = False,
    text: str = "",
    shape: tuple[int, int] = (110, 85),
    tags: dict[str, Any] | None = None,
    manufacturer: str = "HOLOGIC, Inc.",
    name: str = "mammogram.dcm",
    number: int = 1,
) -> Build:
    """A mammogram of one breast in one view.

    Parameters
    ----------
    side, view
        What is in the picture.
    told_side, told_view
        What the header says, orientation included; the same if not given.
    code
        A code of the View Code Sequence, beside the View Position.
    mirrored, turned
        Whether left and right of the picture are exchanged, or it is turned by half; the header stays.
    inverted
        Store it as MONOCHROME1, dense is dark.
    text
        What is burnt into the picture.
    shape, tags, manufacturer, name, number
        Rows × columns; attributes that override the others; what the header says; the file; of the series in its study.
    """

    def build(folder: Path) -> object:
        pixels = written(mammogram(side, view, shape), text, size=1)
        pixels = pixels[:, ::-1] if mirrored else pixels
        pixels = pixels[::-1, ::-1] if turned else pixels
        usual: dict[str, Any] = {"PhotometricInterpretation": "MONOCHROME1"} if inverted else {}
        if code:
            usual["ViewCodeSequence"] = _coded(code)
        make = film_of(
            np.ascontiguousarray(4095 - pixels if inverted else pixels),
            name,
            modality="MG",
            side=side if told_side is None else told_side,
            view=view if told_view is None else told_view,
            manufacturer=manufacturer,
            series_number=number,
            tags={**usual, **(tags or {})},
        )
        return make(folder)

    return build


def small_chest_film(
    text: str = "",
    *,
    value: float | None = None,
    size: int = 1,
    shape: tuple[int, int] = (90, 120),
    tags: dict[str, Any] | None = None,
    name: str = "film.dcm",
) -> Build:
    """A chest film with ``text`` burnt in at the upper left corner, ``size`` pixels a dot.

    ``value`` is what it is written with, the picture's highest if not given.
    """

    def build(folder: Path) -> object:
        from scan2train.testing.phantoms.film import chest_film

        return film_of(written(chest_film(shape), text, value=value, size=size), name, tags=tags)(folder)

    return build


def _coded(code: str) -> Any:
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    item = Dataset()
    item.CodeValue = code
    item.CodingSchemeDesignator = "SCT"
    item.CodeMeaning = "view"
    return Sequence([item])
