"""The names of cases: the file's own where it is free of patient data, the volume id otherwise."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from scan2train.knowledge.file_names import CHANNEL, image_folder, stem, without_image_word, words
from scan2train.pairing.place import file_of

#: Formats whose files are named by those who made the data set; a DICOM file's or folder's name may be a person's.
_NAMED_BY_THE_STUDY = frozenset({"nifti", "metaimage", "nrrd", "npy", "zarr", "b2nd"})
_LONGEST = 100


def name_cases(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """One name a volume, in their order: unique without regard to case, of letters, digits, ``-`` and ``_`` only.

    A name depends on the other volumes only where it would not be unique: then the folders above are put before
    it, the dimension's value or at last the volume id behind it. DICOM, and pictures, go by their volume id.
    """
    channels = Counter(_scan_of(row) for row in rows)
    names = [_own_name(row, channels) for row in rows]
    for more in (_with_folder, _with_point, _with_id):
        twice = {name for name, times in Counter(name.lower() for name in names).items() if times > 1}
        names = [more(n, row) if n.lower() in twice else n for n, row in zip(names, rows, strict=True)]
    return names


def safe(text: str) -> str:
    """``text`` with everything but letters, digits, ``-`` and ``_`` of ASCII made an underscore."""
    return re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9_-]", "_", text)).strip("_-")[:_LONGEST]


def _own_name(row: Mapping[str, Any], channels: Mapping[tuple[str, str], int]) -> str:
    if row["format"] not in _NAMED_BY_THE_STUDY:
        return str(row["volume"])
    file = file_of(row)
    own = stem(file.name)
    if not without_image_word(own) and len(words(own)) == 1 and file.parent.name:
        own = file.parent.name  # case_00001/imaging.nii.gz: the folder is what tells it from the others
    elif image_folder(file.parent.name) is not None and channels[_scan_of(row)] == 1:
        own = CHANNEL.sub("", own)
    return safe(own) or str(row["volume"])


def _scan_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """Folder and name of a file less its channel number: what the channels of one scan share."""
    file = file_of(row)
    return str(file.parent), CHANNEL.sub("", stem(file.name))


def _with_folder(name: str, row: Mapping[str, Any]) -> str:
    parts = [safe(part) for part in PurePosixPath(row["path"] or "").parts[:-1]]
    above = [part for part in parts if part and part != name]
    return safe("-".join([*above, name])[-_LONGEST:])


def _with_point(name: str, row: Mapping[str, Any]) -> str:
    point = safe(f"{row.get('dimension') or ''}{row.get('dimension_value') or ''}")
    return f"{name}-{point}" if point else name


def _with_id(name: str, row: Mapping[str, Any]) -> str:
    return f"{name}-{row['volume']}"
