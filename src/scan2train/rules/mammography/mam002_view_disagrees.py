"""A mammogram that shows another view or another breast than its header says.

What it finds
-------------
Mammograms in which the chest wall is not at the edge where Patient Orientation or the laterality put it, and such as
show the pectoral muscle and are called craniocaudal, or show both corners free and are called oblique. And headers
whose View Position and view code name two views. It takes decoding to see the picture.

Why it matters
--------------
Side and view are the labels by which pictures of one breast are paired, compared with the other breast, and cropped. A
picture that some viewer has mirrored, or that was filed under the other breast, teaches a network the wrong side, and
an asymmetry that is none.

What to do
----------
Look at the picture beside the other three of the study: where it was mirrored, mirror it back, and where it was filed
under the wrong name, correct side and view or leave it out.

On a film for viewing the left breast has its chest wall at the left edge and the right one at the right edge. Other
ways to store it are allowed where Patient Orientation says so: A as its first value means that the right edge lies to
the front of the patient, so that the chest wall is at the left.

References
----------
DICOM PS3.3 C.8.11.7 (Mammography Image) and C.7.6.1.1.1 (Patient Orientation); PS3.16 CID 4014. N. Karssemeijer,
Automated classification of parenchymal patterns in mammograms, Phys Med Biol 43:365, 1998 (the pectoral muscle).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from scan2train.knowledge.mammography_views import (
    CHEST_WALL_OF_SIDE,
    VIEW_OF_CODE,
    directions_in,
    lower_side,
    side_in,
    view_in,
)
from scan2train.rule import Example, Hit, bad, good, info, near, warning
from scan2train.volume import Volume

if TYPE_CHECKING:
    from scan2train.measures.mammogram import MammogramLook

FACTS = {"view_codes": pl.col("view_code").drop_nulls().unique()}
SUSPECT = (pl.col("modality") == "MG").fill_null(value=False)

_ROLES = ("picture", "volume")
#: The edge of the chest wall where the right edge, or the lower one, lies to the front (A) or to the back (P).
_WALL: Final = {(0, "A"): "left", (0, "P"): "right", (1, "A"): "top", (1, "P"): "bottom"}
#: Views on which the muscle fills a corner, and views on which it never does.
_OBLIQUE, _FROM_ABOVE = ("MLO", "LMO"), ("CC", "XCCL", "XCCM", "XCC", "FB")


def check(
    row: Mapping[str, Any], facts: Mapping[str, Any] | None = None, volume: Volume | None = None
) -> Iterator[Hit]:
    """Compare what the header says twice; then what it says with the picture."""
    if row["modality"] != "MG" or row["role"] not in _ROLES:
        return
    if facts is not None:
        yield from _codes(row, facts["view_codes"])
    elif volume is not None and volume.array.ndim == 3 and volume.array.shape[2] == 1:
        from scan2train.measures.mammogram import film_look

        look = film_look(volume, row)
        yield from _side(row, look)
        yield from _view(row, look)


def _codes(row: Mapping[str, Any], codes: list[str]) -> Iterator[Hit]:
    """View Position against the View Code Sequence."""
    told = view_in(row["view"] or "")
    for code in codes:
        coded = VIEW_OF_CODE.get(code.strip())
        if told and coded and not coded.startswith(told) and not told.startswith(coded):
            yield warning(
                "View Position and the view code name two views",
                seen=f"View Position {told}, code {code} for {coded}",
                expected="one view",
            )


def _side(row: Mapping[str, Any], look: MammogramLook) -> Iterator[Hit]:
    """The edge of the chest wall against Patient Orientation, and else against the way films are hung."""
    side = (row["laterality"] or "").strip().upper()[:1] or side_in(row["description"] or "")
    towards = directions_in(row["patient_orientation"] or "")
    expected = next((_WALL[at, word[:1]] for at, word in enumerate(towards) if (at, word[:1]) in _WALL), "")
    seen = f"the chest wall is at the {look.chest_wall} edge"
    if not look.chest_wall:
        return
    if expected and look.chest_wall != expected:
        yield warning(
            "the chest wall is not where Patient Orientation puts it: the picture was mirrored, or it is another one",
            seen=seen,
            expected=f"at the {expected} edge: Patient Orientation {'/'.join(towards)}",
        )
        return
    hung = CHEST_WALL_OF_SIDE.get(side, "")
    if not hung or look.chest_wall not in CHEST_WALL_OF_SIDE.values() or (expected and "H" in towards[-1]):
        return  # what the header says to be upside down is hung in no usual way
    inner = lower_side(towards) if expected else ""
    if inner == side:
        yield warning(
            "the picture is that of the other breast than the laterality says, by its Patient Orientation",
            seen=f"Patient Orientation {'/'.join(towards)}, laterality {side}",
            expected=f"a lower end that points to the other side than {side}",
        )
    elif look.chest_wall != hung and not inner:
        severity = info if expected else warning
        yield severity(
            "the chest wall is where that of the other breast is: the picture was mirrored, or the laterality is wrong",
            seen=f"{seen}, laterality {side}",
            expected=f"at the {hung} edge",
        )


def _view(row: Mapping[str, Any], look: MammogramLook) -> Iterator[Hit]:
    told = view_in(row["view"] or "") or view_in(row["description"] or "")
    if look.view == "MLO" and told in _FROM_ABOVE:
        yield warning(
            "the pectoral muscle fills a corner of a picture that is called craniocaudal",
            seen=f"muscle in the {look.muscle_at} corner at the {look.chest_wall} edge, view {told}",
            expected="MLO, or no muscle in a corner",
        )
    elif look.view == "CC" and told in _OBLIQUE:
        yield warning(
            "there is no pectoral muscle in a corner of a picture that is called oblique",
            seen=f"air in both corners at the {look.chest_wall} edge, view {told}",
            expected="CC, or muscle in a corner",
        )


def examples() -> Iterator[Example]:
    """Phantoms of both breasts and views, under their own names and others'."""
    from scan2train.finding import Severity
    from scan2train.testing.small_films import small_mammogram as film

    code = "399368009"
    for side in ("L", "R"):
        for view in ("CC", "MLO"):
            yield good(f"{side} {view}", film(side, view))
    yield good("dense is dark", film("R", "MLO", inverted=True, manufacturer="FUJIFILM Corporation"))
    yield bad("a left MLO called CC", film("L", "MLO", told_view="CC"), Severity.WARNING)
    yield bad(
        "a right CC called MLO, dense is dark",
        film("R", "CC", told_view="MLO", inverted=True),
        Severity.WARNING,
    )
    yield bad(
        "a picture that was mirrored",
        film("R", "CC", mirrored=True, manufacturer="SIEMENS"),
        Severity.WARNING,
    )
    yield bad(
        "the other breast, with nothing but a laterality",
        film("L", "MLO", told_side="R", tags={"PatientOrientation": None}),
        Severity.WARNING,
    )
    yield bad(
        "the other breast, its orientation kept",
        film(
            "L",
            "CC",
            told_side="R",
            tags={"PatientOrientation": ["A", "R"]},
            manufacturer="GE MEDICAL SYSTEMS",
        ),
        Severity.WARNING,
    )
    yield bad("View Position CC and the code of MLO", film("R", "CC", code=code), Severity.WARNING)
    yield near(
        "mirrored, and Patient Orientation says so",
        film("R", "CC", mirrored=True, tags={"PatientOrientation": ["A", "L"]}),
    )
    yield near(
        "turned by half, and said so", film("L", "MLO", turned=True, tags={"PatientOrientation": ["P", "HL"]})
    )
    yield near(
        "neither side nor view nor orientation",
        film("R", "MLO", told_side="", told_view="", tags={"PatientOrientation": None}),
    )
    yield near("View Position and code of one view", film("R", "MLO", code=code))
