"""What the names of files and folders say: which words mean labels, which mean images, and natural order."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

#: Longest first, so that ``.nii.gz`` is not taken for ``.gz``.
_SUFFIXES = (
    ".nii.gz",
    ".img.gz",
    ".hdr.gz",
    ".nii",
    ".img",
    ".hdr",
    ".mha",
    ".mhd",
    ".nrrd",
    ".nhdr",
    ".npy",
    ".zarr",
    ".b2nd",
    ".png",
    ".tiff",
    ".tif",
    ".jpeg",
    ".jpg",
    ".bmp",
    ".gif",
    ".dcm",
)

#: Words that a file of labels carries in its name.
_LABEL = re.compile(
    r"(?:labels?(?:map)?|seg(?:mentations?|s)?|masks?|annotations?|rois?|ground-?truth|gt)", re.IGNORECASE
)

#: Words that may stand in an image's name where the labels' name has one of the above.
_IMAGE = re.compile(r"images?|imgs?|imaging|volumes?|vols?|scans?|ct|mri?|orig")

#: Words by which the pictures of one examination are told apart: sequences, phases, channels.
_SEQUENCE = re.compile(
    r"t1|t1w|t1c|t1ce|t1gd|t1n|t2|t2w|t2f|t2star|flair|pd|pdw|dwi|dti|adc|swi|b\d+|asl|cbf|cbv|bold"
    r"|ct|cta|mr|mri|pet|suv|pre|post|native|arterial|venous|portal|delayed|\d{4}"
)

#: Folders of images and of labels, with the part of the set that they hold.
_PART = r"[-_]?(tr|ts|val|train|test)?"
_IMAGE_FOLDER = re.compile(rf"(?:images?|imgs?|volumes?|scans?|cts?|mrs?|data){_PART}")
_LABEL_FOLDER = re.compile(
    rf"(?:labels?|segmentations?|segs?|masks?|annotations?|gt|ground[-_]?truth){_PART}"
)

#: What stands between the words of a name.
_BETWEEN = re.compile(r"[-_.\s]+")

#: The channel number of nnU-Net's raw layout.
CHANNEL = re.compile(r"_\d{4}$")


def stem(name: str) -> str:
    """A file's name without its folders and its suffix, ``.nii.gz`` counting as one."""
    last = name.rpartition("/")[2]
    low = last.lower()
    for suffix in _SUFFIXES if low.endswith(_SUFFIXES) else ():
        if low.endswith(suffix) and len(last) > len(suffix):
            return last[: -len(suffix)]
    return last


def names_in_path(path: str) -> tuple[str, ...]:
    """What a case may be called by its file: the stem, as it is and less a channel's number, then each folder above."""
    own = stem(path)
    return own, CHANNEL.sub("", own), *reversed(PurePosixPath(path).parts[:-1])


def words(text: str) -> tuple[str, ...]:
    """The words of a stem, in lower case: what ``-``, ``_``, dots and blanks stand between."""
    return tuple(word for word in _BETWEEN.split(text.lower()) if word)


def without_label_word(text: str) -> tuple[str, ...] | None:
    """The words of a stem less those that mean labels; ``None`` if it has none of them."""
    every = words(text)
    rest = tuple(word for word in every if not _LABEL.fullmatch(word))
    return rest if len(rest) < len(every) else None


def without_image_word(text: str) -> tuple[str, ...]:
    """The words of a stem less one that means no more than "image"."""
    parts = words(text)
    for at, word in enumerate(parts):
        if _IMAGE.fullmatch(word):
            return parts[:at] + parts[at + 1 :]
    return parts


def without_sequence(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Words less those that say which picture of an examination it is: what is left says whose."""
    return tuple(word for word in parts if not _SEQUENCE.fullmatch(word))


def label_folder(name: str) -> str | None:
    """The part (``"tr"``, ``"ts"``, … or ``""``) that a folder of labels holds; ``None`` if it is none."""
    found = _LABEL_FOLDER.fullmatch(name.lower())
    return None if found is None else (found[1] or "")


def image_folder(name: str) -> str | None:
    """The part that a folder of images holds; ``None`` if its name does not say that it is one."""
    found = _IMAGE_FOLDER.fullmatch(name.lower())
    return None if found is None else (found[1] or "")


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts ``volume-2`` before ``volume-10``."""
    return tuple(
        (0, int(part), part) if part.isdecimal() else (1, 0, part.lower())
        for part in re.split(r"(\d+)", text)
    )
