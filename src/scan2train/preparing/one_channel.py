"""Layouts that hold each case in one file of one channel are told before anything is done of cases that have more."""

from __future__ import annotations

from collections.abc import Sequence

from scan2train.errors import WrongUse
from scan2train.preparing.job import Job
from scan2train.preparing.layouts import Layout

_NAMED = 3


def require_one_channel(jobs: Sequence[Job], layout: Layout) -> None:
    """Do nothing where the layout is plain, or no case is in colour.

    Raises
    ------
    WrongUse
        Otherwise; names some of the cases.
    """
    several = [job for job in jobs if (job.row["samples"] or 1) > 1]
    if layout == "plain" or not several:
        return
    some = ", ".join(f"{job.case} ({job.row['samples']})" for job in several[:_NAMED])
    raise WrongUse(
        f"the layout {layout} wants one channel in each image",
        expected="images of one channel",
        found=f"{len(several)} of {len(jobs)} cases have more: {some}",
        advice='Leave them out with --where "samples = 1", or keep --layout plain.',
    )
