"""One number of one label of one case."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A metric's value; ``None`` where there is none, which ``note`` explains.

    ``definition`` is the id under which the formula is told; ``name`` that of the label, empty if nobody gave one.
    ``truth`` and ``prediction`` are the label's voxels in either mask.
    """

    case: str
    label: int
    metric: str
    value: float | None
    unit: str
    note: str = ""
    name: str = ""
    definition: str = ""
    truth: int = 0
    prediction: int = 0

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "case": self.case,
            "label": self.label,
            "name": self.name,
            "metric": self.metric,
            "value": self.value,
            "unit": self.unit,
            "note": self.note,
            "definition": self.definition,
            "truth_voxels": self.truth,
            "prediction_voxels": self.prediction,
        }
