"""What a training set looked like, as a file; and new scans held against it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from scan2train._version import __version__
from scan2train.cohort.envelope.bounds import Range, Words, ranges_of, words_of
from scan2train.cohort.envelope.observed import observe
from scan2train.cohort.envelope.verdict import Verdict
from scan2train.cohort.members import members
from scan2train.cohort.training_cases import training_cases
from scan2train.errors import WrongUse
from scan2train.index import Index
from scan2train.paths import path_given
from scan2train.preparing.atomic import write_whole
from scan2train.preparing.ownership import RECIPE
from scan2train.preparing.prepared import prepared_cases
from scan2train.preparing.stored import stored_image
from scan2train.reading.options import Options
from scan2train.recipe import Recipe
from scan2train.runners.progress import Progress

_ABOUT = (
    "What a model was trained on. A scan is in where every entry holds; one that is beyond an entry with "
    '"outside": "note" is told of and stays in. Words, bounds and "outside" may be edited.'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the cases of a training set had in common.

    Parameters
    ----------
    recipe
        What was done to them, and is done to a scan before its values are compared.
    irregular, suv
        How they were read, as for :func:`scan2train.read`.
    words, ranges
        The entries.
    cases
        How many cases were looked at, and ``said_by`` who says that these are the training cases.
    """

    recipe: Recipe
    irregular: str
    suv: str | None
    words: tuple[Words, ...]
    ranges: tuple[Range, ...]
    cases: int
    said_by: str

    @classmethod
    def learn(
        cls,
        out: str | os.PathLike[str],
        *,
        split: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Look at the training cases of a prepared set: their accounts, their grids and their values.

        Parameters
        ----------
        out
            A folder that ``prepare`` wrote.
        split
            Says which cases are trained on; ``split.json`` in the set if not given, and all where there is none.
        progress
            Called with the number of cases that were looked at, and of all of them.

        Raises
        ------
        WrongUse
            If it is no prepared set, or the split does not belong to it or holds out what its recipe was fitted on.
        NoImages, OutputDamaged
            If it has no case, or cannot be read.
        """
        place = path_given(out)
        cases = prepared_cases(place)
        table, _ = members(place)
        trained = training_cases(table, place, split)
        used = [case for name, case in cases.items() if name in trained.names]
        observed = []
        for done, case in enumerate(used, start=1):
            observed.append(observe(case.account["scan"], case.before, stored_image(case)))
            if progress is not None:
                progress(done, len(used))
        recipe = Recipe.load(place / RECIPE)
        reading = used[0].account
        return cls(
            recipe=recipe,
            irregular=str(reading.get("irregular", "refuse")),
            suv=reading.get("suv"),
            words=tuple(
                words_of(observed, turned=any(one["do"] == "reorient" for one in recipe.to_json()["step"]))
            ),
            ranges=tuple(ranges_of(observed, physical=used[0].before.physical)),
            cases=len(used),
            said_by=trained.said_by,
        )

    def judge(
        self, scans: str | os.PathLike[str] | Index, *, progress: Progress | None = None
    ) -> list[Verdict]:
        """Say of each scan whether it is in, after the recipe has been done to it in memory.

        Parameters
        ----------
        scans
            A file, a series, a folder of many, or an index.
        progress
            Called with the number of scans that were judged, and of all of them.

        Returns
        -------
        One verdict a volume, in the order of the index. One that cannot be read or prepared is not in.

        Raises
        ------
        NoImages, NotAnImage, UnreadableFile
            If there is no image at all.
        """
        from scan2train.cohort.envelope.try_scan import rows_at, try_scan

        rows = rows_at(scans, Options(irregular=self.irregular))
        found = []
        for done, row in enumerate(rows, start=1):
            found.append(try_scan(self, row))
            if progress is not None:
                progress(done, len(rows))
        return found

    def to_json(self) -> dict[str, Any]:
        """What stands in the file."""
        return {
            "version": 1,
            "tool": {"name": "scan2train", "version": __version__},
            "about": _ABOUT,
            "cases": self.cases,
            "said_by": self.said_by,
            "reading": {"irregular": self.irregular, **({"suv": self.suv} if self.suv else {})},
            "words": [{**asdict(one), "seen": dict(one.seen)} for one in self.words],
            "ranges": [{**asdict(one), "seen": list(one.seen)} for one in self.ranges],
            "recipe": self.recipe.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`.

        Raises
        ------
        WrongUse
            If it is no envelope.
        """
        try:
            return cls(
                recipe=Recipe.from_json(data["recipe"]),
                irregular=str(data["reading"]["irregular"]),
                suv=data["reading"].get("suv"),
                words=tuple(Words(**one) for one in data["words"]),
                ranges=tuple(Range(**{**one, "seen": tuple(one["seen"])}) for one in data["ranges"]),
                cases=int(data["cases"]),
                said_by=str(data["said_by"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise WrongUse(
                "this is no envelope",
                expected="a file that `envelope learn` wrote",
                found=f"{type(error).__name__}: {error}",
            ) from error

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it as JSON, whole or not at all."""
        place = path_given(path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, json.dumps(self.to_json(), indent=1, ensure_ascii=False).encode() + b"\n")
        except OSError as error:
            raise WrongUse("the envelope cannot be written", where=place, found=error.strerror) from error
        return place

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what :meth:`save` wrote, or what a person made of it; raises :class:`~scan2train.WrongUse`."""
        place = path_given(path)
        try:
            data = json.loads(place.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            found = error.strerror if isinstance(error, OSError) else f"no JSON: {error}"
            raise WrongUse(
                "the envelope cannot be read",
                where=place,
                expected="a file that `envelope learn` wrote",
                found=found,
                advice="Check the path, or write it again: scan2train envelope learn OUT -o FILE.",
            ) from error
        if not isinstance(data, dict) or not {"recipe", "words", "ranges"} <= data.keys():
            raise WrongUse(
                "this is no envelope",
                where=place,
                expected="a file that `envelope learn` wrote",
                found=f"an object with {', '.join(sorted(data)[:5])}"
                if isinstance(data, dict)
                else type(data).__name__,
                advice="Write one with: scan2train envelope learn OUT -o FILE.",
            )
        return cls.from_json(data)
