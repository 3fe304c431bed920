"""What can be said of each case: its attributes, names, sizes, and what follows from them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from scan2train.cohort.case_fields import Field, fields_of
from scan2train.cohort.case_files import Case

#: A level, a number, or nothing, of one case.
Level = str | float | None

#: Kinds of text in which single words count.
_WORDY = frozenset({"LO", "SH", "LT", "ST", "UT", "UC", "CS", "name", "folder", "text"})
_CODED = frozenset({"LO", "SH", "CS", "PN", "AE", "UC", "ST", "LT", "UT", "IS", "name", "folder", "text"})
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+")
#: Words of one attribute, the most frequent first; and how many cases have to have one.
_MOST_WORDS, _FEWEST_WITH_WORD = 60, 2
_ROOT_PARTS = (3, 4, 5, 6, 7, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One property of every case: levels of a category, or numbers; ``None`` where a case has none."""

    field: Field
    how: str
    levels: tuple[Level, ...]
    numeric: bool = False


def traits_of(cases: Sequence[Case]) -> Iterator[Trait]:
    """Every trait of these cases that is not the same for all."""
    table: dict[Field, dict[int, tuple[str, ...]]] = defaultdict(dict)
    for number, case in enumerate(cases):
        for field, values in fields_of(case):
            table[field][number] = values
    for field in sorted(table, key=lambda one: (one.name, one.vr)):
        column = [table[field].get(number) for number in range(len(cases))]
        for how, levels, numeric in _traits(field, column):
            if len(set(levels)) > 1:
                yield Trait(field=field, how=how, levels=tuple(levels), numeric=numeric)


def _traits(
    field: Field, column: Sequence[tuple[str, ...] | None]
) -> Iterator[tuple[str, list[Level], bool]]:
    if any(one is None for one in column):
        yield "whether it is there", [str(one is not None) for one in column], False
    if any(one == () for one in column):
        yield "whether it is filled", [None if one is None else str(bool(one)) for one in column], False
    filled = [one or None for one in column]
    texts: list[str | None] = [None if one is None else _joined(one) for one in filled]
    if field.vr == "UI":
        yield from _of_uids(texts)
        return
    if field.vr in ("DA", "DT", "TM"):
        yield from _of_times(field.vr, [one and one[0] for one in filled])
        return
    yield "its value", list(texts), False
    numbers = [_number(one) for one in filled]
    if any(one is not None for one in numbers):
        yield "its number", list(numbers), True
    if field.vr in _CODED:
        yield from _of_codes(texts)
    if field.vr in _WORDY:
        yield from _of_words(filled)


def _joined(values: tuple[str, ...]) -> str:
    return "\\".join(values)[:400]


def _number(values: tuple[str, ...] | None) -> float | None:
    try:
        return None if values is None else float(median(float(one) for one in values))
    except ValueError:
        return None


def _each(texts: Sequence[str | None], make: Callable[[str], Level]) -> list[Level]:
    return [None if text is None else make(text) for text in texts]


def _of_codes(texts: Sequence[str | None]) -> Iterator[tuple[str, list[Level], bool]]:
    """What is told by how a code is built, whatever it stands for."""
    yield "its first letter", _each(texts, lambda text: text[:1].casefold()), False
    for n in (2, 3):
        yield f"its first {n} letters", [text and text[:n].casefold() for text in texts], False
    yield (
        "its prefix, up to the first digit",
        _each(texts, lambda text: _DIGITS.split(text)[0].casefold()),
        False,
    )
    yield "its last letter", _each(texts, lambda text: text[-1:].casefold()), False
    yield "its last two letters", _each(texts, lambda text: text[-2:].casefold()), False
    yield "its letters, without digits", _each(texts, lambda text: _DIGITS.sub("#", text).casefold()), False
    yield "its length", _each(texts, lambda text: float(len(text))), True
    yield "its length, as it is", _each(texts, lambda text: str(len(text))), False
    yield "upper or lower case", _each(texts, lambda text: str((text.isupper(), text.islower()))), False
    yield "how many words it has", _each(texts, lambda text: float(len(text.split()))), True
    digits = _each(texts, lambda text: (_DIGITS.findall(text) or [""])[-1])
    yield (
        "parity of its last digit",
        [None if not one else str(int(str(one)[-1]) % 2) for one in digits],
        False,
    )
    yield "its last digit", [None if not one else str(one)[-1] for one in digits], False
    yield "its last number, by size", [_size(str(one)) if one else None for one in digits], True
    first = _each(texts, lambda text: (_DIGITS.findall(text) or [""])[0])
    if first != digits:
        yield "its first number, by size", [_size(str(one)) if one else None for one in first], True
    yield "its first digit", [None if not one else str(one)[0] for one in first], False


def _size(digits: str) -> float:
    return float(digits[:300])


def _of_words(column: Sequence[tuple[str, ...] | None]) -> Iterator[tuple[str, list[Level], bool]]:
    """Each word that several cases have."""
    sets = [frozenset(_words(one)) for one in column]
    counts = Counter(word for one in sets for word in one)
    often = [(word, n) for word, n in counts.items() if _FEWEST_WITH_WORD <= n < len(column)]
    for word, _ in sorted(often, key=lambda one: (-min(one[1], len(column) - one[1]), one[0]))[:_MOST_WORDS]:
        yield f"the word {word}", [str(word in one) for one in sets], False


def _words(values: tuple[str, ...] | None) -> Iterator[str]:
    for value in values or ():
        for word in _WORD.findall(value.casefold()):
            yield word
            # covid19, tumor_3: the letters alone are a word as well.
            letters = _LETTERS.findall(word)
            if letters and letters[0] != word:
                yield letters[0]


def _of_uids(texts: Sequence[str | None]) -> Iterator[tuple[str, list[Level], bool]]:
    """Who gave a UID away, and how it is built; its end is chance."""
    for n in _ROOT_PARTS:
        yield f"its root of {n} parts", [text and ".".join(text.split(".")[:n]) for text in texts], False
    yield "how many parts it has", _each(texts, lambda text: str(text.count("."))), False


def _of_times(vr: str, texts: Sequence[str | None]) -> Iterator[tuple[str, list[Level], bool]]:
    """Days in order, weekdays, months, hours: an order of days is one of batches, an hour one of wards."""
    days = [_day(text) if text and vr != "TM" else None for text in texts]
    if any(days):
        yield "its day, in order", [None if one is None else float(one.toordinal()) for one in days], True
        yield "its year", [None if one is None else str(one.year) for one in days], False
        yield (
            "its year and month",
            [None if one is None else f"{one.year} {one.month}" for one in days],
            False,
        )
        yield "its month", [None if one is None else str(one.month) for one in days], False
        yield "its weekday", [None if one is None else str(one.weekday()) for one in days], False
        weekend: list[Level] = [None if one is None else str(one.weekday() > 4) for one in days]
        yield "whether it is a weekend", weekend, False
        yield "parity of its day", [None if one is None else str(one.day % 2) for one in days], False
    clocks = [_clock(text[8:] if vr == "DT" else text) if text and vr != "DA" else None for text in texts]
    if any(one is not None for one in clocks):
        yield "its time of day, in order", list(clocks), True
        yield "its hour", [None if one is None else str(int(one // 3600)) for one in clocks], False
        noon: list[Level] = [None if one is None else str(one >= 43200) for one in clocks]
        yield "whether it is past noon", noon, False
        yield (
            "parity of its last digit",
            [None if one is None else str(int(one) % 2) for one in clocks],
            False,
        )
    yield "its value", list(texts), False
    yield "its length", _each(texts, lambda text: str(len(text))), False


def _day(text: str) -> date | None:
    digits = text.replace(".", "").replace("-", "")[:8]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _clock(text: str) -> float | None:
    digits = text.replace(":", "")
    try:
        hours, minutes = int(digits[:2]), int(digits[2:4] or 0)
        return hours * 3600 + minutes * 60 + float(digits[4:].split("+")[0].split("-")[0] or 0)
    except ValueError:
        return None
