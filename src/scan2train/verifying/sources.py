"""The files that cases were made from, as their accounts say that they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scan2train.preparing.prepared import files_of
from scan2train.preparing.roots import file_in, places_of_sources
from scan2train.verifying.files import Expected
from scan2train.verifying.said import Said

_FETCHED = (
    "Fetch a source as it was, or say with --source where it lies now; a changed one is a new data set."
)


def files_of_sources(said: Said, moved: Path | None) -> Iterator[Expected]:
    """Every file of every source once, labels and detached voxels included, whichever cases were made from it."""
    cases = [case for case in said.done if case in said.accounts]
    files = {case: files_of(said.accounts[case]) for case in cases}
    names = {one["source"] for case in cases for one in files[case]}
    roots = places_of_sources(said.out, said.journal, names, moved)
    told = set()
    for case in cases:
        for one in files[case]:
            of = (one["source"], one["path"], one["sha256"])
            if of not in told:
                told.add(of)
                path = file_in(roots[one["source"]], one["path"])
                name = f"{one['source']}/{one['path']}"
                yield Expected(
                    case=case, name=name, path=path, size=None, sha256=one["sha256"], advice=_FETCHED
                )
