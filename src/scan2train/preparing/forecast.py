"""What a dry run foresees: of each case, and of the run as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scan2train.preparing.detail import detail_told
from scan2train.preparing.label_fate import LabelFate

if TYPE_CHECKING:
    import polars as pl

#: Seconds that processes take to start and to load what they need.
_START_S = 3.0
#: Names of cases that a sentence gives.
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Sizes and costs that a run is likely to have. Sizes follow from headers; all that is a cost is an estimate.

    Parameters
    ----------
    cases
        A row a case that can be made, in the columns of the plans table.
    jobs
        How many processes would work at once.
    memory_free, disk_free
        Bytes that this machine has left; ``None`` where it does not say.
    labels
        Each class of each mask before and after; empty where masks were not looked at.
    """

    cases: pl.DataFrame
    jobs: int
    memory_free: int | None
    disk_free: int | None
    labels: tuple[LabelFate, ...] = ()

    @property
    def n_bytes(self) -> int:
        """All voxels after, uncompressed."""
        return int(self.cases["n_bytes"].sum())

    @property
    def disk_bytes(self) -> int:
        """What is likely to be stored."""
        return int(self.cases["disk_bytes"].sum())

    @property
    def memory_each(self) -> int:
        """What a process needs for the largest case."""
        return int(self.cases["memory_bytes"].max() or 0)  # type: ignore[arg-type]

    @property
    def memory_bytes(self) -> int:
        """What all processes need where the largest cases meet, which are made first."""
        return int(self.cases["memory_bytes"].sort(descending=True).head(self.jobs).sum())

    @property
    def seconds(self) -> float:
        """How long the run is likely to take on this machine."""
        if self.cases.is_empty():
            return 0.0
        times = self.cases["cpu_s"]
        return _START_S + max(float(times.sum()) / self.jobs, float(times.max()))  # type: ignore[arg-type]

    @property
    def fitting_jobs(self) -> int:
        """The most processes, up to ``jobs``, whose largest cases fit into memory together; it may be 0."""
        if self.memory_free is None:
            return self.jobs
        if self.memory_bytes <= self.memory_free:
            return self.jobs
        needed = self.cases["memory_bytes"].sort(descending=True).cum_sum()
        return int((needed <= self.memory_free).sum())

    @property
    def warnings(self) -> tuple[str, ...]:
        """What this machine does not have enough of."""
        told = []
        if self.memory_free is not None and self.memory_bytes > self.memory_free:
            fit = self.fitting_jobs
            advice = f"use --jobs {fit}" if fit else "not even the largest case fits alone"
            told.append(
                f"memory: {self.jobs} processes may need {size_told(self.memory_bytes)}, and "
                f"{size_told(self.memory_free)} are free: {advice}"
            )
        if self.disk_free is not None and self.disk_bytes > self.disk_free:
            told.append(
                f"disk: about {size_told(self.disk_bytes)} will be written, and {size_told(self.disk_free)} "
                "are free there"
            )
        return tuple(told)

    @property
    def detail(self) -> tuple[str, ...]:
        """What the new spacing destroys, and what it invents."""
        return detail_told(self.cases.iter_rows(named=True))

    @property
    def label_losses(self) -> tuple[str, ...]:
        """A sentence for each class and kind of loss, the worst first, with the names of some cases."""
        groups: dict[tuple[str, str], list[str]] = {}
        seen: dict[str, set[str]] = {}
        for one in self.labels:
            label = f"{one.value} {one.name}".strip()
            seen.setdefault(label, set()).add(one.case)
            if one.trouble:
                groups.setdefault((one.trouble, label), []).append(one.case)
        order = sorted(
            groups.items(), key=lambda group: (group[0][0] != "vanishes", -len(group[1]), group[0])
        )
        told = [
            f"label {label} {trouble} in {len(cases)} of {len(seen[label])} cases ({_some(cases)})"
            for (trouble, label), cases in order
        ]
        thin = {one.case: 0 for one in self.labels if one.pieces_thin}
        pieces = sum(one.pieces_thin for one in self.labels)
        if pieces:
            told.append(
                f"{pieces} of {sum(one.pieces for one in self.labels)} pieces of labels are narrower than two new "
                f"voxels along an axis ({_some(list(thin))})"
            )
        return tuple(told)

    def to_json(self) -> dict[str, Any]:
        """Plain values: everything here."""
        return {
            "cases": self.cases.to_dicts(),
            "jobs": self.jobs,
            "n_bytes": self.n_bytes,
            "disk_bytes": self.disk_bytes,
            "disk_free": self.disk_free,
            "memory_bytes": self.memory_bytes,
            "memory_each": self.memory_each,
            "memory_free": self.memory_free,
            "seconds": self.seconds,
            "warnings": list(self.warnings),
            "detail": list(self.detail),
            "label_losses": list(self.label_losses),
            "labels": [one.to_json() for one in self.labels],
        }


def _some(cases: list[str]) -> str:
    return ", ".join(cases[:_NAMED]) + (", …" if len(cases) > _NAMED else "")


def size_told(n: int) -> str:
    """Bytes as MB or GB."""
    return f"{n / 1e9:.1f} GB" if n >= 1e9 else f"{n / 1e6:.1f} MB"
