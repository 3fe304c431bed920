"""What a run over cases gave: scores, their summary, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.errors import CasesFailed
from scan2train.evaluating.case import Wanted
from scan2train.evaluating.definitions import Definition
from scan2train.evaluating.pairs import Pair
from scan2train.evaluating.score import Score
from scan2train.evaluating.summary import DRAWS, Summary

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Scores in the order of cases and labels, and their summary over cases.

    ``missing`` cases have no prediction and were scored as if it were empty; ``failed`` maps a case to why it has no
    score; ``strange`` are predictions that belong to no case; ``ignored`` are labels that are none: where the truth has
    one, nothing is scored.
    """

    pairs: tuple[Pair, ...]
    scores: tuple[Score, ...]
    summary: tuple[Summary, ...]
    definitions: Mapping[str, Definition]
    wanted: Wanted
    seed: int
    missing: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    strange: tuple[Path, ...] = ()
    ignored: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values, complete and stable."""
        return {
            "version": 1,
            "definitions": {name: one.to_json() for name, one in self.definitions.items()},
            "settings": {
                **asdict(self.wanted),
                "interval": {"method": "percentile bootstrap over cases", "draws": DRAWS, "level": 0.95},
                "seed": self.seed,
                "ignored": list(self.ignored),
            },
            "scores": [one.to_json() for one in self.scores],
            "summary": [one.to_json() for one in self.summary],
            "cases": {
                "scored": len(self.pairs) - len(self.failed),
                "missing": list(self.missing),
                "failed": dict(self.failed),
                "strange": [str(path) for path in self.strange],
            },
        }

    def frame(self) -> pl.DataFrame:
        """A row for each score, with the definition's id and what it says of empty masks."""
        return self._frame([one.to_json() for one in self.scores])

    def summary_frame(self) -> pl.DataFrame:
        """A row for each label and metric."""
        return self._frame([one.to_json() for one in self.summary])

    def raise_for_failures(self) -> None:
        """Do nothing where every case has its prediction and its scores.

        Raises
        ------
        CasesFailed
            Otherwise; names the first.
        """
        wrong = {**self.failed, **dict.fromkeys(self.missing, "no prediction; scored as an empty one")}
        for case, why in wrong.items():
            raise CasesFailed(
                f"{len(wrong)} of {len(self.pairs)} cases are not what they should be", found=f"{case}: {why}"
            )

    def _frame(self, rows: list[dict[str, object]]) -> pl.DataFrame:
        import polars as pl

        for row in rows:
            told = self.definitions[str(row["metric"])]
            row |= {"both_empty": told.both_empty, "one_empty": told.one_empty}
        return pl.DataFrame(rows, infer_schema_length=None)
