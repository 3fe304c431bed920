"""The CSA header of Siemens' MR images: named texts within one private element, every length checked.

No standard describes it. Its two layouts are those that nibabel and dcm2niix read: CSA2 begins with ``SV10``, CSA1
with the number of its tags. All numbers are little endian, whatever the transfer syntax.
"""

from __future__ import annotations

import struct
from collections.abc import Collection

_CSA2 = b"SV10"
_HEAD = struct.Struct("<2I")
_TAG = struct.Struct("<64si4s3i")
_ITEM = struct.Struct("<4i")
_MOST_TAGS = 1024
_MOST_ITEMS = 1000


def read_csa(data: bytes, wanted: Collection[str]) -> dict[str, tuple[str, ...]] | None:
    """Read the values of some tags.

    Parameters
    ----------
    data
        The element's value.
    wanted
        Names of tags.

    Returns
    -------
    The texts that each wanted tag holds, as many as its multiplicity says, those without any left out; ``None`` where
    the bytes are no CSA header, or one that points beyond its end.
    """
    second = data[:4] == _CSA2
    try:
        return _tags(data, 8 if second else 0, wanted, second=second)
    except struct.error:
        return None


def _tags(
    data: bytes, at: int, wanted: Collection[str], *, second: bool
) -> dict[str, tuple[str, ...]] | None:
    n_tags, _ = _HEAD.unpack_from(data, at)
    at += _HEAD.size
    if not 1 <= n_tags <= _MOST_TAGS:
        return None
    found: dict[str, tuple[str, ...]] = {}
    first_items = 0
    for number in range(n_tags):
        name, multiplicity, _, _, n_items, _ = _TAG.unpack_from(data, at)
        at += _TAG.size
        if not 0 <= n_items <= _MOST_ITEMS:
            return None
        if number == 0:
            first_items = n_items
        texts = []
        for _ in range(n_items):
            lengths = _ITEM.unpack_from(data, at)
            at += _ITEM.size
            # CSA1 adds the number of the first tag's items to every length.
            length = lengths[1] if second else lengths[0] - first_items
            if length < 0 or at + length > len(data):
                return None
            texts.append(_text(data[at : at + length]))
            at += (length + 3) // 4 * 4
        word = _text(name)
        values = tuple(text for text in (texts[:multiplicity] if multiplicity > 0 else texts) if text)
        if word in wanted and values:
            found[word] = values
    return found


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("latin-1").strip()
