"""Where runs of units that say the same end."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from scan2train.stacking.facts import SAID
from scan2train.stacking.roles import role
from scan2train.stacking.runs import PLACED, runs


def units(**changed: list[Any]) -> pl.DataFrame:
    same = {"series": ["1"] * 4, "kernel": ["B"] * 4, "framed": [False] * 4, "instance": [0, 1, 2, 3]}
    placed = {name: [1.0, 2.0, 3.0, 4.0] for name in PLACED}
    return pl.DataFrame(same | placed | changed)


def test_units_that_say_the_same_are_one_run_wherever_they_lie() -> None:
    found = runs(units(), ("series", "kernel"))
    assert found.first.tolist() == [0]
    assert found.length.tolist() == [4]
    assert found.varying == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"series": ["1", "1", "2", "2"]},
        {"kernel": [None, None, "B", "B"]},
        {"kernel": ["B", "B", None, None]},
        {"col_y": [1.0, 2.0, None, None]},
        {"framed": [True] * 4, "instance": [0, 0, 1, 1]},
        {"framed": [False, False, True, True], "instance": [0, 1, 2, 2]},
    ],
)
def test_a_run_ends_where_something_changes(changed: dict[str, list[Any]]) -> None:
    found = runs(units(**changed), ("series", "kernel"))
    assert found.first.tolist() == [0, 2]
    assert found.length.tolist() == [2, 2]
    assert found.spread(pl.Series(["a", "b"])).to_list() == ["a", "a", "b", "b"]


def test_words_that_come_back_are_a_run_of_their_own() -> None:
    found = runs(units(series=["1", "2", "1", "1"]), ("series", "kernel"))
    assert found.first.tolist() == [0, 1, 2]
    assert found.varying == ("series",)


def test_all_that_a_role_follows_from_ends_a_run() -> None:
    assert set(role().meta.root_names()) <= {*SAID, *PLACED}
