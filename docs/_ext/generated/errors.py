"""The tree of errors with their exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import getdoc

from scan2train.errors import Scan2TrainError

ABOUT = """\
# Errors and exit codes

Every error that bad input or wrong use can cause is a `Scan2TrainError`; nothing else escapes. Each says what was
expected, what was found, where, and what to do: as one text, and in its fields `message`, `expected`, `found`,
`where` and `advice`. `code` is that of the finding that the error becomes in an audit.
"""

EXIT_CODES = """\
## Exit codes of the command line

| exit | meaning |
| --- | --- |
| 0 | good |
| 1 | the run came to its end, but some cases failed; each is recorded |
| 2 | wrong use, or bad input as a whole: not a single image could be read |
| 130 | interrupted |

`SCAN2TRAIN_DEBUG=1` adds a traceback to the message of an unexpected failure.
"""


def pages() -> Iterator[tuple[str, str]]:
    """The page ``errors``."""
    rows = [_row(kind, depth) for kind, depth in _tree(Scan2TrainError, 0)]
    parts = [
        ABOUT,
        "\n".join(["| error | exit | code | when |", "| --- | --- | --- | --- |", *rows]),
        EXIT_CODES,
    ]
    yield "errors", "\n\n".join(parts) + "\n"


def _tree(kind: type[Scan2TrainError], depth: int) -> Iterator[tuple[type[Scan2TrainError], int]]:
    yield kind, depth
    for child in kind.__subclasses__():
        if child.__module__ == kind.__module__:
            yield from _tree(child, depth + 1)


def _row(kind: type[Scan2TrainError], depth: int) -> str:
    about = " ".join((getdoc(kind) or "").split("\n\n")[0].split()).replace("``", "`").replace("|", "\\|")
    return f"| {'– ' * depth}`{kind.__name__}` | {kind.exit_code} | {kind.code or ''} | {about} |"
