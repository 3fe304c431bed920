"""The browser comes in by the address that was printed, and keeps a cookie that no script sees."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

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


@pytest.fixture
def neighbour():
    """Another program's page on this machine: of the same site, so that the browser sends the cookie along."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>neighbour</title>")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_a_page_of_another_program_gets_nothing_although_the_cookie_is_sent(viewer, look, neighbour):
    page = look(viewer, ready=False)
    look.wrong.clear()
    (image,) = page.evaluate("fetch('/api/set').then(answer => answer.json())")["images"]
    other = page.context.new_page()
    asked = []
    other.on("response", lambda got: asked.append((got.url, got.status)) if _to(viewer, got.url) else None)
    other.goto(neighbour)
    got = other.evaluate(
        """async ({ origin, id }) => {
          const tried = [];
          for (const how of [{}, { credentials: "include" }, { credentials: "include", mode: "no-cors" }])
            tried.push(await fetch(`${origin}/api/set`, how).then(a => a.text(), () => ""));
          tried.push(await fetch(`${origin}/api/decisions/${id}`, {
            method: "PUT", credentials: "include", headers: { "Content-Type": "application/json" },
            body: '{"decision": "reject"}',
          }).then(a => a.text(), () => ""));
          const loaded = (tag, more) => new Promise(resolve => {
            const one = Object.assign(document.createElement(tag), more);
            one.onload = () => resolve(tag); one.onerror = () => resolve("");
            document.body.append(one);
          });
          tried.push(await loaded("img", { src: `${origin}/api/images/${id}/thumbnail.png` }));
          tried.push(await loaded("script", { src: `${origin}/js/main.js` }));
          return tried;
        }""",
        {"origin": viewer.origin, "id": image["id"]},
    )
    assert got == [""] * 6
    assert all(status in (401, 403) for _, status in asked)
    frame = other.evaluate(
        """origin => new Promise(resolve => {
          const one = Object.assign(document.createElement("iframe"), { src: origin });
          one.onload = () => { try { resolve(one.contentDocument?.title ?? ""); } catch { resolve(""); } };
          document.body.append(one);
        })""",
        viewer.origin,
    )
    assert frame == ""
    assert asked
    assert all(status in (401, 403) for _, status in asked)
    assert not viewer.session.choices.exists()
    look.wrong.clear()


def _to(viewer, url):
    return url.startswith(viewer.origin)
