"""An image: what is known of it, and its slices."""

from __future__ import annotations

import json

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scan2train.errors import WrongUse
from scan2train.viewing.describe import describe_image
from scan2train.viewing.header_fields import header_of
from scan2train.viewing.histogram import histogram_of
from scan2train.viewing.planes import MODES, NAMES, Planes
from scan2train.viewing.reduced import reduced
from scan2train.viewing.slices import slice_of
from scan2train.web.answers import raw
from scan2train.web.work import in_background, in_thread, in_thumbnails, opened, session_of


async def read_image(request: Request) -> Response:
    """``GET /api/images/{id}``: opens it."""
    image = await opened(request, request.path_params["id"])
    return JSONResponse(await in_thread(describe_image, image, session_of(request)))


async def read_slice(request: Request) -> Response:
    """``GET /api/images/{id}/slices/{mode}/{plane}/{n}``: values, or those on the planes of another image."""
    image = await opened(request, request.path_params["id"])
    session_of(request).findings.picture_asked_for()
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
    # Sampled colours come as floats: the type does not tell what is white.
    return raw(
        cut.values if own else cut.with_nan(), **({"X-Colour": str(image.white)} if image.white else {})
    )


async def read_valid(request: Request) -> Response:
    """``GET /api/images/{id}/valid/{mode}/{plane}/{n}``: 1 where values are real."""
    image = await opened(request, request.path_params["id"])
    planes = await _planes(request, image.id)
    cut = await in_thread(slice_of, image, planes, request.path_params["n"], slab=number(request, "slab", 1))
    return raw(np.ones(cut.values.shape[:2], np.bool_) if cut.valid is None else cut.valid)


async def read_progress(request: Request) -> Response:
    """``GET /api/images/{id}/progress``: how far reading is; opens nothing."""
    session = session_of(request)
    entry = session.entry(request.path_params["id"])
    total = entry.shape[2] * entry.times
    state = session.kept.state(entry.id) or "waiting"
    done = total if state == "ready" else min(session.kept.frames(entry.id), total)
    return JSONResponse({"done": done, "total": total, "state": state})


async def read_histogram(request: Request) -> Response:
    """``GET /api/images/{id}/histogram``."""
    image = await opened(request, request.path_params["id"])
    found = await in_background(histogram_of, image, number(request, "t", 0))
    return JSONResponse({"low": found.low, "high": found.high, "counts": found.counts})


async def read_reduced(request: Request) -> Response:
    """``GET /api/images/{id}/reduced``: the whole, made small, for 3D."""
    image = await opened(request, request.path_params["id"])
    small = await in_background(reduced, image, number(request, "largest", 192), number(request, "t", 0))
    k, j, i = small.values.shape
    told = {
        "X-Shape": f"{i},{j},{k}",
        "X-Affine": json.dumps(small.affine.tolist()),
        "X-Range": f"{small.low},{small.high}",
    }
    return raw(small.values, **told)


async def read_thumbnail(request: Request) -> Response:
    """``GET /api/images/{id}/thumbnail.png``: drawn when it is asked for."""
    png = await in_thumbnails(session_of(request).thumbnail, request.path_params["id"])
    return Response(png, media_type="image/png")


async def read_header(request: Request) -> Response:
    """``GET /api/images/{id}/header``: of the middle slice's file, or of that of slice ``k``."""
    entry = session_of(request).entry(request.path_params["id"])
    k = number(request, "k", -1) if "k" in request.query_params else None
    return JSONResponse(await in_thread(header_of, entry, k))


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
    Route("/api/images/{id}/progress", read_progress),
    Route("/api/images/{id}/histogram", read_histogram),
    Route("/api/images/{id}/reduced", read_reduced),
    Route("/api/images/{id}/thumbnail.png", read_thumbnail),
    Route("/api/images/{id}/header", read_header),
    Route("/api/images/{id}/valid/{mode}/{plane}/{n:int}", read_valid),
    Route("/api/images/{id}/slices/{mode}/{plane}/{n:int}", read_slice),
]
