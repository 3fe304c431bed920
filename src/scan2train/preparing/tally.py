"""What has become of the cases so far, and the files that tell of it when the run is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.preparing import records
from scan2train.preparing.account import to_bytes
from scan2train.preparing.beside import write_beside
from scan2train.preparing.dataset import describe_dataset, names_of_set
from scan2train.preparing.job import Failed, Job
from scan2train.preparing.ownership import DATASET, FINDINGS, TABLE
from scan2train.preparing.store import Store
from scan2train.tables import CASES

if TYPE_CHECKING:
    import polars as pl

    from scan2train.index import Index
    from scan2train.preparing.journal import Journal
    from scan2train.preparing.plan import Plan
    from scan2train.preparing.request import Request


@dataclass(frozen=True, slots=True)
class Tally:
    """One small entry a case, never voxels: rows of the cases table, findings, and what the labels held."""

    store: Store = "nifti"
    rows: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    findings: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    labels: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)

    def done(self, job: Job, account: Mapping[str, Any], files: Mapping[str, tuple[int, str]]) -> None:
        """Enter a case that is in its place."""
        case = job.case
        self.rows[case] = records.row_of_done(job, account, files, self.store)
        self.findings[case] = account["findings"]
        self.units.add(account["unit"])
        if "labels" in account:
            self.labels[case] = account["labels"]

    def failed(self, job: Job, failed: Failed) -> None:
        """Enter a case that could not be made."""
        self.rows[job.case] = records.row_of_failed(job, failed)
        finding = records.finding_of_failed(job, failed)
        self.findings[job.case] = [] if finding is None else [finding]

    def names(self) -> dict[int, str]:
        """Every value that labels have or name, with its name or an empty text."""
        return names_of_set(self.labels.values())

    def write(
        self, out: Path, planned: Plan, request: Request, index: Index, journal: Journal
    ) -> tuple[pl.DataFrame, tuple[Mapping[str, Any], ...]]:
        """Write ``cases.parquet``, ``findings.json`` and ``dataset.json`` in the plan's order; return the first two."""
        order = [job.case for job in planned.jobs]
        cases = CASES.frame([dict(self.rows[case]) for case in order])
        told = [
            *records.findings_of_skipped(index.skipped),
            *(finding for case in order for finding in self.findings[case]),
        ]
        sources = sorted(planned.roots[source] for source in index.volumes["source"].unique())
        table = BytesIO()
        cases.write_parquet(table)
        labels = [self.labels[case] for case in order if case in self.labels]
        parts = [job.split for job in planned.jobs]
        about = describe_dataset(request, sources, cases["state"].to_list(), parts, labels)
        report = records.findings_report(index, sources, told)
        texts = {TABLE: table.getvalue(), FINDINGS: to_bytes(report), DATASET: to_bytes(about)}
        write_beside(out, journal, texts)
        return cases, tuple(told)
