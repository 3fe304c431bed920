"""What one worker does: ask one reader for one file or series, and compare each volume that lies there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scan2train.cohort.parity.compare import Compared, compare
from scan2train.cohort.parity.given import Given
from scan2train.cohort.parity.place import Place
from scan2train.cohort.parity.truth import Truth, truth_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One reader at one place."""

    number: int
    place: Place
    reader: str
    limit_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What became of a volume: ``codes`` is what reading noticed, ``code`` and ``refused`` why it is refused."""

    compared: Compared
    unit: str = ""
    codes: tuple[str, ...] = ()
    code: str = ""
    refused: str = ""


@dataclass(slots=True)
class Report:
    """What became of a task: one :class:`Heard` a volume, or one in all where the file gave no volume."""

    volumes: list[Heard] = field(default_factory=list)
    shape: tuple[int, ...] | None = None
    unfit: bool = False
    warned: list[str] = field(default_factory=list)


#: The truth about the volumes of the place that this worker was last at: its readers follow one another.
_last: dict[int, tuple[Truth, ...]] = {}


def work(task: Task) -> Report:
    """Ask, and compare."""
    from scan2train.cohort.parity.asked import ask
    from scan2train.cohort.parity.known import reader_of
    from scan2train.decoder.pool import decode_apart

    decode_apart()  # a stream that ends our own decoder is a refusal, and not the reader's crash
    place = task.place
    read, formats = reader_of(task.reader)
    unfit = formats is not None and bool(place.format) and place.format not in formats
    if unfit:
        text = f"cannot read {place.format}: it is made for {', '.join(sorted(formats or ()))}"
        none = Compared(verdict="refused", kind="refused", note=text)
        return Report(volumes=[Heard(compared=none) for _ in place.rows], unfit=True)
    answer = ask(read, place.path, place.series_uid, task.limit_s)
    report = Report(shape=answer.given.shape if answer.given else None, warned=answer.warned)
    truths = _truths(task)
    for nth, truth in enumerate(truths):
        compared = _against(truth, answer.given, answer.error, nth, len(truths), swelled=answer.swelled)
        report.volumes.append(
            Heard(
                compared=compared,
                unit=truth.parts[0].unit if truth.parts else "",
                codes=truth.codes,
                code=truth.code,
                refused=truth.refused,
            )
        )
    return report


def _against(truth: Truth, given: Given | None, error: str, nth: int, of: int, *, swelled: bool) -> Compared:
    if swelled:
        return Compared(verdict="crashed", kind="crashed", note="ran out of the memory it was given")
    if given is None:
        return Compared(verdict="refused", kind="refused", note=error)
    if not truth.refused:
        return compare(truth.parts[0], given, nth, of)
    return _not_refused([compare(part, given) for part in truth.parts], truth)


def _not_refused(parts: list[Compared], truth: Truth) -> Compared:
    """A volume where there is none to trust; how far its slices lie off follows from the parts that are regular."""
    found = [one for one in parts if one.how == "content"]
    moved = max((one.moved_mm for one in found if one.moved_mm is not None), default=None)
    largest = max((one.value_max for one in found if one.value_max is not None), default=None)
    p99 = max((one.value_p99 for one in found if one.value_p99 is not None), default=None)
    far = "" if not moved or moved < 0.02 else f"; a slice lies up to {moved:.3g} mm from where it was"
    return Compared(
        verdict="not-refused",
        kind="not-refused",
        note=f"returns a volume where {_lower(truth.refused)}{far}",
        moved_mm=moved,
        value_max=largest,
        value_p99=p99,
        how="content" if found else "",
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _truths(task: Task) -> tuple[Truth, ...]:
    if task.number not in _last:
        _last.clear()
        place: Any = task.place
        rows = place.rows
        _last[task.number] = (
            tuple(truth_of(row) for row in rows) if rows else (Truth(code=place.code, refused=place.refused),)
        )
    return _last[task.number]
