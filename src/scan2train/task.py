"""What is to be learnt, as far as it decides which scans are fit: a TOML file that a lab can write itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self, get_args

from scan2train.errors import UnknownName, WrongUse

Contrast = Literal["any", "none", "required"]
KernelClass = Literal["smooth", "medium", "sharp"]
#: When a scan was taken after the injection of a contrast agent.
Phase = Literal["non-contrast", "arterial", "portal-venous", "delayed"]
#: What may make one series of a study better than another.
Preference = Literal[
    "cardiac_percent",
    "contrast",
    "fine_pixels",
    "for_presentation",
    "for_processing",
    "kernel_class",
    "many_slices",
    "no_contrast",
    "original",
    "phase",
    "thin_slices",
    "view",
]
#: Columns of the volumes table within which one series of a study is taken.
Within = Literal["description", "kernel_class", "laterality", "modality", "phase", "series_uid", "view"]

_CODE = re.compile(r"[A-Z]{3}\d{0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Which series are fit for a task, which findings are fatal, and which series of a study to take.

    Parameters
    ----------
    name, about
        What it is called, and a sentence about it.
    modality
        The modalities that it is about: ``("CT",)``.
    contrast
        ``none`` where contrast agent is wrong, ``required`` where its lack is, ``any`` otherwise.
    kernel_class, phase, view
        What is fit, the best first; everything if empty. What a header does not tell is not held against a series.
    max_slice_spacing_mm
        The largest distance between slices that is fit, in mm.
    thin_enough_mm
        Slices thinner than this are no better for ``thin_slices``, in mm.
    max_slices
        The most slices or frames that are fit: 1 for films.
    cardiac
        Whether the heart must stand still: headers that do not tell the cardiac phase are found fault with.
    cardiac_percent
        The wanted cardiac phase, as a percentage of the way from one R wave to the next.
    derived
        Whether reformations and projections (MPR, MIP) are fit, too.
    prefer
        What makes one fit series better than another, the most important first.
    one_for_each
        Within these columns of the volumes table one series of a study is taken; one of each study if empty.
    fatal
        Codes, or beginnings of codes, of findings that make a series unfit whatever their severity.
    recipe
        The preset that prepares scans for it; empty if none does.
    """

    modality: tuple[str, ...]
    name: str = "task"
    about: str = ""
    contrast: Contrast = "any"
    kernel_class: tuple[KernelClass, ...] = ()
    phase: tuple[Phase, ...] = ()
    view: tuple[str, ...] = ()
    max_slice_spacing_mm: float | None = None
    thin_enough_mm: float = 0.0
    max_slices: int | None = None
    cardiac: bool = False
    cardiac_percent: float = 75.0
    derived: bool = False
    prefer: tuple[Preference, ...] = ()
    one_for_each: tuple[Within, ...] = ()
    fatal: tuple[str, ...] = ()
    recipe: str = ""

    @classmethod
    def load(cls, source: str | Path) -> Self:
        """The task of that name, or the one in a TOML file.

        Raises
        ------
        UnknownName
            If there is no task of that name, or the file has a key or a word that does not exist; names the near ones.
        WrongUse
            If the file cannot be read or is not TOML, or a value has the wrong type or cannot be meant.
        """
        path = Path(source)
        if str(source) in task_names() or path.suffix != ".toml":
            return cls.from_toml(_text_of(str(source)), str(source))
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise WrongUse("cannot read the task", where=path, found=reason) from error
        return cls.from_toml(text, path.stem, where=str(path))

    @classmethod
    def from_toml(cls, text: str, name: str = "task", *, where: str = "") -> Self:
        """A task from its TOML text; ``where`` is what errors name. Raises as :meth:`load` does."""
        place = where or name
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise WrongUse("the task is not TOML", where=place, found=error) from error
        try:
            # Recipes bring what resamples, which no rule needs.
            from scan2train.recipe.options import check_options

            task = cls(**check_options(cls, "task", {"name": name, **_as_written(data)}))
            _require_meant(task)
        except WrongUse as error:
            error.where = place
            raise
        return task

    def is_fatal(self, code: str) -> bool:
        """Whether a finding of that code makes a series unfit."""
        return any(code.startswith(word) for word in self.fatal)


def task_names() -> tuple[str, ...]:
    """The names of the tasks that come with the package, sorted."""
    names = (one.name for one in files("scan2train.tasks").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def _text_of(name: str) -> str:
    known = task_names()
    if name not in known:
        near = get_close_matches(name, known, n=3)
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        raise UnknownName(
            f"there is no task {name!r}",
            advice=f"{meant}There are: {', '.join(known)}; a task of your own is a file that ends in .toml.",
        )
    return files("scan2train.tasks").joinpath(f"{name}.toml").read_text(encoding="utf-8")


#: Keys that hold a list, for which a single word may stand as well.
_LISTS = frozenset(one.name for one in fields(Task) if str(one.type).startswith("tuple"))


def _as_written(data: Mapping[str, Any]) -> dict[str, Any]:
    """One word for a list of one; true and false for contrast that is required, or wrong."""
    found = {
        key: [value] if key in _LISTS and isinstance(value, str) else value for key, value in data.items()
    }
    if isinstance(found.get("contrast"), bool):
        found["contrast"] = "required" if found["contrast"] else "none"
    for key, known in (("prefer", Preference), ("one_for_each", Within)):
        if isinstance(found.get(key), list):
            found[key] = [_known(key, word, get_args(known)) for word in found[key]]
    return found


def _known(key: str, word: object, known: tuple[str, ...]) -> object:
    """A word with its near ones, where it is none of many."""
    if not isinstance(word, str) or word in known:
        return word
    meant = word.strip().lower().replace("-", "_").replace(" ", "_")
    if meant in known:
        return meant
    near = get_close_matches(meant, known, n=3)
    raise UnknownName(
        f"task: {key}",
        expected=" or ".join(known),
        found=repr(word),
        advice=f"Did you mean {' or '.join(near)}?" if near else None,
    )


def _require_meant(task: Task) -> None:
    """Refuse values of the right type that cannot be meant."""
    for key, right, expected in (
        ("modality", bool(task.modality), 'at least one, as ["CT"]'),
        (
            "modality",
            all(re.fullmatch(r"[A-Z]{2,8}", one) for one in task.modality),
            'as headers say it: "CT"',
        ),
        (
            "max_slice_spacing_mm",
            task.max_slice_spacing_mm is None or task.max_slice_spacing_mm > 0,
            "a distance in mm above 0",
        ),
        ("thin_enough_mm", task.thin_enough_mm >= 0, "a distance in mm"),
        ("max_slices", task.max_slices is None or task.max_slices > 0, "a number above 0"),
        ("cardiac_percent", 0 <= task.cardiac_percent <= 100, "a percentage from 0 to 100"),
        (
            "fatal",
            all(_CODE.fullmatch(one) for one in task.fatal),
            'codes or their beginnings, as ["GEO004", "LAB"]',
        ),
    ):
        if not right:
            raise WrongUse(f"task: {key}", expected=expected, found=repr(getattr(task, key)))
