"""The application: routes over a sitting, and errors as JSON."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.labelling.desk import Desk
from scan2train.viewing.session import Session
from scan2train.web.answers import failure, refusal
from scan2train.web.guard import Guard
from scan2train.web.routes import decisions, findings, images, labels, pages, sets


def make_app(session: Session, *, token: str, port: int) -> ASGIApp:
    """The guarded application of a sitting, for a server that listens on ``port``."""
    app = Starlette(
        routes=[
            *sets.ROUTES,
            *images.ROUTES,
            *findings.ROUTES,
            *decisions.ROUTES,
            *labels.ROUTES,
            *pages.ROUTES,
        ],
        exception_handlers={
            HTTPException: _no_such_place,
            Scan2TrainError: _told,
            MemoryError: _no_memory,
            Exception: _unforeseen,
        },
    )
    app.state.session = session
    app.state.desk = Desk(session)
    return Guard(app, token, port)


def _no_such_place(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refusal(error.status_code, "there is nothing here" if error.status_code == 404 else error.detail)


def _told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Scan2TrainError)
    return failure(error, 400 if isinstance(error, WrongUse) else 422)


def _no_memory(_request: Request, _error: Exception) -> Response:
    return refusal(507, "there is not enough memory", advice="Close other programs, or open a smaller image.")


def _unforeseen(_request: Request, error: Exception) -> Response:
    return refusal(500, "this should not have happened", found=f"{type(error).__name__}: {error}")
