"""A rule's page, from its docstring."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scan2train.errors import WrongUse

#: The sections of a page, in order; all but the last must be there.
SECTIONS = ("What it finds", "Why it matters", "What to do", "References")
_HEADING = re.compile(r"^(?P<title>[^\n]+)\n-{3,}[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Title and sections; ``advice`` is the first paragraph of "What to do", in one line."""

    title: str
    sections: dict[str, str]

    @property
    def advice(self) -> str:
        """What a finding of the rule tells its reader to do."""
        return " ".join(self.sections["What to do"].split("\n\n")[0].split())


def page_of(docstring: str | None, where: str) -> Page:
    """Take a docstring apart: a title, then sections underlined with dashes.

    Raises
    ------
    WrongUse
        If the title or a section is missing, or a section is unknown.
    """
    text = (docstring or "").strip()
    headings = list(_HEADING.finditer(text))
    title = text[: headings[0].start() if headings else len(text)].strip()
    ends = [heading.start() for heading in headings[1:]] + [len(text)] * bool(headings)
    sections = {
        heading["title"].strip(): text[heading.end() : end].strip()
        for heading, end in zip(headings, ends, strict=True)
    }
    missing = [name for name in SECTIONS[:-1] if not sections.get(name)]
    unknown = [name for name in sections if name not in SECTIONS]
    if not title or missing or unknown:
        raise WrongUse(
            "the docstring of a rule is its page",
            where=where,
            expected=f"a title, then sections underlined with dashes: {', '.join(SECTIONS)}",
            found=f"no {', no '.join(missing)}" if missing else ", ".join(unknown) or "no title",
        )
    return Page(title=" ".join(title.split()).rstrip("."), sections=sections)
