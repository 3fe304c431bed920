"""The browser comes in by the address that was printed, and keeps a cookie that no script sees."""

from __future__ import annotations

import pytest

from scans_to_view import planted


@pytest.fixture(scope="module")
def viewer(view, tmp_path_factory):
    return view(planted(tmp_path_factory.mktemp("scan")).path)


def test_the_token_becomes_a_cookie_and_leaves_the_address(viewer, look):
    page = look(viewer, ready=False)
    assert page.url == f"{viewer.origin}/"
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
    assert page.evaluate("document.cookie") == ""
    assert page.reload().status == 200


def test_without_the_cookie_nothing_is_shown(viewer, chromium):
    page = chromium.new_page()
    for path in ("/", "/api/set", "/?token=", "/?token=wrong", "/style.css"):
        answer = page.goto(f"{viewer.origin}{path}")
        assert answer.status == 401
        assert "token" in answer.json()["error"]
    page.close()
