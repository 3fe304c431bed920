"""Small mammograms and films: sound but for what they are told to be. What the examples of rules are made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np

from scan2train.testing.of_volume import film_of
from scan2train.testing.phantoms.mammogram import mammogram

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
    shape: tuple[int, int] = (110, 85),
    tags: dict[str, Any] | None = None,
    manufacturer: str = "HOLOGIC, Inc.",
    name: str = "mammogram.dcm",
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
    shape, tags, manufacturer, name
        Rows × columns; attributes that override the others; what the header says; the file.
    """
    pixels = mammogram(side, view, shape)
    pixels = pixels[:, ::-1] if mirrored else pixels
    pixels = pixels[::-1, ::-1] if turned else pixels
    usual: dict[str, Any] = {"PhotometricInterpretation": "MONOCHROME1"} if inverted else {}
    if code:
        usual["ViewCodeSequence"] = _coded(code)
    return film_of(
        np.ascontiguousarray(4095 - pixels if inverted else pixels),
        name,
        modality="MG",
        side=side if told_side is None else told_side,
        view=view if told_view is None else told_view,
        manufacturer=manufacturer,
        tags={**usual, **(tags or {})},
    )


def _coded(code: str) -> Any:
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    item = Dataset()
    item.CodeValue = code
    item.CodingSchemeDesignator = "SCT"
    item.CodeMeaning = "view"
    return Sequence([item])
