"""Transfer syntaxes of compressed pixels: which are decoded here, and what the others are (PS3.5 section 10, A.4)."""

from __future__ import annotations

from typing import Final

_ROOT: Final = "1.2.840.10008.1.2"

RLE: Final = f"{_ROOT}.5"
JPEG: Final = frozenset(f"{_ROOT}.4.{n}" for n in (50, 51, 57, 70))
JPEG_LS: Final = frozenset(f"{_ROOT}.4.{n}" for n in (80, 81))
JPEG_2000: Final = frozenset(f"{_ROOT}.4.{n}" for n in (90, 91))
HTJ2K: Final = frozenset(f"{_ROOT}.4.{n}" for n in (201, 202, 203))

JPEG_XL: Final = frozenset(f"{_ROOT}.4.{n}" for n in (110, 111, 112))

#: Frames that are deflated, or not compressed at all, and come in fragments.
DEFLATED_FRAMES: Final = f"{_ROOT}.8.1"
UNCOMPRESSED: Final = frozenset({f"{_ROOT}.1.98", DEFLATED_FRAMES})

#: Syntaxes whose frames are decoded here.
DECODED: Final = frozenset({RLE}) | UNCOMPRESSED | JPEG | JPEG_LS | JPEG_2000 | HTJ2K | JPEG_XL

#: Syntaxes whose streams tell their colour transform, which their decoders undo.
COLOUR_UNDONE: Final = JPEG | JPEG_2000 | HTJ2K | JPEG_XL

#: Syntaxes whose pixels are not in the file but on a server that it names, or in a video stream (PS3.5 A.6, A.7, A.9).
ELSEWHERE: Final = {
    f"{_ROOT}.4.94": "JPIP Referenced",
    f"{_ROOT}.4.95": "JPIP Referenced Deflate",
    f"{_ROOT}.4.204": "JPIP HTJ2K Referenced",
    f"{_ROOT}.4.205": "JPIP HTJ2K Referenced Deflate",
    f"{_ROOT}.7.1": "SMPTE ST 2110-20 video, progressive",
    f"{_ROOT}.7.2": "SMPTE ST 2110-20 video, interlaced",
    f"{_ROOT}.7.3": "SMPTE ST 2110-30 sound",
}

#: Processes of JPEG that the standard has withdrawn (PS3.6 table A-1), by the end of their UIDs.
_RETIRED_JPEG: Final = {
    52: "Extended, Processes 3 and 5",
    53: "Spectral Selection, Processes 6 and 8",
    54: "Spectral Selection, Processes 7 and 9",
    55: "Full Progression, Processes 10 and 12",
    56: "Full Progression, Processes 11 and 13",
    58: "Lossless, Process 15",
    59: "Extended, Hierarchical, Processes 16 and 18",
    60: "Extended, Hierarchical, Processes 17 and 19",
    61: "Spectral Selection, Hierarchical, Processes 20 and 22",
    62: "Spectral Selection, Hierarchical, Processes 21 and 23",
    63: "Full Progression, Hierarchical, Processes 24 and 26",
    64: "Full Progression, Hierarchical, Processes 25 and 27",
    65: "Lossless, Hierarchical, Process 28",
    66: "Lossless, Hierarchical, Process 29",
}

_OTHERS: Final = {
    f"{_ROOT}.4.92": "JPEG 2000 Part 2 Multi-component, Lossless",
    f"{_ROOT}.4.93": "JPEG 2000 Part 2 Multi-component",
    **{f"{_ROOT}.4.{n}": "MPEG-2 video" for n in (100, 101)},
    **{f"{_ROOT}.4.{n}.1": "MPEG-2 video, fragmentable" for n in (100, 101)},
    **{f"{_ROOT}.4.{n}": "MPEG-4 AVC/H.264 video" for n in range(102, 107)},
    **{f"{_ROOT}.4.{n}.1": "MPEG-4 AVC/H.264 video, fragmentable" for n in range(102, 107)},
    **{f"{_ROOT}.4.{n}": "HEVC/H.265 video" for n in (107, 108)},
    **{f"{_ROOT}.4.{n}": f"JPEG {process} (retired)" for n, process in _RETIRED_JPEG.items()},
}


def syntax_name(uid: str) -> str:
    """What a syntax is that is not decoded here, with its UID."""
    known = ELSEWHERE.get(uid) or _OTHERS.get(uid)
    return f"{known} ({uid})" if known else f"{uid or 'none'}, which the standard does not know"
