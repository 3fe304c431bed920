"""What each metric means: its id, its formula, its unit, and what it says where a mask is empty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from scan2train.errors import UnknownName, WrongUse

Surface = Literal["area", "voxel"]
Empty = Literal["null", "worst"]
#: What surfaces are made of, and what a distance is where one mask is empty.
SURFACES: tuple[Surface, ...] = ("area", "voxel")
EMPTY: tuple[Empty, ...] = ("null", "worst")

_NONE = "no value, counted"
_FAR = {"null": "no value, note 'missed'", "worst": "the diagonal of the truth's image"}
_ELEMENTS = {
    "area": "Surfaces are the marching-cubes elements between eight voxels, weighted by their area (Nikolov 2018).",
    "voxel": "Surfaces are the voxels with background across a face, all of one weight.",
}
_EDGE = "Beyond the image is background: a label that is cut by the edge has a surface there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A metric as it is computed. ``id`` changes whenever the number could."""

    metric: str
    id: str
    unit: str
    text: str
    both_empty: str = _NONE
    one_empty: str = "0"

    def to_json(self) -> dict[str, str]:
        """Plain words."""
        return {name: str(value) for name, value in asdict(self).items() if name != "metric"}


def definitions(
    tolerances: Iterable[float] = (2.0,),
    surface: Surface = "area",
    empty: Empty = "null",
    unit: str = "mm",
) -> dict[str, Definition]:
    """All metrics by name, in the order in which they are told.

    Parameters
    ----------
    tolerances
        Of the normalised surface distance, in ``unit``.
    unit
        Of lengths: mm, or px where the images have no geometry.

    Raises
    ------
    UnknownName
        If a word is unknown.
    WrongUse
        If a tolerance is negative or no number.
    """
    for what, word, words in (("surface", surface, SURFACES), ("empty", empty, EMPTY)):
        if word not in words:
            raise UnknownName(f"{what} {word!r} is unknown", expected=" or ".join(words))
    for one in tolerances:
        if not 0 <= one < float("inf"):
            raise WrongUse("a tolerance is a length", expected=f"{unit}, at least 0", found=one)
    volume = "ml" if unit == "mm" else "px"
    pointed = f"{_ELEMENTS[surface]} {_EDGE}"
    far = _FAR[empty]
    percentile = {
        "area": "the smallest distance that 95 % of a surface's area does not exceed",
        "voxel": "the 95th percentile, interpolated linearly",
    }[surface]
    overlap = [
        Definition(metric="dice", id="dice.1", unit="1", text="2 |P∩T| / (|P| + |T|), voxels."),
        Definition(metric="jaccard", id="jaccard.1", unit="1", text="|P∩T| / |P∪T|, voxels."),
        Definition(
            metric="sensitivity",
            id="sensitivity.1",
            unit="1",
            text="|P∩T| / |T|, voxels.",
            one_empty="0 if the prediction is empty; no value if the truth is",
        ),
        Definition(
            metric="precision",
            id="precision.1",
            unit="1",
            text="|P∩T| / |P|, voxels.",
            one_empty="0 if the truth is empty; no value if the prediction is",
        ),
        Definition(
            metric="volume_difference",
            id="volume_difference.1",
            unit=volume,
            text="Volume of the prediction less that of the truth; signed.",
            one_empty="as defined",
        ),
    ]
    between = [
        Definition(metric=name, id=f"{name}.{surface}.1", unit=unit, text=f"{text} {pointed}", one_empty=far)
        for name, text in (
            ("hd", "Hausdorff distance: the largest distance from either surface to the other."),
            ("hd95", f"The larger of the two directed distances, each {percentile}."),
            ("assd", "Mean distance over both surfaces together."),
            ("masd", "Mean of the two directed mean distances."),
        )
    ]
    within = [
        Definition(
            metric=f"nsd@{one:g}{unit}",
            id=f"nsd.{surface}.1",
            unit="1",
            text=f"Normalised surface distance: the share of both surfaces within {one:g} {unit} (or equal up to "
            f"1e-6 of it) of the other. {pointed}",
        )
        for one in dict.fromkeys(tolerances)
    ]
    others = [
        Definition(
            metric="centre_distance",
            id="centre_distance.1",
            unit=unit,
            text="Distance between the two mean places of voxels.",
            one_empty=far,
        ),
        Definition(
            metric="lesion_f1",
            id="lesion_f1.touch.1",
            unit="1",
            text="Components of touching voxels (26 neighbours). Found is one of the truth that shares a voxel with "
            "the prediction; a false alarm is one of the prediction that shares none with the truth. "
            "2 found / (2 found + missed + false alarms).",
        ),
    ]
    return {one.metric: one for one in (*overlap, *between, *within, *others)}
