"""Which prediction belongs to which truth, by the names of files and folders."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scan2train.errors import WrongUse
from scan2train.formats.sniff import sniff_file
from scan2train.knowledge.file_names import label_folder, natural_key, stem, without_label_word, words
from scan2train.preparing.ownership import CASES, is_prepared
from scan2train.preparing.prepared import prepared_cases

_PREDICTED = {"pred", "preds", "prediction", "predictions", "predicted", "output", "out"}
#: So many names are shown where nothing fits.
_SHOWN = 3
#: No list of labels' names is larger.
_MOST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A case: its truth, and its prediction where there is one."""

    case: str
    truth: Path
    prediction: Path | None


def pairs_of(predictions: Path, truths: Path) -> tuple[list[Pair], tuple[Path, ...]]:
    """The cases of a folder of truths, in natural order, and predictions that belong to none.

    A case is named after its file, or after the folder in which this is the only image or the only one named as labels
    are. Names are compared as they stand, then without words such as ``seg``, ``label`` or ``pred``; those of two files
    do not matter. Of one file beside a folder only its own case is looked at.

    Raises
    ------
    WrongUse
        If a place is missing or holds no image, two files could be those of one case, or no two names agree.
    """
    if (truths.is_file() or _is_one(truths)) and (not predictions.is_dir() or _is_one(predictions)):
        return [Pair(case=stem(truths.name), truth=truths, prediction=predictions)], ()
    of_truth, of_prediction = _named(truths), _named(predictions)
    pairs, taken = [], set()
    by_words, sharing = _by_words({*of_prediction} - {*of_truth}), _by_words({*of_truth} - {*of_prediction})
    for name in sorted(of_truth, key=natural_key):
        like = [name] if name in of_prediction else by_words.get(_words(name), [])
        rivals = [name] if name in of_prediction else sharing[_words(name)]
        _require_one(truths, [of_truth[one] for one in (rivals if like else [])])
        _require_one(predictions, [of_prediction[one] for one in like])
        own = like[0] if like else ""
        taken.add(own)
        pairs.append(Pair(case=name, truth=of_truth[name], prediction=of_prediction.get(own)))
    if len(pairs) > 1 and predictions.is_file():
        pairs = [pair for pair in pairs if pair.prediction is not None]
    if all(pair.prediction is None for pair in pairs):
        raise WrongUse(
            "no prediction is named as a truth is",
            where=predictions,
            expected=f"names such as {', '.join(list(of_truth)[:_SHOWN])}",
            found=", ".join(list(of_prediction)[:_SHOWN]),
        )
    strange = (path for name, path in of_prediction.items() if name not in taken)
    return pairs, () if truths.is_file() else tuple(strange)


def names_told(folder: Path) -> dict[int, str]:
    """Names of labels that a prepared set, or the ``dataset.json`` of nnU-Net or MSD in or above a folder, tells."""
    if is_prepared(folder):
        cases = prepared_cases(folder)
        return {value: name for case in cases.values() for value, name in case.names.items()}
    for file in told_in(folder):
        if not file.is_file() or file.stat().st_size > _MOST:
            continue
        try:
            told = json.loads(file.read_bytes())["labels"].items()
            return dict(sorted(filter(None, (_name(*one) for one in told))))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return {}


def told_in(folder: Path) -> tuple[Path, Path]:
    """The files that may tell names of labels, in and above a folder."""
    return folder / "dataset.json", folder.parent / "dataset.json"


def _name(one: str, other: Any) -> tuple[int, str] | None:
    """A value and its name, whichever of the two comes first; ``None`` for the background and for regions."""
    if isinstance(other, list):
        return None
    value, name = (int(one), str(other)) if one.isdecimal() else (int(other), one)
    return None if value == 0 else (value, name)


def _words(name: str) -> tuple[str, ...]:
    every = without_label_word(name) or words(name)
    return tuple(word for word in every if word not in _PREDICTED) or every


def _by_words(names: Iterable[str]) -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for name in sorted(names, key=natural_key):
        found.setdefault(_words(name), []).append(name)
    return found


def _require_one(folder: Path, files: list[Path]) -> None:
    if len(files) > 1:
        raise WrongUse(
            "two files could be those of one case",
            where=folder,
            found=" and ".join(file.relative_to(folder).as_posix() for file in files[:2]),
            advice="Leave one file for each case.",
        )


def _named(folder: Path) -> dict[str, Path]:
    if not folder.exists():
        raise WrongUse("there is no such file or folder", where=folder)
    found: dict[str, Path] = {}
    for path, name in _candidates(folder):
        _require_one(folder, [found[name], path] if name in found else [path])
        found[name] = path
    if not found:
        raise WrongUse("no mask that can be read", where=folder, expected="images named after their cases")
    return found


def _candidates(folder: Path) -> list[tuple[Path, str]]:
    if folder.is_file() or _is_one(folder):
        return [(folder, stem(folder.name))]
    if (folder / CASES).is_dir() and is_prepared(folder):
        folder /= CASES
    inside = sorted(folder.iterdir())
    below = [path for path in inside if path.is_dir() and not _is_one(path)]
    given = [(path, stem(path.name)) for path in inside if path not in below and _is_image(path)]
    of_labels = [path for path in below if label_folder(path.name) is not None]
    if of_labels and not given:
        return [one for path in of_labels for one in _candidates(path)]
    return given + [(one, path.name) for path in below for one in _mask_of(path)]


def _mask_of(case: Path) -> list[Path]:
    """The only image of a folder, or of several the only one that is named as labels are."""
    inside = [one for one in sorted(case.iterdir()) if _is_image(one)]
    if len(inside) > 1:
        inside = [one for one in inside if without_label_word(stem(one.name)) is not None]
    return inside if len(inside) == 1 else []


def _is_one(path: Path) -> bool:
    """Whether a folder is itself a volume."""
    return path.suffix == ".zarr"


def _is_image(path: Path) -> bool:
    return _is_one(path) or (path.is_file() and sniff_file(path) is not None)
