"""From nothing to a prepared set and a picture of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from scan2train.demo.hospital import SCANS, write_hospital
from scan2train.demo.picture import draw_case
from scan2train.demo.place import claim, finish
from scan2train.demo.warm import compiling
from scan2train.demo.words import describe_cases, describe_index, next_commands
from scan2train.index import index
from scan2train.prepare import prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    from scan2train.index import Index
    from scan2train.prepare import Prepared

_RECIPE = "ct-lung"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What a demo left, and what it found.

    ``folder`` holds everything; ``hospital`` the scans, ``ready`` the prepared set, ``picture`` one case before and
    after.
    """

    folder: Path
    hospital: Path
    ready: Path
    picture: Path
    index: Index
    prepared: Prepared
    seconds: float


def run_demo(
    folder: str | Path | None = None,
    *,
    jobs: int | None = None,
    echo: Callable[[str], object] = print,
) -> DemoResult:
    """Make a small messy hospital, index it, prepare it with the recipe ct-lung, and draw a case before and after.

    Run again on the same folder, it takes what is there and goes on.

    Parameters
    ----------
    folder
        Made if it is not there; ``scan2train-demo`` in the working directory if not given.
    jobs
        Number of processes; as many as there are cores if not given.
    echo
        Called with each line of the account.

    Raises
    ------
    OutputInUse
        If the folder holds something that is not a demo's.
    CasesFailed
        If a case could not be made.
    """
    started = perf_counter()
    out = Path("scan2train-demo") if folder is None else Path(folder)
    hospital, ready, picture = out / "hospital", out / "ready", out / "demo.png"
    echo(f"A small hospital, made up: {hospital}")
    left = claim(out)
    with compiling(_RECIPE):
        if left:
            echo("  as an earlier demo left it")
        else:
            write_hospital(hospital)
            finish(out)
        for scan in SCANS:
            echo(f"  {scan.folder}  {scan.shape[2]} slices: {scan.about}")
        echo("")
        echo("Indexing; the first run compiles the loops that read headers, which takes some seconds …")
        clock = perf_counter()
        found = index(hospital, jobs=jobs, cache=False)
        for line in describe_index(found, perf_counter() - clock):
            echo(line)
    echo("")
    clock = perf_counter()
    prepared = prepare(found, _RECIPE, ready, labels="auto", jobs=jobs)
    prepared.raise_for_failures()
    for line in describe_cases(prepared, perf_counter() - clock):
        echo(line)
    draw_case(found, prepared, picture)
    echo("")
    for line in next_commands(out):
        echo(line)
    return DemoResult(
        folder=out,
        hospital=hospital,
        ready=ready,
        picture=picture,
        index=found,
        prepared=prepared,
        seconds=perf_counter() - started,
    )
