"""The table of features: a row for each label of each case, or a row for each number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scan2train.errors import Scan2TrainError
from scan2train.tools.features.definitions import DEFINITIONS
from scan2train.tools.features.one_case import LabelFeatures

if TYPE_CHECKING:
    import polars as pl

#: What a scan's row in the volumes table says that batches are told by.
FACTS = ("patient", "modality", "manufacturer", "model", "kernel", "kernel_class")
#: Columns of every table besides.
OWN = ("case", "label", "name", "unit", "voxels", "valued")
#: The formats of tables, by their suffix.
SUFFIXES = (".csv", ".parquet", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFeatures:
    """One case: its name, the unit of its image's values, what is known of the scan, and its labels.

    ``carried`` are the columns that were asked for besides, by name.
    """

    case: str
    unit: str
    labels: tuple[LabelFeatures, ...]
    facts: Mapping[str, Any]
    carried: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureTable:
    """What :func:`features` found.

    ``cases`` come in natural order of their names; ``failed`` are those without features, each with its error;
    ``unlabelled`` names images that no labels were found for, ``not_in_table`` cases that the table of columns that
    come along does not name. ``places`` says where below their source scans lie that are named by their content, DICOM.
    """

    cases: tuple[CaseFeatures, ...]
    failed: tuple[tuple[str, Scan2TrainError], ...] = ()
    unlabelled: tuple[str, ...] = ()
    not_in_table: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)

    def frame(self) -> pl.DataFrame:
        """A row for each label of each case, features in columns by their IBSI names: what ComBat reads.

        Lengths, areas and volumes are in mm, mm² and mm³; intensities in what the column ``unit`` says.
        """
        import polars as pl

        asked = dict.fromkeys(name for case in self.cases for name in case.carried)
        known = [name for name in FACTS if any(case.facts.get(name) not in (None, "") for case in self.cases)]
        known = [name for name in known if name not in asked]
        text: dict[str, Any] = {"case": pl.String, "label": pl.Int64, "name": pl.String, "unit": pl.String}
        schema = {
            **text,
            "voxels": pl.Int64,
            "valued": pl.Int64,
            **dict.fromkeys(known, pl.String),
            **dict.fromkeys(asked),  # of the type of what is there
            **{one.name: pl.Float64 for one in DEFINITIONS},
        }
        rows = [
            {
                "case": case.case,
                "label": one.value,
                "name": one.name,
                "unit": case.unit,
                "voxels": one.voxels,
                "valued": one.valued,
                **{name: case.facts.get(name) for name in known},
                **case.carried,
                **one.features,
            }
            for case in self.cases
            for one in case.labels
        ]
        return pl.DataFrame(rows, schema=schema, infer_schema_length=None)

    def long(self) -> pl.DataFrame:
        """A row for each number: case, label, name, feature, code, value, unit."""
        import polars as pl

        text = ("feature", "code", "value", "unit")
        schema: dict[str, Any] = {"case": pl.String, "label": pl.Int64, "name": pl.String}
        schema |= dict.fromkeys(text, pl.String) | {"value": pl.Float64}
        return pl.DataFrame(list(self._numbers()), schema=schema)

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values, complete and stable."""
        return {
            "version": 1,
            "definitions": definitions(),
            "cases": [
                {
                    "case": case.case,
                    "path": self.places.get(case.case),
                    "unit": case.unit,
                    "scan": {**{name: case.facts.get(name) for name in FACTS}, **case.carried},
                    "labels": [
                        {
                            "label": one.value,
                            "name": one.name,
                            "voxels": one.voxels,
                            "valued_voxels": one.valued,
                            "features": {
                                d.name: {"value": one.features[d.name], "unit": d.unit_of(case.unit)}
                                for d in DEFINITIONS
                            },
                        }
                        for one in case.labels
                    ],
                }
                for case in self.cases
            ],
            "failed": [
                {"case": case, "error": str(error), "code": error.code} for case, error in self.failed
            ],
            "unlabelled": list(self.unlabelled),
        }

    def _numbers(self) -> Iterator[dict[str, Any]]:
        for case in self.cases:
            for one in case.labels:
                for d in DEFINITIONS:
                    yield {
                        "case": case.case,
                        "label": one.value,
                        "name": one.name,
                        "feature": d.name,
                        "code": d.code,
                        "value": one.features[d.name],
                        "unit": d.unit_of(case.unit),
                    }

    def write(self, path: Path, *, long: bool = False) -> None:
        """Write as CSV, Parquet or JSON, by the suffix; whole or not at all.

        Beside a table with features in columns lies ``<name>.definitions.json``: their codes, titles and units.
        """
        import json

        from scan2train.formats.atomic import replacing
        from scan2train.tools.harmonize.feature_table import write_table

        as_json = path.suffix.lower() == ".json"
        told: Mapping[str, Any] = self.to_json() if as_json else definitions()
        if not as_json:
            write_table(self.long() if long else self.frame(), path)
        if as_json or not long:
            with replacing(path if as_json else beside(path)) as file:
                file.write(json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n")


def beside(path: Path) -> Path:
    """Where the definitions of a table's columns lie."""
    return path.with_suffix(".definitions.json")


def definitions() -> dict[str, dict[str, str]]:
    """Name of each feature to its code, title and unit; ``{unit}`` is what the image's values are in."""
    return {one.name: {"code": one.code, "title": one.title, "unit": one.unit} for one in DEFINITIONS}


def in_order(cases: Sequence[CaseFeatures]) -> tuple[CaseFeatures, ...]:
    """The cases in natural order of their names."""
    from scan2train.knowledge.file_names import natural_key

    return tuple(sorted(cases, key=lambda case: natural_key(case.case)))
