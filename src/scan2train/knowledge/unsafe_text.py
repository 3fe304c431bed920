"""Header text that does harm where it is shown as it is: in a terminal, a page, a spreadsheet, a log, or a path."""

from __future__ import annotations

import re
from typing import Final

#: Characters that terminals obey and that break the lines of logs; the second leaves those of texts of several lines.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_CONTROL_WITHIN_LINES: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
#: Marks that turn the direction of what follows.
_DIRECTION: Final = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: Elements of HTML and SVG, and anything with a handler. Words of vendors in angle brackets ("<MPR Range>") are none.
_MARKUP: Final = re.compile(
    r"<(!--|!doctype|!\[cdata|\?xml)"
    r"|</?(a|abbr|applet|audio|b|base|body|br|button|canvas|center|div|embed|font|form|frame|frameset|h[1-6]|head|hr"
    r"|html|i|iframe|img|input|link|marquee|math|meta|object|ol|p|param|pre|script|select|source|span|style|svg|table"
    r"|td|template|textarea|th|title|tr|u|ul|video)(\s[^<]*|/[^<]*)?(>|=)"
    r"|<[a-z][^<>]*[\s/]on[a-z]+\s*=",
    re.IGNORECASE,
)
#: What a spreadsheet computes. After a plus or minus only a function or a link to a program: "+C" and "-C" tell of
#: contrast. No part may match in two ways what the next one can, or hostile text takes time by its square.
_FORMULA: Final = re.compile(r"^\s*(=|@[A-Za-z]|[+-]\s*[A-Za-z]{2}[A-Za-z0-9.]*\(|[+-][^|]*\|[^!]*!)")
#: A way out of a folder, or to a place of its own.
_PATH: Final = re.compile(
    r"(^|[\\/])\.\.([\\/]|$)|^([A-Za-z]:[\\/]|~[\\/]|/(dev|etc|home|proc|root|tmp|usr|var)(/|$))"
)


def unsafe(text: str, *, several_lines: bool = False) -> str:
    """What a text holds that must not be shown as it is; empty where it is harmless.

    Parameters
    ----------
    text
        The text, decoded.
    several_lines
        Whether the attribute may hold several lines (value representations LT, ST and UT, PS3.5 section 6.2).

    Returns
    -------
    ``"control characters"``, ``"marks of direction"``, ``"markup"``, ``"a formula"``, ``"a path"``, or nothing.
    """
    control = _CONTROL_WITHIN_LINES if several_lines else _CONTROL
    if control.search(text):
        return "control characters"
    if _DIRECTION.search(text):
        return "marks of direction"
    if _MARKUP.search(text):
        return "markup"
    if _FORMULA.search(text):
        return "a formula"
    return "a path" if _PATH.search(text) else ""


def harmless(text: str, longest: int = 120) -> str:
    """The text in quotes with everything escaped that could do harm, cut to ``longest`` characters."""
    escaped = ascii(text).replace("<", r"\x3c").replace(">", r"\x3e")
    return escaped if len(escaped) <= longest else f"{escaped[:longest]}…"
