"""Baselines on the command line: what is new, what is known, what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from scan2train.cli.put import put

if TYPE_CHECKING:
    from scan2train.finding import Finding


def only_new(findings: Sequence[Finding], baseline: Path | None, write: Path | None) -> list[Finding]:
    """The findings that the baseline does not know; says on stderr how many it does.

    Where ``write`` is given, that file is written first and is the baseline.

    Raises
    ------
    WrongUse
        If the baseline is missing, or is none.
    """
    from scan2train.checking.baseline import baseline_of, compare

    if write is not None:
        put(baseline_of(findings), write)
    known = write or baseline
    if known is None:
        return list(findings)
    told = compare(findings, known)
    gone = f"; {told.gone} of it are gone: --write-baseline takes them out" if told.gone else ""
    typer.echo(f"{told.known} known, {len(told.new)} new beside the baseline{gone}", err=True)
    return list(told.new)
