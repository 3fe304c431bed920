"""Links between pages, and from pages to code, lead somewhere in a clone, where no page is generated."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "howto").glob("*.md")]


def test_links_of_pages_lead_somewhere():
    links = [
        (page, link.split("#")[0])
        for page in PAGES
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
        if "://" not in link and not link.startswith("#")
    ]
    assert len(links) > 60
    # A page that the documentation's build made here would be missing in a clone.
    assert [(page.name, link) for page, link in links if "generated" in Path(link).parts] == []
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []
