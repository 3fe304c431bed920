"""Labels: opened, edited, undone, seen and saved."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scan2train.errors import WrongUse
from scan2train.labelling.desk import Desk, OnDesk
from scan2train.labelling.edit import Edit
from scan2train.labelling.label_map import Changed
from scan2train.labelling.reduced import reduced_labels
from scan2train.labelling.slices import label_slice
from scan2train.labelling.state import boxes_of, state_of
from scan2train.web.answers import raw
from scan2train.web.routes.images import number
from scan2train.web.work import in_thread, opened

_LARGEST_BYTES = 1 << 23


async def open_labels(request: Request) -> Response:
    """``POST /api/labels``: opens labels of an image, or an empty map; one that is open is given as it stands."""
    asked = await _body(request)
    image, source = asked.get("image"), asked.get("from")
    if not isinstance(image, str) or not (source is None or isinstance(source, str)):
        raise WrongUse("labels are opened on an image", expected="image, an id, and from, an id or null")
    found = await in_thread(
        _desk(request).open, await opened(request, image), source, onto_grid=asked.get("onto_grid") is True
    )
    return JSONResponse(await in_thread(_told, found))


async def read_labels(request: Request) -> Response:
    """``GET /api/labels/{id}``: names, colours, numbers, boxes, what can be undone."""
    return JSONResponse(await in_thread(_told, _found(request)))


async def read_slice(request: Request) -> Response:
    """``GET /api/labels/{id}/slices/{mode}/{plane}/{n}``: on the planes of its image, or of another one."""
    found = _found(request)
    image = await opened(request, request.query_params.get("on") or found.image)
    mode, plane = request.path_params["mode"], request.path_params["plane"]
    planes = image.planes.get(mode, {}).get(plane)
    if planes is None:
        raise WrongUse("there are no such planes", found=f"{mode}/{plane}"[:60])
    return raw(await in_thread(label_slice, found.labels, planes, request.path_params["n"]))


async def read_reduced(request: Request) -> Response:
    """``GET /api/labels/{id}/reduced``: the whole, made small, for 3D."""
    values, names = await in_thread(reduced_labels, _found(request).labels, number(request, "largest", 192))
    k, j, i = values.shape
    return raw(values, **{"X-Shape": f"{i},{j},{k}", "X-Values": json.dumps(names)})


async def edit(request: Request) -> Response:
    """``POST /api/labels/{id}/edits``."""
    found, asked = _found(request), await _body(request)
    return JSONResponse(_after(found, await in_thread(found.labels.edit, Edit.from_json(asked))))


async def undo(request: Request) -> Response:
    """``POST /api/labels/{id}/undo``."""
    found = _found(request)
    return JSONResponse(_after(found, await in_thread(found.labels.undo)))


async def redo(request: Request) -> Response:
    """``POST /api/labels/{id}/redo``."""
    found = _found(request)
    return JSONResponse(_after(found, await in_thread(found.labels.redo)))


async def save(request: Request) -> Response:
    """``POST /api/labels/{id}/save``."""
    found, asked = _found(request), await _body(request)
    path, form = asked.get("path"), asked.get("format", "nifti")
    if not (path is None or isinstance(path, str)) or not isinstance(form, str):
        raise WrongUse("labels are saved as a file", expected="path, a text or null, and format")
    overwrite = asked.get("overwrite") is True
    target = await in_thread(found.saving.save, found.labels, path or None, form, overwrite=overwrite)
    return JSONResponse({"path": str(target)})


async def read_boxes(request: Request) -> Response:
    """``GET /api/labels/{id}/boxes``: in voxels and mm, with what the numbers mean."""
    return JSONResponse(await in_thread(boxes_of, _found(request).labels))


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _found(request: Request) -> OnDesk:
    return _desk(request).of(request.path_params["id"])


def _told(found: OnDesk) -> dict[str, Any]:
    saving = found.saving
    return {
        "id": found.id,
        "image": found.image,
        "from": found.source,
        "told": found.told,
        "path": None if saving.path is None else str(saving.path),
        "folder": str(saving.folder),
        "suggested": saving.name,
        **state_of(found.labels),
    }


def _after(found: OnDesk, changed: Changed) -> dict[str, Any]:
    history = found.labels.history
    return {
        "changed": {"voxels": changed.voxels, "low": changed.low, "high": changed.high},
        "undo": history.standing,
        "redo": len(history.deeds) - history.standing,
        "saved": history.saved,
    }


async def _body(request: Request) -> dict[str, Any]:
    text = bytearray()
    async for part in request.stream():
        text += part
        if len(text) > _LARGEST_BYTES:
            raise WrongUse("this is more than an edit can be", expected=f"at most {_LARGEST_BYTES} bytes")
    try:
        found = json.loads(bytes(text) or b"{}")
    except (ValueError, RecursionError) as error:
        raise WrongUse("what is sent is JSON", found=type(error).__name__) from error
    if not isinstance(found, dict):
        raise WrongUse("what is sent is an object of JSON", found=type(found).__name__)
    return found


_ID = "/api/labels/{id}"
ROUTES = [
    Route("/api/labels", open_labels, methods=["POST"]),
    Route(_ID, read_labels),
    Route(_ID + "/slices/{mode}/{plane}/{n:int}", read_slice),
    Route(_ID + "/reduced", read_reduced),
    Route(_ID + "/edits", edit, methods=["POST"]),
    Route(_ID + "/undo", undo, methods=["POST"]),
    Route(_ID + "/redo", redo, methods=["POST"]),
    Route(_ID + "/save", save, methods=["POST"]),
    Route(_ID + "/boxes", read_boxes),
]
