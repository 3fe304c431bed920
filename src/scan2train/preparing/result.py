"""What a run of ``prepare`` made, or would make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.errors import CasesFailed
from scan2train.preparing.forecast import Forecast

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What a run made.

    Parameters
    ----------
    out
        The output folder.
    cases
        The cases table, one row a case; after a dry run the plan, its state ``planned``.
    findings, of_cases
        As in ``check --format json``: what is worth knowing about cases and skipped files; and those of each case, by
        its name.
    skipped
        Files that gave no image and volumes that became no case, each with a reason.
    n_done, n_failed
        Cases that are there, those of earlier runs included, and those that could not be made.
    n_bytes
        Size of the voxels to be written, uncompressed, after a dry run; 0 otherwise.
    forecast
        After a dry run: sizes and costs of each case and of all, what the spacing destroys, which labels vanish.
    unfit
        A sentence for each reason why cases are not fit for the recipe's task, as far as headers tell.
    split, fitted
        A sentence on how many cases are in which part of the set, and one on what the recipe's numbers were fitted on;
        empty where neither was asked for.
    laid_out
        A sentence on the layout's folder; empty where the layout is plain.
    """

    out: Path
    cases: pl.DataFrame
    findings: tuple[Mapping[str, Any], ...] = ()
    of_cases: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    skipped: pl.DataFrame
    n_done: int = 0
    n_failed: int = 0
    n_bytes: int = 0
    forecast: Forecast | None = None
    unfit: tuple[str, ...] = ()
    split: str = ""
    fitted: str = ""
    laid_out: str = ""

    def raise_for_failures(self) -> None:
        """Do nothing where every case was made.

        Raises
        ------
        CasesFailed
            Otherwise; names the first.
        """
        if self.n_failed:
            failed = self.cases.filter(self.cases["state"] == "failed")
            first = failed.row(0, named=True)
            raise CasesFailed(
                f"{self.n_failed} of {self.cases.height} cases could not be made",
                where=self.out,
                found=f"{first['case']}: {first['error']}",
                advice="All of them stand in cases.parquet, with the reason."
                if self.forecast is None
                else "A dry run writes no table: all of them are in what it prints, with the reason.",
            )
