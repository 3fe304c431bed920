"""Ways to lay out the folders of a set, beside ``cases/``: as nnU-Net and the Medical Segmentation Decathlon want them.

The files there are hard links to those of the cases, so that nothing is stored twice and whatever reads ``cases/`` need
not know of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from scan2train.errors import WrongUse
from scan2train.knowledge.split_names import TRAIN, VAL
from scan2train.preparing.account import to_bytes
from scan2train.preparing.atomic import write_whole
from scan2train.preparing.linking import bring_in_step
from scan2train.preparing.naming import safe

if TYPE_CHECKING:
    from scan2train.recipe import Recipe

Layout = Literal["plain", "nnunet", "msd"]

#: What describes the set in a layout's folder, and nnU-Net's folds there.
DESCRIPTION, SPLITS = "dataset.json", "splits_final.json"
#: The cases to train and to validate on, by the number of the fold.
Folds = Mapping[int, Mapping[str, Sequence[str]]]

#: The highest value below which values that no case has are given a name, so that nnU-Net finds no gap.
_MOST = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A case as a layout sees it: its folder below the set's, whether it has labels, and the part it is in."""

    case: str
    folder: Path
    labelled: bool
    test: bool


def folder_of(layout: Layout, number: int, name: str) -> str:
    """The folder of a layout below the set's: ``Dataset900_ct-lung``, ``Task900_ct-lung``."""
    return f"Dataset{number:03d}_{name}" if layout == "nnunet" else f"Task{number:02d}_{name}"


def dataset_name(given: str | None, recipe: Recipe) -> str:
    """The name in it: that which was given, else the recipe's.

    Raises
    ------
    WrongUse
        If it is no name for a folder.
    """
    name = recipe.name or "prepared" if given is None else given
    if not name or safe(name) != name:
        raise WrongUse(
            "this is no name for a data set",
            expected="letters, digits, - and _",
            found=repr(name),
            advice="Give another with --dataset-name.",
        )
    return name


def links_of(layout: Layout, members: Iterable[Member]) -> dict[str, Path]:
    """Path below the layout's folder to the file of a case that stands there."""
    end = "_0000.nii.gz" if layout == "nnunet" else ".nii.gz"
    links: dict[str, Path] = {}
    for one in members:
        part = "Tr" if one.labelled and not one.test else "Ts"
        links[f"images{part}/{one.case}{end}"] = one.folder / "image.nii.gz"
        if one.labelled:
            links[f"labels{part}/{one.case}.nii.gz"] = one.folder / "labels.nii.gz"
    return links


def lay_out(
    out: Path,
    layout: Layout,
    folder: str,
    members: Sequence[Member],
    names: Mapping[int, str],
    channel: str,
    *,
    folds: Folds = MappingProxyType({}),
    write: Callable[[Mapping[str, bytes]], None] | None = None,
) -> str:
    """Make the layout's folder hold exactly these cases, whatever an earlier run left there.

    Parameters
    ----------
    out
        The set's folder.
    layout, folder
        Which layout, and its folder below ``out``.
    members
        The cases that are there.
    names
        Of the labels' values, those included that have none: what stands in the layout's ``dataset.json``.
    channel
        What nnU-Net is told of the values, and the Decathlon calls their modality.
    folds
        Those of the split, for nnU-Net.
    write
        Writes texts to their paths below ``out``; each whole, if not given.

    Returns
    -------
    A sentence on what is there.

    Raises
    ------
    WrongUse
        If nnU-Net could not take these labels.
    """
    links = links_of(layout, members)
    describe = _for_nnunet if layout == "nnunet" else _for_decathlon
    told = describe(folder.partition("_")[2], links, names, channel)
    bring_in_step(out / folder, links)
    texts = {f"{folder}/{DESCRIPTION}": to_bytes(told)}
    splits, of_folds = _splits(folder, folds, members) if layout == "nnunet" and folds else (b"", "")
    if splits:
        texts[f"{folder}/{SPLITS}"] = splits
    if write is not None:
        write(texts)
    for name, text in texts.items() if write is None else ():
        write_whole(out / name, text)
    test = len(members) - told["numTraining"]
    unused = len(told["labels"]) - len({0, *names})
    also = f"; {unused} values that no label has are named unused there" if unused else ""
    train = told["numTraining"]
    cases = "case" if train == 1 else "cases"
    return f"{folder}: {train} {cases} to train on, {test} to test on{also}{of_folds}"


def _splits(folder: str, folds: Folds, members: Iterable[Member]) -> tuple[bytes, str]:
    """``splits_final.json`` of the cases in ``imagesTr``, if it can be written, and what is to be said."""
    trained = {one.case for one in members if one.labelled and not one.test}
    listed = {
        number: {part: [case for case in folds[number][part] if case in trained] for part in (TRAIN, VAL)}
        for number in sorted(folds)
    }
    for number, parts in listed.items():
        for part, cases in parts.items():
            if not cases:
                return b"", f"; no {SPLITS}, as fold {number} has no labelled case in its part {part}"
    told = [f"{SPLITS} is for nnUNet_preprocessed/{folder}/"]
    told += [
        f"its fold {at} is fold {number} of the split" for at, number in enumerate(listed) if at != number
    ]
    return json.dumps(list(listed.values()), indent=1).encode() + b"\n", "".join(f"; {one}" for one in told)


def _for_nnunet(
    name: str, links: Mapping[str, Path], names: Mapping[int, str], channel: str
) -> dict[str, Any]:
    """``dataset.json`` of nnU-Net version 2: https://github.com/MIC-DKFZ/nnUNet, documentation/dataset_format.md."""
    return {
        "name": name,
        "channel_names": {"0": channel},
        "labels": {word: value for value, word in _without_gaps(names).items()},
        "numTraining": sum(link.startswith("imagesTr/") for link in links),
        "file_ending": ".nii.gz",
    }


def _for_decathlon(
    name: str, links: Mapping[str, Path], names: Mapping[int, str], channel: str
) -> dict[str, Any]:
    """``dataset.json`` of the Medical Segmentation Decathlon, http://medicaldecathlon.com."""
    images = sorted(link for link in links if link.startswith("images"))
    training = [link for link in images if link.startswith("imagesTr/")]
    test = [link for link in images if link.startswith("imagesTs/")]
    return {
        "name": name,
        "description": "",
        "reference": "",
        "licence": "",
        "release": "",
        "tensorImageSize": "3D",
        "modality": {"0": channel},
        "labels": {str(value): word for value, word in _told_apart(names).items()},
        "numTraining": len(training),
        "numTest": len(test),
        "training": [
            {"image": f"./{image}", "label": f"./{image.replace('images', 'labels', 1)}"}
            for image in training
        ],
        "test": [f"./{image}" for image in test],
    }


def _told_apart(names: Mapping[int, str]) -> dict[int, str]:
    """A name for each value, background included, no name twice."""
    words: dict[int, str] = {0: "background"}
    for value in sorted(set(names) - {0}):
        word = names[value] or f"label_{value}"
        words[value] = f"{word}_{value}" if word in words.values() else word
    return words


def _without_gaps(names: Mapping[int, str]) -> dict[int, str]:
    """Names of all values from 0 to the highest: those that no case has or names are called unused.

    Raises
    ------
    WrongUse
        If a value is below 0, or too high for that.
    """
    words = _told_apart(names)
    least, most = min(words), max(words)
    unused = set(range(max(0, min(most, _MOST)))) - set(words)
    if least < 0 or most > _MOST:
        raise WrongUse(
            "nnU-Net wants the values of labels to be 0, 1, 2 … without a gap",
            expected=f"values from 0 to at most {_MOST}",
            found=f"{len(words)} values between {least} and {most}",
            advice="Number the labels anew before they are prepared, or leave --layout plain or msd. The cases "
            "themselves are finished.",
        )
    return dict(sorted({**words, **{value: f"unused_{value}" for value in unused}}.items()))
