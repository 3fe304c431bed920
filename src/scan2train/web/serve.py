"""The server of one run: on this machine's own address, until it is interrupted."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from secrets import token_urlsafe

from scan2train.errors import WrongUse
from scan2train.viewing.session import Session

_HOST = "127.0.0.1"


def serve(session: Session, *, port: int | None, ready: Callable[[str], None]) -> None:
    """Serve a sitting until the process is interrupted.

    Parameters
    ----------
    port
        Where to listen; any free one if not given.
    ready
        Called with the address, token and all, once connections are taken.

    Raises
    ------
    WrongUse
        If the port is taken.
    """
    import uvicorn

    from scan2train.web.app import make_app

    listening = listen(port)
    own = listening.getsockname()[1]
    token = token_urlsafe(24)
    ready(f"http://{_HOST}:{own}/?token={token}")
    config = uvicorn.Config(
        make_app(session, token=token, port=own),
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        http="h11",
        loop="asyncio",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[listening])


def listen(port: int | None) -> socket.socket:
    """A socket that listens on this machine's own address.

    Raises
    ------
    WrongUse
        If the port is taken, or may not be used.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_HOST, port or 0))
        listening.listen(128)
    except OSError as error:
        listening.close()
        taken = error.errno == errno.EADDRINUSE
        raise WrongUse(
            "this port cannot be used",
            where=f"--port {port}",
            found="another program listens there" if taken else error.strerror,
            advice="Name another one, or leave --port out: a free one is found.",
        ) from error
    return listening
