"""Answers: plain values as JSON, arrays as their bytes, and errors that say what to do."""

from __future__ import annotations

import sys
from typing import Any, Final

import numpy as np
from starlette.responses import JSONResponse, Response

from scan2train.errors import Scan2TrainError
from scan2train.volume import Array

_TYPES: Final = ("int16", "uint16", "uint8", "int8", "int32", "uint32", "float32")


def refusal(
    status: int,
    message: str,
    expected: str | None = None,
    found: str | None = None,
    advice: str | None = None,
) -> JSONResponse:
    """An error that is about the request itself."""
    return JSONResponse(_told(message, expected, found, None, advice), status)


def failure(error: Scan2TrainError, status: int) -> JSONResponse:
    """An error of the package, as it tells itself."""
    return JSONResponse(_told(error.message, error.expected, error.found, error.where, error.advice), status)


def raw(values: Array, **headers: str) -> Response:
    """An array as little-endian bytes in C order, with its type and shape in the headers."""
    if values.dtype.kind == "b":
        values = values.view(np.uint8)
    if values.dtype.name not in _TYPES:
        with np.errstate(over="ignore"):
            values = values.astype(np.float32)
    if values.dtype.byteorder == ">" or (values.dtype.byteorder == "=" and sys.byteorder == "big"):
        values = values.astype(values.dtype.newbyteorder("<"))
    whole = np.ascontiguousarray(values)
    return Response(
        memoryview(whole).cast("B"),
        media_type="application/octet-stream",
        headers={"X-Dtype": whole.dtype.name, "X-Shape": ",".join(map(str, whole.shape))} | headers,
    )


def _told(
    message: str, expected: str | None, found: str | None, where: str | None, advice: str | None
) -> dict[str, Any]:
    return {"error": message, "expected": expected, "found": found, "where": where, "advice": advice}
