"""Jobs in the order in which workers get them, each loaded only when it is handed out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, overload

from scan2train.preparing.job import Job
from scan2train.preparing.plan import Plan


@dataclass(frozen=True, slots=True)
class Ordered(Sequence[Job]):
    """Jobs that are loaded when they are handed out, so that memory does not grow with their number.

    ``folder_for`` says where a case is to be written, where it is.
    """

    planned: Plan
    jobs: tuple[Job, ...]
    folder_for: Callable[[str], Path] | None = None

    @classmethod
    def largest_first(
        cls, planned: Plan, jobs: Iterable[Job], folder_for: Callable[[str], Path] | None = None
    ) -> Self:
        """The largest first, so that no worker is left alone with it in the end."""
        return cls(planned, tuple(sorted(jobs, key=_voxels, reverse=True)), folder_for)

    def __len__(self) -> int:
        return len(self.jobs)

    @overload
    def __getitem__(self, at: int) -> Job: ...
    @overload
    def __getitem__(self, at: slice) -> Ordered: ...
    def __getitem__(self, at: int | slice) -> Job | Ordered:
        if isinstance(at, slice):
            return replace(self, jobs=self.jobs[at])
        job = self.jobs[at]
        return self.planned.loaded(job, "" if self.folder_for is None else str(self.folder_for(job.case)))


def _voxels(job: Job) -> int:
    row: Mapping[str, Any] = job.row
    return (row["size_i"] or 0) * (row["size_j"] or 0) * (row["size_k"] or 0)
