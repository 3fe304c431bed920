"""An image: what is known of it, and its slices."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scan2train.errors import WrongUse
from scan2train.viewing.describe import describe_image
from scan2train.viewing.planes import MODES, NAMES, Planes
from scan2train.viewing.slices import slice_of
from scan2train.web.answers import raw
from scan2train.web.work import in_thread, opened


async def read_image(request: Request) -> Response:
    """``GET /api/images/{id}``: opens it."""
    image = await opened(request, request.path_params["id"])
    return JSONResponse(await in_thread(describe_image, image))


async def read_slice(request: Request) -> Response:
    """``GET /api/images/{id}/slices/{mode}/{plane}/{n}``: values, or those on the planes of another image."""
    image = await opened(request, request.path_params["id"])
    over = request.query_params.get("on")
    planes = await _planes(request, over or image.id)
    cut = await in_thread(
        slice_of,
        image,
        planes,
        request.path_params["n"],
        t=number(request, "t", 0),
        slab=number(request, "slab", 1),
        how=request.query_params.get("how", "max"),
    )
    own = over is None and request.path_params["mode"] == "voxel"
    return raw(cut.values if own else cut.with_nan())


async def _planes(request: Request, id: str) -> Planes:  # noqa: A002
    mode, plane = request.path_params["mode"], request.path_params["plane"]
    if mode not in MODES or plane not in NAMES:
        known = f"{' or '.join(MODES)}, and {', '.join(NAMES)}"
        raise WrongUse("there are no such planes", expected=known, found=f"{mode}/{plane}"[:60])
    return (await opened(request, id)).planes[mode][plane]


def number(request: Request, name: str, default: int) -> int:
    """A whole number of the query.

    Raises
    ------
    WrongUse
        If it is none.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > 9:
        raise WrongUse(f"{name} is a whole number", found=repr(text)[:40])
    return int(text)


ROUTES = [
    Route("/api/images/{id}", read_image),
    Route("/api/images/{id}/slices/{mode}/{plane}/{n:int}", read_slice),
]
