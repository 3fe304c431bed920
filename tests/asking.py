"""Questions to a viewer's server over a plain connection: nothing of a browser's manners stands between."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from scans_to_view import Viewer


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def values(self) -> np.ndarray[Any, Any]:
        """Raw values in their shape."""
        shape = tuple(map(int, self.headers["X-Shape"].split(",")))
        return np.frombuffer(self.body, np.dtype(self.headers["X-Dtype"]).newbyteorder("<")).reshape(shape)


@dataclass(frozen=True, kw_only=True)
class Asker:
    """One who has come in by the address, and sends its cookie along."""

    viewer: Viewer
    cookie: str
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, path: str, method: str = "GET", body: Any = None, **headers: str | None) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Cookie": self.cookie, **self.headers, **named}
        if body is not None and not isinstance(body, bytes):
            body, sent = json.dumps(body).encode(), {"Content-Type": "application/json", **sent}
        return ask(self.viewer, path, method, body, {k: v for k, v in sent.items() if v is not None})


def ask(
    viewer: Viewer, path: str, method: str = "GET", body: bytes | None = None, headers: Any = None
) -> Answer:
    """One question; the path is sent as it stands."""
    connection = http.client.HTTPConnection("127.0.0.1", viewer.server.port, timeout=60)
    try:
        connection.putrequest(method, path, skip_host="Host" in (headers or {}))
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        got = connection.getresponse()
        return Answer(status=got.status, headers=got.headers, body=got.read())
    finally:
        connection.close()


def come_in(viewer: Viewer) -> Asker:
    """Exchange the token for the cookie."""
    parts = urlsplit(viewer.address)
    answer = ask(viewer, f"{parts.path}?{parts.query}")
    assert answer.status == 303
    return Asker(viewer=viewer, cookie=answer.headers["Set-Cookie"].partition(";")[0])
