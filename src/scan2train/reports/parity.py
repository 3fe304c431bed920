"""What other readers return, as text and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final, get_args

from scan2train._version import __version__
from scan2train.cohort.parity.known import version_of
from scan2train.cohort.parity.row import Parity, Verdict
from scan2train.knowledge.rule_names import RULE_NAMES
from scan2train.reports.escape import shown

#: How many places of a group are named.
_EXAMPLES = 3
_WORDS: Final = get_args(Verdict)
_HEADS: Final = {
    "moved": "The same values, elsewhere",
    "other-values": "Other values",
    "other-shape": "Slices or channels missing, or too many",
    "not-refused": "A volume where there is none to trust: scan2train refuses it",
    "refused": "Refused by the reader, though it can be read",
    "crashed": "Crashed",
}


def parity_as_text(rows: Sequence[Parity], width: int = 100) -> Iterator[tuple[str, str]]:
    """Lines, each with the word of its style: ``error``, ``warning``, ``dim`` or nothing."""
    for word, head in _HEADS.items():
        mine = [row for row in rows if row.differs and row.verdict == word]
        if not mine:
            continue
        yield head, "warning" if word == "refused" else "error"
        for _, group in groupby(sorted(mine, key=_group), key=_group):
            yield from _lines(list(group), width)
        yield "", ""
    kept = [row for row in rows if row.kind == "padding-kept"]
    if kept:
        yield "The same, but padding is returned as if it were measured", ""
        for _, group in groupby(sorted(kept, key=_group), key=_group):
            yield from _lines(list(group), width)
        yield "", ""
    yield from _totals(rows)


def _group(row: Parity) -> tuple[str, str, str]:
    return row.code, row.kind, _what(row.note)


def _what(note: str) -> str:
    """What happened, without how far."""
    return note.partition(":")[0] if ": a voxel" in note else ""


def _lines(group: Sequence[Parity], width: int) -> Iterator[tuple[str, str]]:
    first = max(group, key=_size)
    code = f"{first.code} {RULE_NAMES.get(first.code, '')}".strip()
    readers = ", ".join(dict.fromkeys(row.reader for row in group))
    volumes = len({(row.path, row.volume) for row in group})
    count = f"{volumes} volumes, e.g. " if volumes > 1 else ""
    sentence = f"{code}: {shown(readers)} · {count}{shown(first.note)}"
    yield from (
        (line, "") for line in textwrap.wrap(sentence, width, initial_indent="  ", subsequent_indent="    ")
    )
    places: dict[tuple[str, str], Parity] = {}
    for row in sorted(group, key=_size, reverse=True):
        places.setdefault((row.path, row.volume), row)
    for row in list(places.values())[:_EXAMPLES]:
        volume = f" [{row.volume}]" if row.volume else ""
        yield f"      {shown(row.path)}{volume}{_numbers(row)}", "dim"
    if len(places) > _EXAMPLES:
        yield f"      … and {len(places) - _EXAMPLES} more", "dim"


def _size(row: Parity) -> tuple[float, float]:
    return row.moved_mm or 0.0, row.value_max or 0.0


def _numbers(row: Parity) -> str:
    told = []
    if row.moved_mm is not None and row.moved_mm >= 0.005:
        told.append(f"{row.moved_mm:.2f} mm")
    if row.value_max:
        told.append(f"{row.value_max:.4g} {shown(row.unit)} at most, 99 % within {row.value_p99 or 0:.4g}")
    return f": {'; '.join(told)}" if told else ""


def _totals(rows: Sequence[Parity]) -> Iterator[tuple[str, str]]:
    volumes = _volumes(rows)
    yield f"{volumes} {'volume' if volumes == 1 else 'volumes'}", ""
    for reader in dict.fromkeys(row.reader for row in rows):
        mine = [row for row in rows if row.reader == reader]
        counts = Counter(row.verdict for row in mine)
        version = version_of(reader)
        told = ", ".join(f"{counts[word]} {word}" for word in _WORDS if counts[word])
        warned = sum(1 for row in mine if row.differs and row.verdict in _WRONG and not row.warnings)
        silent = f"; {warned} of the wrong ones without a warning" if warned else ""
        yield f"  {shown(reader)}{f' {version}' if version else ''}: {told}{silent}", ""
    if any(row.code and row.code in RULE_NAMES for row in rows):
        yield "`scan2train explain CODE` tells more of each.", "dim"


def _volumes(rows: Sequence[Parity]) -> int:
    """Two sources may hold the same volume by the same name; each has one row a reader."""
    return len(rows) // max(1, len({row.reader for row in rows}))


_WRONG: Final = ("moved", "other-values", "other-shape", "not-refused")


def parity_as_json(sources: Iterable[object], rows: Sequence[Parity]) -> str:
    """The object of ``parity --format json``; its schema is :data:`PARITY_SCHEMA`."""
    counts = Counter(row.verdict for row in rows)
    readers = dict.fromkeys(row.reader for row in rows)
    return json.dumps(
        {
            "version": 1,
            "tool": {"name": "scan2train", "version": __version__},
            "sources": [str(source) for source in sources],
            "readers": [{"name": name, "version": version_of(name)} for name in readers],
            "summary": {
                "volumes": _volumes(rows),
                "rows": len(rows),
                "differ": sum(row.differs for row in rows),
                "verdicts": {word: counts[word] for word in _WORDS},
            },
            "rows": [row.to_json() for row in rows],
        },
        indent=1,
    )


def _all(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_TEXT: Final = {"type": "string"}
_COUNT: Final = {"type": "integer", "minimum": 0}
_SIZE: Final = {"type": ["number", "null"], "minimum": 0}

#: Keys are only ever added; ``version`` grows where one changes its meaning.
PARITY_SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "scan2train parity --format json",
    **_all(
        {
            "version": {"const": 1},
            "tool": _all({"name": {"const": "scan2train"}, "version": _TEXT}),
            "sources": {"type": "array", "items": _TEXT},
            "readers": {"type": "array", "items": _all({"name": _TEXT, "version": _TEXT})},
            "summary": _all(
                {
                    **dict.fromkeys(("volumes", "rows", "differ"), _COUNT),
                    "verdicts": _all(dict.fromkeys(_WORDS, _COUNT)),
                }
            ),
            "rows": {
                "type": "array",
                "items": _all(
                    {
                        **dict.fromkeys(("volume", "path", "reader"), _TEXT),
                        "verdict": {"enum": list(_WORDS)},
                        "differs": {"type": "boolean"},
                        "refused": _TEXT,
                        "shape": {"type": ["array", "null"], "items": _COUNT},
                        **dict.fromkeys(("moved_mm", "value_max", "value_p99"), _SIZE),
                        "unit": _TEXT,
                        "compared": {"enum": ["content", "place", "index", ""]},
                        **dict.fromkeys(("kind", "note"), _TEXT),
                        "code": {"type": "string", "pattern": "^([A-Z]{3}[0-9]{3}|unexplained|)$"},
                        "warnings": _COUNT,
                        "warned": _TEXT,
                    }
                ),
            },
        }
    ),
}
