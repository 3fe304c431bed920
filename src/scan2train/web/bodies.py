"""What is sent along with a request."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from scan2train.errors import WrongUse

#: A brush stroke of a thousand points is some 30 kB.
_LONGEST = 4 << 20


async def read_body(request: Request, longest: int = _LONGEST) -> bytes:
    """The bytes of a request's body.

    Raises
    ------
    WrongUse
        If they are more than ``longest``.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > longest:
            raise WrongUse("too much was sent at once", expected=f"at most {longest} bytes")
    return bytes(body)


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object of a request's body.

    Raises
    ------
    WrongUse
        If it is none.
    """
    body = await read_body(request)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WrongUse("what was sent is no JSON", found=error) from None
    if not isinstance(value, dict):
        raise WrongUse("a JSON object is sent", found=type(value).__name__)
    return value
