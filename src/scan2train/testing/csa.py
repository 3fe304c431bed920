"""Writes the CSA header of Siemens' MR images, in either of its two layouts."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Literal

#: Every tag has room for some items, most of them empty.
_ITEMS = 6


def csa_bytes(tags: Mapping[str, Sequence[str]], layout: Literal[1, 2] = 2) -> bytes:
    """The value of the element: a tag for each name, its texts as items, empty items behind them.

    Parameters
    ----------
    tags
        Texts by name.
    layout
        2 writes ``SV10`` in front; 1, the older one, adds the number of the first tag's items to all lengths.
    """
    parts = [b"SV10\4\3\2\1"] if layout == 2 else []
    parts.append(struct.pack("<2I", len(tags), 77))
    for name, texts in tags.items():
        items = [text.encode("latin-1") + b"\0" for text in texts]
        items += [b""] * (_ITEMS - len(items))
        kind = b"SH" if name.endswith("Text") else b"US" if name.startswith("Number") else b"FD"
        parts.append(struct.pack("<64si4s3i", name.encode(), len(texts), kind, 6, len(items), 77))
        for item in items:
            n = len(item)
            lengths = (n, n, 77, n) if layout == 2 else (n + _ITEMS, _ITEMS, 77, _ITEMS)
            parts += [struct.pack("<4i", *lengths), item, bytes(-n % 4)]
    return b"".join(parts)
