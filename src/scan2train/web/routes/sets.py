"""The set as a list."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scan2train.viewing.describe import describe_set
from scan2train.web.work import in_thread, session_of


async def read_set(request: Request) -> Response:
    """``GET /api/set``."""
    session = session_of(request)
    session.findings.begin()
    return JSONResponse(await in_thread(describe_set, session))


ROUTES = [Route("/api/set", read_set)]
