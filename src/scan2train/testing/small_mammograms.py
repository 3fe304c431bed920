"""A small mammography study, a film of each view: more of what examples of rules are made of."""

from __future__ import annotations

from typing import Any

from scan2train.testing.small import Build, together
from scan2train.testing.small_objects import small_film


def small_mammograms(
    *views: str, told_by: str = "ViewPosition", first: int = 1, tags: Any = None, **more: Any
) -> Build:
    """Films of one study, each a series of its own.

    Parameters
    ----------
    views
        Side and view of each film, such as ``"LCC"``, ``"RMLO"``.
    told_by
        Where the view stands: ``ViewPosition``; ``SCT`` or ``SRT``, codes of the View Code Sequence; ``words``, the
        Series Description alone, side and all.
    first
        The number of the first series, where the study has others.
    tags, more
        As :func:`~scan2train.testing.small_objects.small_film`, for all films.
    """
    films = []
    for number, word in enumerate(views, start=first):
        side, view = word[0], word[1:]
        own = {**_told(side, view, told_by), **(tags or {})}
        said = {"series_description": f"{side} {view}"} if told_by == "words" else {}
        numbered = {"series_number": number, "file_names": [f"{number}-{word}.dcm"]}
        films.append(small_film("MG", tags=own, **{**numbered, **said, **more}))
    return together(*films)


def _told(side: str, view: str, told_by: str) -> dict[str, Any]:
    if told_by == "words":
        return {"ViewPosition": None, "ImageLaterality": None, "PatientOrientation": None}
    named = {"ImageLaterality": side, "PatientOrientation": None}
    return (
        {**named, "ViewPosition": view} if told_by == "ViewPosition" else {**named, **_coded(view, told_by)}
    )


def _coded(view: str, scheme: str) -> dict[str, Any]:
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    from scan2train.knowledge.mammography_views import VIEW_OF_CODE

    codes = [code for code, known in VIEW_OF_CODE.items() if known == view]
    item = Dataset()
    item.CodeValue = next(code for code in codes if (scheme == "SRT") == code.startswith(("R", "G")))
    item.CodingSchemeDesignator = scheme
    item.CodeMeaning = view
    return {"ViewPosition": None, "ViewCodeSequence": Sequence([item])}
