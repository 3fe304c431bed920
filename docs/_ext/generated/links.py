"""Links to code, which work in a clone, become links to the pages that are generated from that code."""

from __future__ import annotations

import re

#: Where a link leads in a clone, below ``src/scan2train``, and the page that stands for it; the first that fits.
PAGES = (
    (r"steps/(\w+)\.py", r"steps/\1.md"),
    (r"rules/\w+/([a-z]{3}\d{3})_\w+\.py", lambda found: f"rules/{found[1].upper()}.md"),
    (r"tables/(\w+)\.py", r"tables.md#\1"),
    (r"(steps|rules|recipes|tables)/", r"\1.md"),
    (r"rule/inputs\.py", "rules.md#what-a-rule-can-ask-for"),
    (r"reports/parity\.py", "parity.md"),
    (r"reports/schema\.py", "findings.md"),
)


def to_pages(text: str) -> str:
    """``text``, Markdown, with its links to code made links to generated pages."""
    return re.sub(r"\]\(((?:\.\./)*)\.\./src/scan2train/([^)]*)\)", _to_page, text)


def _to_page(link: re.Match[str]) -> str:
    up, place = link.groups()
    for code, page in PAGES:
        found = re.fullmatch(code, place)
        if found:
            name = page(found) if callable(page) else found.expand(page)
            return f"]({up}reference/generated/{name})"
    return link[0]
