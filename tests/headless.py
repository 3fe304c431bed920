"""A browser without a window, for what only a browser can show."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from needed import missing

#: WebGL is drawn by software: it is there whatever the machine has.
_ARGUMENTS = ("--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser; skipped where there is none, except in CI."""
    found = shutil.which("chromium")
    if found is None:
        missing("there is no chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    """Opens a page, and fails where something was refused, went wrong, or was asked of somebody."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong, asked = [], []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(("data:", "file:///", "about:srcdoc"))] == []
    assert len([url for url in asked if url.startswith("file:")]) == 1
