"""Why a DICOM file gave no image: a short word, the code of the rule, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from scan2train.kernels import header_codes as codes
from scan2train.knowledge.transfer_syntaxes import ELSEWHERE, syntax_name

#: SOP class of a structure set: contours on other images (PS3.4 B.5).
RTSTRUCT_CLASS = "1.2.840.10008.5.1.4.1.1.481.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One line of the skipped table, but for the file's name."""

    reason: str
    message: str
    code: str | None = None


#: By status: reason, code, message. ``{at}``, ``{seen}``, ``{tag}`` and ``{left}`` are filled in.
_REFUSALS: dict[int, tuple[str, str | None, str]] = {
    codes.TRUNCATED: (
        "truncated",
        "FIL001",
        "the file ends inside the element {tag} at byte {at}: {left} bytes are left of {seen}",
    ),
    codes.SHRUNK: ("truncated", "FIL001", "the file is shorter than the file system said when it was found"),
    codes.LENGTH: (
        "length-exceeds-file",
        "FIL001",
        "the element {tag} at byte {at} claims {seen} bytes, more than the file has",
    ),
    codes.DEEP: ("nesting-depth", "FIL002", "sequences are nested more than 64 deep at byte {at}"),
    codes.BOMB: (
        "element-count",
        "FIL002",
        "the header has more elements, or more doubled ones, than any image's",
    ),
    codes.BROKEN: ("broken-structure", "FIL001", "items and delimiters do not fit together at byte {at}"),
    codes.MISMATCH: (
        "transfer-syntax-mismatch",
        "FIL005",
        "the data is not in the encoding that its transfer syntax names",
    ),
    codes.NO_FRAGMENTS: ("pixel-length", "FIL001", "encapsulated pixel data without a single fragment"),
    codes.LONG_HEADER: ("header-too-long", "FIL002", "the header goes on beyond 64 MiB"),
    codes.WRONG_VR: (
        "vr-mismatch",
        "FIL005",
        "the element {tag} describes the pixels and must be one US value of 2 bytes; found {seen} bytes or another VR",
    ),
    codes.NO_PIXELS: ("no-pixels", None, "a DICOM object without pixel data"),
    codes.DICOMDIR: (
        "dicomdir",
        None,
        "a directory of DICOM files; the files themselves are found without it",
    ),
}


def refusal(
    status: int, *, at: int, seen: int, tag: int, size: int, sop_class: str | None, syntax: str | None
) -> Refusal:
    """Say why a walk that ended with ``status`` gave no image."""
    reason, code, message = _REFUSALS[status]
    if status == codes.NO_PIXELS and syntax in ELSEWHERE:
        return Refusal(
            reason="pixels-elsewhere",
            code="FIL003",
            message=f"the pixels are on a server that the file names; {syntax_name(syntax)}",
        )
    if status == codes.NO_PIXELS and sop_class == RTSTRUCT_CLASS:
        return Refusal(
            reason="rtstruct", message="a structure set: contours to be read together with their images"
        )
    if status == codes.TRUNCATED and tag == 0:  # not even its tag and length are whole
        message = "the file ends where an element begins, at byte {at}: {left} bytes are left"
    name = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    length = "undefined" if seen == codes.UNDEFINED else seen
    return Refusal(
        reason=reason, code=code, message=message.format(at=at, seen=length, tag=name, left=max(size - at, 0))
    )
