"""The numbers by which the header kernels and their callers understand one another."""

from __future__ import annotations

import numpy as np

# Typed constants: a bare False or 0 would have every kernel compiled once more for it.
LITTLE = np.bool_(False)
BIG = np.bool_(True)
START = np.int64(0)
NOTHING = np.int64(-1)

# How the walk of one file ended.
OK = 0
MORE = 1  #: the bytes at hand end before the header does
TRUNCATED = 2  #: the file ends inside an element
LENGTH = 3  #: an element claims more bytes than the whole file has
DEEP = 4  #: sequences nested beyond the limit
BOMB = 5  #: more elements than any image header has
FOREIGN = 6  #: does not begin like a DICOM file
DECLINED = 7  #: outside of what the walker knows for sure; another parser may try
NO_PIXELS = 8  #: a whole data set without pixel data
BROKEN = 9  #: items and delimiters do not fit together
MISMATCH = 10  #: the pixel data is not what the transfer syntax says
NO_FRAGMENTS = 11  #: encapsulated pixel data without a single fragment
DEFLATED = 12  #: the data set must be inflated first
UNOPENED = 13  #: the file could not be opened or read
LONG_HEADER = 14  #: the header goes on beyond the most that is read
WRONG_VR = 15  #: an attribute that pixels depend on has a VR that cannot be meant
SHRUNK = 16  #: fewer bytes than the file system promised
DICOMDIR = 17  #: a directory of files, not an image

# Kinds of entries in a plan.
TEXT = 0
NUMBER = 1
FILLED = 2
PRESENT = 3
SEQUENCE = 4
DATE = 5
ORDINALS = 6

# Classes of value representations.
VR_OTHER = 0
VR_TEXT = 1
VR_US = 2
VR_SS = 3
VR_UL = 4
VR_SL = 5
VR_FL = 6
VR_FD = 7
VR_SV = 8
VR_UV = 9
VR_SQ = 10
VR_UN = 11
VR_BULK = 12

# Marks of plan entries.
MARK_UID = 1
MARK_US_ONLY = 2

# Columns of the facts that the walk leaves for each file.
F_STATUS = 0
F_AT = 1  #: offset at which the walk stopped
F_SEEN = 2  #: what was found there: a length, a depth, an errno
F_ODD = 3
F_PIXEL_AT = 4
F_PIXEL_LENGTH = 5
F_PIXEL_KIND = 6
F_DATA_AT = 7  #: where the data set begins, after the meta group
F_SYNTAX = 8
F_SHARED_AT = 9
F_SHARED_LENGTH = 10
F_FRAMES_AT = 11
F_FRAMES_LENGTH = 12
F_TAG = 13  #: tag at which the walk stopped
F_GROUPS_IMPLICIT = 14
N_FACTS = 15

PIXEL_NONE = 0
PIXEL_NATIVE = 1
PIXEL_ENCAPSULATED = 2
PIXEL_FLOAT = 3
PIXEL_DOUBLE = 4

SYNTAX_UNKNOWN = 0
SYNTAX_IMPLICIT = 1
SYNTAX_EXPLICIT = 2
SYNTAX_BIG = 3
SYNTAX_DEFLATED = 4
SYNTAX_ENCAPSULATED = 5
SYNTAX_MISSING = 6

# Bits of the oddities.
ODD_NO_PREAMBLE = 1 << 0
ODD_NO_META = 1 << 1
ODD_NO_SYNTAX = 1 << 2
ODD_META_LENGTH = 1 << 3
ODD_ODD_LENGTH = 1 << 4
ODD_DUPLICATE = 1 << 5
ODD_ORDER = 1 << 6
ODD_VR = 1 << 7
ODD_PREAMBLE = 1 << 8
ODD_EXECUTABLE = 1 << 9
ODD_TRAILING = 1 << 10
ODD_UID = 1 << 11
ODD_DATE = 1 << 12
ODD_SEQUENCE = 1 << 13
ODD_MANY_ITEMS = 1 << 14
ODD_SYNTAX_LIES = 1 << 15
ODD_UNKNOWN_SYNTAX = 1 << 16
ODD_NO_DELIMITER = 1 << 17
ODD_LONG_TEXT = 1 << 18
ODD_MISSING_UID = 1 << 19
ODD_PIXEL_LENGTH = 1 << 20
ODD_BITS = 1 << 21
ODD_COUNT = 1 << 22

# Limits: far beyond what devices write, small enough to bound the work.
MAX_DEPTH = 64
MAX_ELEMENTS = 1_000_000
MANY_ITEMS = 10_000
MAX_TEXT = 16_384
MAX_DUPLICATES = 64
MAX_LINES = 1024
MAX_FRAGMENTS = 10_000_000
UNDEFINED = 0xFFFFFFFF

_CLASSES = {
    VR_TEXT: "AE AS CS DA DT IS DS LO LT PN SH ST TM UC UI UR UT",
    VR_US: "US",
    VR_SS: "SS",
    VR_UL: "UL",
    VR_SL: "SL",
    VR_FL: "FL",
    VR_FD: "FD",
    VR_SV: "SV",
    VR_UV: "UV",
    VR_SQ: "SQ",
    VR_UN: "UN",
    VR_BULK: "OB OD OF OL OV OW",
    VR_OTHER: "AT",
}
_LONG = frozenset(
    ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]
)  # PS3.5 7.1.2: 32-bit lengths


def _vr_table() -> np.ndarray:
    """For each two capital letters: bit 0 known, bit 1 a 32-bit length, the class above."""
    table = np.zeros(26 * 26, dtype=np.uint8)
    for code, names in _CLASSES.items():
        for name in names.split():
            at = (ord(name[0]) - 65) * 26 + ord(name[1]) - 65
            table[at] = 1 | (2 if name in _LONG else 0) | (code << 2)
    return table


VR_TABLE = _vr_table()
