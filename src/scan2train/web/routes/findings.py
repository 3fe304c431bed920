"""Findings of the set, and of one image."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scan2train.viewing.describe import describe_findings, findings_of
from scan2train.web.work import in_thread, opened, session_of


async def read_findings(request: Request) -> Response:
    """``GET /api/findings``: all that is known now; headers are judged from now on, if they have not been."""
    session = session_of(request)
    session.findings.hurry()
    return JSONResponse(await in_thread(describe_findings, session))


async def read_findings_of_image(request: Request) -> Response:
    """``GET /api/images/{id}/findings``: of an image and its labels; ``checked`` once its pixels have been judged."""
    session = session_of(request)
    image = await opened(request, request.path_params["id"])
    checked = session.findings.checked and session.findings.looked_at(session.entry(image.id))
    found = await in_thread(findings_of, image, session)
    return JSONResponse({"checked": checked, "findings": found})


ROUTES = [
    Route("/api/findings", read_findings),
    Route("/api/images/{id}/findings", read_findings_of_image),
]
