"""What a person decides of an image."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scan2train.errors import WrongUse
from scan2train.web.bodies import read_json
from scan2train.web.work import in_thread, session_of


async def put_decision(request: Request) -> Response:
    """``PUT /api/decisions/{id}``: accept, reject or neither, and a remark; written at once."""
    session = session_of(request)
    entry = session.entry(request.path_params["id"])
    body = await read_json(request)
    choice, remark = ("" if body.get(name) is None else body[name] for name in ("decision", "remark"))
    if not isinstance(choice, str) or not isinstance(remark, str):
        raise WrongUse(
            "decision and remark are texts", expected="accept, reject or null", found=repr(body)[:80]
        )
    await in_thread(session.decisions.decide, entry.decides, choice, remark, entry.name)
    path = str(session.decisions.path)
    return JSONResponse({"decision": choice or None, "remark": remark, "path": path})


ROUTES = [Route("/api/decisions/{id}", put_decision, methods=["PUT"])]
