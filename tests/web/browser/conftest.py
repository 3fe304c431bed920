"""A headless Chromium, and viewers for it to open: one of each a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import headless
from scans_to_view import Viewer, viewer_on

chromium = headless.chromium


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Viewer]]:
    """``view(source, **options)`` starts a viewer, which runs until the module's tests are done.

    Decisions and what is saved go to a folder of the module's own, unless a test says otherwise.
    """
    with ExitStack() as stack:

        def started(source: Path, **options: Any) -> Viewer:
            folder = tmp_path_factory.mktemp("kept")
            return stack.enter_context(viewer_on(source, **{"choices": folder / "choices.csv", **options}))

        yield started


@pytest.fixture
def look(chromium: Any) -> Iterator[Callable[..., Any]]:
    """``look(viewer)`` opens a viewer in a fresh page of 1280 × 800 and waits until it is ready.

    The test fails if the page had an error, was refused something by its policy, or asked another server.
    """
    contexts, wrong = [], []

    def opened(
        viewer: Viewer, *, width: int = 1280, height: int = 800, ready: bool = True, **more: Any
    ) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        page.on("request", lambda asked: None if _own(asked.url, viewer) else wrong.append(asked.url))
        page.goto(viewer.address)
        if ready:
            page.evaluate("window.scan2train.ready()")
        return page

    opened.wrong = wrong  # a test that provokes errors clears it
    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def _own(url: str, viewer: Viewer) -> bool:
    return url.startswith((viewer.origin, "blob:", "data:"))
