"""What can be odd about a header that was read all the same: one word each, with its meaning."""

from __future__ import annotations

from typing import Final

#: Words of the ``oddities`` column. Those that end in a colon are followed by the name of a column or macro.
ODDITIES: Final[dict[str, str]] = {
    "no-preamble": "The 128 bytes and the word DICM before the header are missing (PS3.10 7.1)",
    "no-meta": "The file meta group is missing; the encoding was told from the first element (PS3.10 7.1)",
    "missing-transfer-syntax": "The meta group names no transfer syntax; it was told from the first element",
    "unknown-transfer-syntax": "A transfer syntax that the standard does not know",
    "transfer-syntax-lies": "The data set is in another encoding than the meta group says; read as it is",
    "meta-length-wrong": "The length of the meta group is not what (0002,0000) says",
    "odd-length": "A value has an odd number of bytes (PS3.5 7.1)",
    "duplicate-element": "An element occurs twice (PS3.5 7.1); the last one counts",
    "out-of-order": "Elements do not come in rising order (PS3.5 7.1)",
    "bad-vr": "An element has a value representation that does not fit it, or none that exists",
    "nonzero-preamble": "The preamble holds something that is neither zeros nor a TIFF header",
    "executable-preamble": "The preamble begins like a program, for some computer to run",
    "trailing-bytes": "Bytes follow the pixel data that are no further element",
    "invalid-uid": "A unique identifier has other characters than digits and dots, or too many (PS3.5 9.1)",
    "missing-uid": "An instance, series or study without its unique identifier",
    "bad-date": "A date that is none (PS3.5 6.2)",
    "bad-number:": "Text that is no number where one belongs; the cell is empty",
    "number-out-of-range:": "An integer string beyond 32 bits (PS3.5 6.2)",
    "non-finite:": "A number that is not finite",
    "too-many-values": "An element has more values than belong there; the first ones count",
    "unknown-charset": "A Specific Character Set that the standard does not know (PS3.3 C.12.1.1.2)",
    "undecodable-text": "Text that is not what its character set allows; shown with replacement characters",
    "long-text": "A text of more than 16384 bytes where a short one belongs; the cell is empty",
    "broken-sequence": "The items of a sequence do not fit together; it was passed over by its own length",
    "many-items": "More than ten thousand items in a sequence that describes no frames",
    "no-sequence-delimiter": "Encapsulated pixel data ends with the file and not with a delimiter (PS3.5 A.4)",
    "pixel-length-differs": "The pixel data is longer than rows, columns, frames and bits demand",
    "frame-items-missing": "Fewer per-frame functional groups than frames; the frames table ends with them",
    "frame-items-surplus": "More per-frame functional groups than frames; the frames table has the first ones",
    "group-shared-and-own:": "A functional group is shared and also a frame's own (PS3.3 C.7.6.16.1.1); its own counts",
    "mosaic-lacks:": "A mosaic whose slices have no certain place",
    "several-studies": "The slices of a series bear the UIDs of several studies",
    "instance-repeated": "A SOP Instance UID is also that of another file, in another volume",
    "instance-contradicted": "A SOP Instance UID is also that of another file, whose header says otherwise",
    "inconsistent-bits": "High Bit does not fit Bits Stored and Bits Allocated (PS3.5 8.1.1)",
}


def explained(word: str) -> str:
    """A word of the ``oddities`` column with its meaning, as one phrase; one of another version as it stands."""
    name, colon, column = word.partition(":")
    meaning = ODDITIES.get(name + colon)
    if meaning is None:
        return word
    return f"{name}{' in ' + column if column else ''} ({meaning[:1].lower()}{meaning[1:]})"
