"""The front end: the files that come with the package, and no others."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_KINDS = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "png": "image/png",
}


async def read_page(request: Request) -> Response:
    """``GET /…``: a file of the front end, by its exact name."""
    file = _known().get(request.url.path)
    if file is None:
        raise HTTPException(404)
    kind = _KINDS[file.name.rpartition(".")[2]]
    return Response(file.read_bytes(), media_type=kind)


@cache
def _known() -> dict[str, Traversable]:
    """Every path that is answered: what is not in here is not there, however it is spelt."""
    found = dict(_below(files("scan2train.web") / "static", ""))
    return {**found, "/": found["/index.html"], "/favicon.ico": found["/icon.svg"]}


def _below(folder: Traversable, path: str) -> list[tuple[str, Traversable]]:
    own: list[tuple[str, Traversable]] = []
    for one in folder.iterdir():
        name = f"{path}/{one.name}"
        if one.is_dir():
            own += _below(one, name)
        elif one.name.rpartition(".")[2] in _KINDS:
            own.append((name, one))
    return own


ROUTES = [Route("/{path:path}", read_page)]
