"""Columns are a contract with those who read the tables: a change must be deliberate.

``python tests/golden/test_golden_columns.py`` writes the list anew.
"""

from __future__ import annotations

from pathlib import Path

import scan2train.tables
from scan2train.tables import VOLUMES, Table

GOLDEN = Path(__file__).with_name("columns.txt")

#: What scripts may rely on in ``volumes.parquet``.
PROMISED = """
    volume patient study_uid series_uid path modality manufacturer model station description kernel kernel_class
    n_slices size_i size_j size_k spacing_i_mm spacing_j_mm spacing_k_mm orientation irregular tilt_deg contrast phase
    cardiac_percent patient_position laterality view transfer_syntax lossy role split_by
"""


def listed():
    tables = {value.name: value for value in vars(scan2train.tables).values() if isinstance(value, Table)}
    return [
        " ".join(word for word in (f"{name}.{column.name}", column.kind, column.unit) if word)
        for name, table in sorted(tables.items())
        for column in table
    ]


def test_columns_are_those_that_were_promised():
    assert {column.name for column in VOLUMES} >= set(PROMISED.split())


def test_columns_are_as_they_were():
    assert listed() == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_no_table_names_a_column_twice():
    names = [line.split()[0] for line in listed()]
    assert len(names) == len(set(names))


def test_an_empty_frame_has_exactly_the_declared_columns():
    for table in (value for value in vars(scan2train.tables).values() if isinstance(value, Table)):
        assert table.frame().schema == table.schema


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(listed()) + "\n", encoding="utf-8")
