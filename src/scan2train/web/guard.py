"""Who may ask: this machine's own browser, with the token of this run; and what every answer says of itself."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scan2train.web.answers import refusal

#: Nothing but what this server itself gives may be run, shown or asked.
_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
#: The port that browsers leave out of the names they send.
_UNSAID: Final = 80
_CHANGING: Final = ("application/json", "application/octet-stream")


@dataclass(frozen=True, eq=False)
class Guard:
    """Stands before an application and lets through what may be answered.

    Parameters
    ----------
    app
        What answers.
    token
        What the URL carries that is printed at the start. It is exchanged for a cookie, which a script cannot read and
        no other site can send.
    port
        Where this listens. The cookie is named after it: cookies are shared by all ports of a machine.
    """

    app: ASGIApp
    token: str
    port: int
    _secret: str = field(default_factory=lambda: token_urlsafe(32))

    @property
    def cookie(self) -> str:
        """The name of the cookie."""
        return f"scan2train-{self.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            # No lifespan, no web socket: there is nothing of the kind.
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *_missing(message)]}
            await send(message)

        answer = self._answer(scope, _headers(scope))
        await (self.app if answer is None else answer)(scope, receive, send_with_headers)

    def _answer(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        """What is said instead of the application; ``None`` where that may answer."""
        names = ("127.0.0.1", "localhost")
        hosts = tuple(f"{name}:{self.port}" for name in names) + (names if self.port == _UNSAID else ())
        host = headers.get("host", "")
        if host not in hosts:
            return refusal(403, "this server answers to its own address alone", " or ".join(hosts), host)
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return refusal(403, "another site asked", f"http://{host}", origin)
        path, method = scope["path"], scope["method"]
        entering = method == "GET" and path == "/" and b"token=" in scope["query_string"]
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none") and not entering:
            return refusal(403, "another site asked", "this one", headers["sec-fetch-site"])
        if entering:
            given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
            if not _same(given, self.token):
                return refusal(401, "the token of this address is not that of this run", advice=_AGAIN)
            return self._entered()
        if not _same(_cookie(headers, self.cookie), self._secret):
            return refusal(401, "this address was not opened with its token", advice=_AGAIN)
        if method not in ("GET", "HEAD"):
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind not in _CHANGING:
                return refusal(415, "what changes something is sent as data", " or ".join(_CHANGING), kind)
        return None

    def _entered(self) -> Response:
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self.cookie, self._secret, path="/", httponly=True, samesite="strict")
        return answer


_AGAIN: Final = "Open the address that `scan2train view` printed."


def _headers(scope: Scope) -> dict[str, str]:
    """The headers of a request; of one that is there twice, both, so that it is none that is known."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _missing(message: MutableMapping[str, Any]) -> list[tuple[bytes, bytes]]:
    own = {name.lower() for name, _ in message["headers"]}
    return [(name.encode(), value.encode()) for name, value in _HEADERS.items() if name.encode() not in own]


def _cookie(headers: Mapping[str, str], name: str) -> str:
    # Python's own parser stops at the first cookie that it does not like, and other programs' come along.
    return cookie_parser(headers.get("cookie", "")).get(name, "")


def _same(given: str, meant: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), meant.encode())
