"""Who is answered: nobody without the cookie, nobody by another name, no other site."""

from __future__ import annotations

import asyncio
import re

import pytest

from asking import ask, come_in
from scan2train.web.guard import Guard
from scans_to_view import planted, viewer_on

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PATHS = (
    "/",
    "/api/set",
    "/api/findings",
    "/index.html",
    "/icon.svg",
    "/nothing",
    "/api/images/x/slices/voxel/axial/0",
)


@pytest.fixture(scope="module")
def viewer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scan")
    with viewer_on(planted(folder).path, choices=tmp_path_factory.mktemp("kept") / "c.csv") as started:
        yield started


@pytest.fixture(scope="module")
def asker(viewer):
    return come_in(viewer)


def test_it_listens_on_this_machine_alone(viewer):
    assert viewer.server._socket.getsockname()[0] == "127.0.0.1"


def test_the_token_is_long_and_exchanged_for_another_secret(viewer):
    token = re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=([-\w]{32,})", viewer.address)[1]
    answer = ask(viewer, f"/?token={token}")
    assert (answer.status, answer.headers["Location"], answer.body) == (303, "/", b"")
    cookie = answer.headers["Set-Cookie"]
    assert re.fullmatch(
        rf"scan2train-{viewer.server.port}=[-\w]{{40,}}; HttpOnly; Path=/; SameSite=strict", cookie
    )
    assert token not in cookie


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "cookie",
    [None, "", "scan2train=x", "{name}=", "{name}=x", "{name}={token}", "x{secret}", '{name}="', "\x80"],
)
def test_without_the_cookie_nothing_is_answered(viewer, asker, path, cookie):
    name, _, secret = asker.cookie.partition("=")
    token = viewer.address.partition("=")[2]
    told = {} if cookie is None else {"Cookie": cookie.format(name=name, token=token, secret=secret)}
    answer = ask(viewer, path, headers=told)
    assert answer.status == 401
    assert set(answer.json()) == {"error", "expected", "found", "where", "advice"}


@pytest.mark.parametrize(
    "query", ["token=", "token=x", "token", "token=%00", "token=%C3%A9", "token[]=x", "token=x&token={t}"]
)
def test_a_wrong_token_lets_nobody_in(viewer, query):
    query = query.replace("{t}", viewer.address.partition("=")[2])
    answer = ask(viewer, f"/?{query}")
    assert answer.status == 401
    assert "Set-Cookie" not in answer.headers


def test_the_token_lets_in_by_the_address_alone(viewer):
    token = viewer.address.partition("=")[2]
    assert ask(viewer, f"/api/set?token={token}").status == 401
    assert ask(viewer, f"/?token={token}", "POST").status == 401


@pytest.mark.parametrize("path", [*PATHS, "/?token={t}"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{p}",
        "127.0.0.1",
        "localhost",
        "127.0.0.1:1",
        "0.0.0.0:{p}",
        "[::1]:{p}",
        "127.0.0.1:{p}.evil.example",
        "",
    ],
)
def test_another_name_is_refused(viewer, asker, path, host):
    """What rebinding of names relies on: the browser sends the name that it believes in."""
    path = path.replace("{t}", viewer.address.partition("=")[2])
    answer = asker(path, Host=host.format(p=viewer.server.port))
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers


def test_its_own_names_are_answered(viewer, asker):
    for name in ("127.0.0.1", "localhost"):
        assert asker("/api/set", Host=f"{name}:{viewer.server.port}").status == 200


def test_on_port_80_browsers_leave_the_port_out():
    async def within(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def status(port, path, **headers):
        sent = []

        async def send(message):
            sent.append(message)

        guard = Guard(within, "the token", port)
        cookie = f"{guard.cookie}={guard._secret}"
        pairs = [(name.encode(), value.encode()) for name, value in (headers | {"cookie": cookie}).items()]
        place, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": "GET",
            "path": place,
            "query_string": query.encode(),
            "headers": pairs,
        }
        asyncio.run(guard(scope, None, send))
        return sent[0]["status"]

    for name in ("127.0.0.1", "localhost", "127.0.0.1:80", "localhost:80"):
        assert status(80, "/?token=the+token", host=name) == 303
        assert status(80, "/api/set", host=name) == 200
        assert status(80, "/api/set", host=name, origin=f"http://{name}") == 200
    assert status(80, "/api/set", host="127.0.0.1", origin="http://evil.example") == 403
    assert status(80, "/api/set", host="evil.example") == 403
    assert status(81, "/api/set", host="127.0.0.1") == 403


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1:1",
        "https://127.0.0.1:{p}",
        "http://localhost:{p}",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_another_origin_is_refused(viewer, asker, origin, method):
    answer = asker("/api/set", method, Origin=origin.format(p=viewer.server.port))
    assert answer.status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_asks_for_is_refused(viewer, asker, site):
    assert asker("/api/set", Sec_Fetch_Site=site).status == 403
    assert asker("/api/set", Sec_Fetch_Site="same-origin", Origin=viewer.origin).status == 200


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_form_of_another_site_changes_nothing(viewer, asker, kind):
    (image,) = asker("/api/set").json()["images"]
    answer = asker(f"/api/decisions/{image['id']}", "PUT", b'{"decision": "reject"}', Content_Type=kind)
    assert answer.status == 415
    assert not viewer.session.choices.exists()


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_says_what_may_be_run(viewer, asker, path):
    for answer in (asker(path), ask(viewer, path), asker(path, Host="evil"), asker(path, "DELETE")):
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Server" not in answer.headers


@pytest.mark.parametrize("other", ["a=b c", 'prefs={"x":1, "y":2}', "a[b]=1", "flag"])
def test_cookies_of_other_programs_on_this_machine_shut_nobody_out(viewer, asker, other):
    answer = ask(viewer, "/api/set", headers={"Cookie": f"{other}; {asker.cookie}"})
    assert answer.status == 200
