"""Writes the reference pages from the code, before Sphinx looks for pages.

One file a kind of page; each has ``pages()``, which yields a page's name and its Markdown.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from generated import api, command_line, errors, findings, links, recipes, rules, steps, tables

if TYPE_CHECKING:
    from sphinx.application import Sphinx

KINDS = (api, command_line, errors, findings, recipes, rules, steps, tables)


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx when to call."""
    app.connect("builder-inited", write_pages)
    app.connect("source-read", link_to_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_pages(app: Sphinx) -> None:
    """Write every page that changed, and remove those that nothing makes any more."""
    folder = Path(app.srcdir) / "reference" / "generated"
    pages = {folder / f"{name}.md": text for kind in KINDS for name, text in kind.pages()}
    for old in folder.rglob("*.md"):
        if old not in pages:
            old.unlink()
    for path, text in pages.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def link_to_pages(app: Sphinx, name: str, source: list[str]) -> None:  # noqa: ARG001 - Sphinx gives them
    """Lead links to code to the page of it."""
    source[0] = links.to_pages(source[0])
