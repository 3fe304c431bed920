"""Why a file gave no image, as one sentence for each reason; the numbers stand in the table of skipped files."""

from __future__ import annotations

from typing import Final

_SENTENCES: Final = {
    "empty-file": "the file is empty",
    "truncated": "the file ends before its contents do",
    "length-exceeds-file": "an element claims more bytes than the file has",
    "broken-structure": "the parts of the file do not fit together",
    "pixel-length": "the pixel data is too short for what the header says",
    "nesting-depth": "sequences are nested more than 64 deep",
    "element-count": "the header has more elements than that of any image",
    "header-too-long": "the header goes on beyond 64 MiB",
    "decompression-bomb": "the file inflates to far more than its header can need",
    "pixels-elsewhere": "the pixels are not in the file but on a server that it names",
    "transfer-syntax-mismatch": "the data is in another encoding than the transfer syntax says",
    "vr-mismatch": "an attribute that describes the pixels has another type than it must have",
    "bad-vr": "the header cannot be made out",
    "missing-required": "a required attribute that describes the pixels is missing",
    "invalid-dimensions": "rows, columns, samples or frames are less than one",
    "invalid-bits": "the numbers of bits cannot be",
    "bad-number": "a number that places voxels or values is none",
}


def sentence(reason: str, message: str) -> tuple[str, str]:
    """What is wrong, in the same words for the same fault, and the evidence."""
    if reason in _SENTENCES:
        return _SENTENCES[reason], message
    # Readers of other formats give one sentence, then what was expected and found.
    what, _, rest = message.partition("; ")
    return what or reason.replace("-", " "), rest
