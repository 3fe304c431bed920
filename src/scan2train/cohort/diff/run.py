"""Two prepared sets, or two images, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scan2train.cohort.diff.cases import CaseDiff, case_diff, matched
from scan2train.cohort.diff.names import names_apart
from scan2train.cohort.diff.voxels import images_apart, labels_apart
from scan2train.errors import WrongUse
from scan2train.paths import path_given
from scan2train.preparing.ownership import is_prepared
from scan2train.preparing.prepared import Case, prepared_cases
from scan2train.read import read
from scan2train.reading.labels import as_labels
from scan2train.recipe.point import Point

#: Words of ``account.json`` that are the same for all cases of a set.
_RECIPE = ("name", "fingerprint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What differs.

    Parameters
    ----------
    first_only, second_only
        Cases that only one set has.
    recipe
        Points in which the recipes differ.
    versions
        Points in which the versions at work differ; by themselves they make no difference.
    cases
        Those that both have, with what differs in each. Two images are one case.
    share
        The share of voxels that may differ.
    """

    first_only: tuple[str, ...] = ()
    second_only: tuple[str, ...] = ()
    recipe: tuple[Point, ...] = ()
    versions: tuple[Point, ...] = ()
    cases: tuple[CaseDiff, ...] = ()
    share: float = 0.0

    @property
    def same(self) -> bool:
        """Whether the two are the same, within what was tolerated."""
        return not (self.first_only or self.second_only or self.recipe or self.differing)

    @property
    def differing(self) -> tuple[CaseDiff, ...]:
        """The cases that differ."""
        return tuple(case for case in self.cases if not case.same(self.share))

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values, complete and stable."""
        return {
            "version": 1,
            "same": self.same,
            "first_only": list(self.first_only),
            "second_only": list(self.second_only),
            "recipe": [point.to_json() for point in self.recipe],
            "versions": [point.to_json() for point in self.versions],
            "cases": [{**case.to_json(), "same": case.same(self.share)} for case in self.cases],
        }


def diff(
    first: str | Path,
    second: str | Path,
    *,
    tolerance: float = 0.0,
    share: float = 0.0,
    grids: bool = True,
    voxels: bool = True,
    labels: bool = False,
) -> Diff:
    """Say what differs between two prepared sets, or two images; voxels are compared in world space.

    Cases belong together that have one name, or were made of one volume. Where grids differ, the second image is
    interpolated on the grid of the first, so that also equal scans differ a little between two spacings: give a
    ``tolerance`` then.

    Parameters
    ----------
    first, second
        Two folders that :func:`scan2train.prepare` wrote, or two images of any format.
    tolerance
        Values at most so far apart are the same, in the unit of the values.
    share
        So large a share of voxels may differ by more.
    grids
        Whether it counts how the grids lie; if not, only what lies in the world does.
    voxels
        Whether voxels are compared at all.
    labels
        Whether two images are labels; those of sets are told by themselves.

    Returns
    -------
    What differs.

    Raises
    ------
    WrongUse
        If one is not there, or is a prepared set and the other is not, or a tolerance cannot be meant.
    Scan2TrainError
        If an image or an account cannot be read.
    """
    if not (tolerance >= 0 and 0 <= share <= 1):
        raise WrongUse(
            "a tolerance is at least 0, and a share from 0 to 1",
            found=f"tolerance {tolerance}, share {share}",
        )
    a, b = path_given(first), path_given(second)
    for path in (a, b):
        if not path.exists():
            raise WrongUse(
                "there is no such file or folder",
                where=path,
                expected="a prepared set or an image",
                advice="Check the path.",
            )
    sets = [is_prepared(path) for path in (a, b)]
    if sets == [False, False]:
        return Diff(cases=(_images(a, b, tolerance, grids=grids, labels=labels),), share=share)
    if sets != [True, True]:
        raise WrongUse(
            "a prepared set and something else cannot be compared",
            where=b if sets[0] else a,
            expected="two prepared sets, or two images",
            advice="Name the image of a case: OUT/cases/<case>/image.nii.gz.",
        )
    one, other = prepared_cases(a), prepared_cases(b)
    pairs = matched(one, other)
    compared = tuple(
        case_diff(one[mine], other[theirs], tolerance=tolerance, grids=grids, voxels=voxels)
        for mine, theirs in pairs
    )
    return Diff(
        first_only=tuple(name for name in one if name not in dict(pairs)),
        second_only=tuple(name for name in other if name not in {theirs for _, theirs in pairs}),
        recipe=tuple(_told_of("recipe", one, other, _RECIPE)),
        versions=tuple(_told_of("versions", one, other)),
        cases=compared,
        share=share,
    )


def _images(a: Path, b: Path, tolerance: float, *, grids: bool, labels: bool) -> CaseDiff:
    one, other = read(a), read(b)
    points = []
    if grids and one.grid != other.grid:
        points.append(Point(what="grid", first=repr(one.grid), second=repr(other.grid)))
    if one.unit != other.unit and not labels:
        points.append(Point(what="unit", first=one.unit, second=other.unit))
    if labels:
        mine, theirs = as_labels(one), as_labels(other)
        # Most formats have no place for names: only what both name can differ.
        both = mine.names.keys() & theirs.names.keys()
        points += names_apart(*({str(n): which.names[n] for n in both} for which in (mine, theirs)))
        apart = {"labels": labels_apart(mine, theirs)}
    else:
        apart = {"image": images_apart(one, other, tolerance)}
    return CaseDiff(first=a.name, second=b.name, points=tuple(points), **apart)


def _told_of(
    word: str, one: Mapping[str, Case], other: Mapping[str, Case], names: tuple[str, ...] | None = None
) -> Iterator[Point]:
    """Points of a part of the accounts that all cases of a set share."""
    here, there = (_all(word, cases) for cases in (one, other))
    for name in names or sorted({*here, *there}):
        if here.get(name) != there.get(name):
            yield Point(what=f"{word} {name}", first=here.get(name, ""), second=there.get(name, ""))


def _all(word: str, cases: Mapping[str, Case]) -> dict[str, str]:
    """Each name of the part with its values: one, unless the set was made in several runs."""
    found: dict[str, dict[str, None]] = {}
    for case in cases.values():
        for name, value in case.account[word].items():
            found.setdefault(name, {})[str(value)] = None
    return {name: ", ".join(values) for name, values in found.items()}
