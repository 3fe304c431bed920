"""``scan2train view``: scans in the browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scan2train.cli.manners import guarded, progress_bar
from scan2train.cli.options import NoCache, Salt
from scan2train.reports.escape import shown


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("view", epilog="Example: scan2train view hospital/")(guarded(view))


def view(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SRC",
            help="A file, a folder of scans, a folder that `index -o` left, or a set that `prepare` wrote.",
            show_default=False,
        ),
    ],
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            metavar="MASK",
            help="Labels to lay over the image: a file of any format, DICOM SEG or RTSTRUCT.",
            show_default="those that belong to it",
        ),
    ] = None,
    second: Annotated[
        Path | None,
        typer.Option(
            "--second",
            metavar="IMAGE",
            help="Another image to lay over the first, such as PET over CT.",
            show_default="none",
        ),
    ] = None,
    choices: Annotated[
        Path | None,
        typer.Option(
            "--choices",
            metavar="FILE",
            help="Where accept, reject and remarks are kept (CSV), for prepare --choices.",
            show_default="choices.csv",
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=1, max=65535, metavar="P", help="Where to listen.", show_default="any free port"
        ),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the address in the browser.")
    ] = True,
    no_cache: NoCache = False,
    salt: Salt = None,
) -> None:
    """Look at scans in the browser: planes, 3D, windows, labels, findings; accept or reject, draw and save.

    The first line printed is the address. Only this machine can reach it, and only with the token in it; nothing is
    loaded from elsewhere. Sources are never written. End it with Ctrl-C.
    """
    from scan2train.cli.found import require_outside
    from scan2train.viewing.start import start

    # Without a word about it scans can be looked at from within their folder: decisions are refused when one is made.
    require_outside([one for one in (source, second, labels) if one is not None], choices)
    with progress_bar("indexing") as progress:
        session = start(
            source,
            labels=labels,
            second=second,
            choices=choices,
            cache=not no_cache,
            salt=salt,
            progress=progress,
        )
    if wrong := session.decisions.wrong():
        typer.echo(f"warning: {shown(wrong)}", err=True)
    if session.open is not None:
        session.image(session.open)  # it is read while the server and the browser start
    from scan2train.web.serve import Server

    server = Server(session, port)
    print(server.address, flush=True)  # noqa: T201 - the first line, whoever reads it
    if browser:
        _open_browser(server.address)
    server.run()


def _open_browser(address: str) -> None:
    """Open an address if there is a browser; the address is printed all the same.

    Without a display there may be one for the terminal, which would take it over.
    """
    import os
    import webbrowser
    from threading import Thread

    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    Thread(target=webbrowser.open, args=(address,), daemon=True).start()
