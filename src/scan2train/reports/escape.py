"""Text from headers and file names, made safe to show."""

from __future__ import annotations


def shown(text: object) -> str:
    r"""``text`` as one safe line: control, invisible and undecodable characters as escapes such as ``\x1b``."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))
