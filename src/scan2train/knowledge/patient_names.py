"""What the name of a file says about whose it is."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from scan2train.knowledge.file_names import image_folder, stem, without_sequence, words

#: A subject of BIDS, in a folder or a file's name.
SUBJECT: Final = r"(?:^|/)sub-([A-Za-z0-9]+)(?:[_/]|$)"
#: A name that says whose it is, and goes on.
PATIENT: Final = re.compile(r"(?i)(?:patient|subject|subj|pat)[-_ ]?0*(\d{1,6})(?=[-_ .])")
#: A channel of nnU-Net's raw layout, of which nobody has ten.
_CHANNEL: Final = re.compile(r"_000\d$")


def whose_name(path: str) -> tuple[str, ...] | None:
    """A key that names of one person's files share; ``None`` where the name does not say that it is one of several.

    ``sub-03_T1w`` and ``sub-03_T2w``, ``patient007_frame01`` and ``patient007_frame12``, ``p7_ct`` and ``p7_pet`` in
    one folder, ``p7/t1`` and ``p7/flair``, ``imagesTr/p7_0000`` and ``imagesTr/p7_0001``.
    """
    subject = re.search(SUBJECT, path)
    if subject is not None:
        return "subject", subject[1]
    own, folder = stem(path), PurePosixPath(path).parent
    patient = PATIENT.match(own)
    if patient is not None:
        return "patient", patient[1]
    if image_folder(folder.name) and _CHANNEL.search(own):
        return "channels of", str(folder), _CHANNEL.sub("", own)
    parts = words(own)
    # A number such as 0007 tells patients apart more often than channels.
    rest = tuple(word for word in parts if word.isdecimal() or without_sequence((word,)))
    if rest == parts:
        return None
    return "scans of", str(folder), *rest
