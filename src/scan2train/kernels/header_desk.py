"""The desk on which one header is read: the plan, the row being filled, and the texts met so far.

It is one record of numbers and fixed-size arrays, so that compiled functions hand on a single pointer. Memory is only
taken for what is used: the record is made of untouched zeros. What there is one of is a number with a name of its own,
because that compiles in a third of the time that an element of an array takes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.kernels import header_codes
from scan2train.kernels.header_codes import MAX_DEPTH, MAX_LINES, MAX_TEXT, N_FACTS

Array = npt.NDArray[Any]
Desk = Any  #: one element of an array of :data:`DESK`

MAX_ENTRIES = 256
MAX_COLUMNS = 128

#: The plan: entries below ``n_top`` are the top level's, sorted by tag; the children of an entry of kind
#: SEQUENCE are ``first[e] : first[e] + count[e]``, sorted too. For numbers ``first`` and ``count`` point into ``item``
#: and ``column`` (which value goes to which column, items rising); ``slot`` is the column of a text or a flag.
_PLAN_NAMES = ("tag", "kind", "vr", "mark", "slot", "first", "count", "item", "column")
_PLAN = [(name, np.int64, (MAX_ENTRIES,)) for name in _PLAN_NAMES]
#: The row of the file at hand. ``codes`` are numbers of entries, -1 for none; ``seen`` is the stamp of the file in
#: which a plan entry was met last.
_ROW = [
    ("numbers", np.float64, (MAX_COLUMNS,)),
    ("flags", np.int64, (MAX_COLUMNS,)),
    ("codes", np.int64, (MAX_COLUMNS,)),
    ("facts", np.int64, (N_FACTS,)),
    ("seen", np.int64, (MAX_ENTRIES,)),
]
#: Where each element of the top level begins, of the file at hand and of the one before; their tags, and their plan
#: entries or -1, which are the same for both.
_LINES = [
    ("line_at", np.int64, (2, MAX_LINES)),
    ("line_tag", np.int64, (MAX_LINES,)),
    ("line_entry", np.int64, (MAX_LINES,)),
]
#: Distinct texts: ``arena`` holds those of printable ASCII, each followed by a line feed, ``raw`` those that must be
#: decoded. ``previous`` is each column's last entry plus 1, ``unfit`` the oddity of that text. ``entry`` has each
#: one's offset, length (negative in ``raw``) and charset entry; ``slots`` is a hash table of entry numbers plus 1.
#: ``special`` lists texts to decode (entry, or -1 if only to check; offset, length, charset, row), ``reparse``
#: numbers to parse again (row, column, offset, length in ``raw``).
_TEXTS = [
    ("previous", np.int64, (MAX_COLUMNS,)),
    ("unfit", np.int64, (MAX_COLUMNS,)),
    ("slots", np.int32, (1 << 16,)),
    ("entry", np.int64, (1 << 15, 3)),
    ("special", np.int64, (1 << 14, 5)),
    ("reparse", np.int64, (1 << 15, 4)),
    ("arena", np.uint8, (24 << 20,)),
    ("raw", np.uint8, (24 << 20,)),
]
#: The file at hand, and how far the stores are filled. ``clean`` is 1 if the row at hand is a plain one, from which the
#: next file may take what is the same; ``side`` says which half of the lines is the file at hand's; ``n_noted`` is how
#: many texts and numbers had been left to the caller when it began.
_COUNTS = [
    (name, np.int64)
    for name in (
        "n_top",
        "row",
        "stamp",
        "clean",
        "encoding",
        "charset",
        "side",
        "n_lines",
        "n_elements",
        "n_items",
        "n_duplicates",
        "n_noted",
        "n_texts",
        "n_special",
        "n_reparse",
        "arena_used",
        "raw_used",
    )
]
#: Names of the elements of ``facts``.
_FACTS = {
    "status": header_codes.F_STATUS,
    "at": header_codes.F_AT,
    "found": header_codes.F_SEEN,
    "odd": header_codes.F_ODD,
    "pixel_at": header_codes.F_PIXEL_AT,
    "pixel_length": header_codes.F_PIXEL_LENGTH,
    "pixel_kind": header_codes.F_PIXEL_KIND,
    "data_at": header_codes.F_DATA_AT,
    "syntax": header_codes.F_SYNTAX,
    "shared_at": header_codes.F_SHARED_AT,
    "shared_length": header_codes.F_SHARED_LENGTH,
    "frames_at": header_codes.F_FRAMES_AT,
    "frames_length": header_codes.F_FRAMES_LENGTH,
    "at_tag": header_codes.F_TAG,
    "groups_implicit": header_codes.F_GROUPS_IMPLICIT,
}
_WORK = [
    ("ends", np.int64, (3, 2 * MAX_DEPTH + 2)),
    ("double_bits", np.int64),
    ("single_bits", np.uint32),
    ("scratch", np.uint8, (MAX_TEXT,)),
]


def _with_views(plain: np.dtype[np.void]) -> np.dtype[np.void]:
    """The same record, where each element of ``facts`` has a name too, and bits are read as the numbers they are."""
    fields = {name: (kind, offset) for name, (kind, offset, *_) in (plain.fields or {}).items()}
    fields |= {name: (np.dtype(np.int64), fields["facts"][1] + 8 * k) for name, k in _FACTS.items()}
    fields["double"] = (np.dtype(np.float64), fields["double_bits"][1])
    fields["single"] = (np.dtype(np.float32), fields["single_bits"][1])
    return np.dtype(
        {
            "names": list(fields),
            "formats": [kind for kind, _ in fields.values()],
            "offsets": [offset for _, offset in fields.values()],
            "itemsize": plain.itemsize,
        },
        align=True,
    )


DESK = _with_views(np.dtype(_COUNTS + _WORK + _PLAN + _ROW + _LINES + _TEXTS, align=True))


def make_desk(top: int, plan: dict[str, list[int]]) -> Array:
    """A fresh desk, an array of one record, with this plan laid out.

    ``top`` is the number of entries of the top level; the plan's keys are those of the record.
    """
    desk = np.zeros(1, dtype=DESK)
    desk["n_top"] = top
    for name, values in plan.items():
        desk[name][0, : len(values)] = values
    return desk
