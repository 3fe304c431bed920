"""What one case asks for, and what becomes of it: plain values that cross process borders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What the account of a case says that is to be made once more.

    ``steps`` are the plain steps that were done, as JSON; ``sources`` and ``labels`` what its files held, each with a
    path and a SHA-256.
    """

    steps: Sequence[Mapping[str, Any]]
    sources: Sequence[Mapping[str, str]]
    labels: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One case to be made.

    ``row`` is the image's row of the volumes table, in a plan without the lists of its members, which are as long as
    the volume has slices; ``at`` is its number there, ``root`` what its source is called; ``labels`` the absolute
    path of its labels or empty, and ``labels_root`` and ``labels_path`` the same as named in accounts; ``names`` are
    those that a ``dataset.json`` of the source declares of their values; ``folder`` where the files are to be written;
    ``split`` the part of the set that it is in, by a split file or by its source: train, val, test, or empty;
    ``again`` the account to go by in place of the recipe, where a case is made once more.
    """

    case: str
    row: Mapping[str, Any]
    seed: int
    at: int = 0
    root: str = ""
    folder: str = ""
    labels: str = ""
    labels_root: str = ""
    labels_path: str = ""
    names: Mapping[int, str] = field(default_factory=dict)
    split: str = ""
    again: Again | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A case whose files are written and on the disk, still under their unfinished folder.

    ``files`` maps each file's name to its size and SHA-256; ``account`` is what stands in ``account.json``.
    """

    files: Mapping[str, tuple[int, str]]
    account: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Why a case could not be made.

    ``code`` is that of the rule it falls under, or empty; ``fatal`` means that no other case can be made either.
    """

    error: str
    code: str = ""
    advice: str = ""
    fatal: bool = False
