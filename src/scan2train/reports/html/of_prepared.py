"""The report of a prepared set: what became of each case, and what was done to it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from scan2train.cohort.splitting.together import group_values
from scan2train.errors import OutputDamaged
from scan2train.finding import Finding, Severity, Where
from scan2train.preparing.prepared import prepared_cases
from scan2train.reports.html.acquisitions import distributions_of_cases
from scan2train.reports.html.case import Case, Look
from scan2train.reports.html.copies import in_words, largest_of, within_size
from scan2train.reports.html.groups import groups_of
from scan2train.reports.html.intensities import intensities, with_unlikeness
from scan2train.reports.html.look import look_at_cases, size_in_words
from scan2train.reports.html.report import Report
from scan2train.rule.load import all_rules

Progress = Callable[[int, int], None]

_MARK = "dataset.json"


def is_prepared(folder: Path) -> bool:
    """Whether ``prepare`` left this folder."""
    return all((folder / name).is_file() for name in (_MARK, "cases.parquet", "findings.json"))


def report_of_prepared(folder: Path, *, jobs: int | None = None, progress: Progress | None = None) -> Report:
    """Read what ``prepare`` left, and draw its cases.

    Raises
    ------
    OutputDamaged
        If its files cannot be read.
    """
    import polars as pl

    try:
        about = json.loads((folder / _MARK).read_text(encoding="utf-8"))
        told = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
        table = pl.read_parquet(folder / "cases.parquet")
        findings = [_finding(one) for one in told["findings"]]
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        raise OutputDamaged(
            "the files of this prepared set cannot be read",
            where=folder,
            found=error,
            advice="Prepare it again.",
        ) from error
    rows = table.to_dicts()
    done = [row for row in rows if row["state"] == "done"]
    damaged: dict[str, OutputDamaged] = {}
    made = prepared_cases(folder, damaged=damaged)
    looks = {row["case"]: _refused(damaged.get(row["case"])) for row in done}
    there = [made[row["case"]] for row in done if row["case"] in made]
    workers = jobs or os.cpu_count() or 1
    largest = largest_of(len(done))
    looks.update(look_at_cases(there, largest=largest, jobs=workers, progress=progress))
    by_volume: dict[str | None, list[Finding]] = {}
    for one in findings:
        by_volume.setdefault(one.where.volume, []).append(one)
    cases = [_case(folder, row, looks.get(row["case"]), by_volume.get(row["volume"], ())) for row in rows]
    kinds = dict(
        zip(table["volume"], zip(table["modality"], group_values(table, "site"), strict=True), strict=True)
    )
    cases = with_unlikeness(cases, kinds)
    cases.sort(key=lambda case: (*(-n for n in case.oddness), case.title))
    shown = within_size(cases)
    counts = {severity.value: sum(one.severity is severity for one in findings) for severity in Severity}
    recipe = about.get("recipe", {})
    failed = len(rows) - len(done)
    return Report(
        title=folder.resolve().name,
        about=f"Prepared by the recipe {recipe.get('name', '')}: {recipe.get('about', '')}",
        tiles=(
            (f"{len(done):,}", "cases done"),
            (f"{failed:,}", "failed"),
            (str(about.get("seed", "")), "seed"),
            (str(recipe.get("fingerprint", "")), "recipe's fingerprint"),
        ),
        summary=counts,
        findings=tuple(findings),
        groups=tuple(groups_of(findings, shown, all_rules())),
        cases=tuple(shown),
        acquisitions=(),
        distributions=tuple(distributions_of_cases(table)),
        intensities=intensities(shown, kinds),
        copies=in_words(shown, cases),
        skipped=(),
        skipped_count=0,
    )


def _finding(one: Mapping[str, Any]) -> Finding:
    fields = {
        name: one[name]
        for name in ("code", "name", "scope", "message", "advice", "seen", "expected", "affects")
    }
    return Finding(**fields, severity=Severity(one["severity"]), where=Where(**one["where"]))


def _refused(error: OutputDamaged | None) -> Look:
    """What is told of a case that was done and is not there to be looked at."""
    return Look(refused="its account is not there" if error is None else error.message)


def _case(folder: Path, row: Mapping[str, Any], look: Look | None, findings: Sequence[Finding]) -> Case:
    before, after = size_in_words(row, "source_"), size_in_words(row)
    return Case(
        key=row["volume"],
        title=row["case"],
        subtitle=after or "failed",
        look=look or Look(refused=row["error"] or "not prepared"),
        findings=tuple(findings),
        facts=tuple((name, value) for name, value in (("Before", before), ("After", after)) if value),
        steps=_steps(folder / "cases" / row["case"] / "account.json"),
    )


def _steps(path: Path) -> tuple[str, ...]:
    """What was done, a line a step, from the account."""
    if not path.is_file():
        return ()
    try:
        done: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["done"]
        return tuple(_words(step) for step in done)
    except (OSError, ValueError, KeyError, TypeError):
        return ("the account cannot be read",)


def _words(step: Mapping[str, Any]) -> str:
    options = ", ".join(f"{name} {_short(value)}" for name, value in step.items() if name != "do")
    return f"{step['do']}: {options}" if options else str(step["do"])


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return "×".join(_short(one) for one in value) if len(value) <= 6 else f"[{len(value)} values]"
    return str(value)
