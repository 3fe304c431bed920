"""The header of the file that an image, or one of its slices, was read from: as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from scan2train.errors import WrongUse
from scan2train.formats.field import Field
from scan2train.header import header
from scan2train.tables.source_folder import source_folder
from scan2train.viewing.entry import Entry

#: What of a value is shown.
_LONGEST = 400


def header_of(entry: Entry, k: int | None = None) -> list[dict[str, str]]:
    """``tag``, ``name`` and ``value`` of every field, items of sequences after it and further in.

    Parameters
    ----------
    k
        The slice, of a volume with a file for each; the middle one if not given.

    Raises
    ------
    WrongUse
        If the image has no file of its own, or no such slice.
    Scan2TrainError
        As :func:`scan2train.header.header`.
    """
    row = entry.row()
    if row is None:
        raise WrongUse(
            "a prepared case has no header of its own",
            where=entry.name,
            advice="Its account.json tells what was done; open the source for its header.",
        )
    members = row["member_path"] or [row["path"]]
    at = len(members) // 2 if k is None else k
    if not 0 <= at < len(members):
        raise WrongUse("there is no such slice", expected=f"0 to {len(members) - 1}", found=at)
    return list(_lines(header(_below(source_folder(row["source"]), members[at])), ""))


def _below(root: Path, path: str) -> Path:
    """A file below a source; what leads out of it is not opened."""
    place = root / path
    if not place.resolve().is_relative_to(root.resolve()):
        raise WrongUse("this file does not lie in its source", where=path)
    return place


def _lines(fields: Iterable[Field], before: str) -> Iterator[dict[str, str]]:
    for one in fields:
        yield {"tag": f"{before}{one.tag}", "name": one.name or one.keyword, "value": _value(one)}
        for number, item in enumerate(one.items, start=1):
            yield from _lines(item, f"{before}{one.tag}[{number}] ")


def _value(field: Field) -> str:
    if field.items or field.vr == "SQ":
        return f"{len(field.items)} item{'s' * (len(field.items) != 1)}"
    if field.value is None:
        return f"<{field.size} bytes>" if field.size else ""
    several: list[Any] = field.value if isinstance(field.value, list) else [field.value]
    text = ", ".join(str(one) for one in several)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f"{text} = {field.meaning}" if field.meaning else text
