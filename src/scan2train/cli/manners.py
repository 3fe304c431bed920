"""How every command behaves: clean errors, exit codes, escaped text, and a progress bar on a terminal."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, Protocol, TypeVar

import typer

from scan2train.cli.interrupt import INTERRUPTED, came
from scan2train.errors import Scan2TrainError
from scan2train.reports.escape import shown

P = ParamSpec("P")
R = TypeVar("R")


class Progress(Protocol):
    """What an engine calls with how much is done, how much there is, and perhaps the name of the last."""

    def __call__(self, done: int, total: int, name: str = "", /) -> None:
        """Take note."""


#: Commands that keep what they finished, and what is said of that.
_GO_ON, _AGAIN = frozenset({"prepare", "replay"}), "; run the same command again to go on"


def complain(message: object, advice: str | None = None) -> None:
    """One line on stderr about what is wrong, and one about what to do."""
    typer.secho("error: ", err=True, nl=False, fg="red", bold=True)
    typer.echo(shown(message), err=True)
    if advice:
        typer.echo(f"  what to do: {shown(advice)}", err=True)


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn whatever ends ``command`` early into a clean message and the exit code of the contract."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            raise _interrupted(command.__name__) from None
        except Scan2TrainError as error:
            complain(without_advice(error), error.advice)
            raise typer.Exit(error.exit_code) from None
        except OSError as error:
            complain(error, "Check that the place exists, may be written to, and has space left.")
            _trace()
            raise typer.Exit(2) from None
        except MemoryError:
            complain("there is not enough memory", "Run again with fewer --jobs.")
            raise typer.Exit(2) from None
        except Exception as error:  # noqa: BLE001 - nothing may end as a traceback
            if came(0.1):
                raise _interrupted(command.__name__) from None
            complain(
                f"this should not have happened: {type(error).__name__}: {error}",
                "Please report it, with what SCAN2TRAIN_DEBUG=1 adds to this message.",
            )
            _trace()
            raise typer.Exit(2) from None

    return run


def _interrupted(command: str) -> typer.Exit:
    typer.echo(f"interrupted{_AGAIN if command in _GO_ON else ''}", err=True)
    return typer.Exit(INTERRUPTED)


@contextmanager
def progress_bar(doing: str) -> Iterator[Progress | None]:
    """A bar with the time left on stderr where that is a terminal; ``None``, and silence, where it is not."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)

        def report(done: int, total: int, name: str = "", /) -> None:  # noqa: ARG001 - no name on a progress line
            bar.update(task, completed=done, total=total)

        yield report


def without_advice(error: Scan2TrainError) -> str:
    """The message alone, where the advice is told on a line of its own."""
    text = str(error)
    return text if error.advice is None else text.removesuffix(f". {error.advice}")


def _trace() -> None:
    if os.environ.get("SCAN2TRAIN_DEBUG") == "1":
        traceback.print_exc()
