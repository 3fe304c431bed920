"""The server of one run: on this machine's own address, until it is interrupted."""

from __future__ import annotations

import errno
import socket
from secrets import token_urlsafe

from scan2train.errors import WrongUse
from scan2train.viewing.session import Session

_HOST = "127.0.0.1"


class Server:
    """A server that takes connections from when it is made, and answers them while it runs.

    Parameters
    ----------
    session
        What is looked at.
    port
        Where to listen; any free port if not given.

    Raises
    ------
    WrongUse
        If the port is taken, or may not be used.
    """

    def __init__(self, session: Session, port: int | None = None) -> None:
        import uvicorn

        from scan2train.web.app import make_app

        self._socket = listen(port)
        self.port: int = self._socket.getsockname()[1]
        token = token_urlsafe(24)
        #: What is opened in the browser.
        self.address = f"http://{_HOST}:{self.port}/?token={token}"
        config = uvicorn.Config(
            make_app(session, token=token, port=self.port),
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
        self._server = uvicorn.Server(config)

    def run(self) -> None:
        """Answer until the process is interrupted, or :meth:`stop` is called."""
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Answer no more; may be called from any thread."""
        self._server.should_exit = True


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
