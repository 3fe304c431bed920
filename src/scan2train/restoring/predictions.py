"""Which file holds the prediction of which case."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scan2train.errors import WrongUse
from scan2train.formats.sniff import sniff_file
from scan2train.knowledge.suffixes import suffix_of

#: So many names are shown where something does not fit.
_SHOWN = 5


def prediction_files(folder: Path, cases: Iterable[str]) -> tuple[dict[str, Path], tuple[Path, ...]]:
    """The file of each case that has one, and images that belong to no case.

    A prediction is named after its case, with any suffix that can be read (``liver_1.nii.gz``), or is the only image
    in a folder of that name. ``folder`` may also be one such file.

    Raises
    ------
    WrongUse
        If there is no such place, nothing in it belongs to a case, or two files could be that of one case.
    """
    if not folder.exists():
        raise WrongUse("there is no such file or folder", where=folder, expected="predictions")
    known = set(cases)
    found: dict[str, Path] = {}
    strange = []
    for path, name in _candidates(folder):
        if name not in known:
            strange.append(path)
        elif name in found:
            raise WrongUse(
                "two files could be the prediction of one case",
                where=folder,
                found=f"{found[name].name} and {path.name}",
                advice="Leave one file for each case.",
            )
        else:
            found[name] = path
    if not found:
        raise WrongUse(
            "no prediction there belongs to a case of the set",
            where=folder,
            expected=f"files named as cases, such as {', '.join(sorted(known)[:_SHOWN])}"
            if known
            else "a set with cases that are finished",
            found=", ".join(sorted(path.name for path in strange)[:_SHOWN]) or "no image at all",
            advice="Name each file after the case that it was predicted on; a suffix of any format may follow.",
        )
    return found, tuple(strange)


def _candidates(folder: Path) -> list[tuple[Path, str]]:
    """Images of a folder, and images that are alone in a folder of their own, each with the name that it goes by."""
    if folder.is_file():
        return [(folder, _stem(folder))]
    given = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.suffix != ".zarr":
            inside = [one for one in sorted(path.iterdir()) if _is_image(one)]
            if len(inside) == 1:
                given.append((inside[0], path.name))
        elif _is_image(path):
            given.append((path, _stem(path)))
    return given


def _is_image(path: Path) -> bool:
    # Headers' detached voxels are read with their headers.
    return path.suffix == ".zarr" or (path.is_file() and sniff_file(path) is not None)


def _stem(path: Path) -> str:
    return path.name[: len(path.name) - len(suffix_of(path.name))]
