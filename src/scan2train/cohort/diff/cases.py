"""Two cases that were made of one volume, or go by one name: in what they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scan2train.cohort.diff.names import names_apart
from scan2train.cohort.diff.voxels import Apart, images_apart, labels_apart
from scan2train.preparing.account import ACCOUNT
from scan2train.preparing.atomic import sha256_of
from scan2train.preparing.prepared import Case, labels_files_of
from scan2train.preparing.stored import part_of, stored_image, stored_labels
from scan2train.recipe.point import Point
from scan2train.recipe.steps_apart import steps_apart

#: Words of an account that say how the source was read, and what came out.
_WORDS = ("volume", "irregular", "suv", "seed", "unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDiff:
    """In which points two cases differ, and how far their voxels are apart; ``None`` where these were not compared.

    ``first`` and ``second`` are their names.
    """

    first: str
    second: str
    points: tuple[Point, ...]
    image: Apart | None = None
    labels: Apart | None = None

    def same(self, share: float) -> bool:
        """Whether no point differs, and voxels do so at most in so large a share."""
        apart = [one for one in (self.image, self.labels) if one is not None]
        return not self.points and all(one.same(share) for one in apart)

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values."""
        return {
            "first": self.first,
            "second": self.second,
            "points": [point.to_json() for point in self.points],
            "image": None if self.image is None else self.image.to_json(),
            "labels": None if self.labels is None else self.labels.to_json(),
        }


def matched(first: Mapping[str, Case], second: Mapping[str, Case]) -> list[tuple[str, str]]:
    """Names of cases that belong together: of one name, or else made of one volume under two names."""
    pairs = {name: name for name in first if name in second}
    by_volume: dict[str, list[str]] = {}
    for name, case in second.items():
        if name not in pairs:
            by_volume.setdefault(case.account["volume"], []).append(name)
    for name, case in first.items():
        if name not in pairs and by_volume.get(case.account["volume"]):
            pairs[name] = by_volume[case.account["volume"]].pop(0)
    return [(name, pairs[name]) for name in first if name in pairs]


def case_diff(one: Case, other: Case, *, tolerance: float, grids: bool, voxels: bool) -> CaseDiff:
    """Compare two cases; raises as :func:`scan2train.preparing.stored.stored_image`."""
    points = tuple(_points(one, other, grids=grids))
    image = labels = None
    if voxels:
        image = _unchanged(one, other, "image") or images_apart(
            stored_image(one), stored_image(other), tolerance
        )
        mine, theirs = stored_labels(one), stored_labels(other)
        if mine is not None and theirs is not None:
            labels = _unchanged(one, other, "labels") or labels_apart(mine, theirs)
    return CaseDiff(first=one.name, second=other.name, points=points, image=image, labels=labels)


def _points(one: Case, other: Case, *, grids: bool) -> Iterator[Point]:
    mine, theirs = one.account, other.account
    if one.name != other.name:
        yield Point(what="name", first=one.name, second=other.name)
    for word in _WORDS:
        if mine.get(word) != theirs.get(word):
            yield Point(what=word, first=str(mine.get(word, "")), second=str(theirs.get(word, "")))
    yield from _files("source", mine["sources"], theirs["sources"])
    yield from _files("labels", labels_files_of(mine), labels_files_of(theirs))
    if "labels" in mine and "labels" in theirs:
        yield from names_apart(mine["labels"]["names"], theirs["labels"]["names"])
    yield from steps_apart(mine["done"], theirs["done"])
    for grid in ("before", "after") if grids else ():
        here, there = getattr(one, grid), getattr(other, grid)
        if here != there:
            apart = here.distance_in_voxels(there)
            far = "" if apart == float("inf") else f", corners up to {apart:.3g} voxels away"
            yield Point(what=f"grid {grid}", first=repr(here), second=f"{there!r}{far}")
    for part in ("labels", "valid"):
        have = [part_of(case, part) is not None for case in (one, other)]
        if have[0] != have[1]:
            yield Point(what=f"has {part}", first=_yes(have[0]), second=_yes(have[1]))


def _files(what: str, mine: list[Mapping[str, str]], theirs: list[Mapping[str, str]]) -> Iterator[Point]:
    """Files by their path; where all are of one content, other names are no difference."""
    if sorted(file["sha256"] for file in mine) == sorted(file["sha256"] for file in theirs):
        return
    here, there = ({file["path"]: file["sha256"] for file in files} for files in (mine, theirs))
    for path in sorted({*here, *there}):
        if here.get(path) != there.get(path):
            yield Point(what=f"{what} {path}", first=here.get(path, ""), second=there.get(path, ""))


def _unchanged(one: Case, other: Case, part: str) -> Apart | None:
    """Nothing apart, told without decoding a voxel: the same bytes on the same grid, with the same mask."""
    parts = ("image", "valid") if part == "image" else (part,)
    if one.after != other.after or not all(_same_bytes(one, other, each) for each in parts):
        return None
    shape = one.after.shape
    voxels = shape[0] * shape[1] * shape[2]
    return Apart(voxels=voxels, differ=0, only_first=0, only_second=0)


def _same_bytes(one: Case, other: Case, part: str) -> bool:
    """Whether the files of a part are the same on the disk: accounts say what they were when they were written."""
    here, there = _hashes(one, part), _hashes(other, part)
    return here == there and all(
        (case.folder / name).is_file() and sha256_of(case.folder / name) == sha256
        for case in (one, other)
        for name, sha256 in here.items()
    )


def _hashes(case: Case, part: str) -> dict[str, str]:
    files = case.account["files"]
    return {
        name: of["sha256"] for name, of in files.items() if name.startswith(f"{part}.") and name != ACCOUNT
    }


def _yes(here: bool) -> str:
    return "yes" if here else "no"
