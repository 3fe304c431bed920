"""Whether the files that a case is made from hold what its account says that they held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scan2train.errors import ChangedSource
from scan2train.preparing.job import Again


def require_as_in_account(
    again: Again, sources: Sequence[Mapping[str, str]], labels: Sequence[Mapping[str, str]]
) -> None:
    """Do nothing where every file is there and holds the same, and there is none besides.

    Parameters
    ----------
    again
        What the account says.
    sources, labels
        The files that were found, each with a path and a SHA-256.

    Raises
    ------
    ChangedSource
        Otherwise; names the first file that differs.
    """
    for told, seen in ((again.sources, sources), (again.labels, labels)):
        expected = {one["path"]: one["sha256"] for one in told}
        found = {one["path"]: one["sha256"] for one in seen}
        for path in sorted({*expected, *found}):
            if expected.get(path) != found.get(path):
                raise ChangedSource(
                    "a source is not what it was when the case was made",
                    where=path,
                    expected=_hash(expected.get(path), "no such file"),
                    found=_hash(found.get(path), "nothing"),
                    advice="Fetch the file as it was; a changed one is a new data set, to be prepared anew.",
                )


def _hash(sha256: str | None, otherwise: str) -> str:
    return otherwise if sha256 is None else f"SHA-256 {sha256}"
