"""Words that mean the parts of a data set: what is trained on, what is tuned with, what is tested on."""

from __future__ import annotations

import re
from typing import Final

TRAIN, VAL, TEST = "train", "val", "test"

#: Every spelling, in lower case.
SPELLINGS: Final = {
    **dict.fromkeys(("train", "training", "trn", "tr", "trainset"), TRAIN),
    **dict.fromkeys(("val", "valid", "validation", "vali", "dev", "valset"), VAL),
    **dict.fromkeys(("test", "testing", "tst", "ts", "testset", "holdout"), TEST),
}
#: Such a word means a part of the set whatever stands beside it; the others also mean tests, values, and so on.
_PLAIN: Final = frozenset(("train", "training", "validation", "testing"))
#: Such a word counts where there is no longer one: it may be the end of a name, as of BraTS.
_SHORT: Final = frozenset(("tr", "ts", "trn", "tst", "dev"))
#: Words that may stand beside one in the name of a folder.
_BESIDE: Final = frozenset(
    (
        *(
            "a",
            "an",
            "the",
            "all",
            "of",
            "and",
            "raw",
            "x",
            "y",
            "batch",
            "stage",
            "fold",
            "split",
            "splits",
            "part",
        ),
        *(
            "images",
            "image",
            "imgs",
            "img",
            "labels",
            "label",
            "masks",
            "mask",
            "segs",
            "seg",
            "scans",
            "scan",
        ),
        *("data", "dataset", "set", "sets", "cases", "case", "volumes", "volume", "files"),
        *("ct", "mr", "mri", "pet", "pt", "dicom", "dcm", "nifti", "nii"),
    )
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_FOLD = re.compile(r"(?:fold|cv|split)[-_ ]?(\d+)", re.IGNORECASE)
#: The folder of one data set among several, as nnU-Net and the Decathlon name it.
SET_FOLDER = re.compile(r"(?:Dataset\d{3}|Task\d{2,3})_.+")


def split_word(text: str) -> str | None:
    """``"train"``, ``"val"`` or ``"test"`` for one of their spellings; ``None`` for any other word."""
    return SPELLINGS.get(text.strip().lower())


def split_folder(name: str) -> tuple[str, bool] | None:
    """The part of a set that a folder holds, and whether its name says nothing else; ``None`` if it is none.

    ``imagesTr``, ``train_images``, ``Training Batch 1`` and ``BraTS2020_TrainingData`` hold what is trained on.
    """
    words = [word.lower() for word in _WORD.findall(name)]
    every = SPELLINGS.keys() & set(words)
    meant = every - _SHORT or every
    parts = {SPELLINGS[word] for word in meant}
    if len(parts) != 1:
        return None
    rest = [word for word in words if word not in meant and word not in _BESIDE and not word.isdigit()]
    return (parts.pop(), not rest) if not rest or meant & _PLAIN else None


def fold_folder(name: str) -> int | None:
    """The number of a fold that a folder is named after: ``fold_3``."""
    found = _FOLD.fullmatch(name.strip())
    return int(found[1]) if found and len(found[1]) <= 3 else None
