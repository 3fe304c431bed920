"""What makes one fit volume better than another: for each word of a task's ``prefer`` a number, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from scan2train.knowledge.contrast_words import contrast_told, phase_told
from scan2train.knowledge.gating_words import percent_of_words
from scan2train.knowledge.mammography_views import view_of
from scan2train.task import Task

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """One way to be better.

    Parameters
    ----------
    better
        What is said of the better one.
    number
        From a row of the volumes table and the task: the smaller, the better; equal numbers are equally good.
    told
        What is said of one row, in a few words.
    """

    better: str
    number: Callable[[Row, Task], float]
    told: Callable[[Row, Task], str]


def cardiac_percent(row: Row) -> float | None:
    """The cardiac phase in % of the way from one R wave to the next: the attribute, or the one that the name gives."""
    known = row["cardiac_percent"]
    if known is not None:
        return float(known)
    return percent_of_words(row["description"] or "", "", cardiac=True)


def _from_wanted(row: Row, task: Task) -> float:
    percent = cardiac_percent(row)
    if percent is None:
        return inf
    apart = abs(percent - task.cardiac_percent) % 100
    # 0 % and 100 % are the same beat.
    return min(apart, 100 - apart)


def _place(word: str | None, order: Sequence[str]) -> float:
    """The place in an order of preference; what is not told comes last."""
    return order.index(word) if word in order else len(order)


def _phase(row: Row) -> str:
    return phase_told(row["phase"], row["contrast"], row["description"])


def _thickness(row: Row, task: Task) -> float:
    # Slices that overlap are no thinner for lying close.
    return max(task.thin_enough_mm, row["spacing_k_mm"] or inf, row["thickness_mm"] or 0.0)


def _pixel(row: Row) -> float:
    if row["physical"] or row["spacing_source"]:
        return float(row["spacing_i_mm"] * row["spacing_j_mm"])
    sides = row["imager_row_spacing_mm"], row["imager_col_spacing_mm"]
    return float(sides[0] * sides[1]) if all(sides) else inf


def _size(row: Row) -> str:
    return f"{row['size_i']}×{row['size_j']} pixels"


def _contrast(row: Row) -> float:
    return {True: 0, None: 1, False: 2}[contrast_told(row["contrast"], row["description"])]


def _contrast_words(row: Row) -> str:
    return ("with contrast", "contrast not told", "without contrast")[int(_contrast(row))]


def _original(row: Row) -> float:
    return float(row["role"] == "derived") + float((row["image_type"] or "").upper().startswith("DERIVED"))


def _intent(row: Row, word: str) -> float:
    return float((row["presentation_intent"] or "").upper() != word)


PREFERENCES: Final[Mapping[str, Preference]] = {
    "cardiac_percent": Preference(
        better="nearer to the cardiac phase that the task wants",
        number=_from_wanted,
        told=lambda row, _: "not told" if (at := cardiac_percent(row)) is None else f"{at:g} %",
    ),
    "contrast": Preference(
        better="with contrast",
        number=lambda row, _: _contrast(row),
        told=lambda row, _: _contrast_words(row),
    ),
    "no_contrast": Preference(
        better="without contrast",
        number=lambda row, _: -_contrast(row),
        told=lambda row, _: _contrast_words(row),
    ),
    "fine_pixels": Preference(
        better="finer pixels",
        number=lambda row, _: _pixel(row),
        told=lambda row, _: _size(row),
    ),
    "for_presentation": Preference(
        better="made for presentation",
        number=lambda row, _: _intent(row, "FOR PRESENTATION"),
        told=lambda row, _: (row["presentation_intent"] or "not told").lower(),
    ),
    "for_processing": Preference(
        better="made for processing",
        number=lambda row, _: _intent(row, "FOR PROCESSING"),
        told=lambda row, _: (row["presentation_intent"] or "not told").lower(),
    ),
    "kernel_class": Preference(
        better="a kernel that suits the task better",
        number=lambda row, task: _place(row["kernel_class"], task.kernel_class),
        told=lambda row, _: " ".join(filter(None, (row["kernel"], row["kernel_class"]))) or "not told",
    ),
    "many_slices": Preference(
        better="more slices",
        number=lambda row, _: -(row["n_slices"] or 0),
        told=lambda row, _: f"{row['n_slices']}",
    ),
    "original": Preference(
        better="as it was reconstructed",
        number=lambda row, _: _original(row),
        told=lambda row, _: "derived" if _original(row) else "original",
    ),
    "phase": Preference(
        better="a phase of contrast that suits the task better",
        number=lambda row, task: _place(_phase(row), task.phase),
        told=lambda row, _: _phase(row) or "not told",
    ),
    "thin_slices": Preference(
        better="thinner slices",
        number=_thickness,
        told=lambda row, _: f"{max(row['spacing_k_mm'] or 0.0, row['thickness_mm'] or 0.0):.4g} mm",
    ),
    "view": Preference(
        better="a view that suits the task better",
        number=lambda row, task: _place(view_of(row), task.view),
        told=lambda row, _: view_of(row) or "not told",
    ),
}
