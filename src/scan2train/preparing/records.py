"""The tables and lists that a run leaves: cases, findings, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from scan2train._version import __version__
from scan2train.finding import Severity
from scan2train.grid import Grid
from scan2train.knowledge.rule_names import RULE_NAMES
from scan2train.preparing.account import ACCOUNT
from scan2train.preparing.job import Failed, Job
from scan2train.preparing.scan_facts import case_facts
from scan2train.preparing.sources import without_place
from scan2train.preparing.store import Store, hash_of
from scan2train.tables import SKIPPED

if TYPE_CHECKING:
    import polars as pl

    from scan2train.index import Index


def row_of_done(
    job: Job, account: Mapping[str, Any], files: Mapping[str, tuple[int, str]], store: Store
) -> dict[str, Any]:
    """A row of the cases table out of a case's account, and where its volume was found this time."""
    hashes = {f"{part}_sha256": hash_of(part, store, files) for part in ("image", "labels", "valid")}
    hashes["account_sha256"] = files[ACCOUNT][1]
    return {
        "case": account["case"],
        "volume": account["volume"],
        **_place(job),
        "split": job.split,
        "state": "done",
        "error": "",
        **grid_columns(Grid.from_json(account["grid_before"]), "source_"),
        **grid_columns(Grid.from_json(account["grid_after"]), ""),
        "affine": np.ravel(account["grid_after"]["affine"]).tolist(),
        **hashes,
    }


def row_of_planned(job: Job, after: Grid | None) -> dict[str, Any]:
    """A row of the cases table before anything is decoded; the grid after only where no choice decides it."""
    known = {} if after is None else {**grid_columns(after, ""), "affine": after.affine.ravel().tolist()}
    return {**_row_of(job), "state": "planned", "error": "", **known}


def row_of_failed(job: Job, failed: Failed) -> dict[str, Any]:
    """A row of the cases table for a case that could not be made."""
    return {**_row_of(job), "state": "failed", "error": _why_and_what_to_do(failed)}


def _why_and_what_to_do(failed: Failed) -> str:
    if not failed.advice or failed.advice in failed.error:
        return failed.error
    return f"{failed.error.removesuffix('.')}. {failed.advice}"


def _row_of(job: Job) -> dict[str, Any]:
    row = job.row
    before = {f"source_size_{axis}": row[f"size_{axis}"] for axis in "ijk"}
    before |= {f"source_spacing_{axis}_mm": row[f"spacing_{axis}_mm"] for axis in "ijk"}
    return {
        "case": job.case,
        "volume": row["volume"],
        **_place(job),
        "split": job.split,
        **before,
        "source_orientation": row["orientation"],
    }


def _place(job: Job) -> dict[str, Any]:
    return {"source": job.root, "path": job.row["path"], **case_facts(job.row)}


def grid_columns(grid: Grid, prefix: str) -> dict[str, Any]:
    """Size, spacing and orientation of a grid, in columns that begin with ``prefix``."""
    sizes = {f"{prefix}size_{axis}": n for axis, n in zip("ijk", grid.shape, strict=True)}
    spacings = {f"{prefix}spacing_{axis}_mm": s for axis, s in zip("ijk", grid.spacing, strict=True)}
    return sizes | spacings | {f"{prefix}orientation": grid.orientation}


def finding_of_failed(job: Job, failed: Failed) -> dict[str, Any] | None:
    """The finding that a failure is, where a rule stands for it."""
    if failed.code not in RULE_NAMES:
        return None
    row = job.row
    where = {"path": row["path"], "series_uid": row["series_uid"], "volume": row["volume"]}
    return _finding(failed.code, "volume", where, failed.error, failed.advice)


def findings_of_skipped(skipped: pl.DataFrame) -> list[dict[str, Any]]:
    """The findings that skipped files are, where a rule stands for the reason."""
    return [
        _finding(
            row["code"],
            "file",
            {"path": row["path"]},
            without_place(row["message"] or row["reason"], row),
            "",
        )
        for row in skipped.iter_rows(named=True)
        if row["code"] in RULE_NAMES
    ]


def _finding(code: str, scope: str, where: Mapping[str, Any], message: str, advice: str) -> dict[str, Any]:
    return {
        "code": code,
        "name": RULE_NAMES[code],
        "severity": Severity.ERROR.value,
        "scope": scope,
        "where": {name: value for name, value in where.items() if value},
        "message": message,
        "advice": advice,
        "seen": "",
        "expected": "",
        "affects": 1,
    }


def findings_report(
    index: Index, sources: Iterable[str], findings: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The object of ``findings.json``: that of ``check --format json``."""
    counts = {severity.value: 0 for severity in sorted(Severity, key=lambda s: -s.rank)}
    for finding in findings:
        counts[finding["severity"]] += 1
    return {
        "version": 1,
        "tool": {"name": "scan2train", "version": __version__},
        "sources": list(sources),
        "summary": {
            "files": index.instances.height + index.skipped.height,
            "instances": index.instances.height,
            "series": index.volumes["series_uid"].drop_nulls().n_unique(),
            "volumes": index.volumes.height,
            "skipped": index.skipped.height,
            "findings": counts,
        },
        "findings": list(findings),
    }


def skipped_table(index: Index, left_out: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Files that gave no image, and volumes that became no case, in the columns of the skipped table."""
    import polars as pl

    rows = [
        {
            "source": one["source"],
            "path": one["path"],
            "reason": one["reason"],
            "message": f"volume {one['volume']}" if one["volume"] else "",
        }
        for one in left_out
    ]
    own = SKIPPED.frame([{name: row.get(name) for name in SKIPPED.schema} for row in rows])
    skipped: pl.DataFrame = index.skipped
    return pl.concat([skipped.select(*SKIPPED.schema), own])
