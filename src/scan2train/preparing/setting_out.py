"""The finished cases of a run, given to the layout that was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.knowledge.split_names import TEST
from scan2train.preparing.beside import remove_beside, write_beside
from scan2train.preparing.layouts import SPLITS, Folds, Member, lay_out
from scan2train.preparing.ownership import CASES
from scan2train.recipe import Recipe, ValueStep

if TYPE_CHECKING:
    import polars as pl

    from scan2train.preparing.journal import Journal
    from scan2train.preparing.request import Request
    from scan2train.preparing.tally import Tally

#: By this word nnU-Net clips and shifts values as is right for HU; and by this one it leaves them as they are.
_HU, _AS_THEY_ARE = "CT", "noNorm"


def set_out(
    out: Path, request: Request, cases: pl.DataFrame, tally: Tally, folds: Folds, journal: Journal
) -> str:
    """Bring the layout's folder in step with the cases that are done, and say so. Raises as :func:`lay_out`."""
    written: set[str] = set()

    def write(texts: Mapping[str, bytes]) -> None:
        write_beside(out, journal, texts)
        written.update(texts)

    members = members_of(out, cases.filter(cases["state"] == "done").iter_rows(named=True))
    channel = _modality(cases)
    if request.layout == "nnunet":
        channel = _nnunet_word(request.recipe, tally.units, channel)
    told = lay_out(
        out, request.layout, request.folder, members, tally.names(), channel, folds=folds, write=write
    )
    remove_beside(out, journal, {f"{request.folder}/{SPLITS}"} - written)
    return told


def members_of(out: Path, rows: Iterable[Mapping[str, Any]]) -> list[Member]:
    """What a layout sees of finished cases, by their rows of the cases table."""
    return [
        Member(
            case=row["case"],
            folder=out / CASES / row["case"],
            labelled=bool(row["labels_sha256"]),
            test=row["split"] == TEST,
        )
        for row in rows
    ]


def _modality(cases: pl.DataFrame) -> str:
    known = sorted(set(cases["modality"].drop_nulls()) - {""})
    return known[0] if len(known) == 1 else "image"


def _nnunet_word(recipe: Recipe, units: AbstractSet[str], modality: str) -> str:
    """By this word nnU-Net goes: it leaves values as they are where the recipe has brought them to a scale already."""
    if units == {"HU"}:
        return _HU
    scaled = any(isinstance(step, ValueStep) and step.unit("HU") == "a.u." for step in recipe.steps)
    return _AS_THEY_ARE if scaled else modality
