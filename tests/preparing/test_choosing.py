from __future__ import annotations

import polars as pl
import pytest

from rows import row
from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.preparing.choosing import choose
from scan2train.tables import VOLUMES


@pytest.fixture
def volumes():
    return VOLUMES.frame(
        [
            row("a.nii", volume="aaa", modality="CT", spacing_k_mm=1.0),
            row("b.nii", volume="bbb", modality="MR", spacing_k_mm=5.0),
            row("c", volume="ccc", modality="CT", role="localizer"),
            row("d.png", volume="ddd", role="picture"),
            row("e.nii", volume="eee"),
        ]
    )


def chosen(volumes, where=None, choices=None):
    taken, left = choose(volumes, where, choices)
    return "".join(taken["volume"].str.head(1)), dict(
        zip(left["volume"].str.head(1), left["reason"], strict=True)
    )


def test_volumes_are_taken_and_the_rest_is_left_with_a_reason(volumes):
    assert chosen(volumes) == ("abe", {"c": "role-localizer", "d": "role-picture"})


@pytest.mark.parametrize(
    ("where", "taken"),
    [
        ("modality = 'CT'", "a"),
        ("modality = 'CT' AND spacing_k_mm < 3", "a"),
        ("spacing_k_mm >= 3 OR modality IS NULL", "be"),
        ("modality IN ('CT', 'MR')", "ab"),
        ("role = 'picture'", "d"),
        ("role IN ('volume', 'localizer') AND modality = 'CT'", "ac"),
        ("path LIKE '%.nii'", "abe"),
    ],
)
def test_an_expression_narrows_the_choice(volumes, where, taken):
    assert chosen(volumes, where)[0] == taken


@pytest.mark.parametrize(
    "where",
    ["modalitty = 'CT'", "modality =", "", "spacing_k_mm", "drop table volumes", "modality = 3 AND", "(("],
)
def test_what_is_no_condition_is_refused_with_the_columns(volumes, where):
    with pytest.raises(WrongUse, match="spacing_k_mm"):
        choose(volumes, where, None)


def test_a_column_misspelt_is_named_with_the_near_one_and_all_columns_once(volumes):
    with pytest.raises(WrongUse) as caught:
        choose(volumes, "modalty = 'CT'", None)
    assert caught.value.found == "no column 'modalty'"
    assert caught.value.advice.startswith("Did you mean modality or ")
    assert str(caught.value).count("spacing_k_mm") == 2  # once as an example


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_person_s_choice_goes_before_role_and_expression(volumes, tmp_path, suffix):
    table = pl.DataFrame({"volume": ["aaa", "ccc"], "choice": ["reject", "accept"], "note": ["moved", ""]})
    path = tmp_path / f"choices{suffix}"
    table.write_csv(path) if suffix == ".csv" else table.write_parquet(path)
    taken, left = chosen(volumes, "modality IS NOT NULL", path)
    assert taken == "bc"
    assert left == {"a": "rejected", "d": "role-picture", "e": "not-chosen"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("volume,choice\naaa,perhaps\n", "perhaps"),
        ("volume,decision\naaa,accept\n", "decision"),
        ("volume,choice\nzzz,accept\n", "names no volume"),
        ("volume,choice\naaa,accept\naaa,reject\n", "twice"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(volumes, tmp_path, text, says):
    path = tmp_path / "choices.csv"
    path.write_text(text)
    with pytest.raises(WrongUse, match=says):
        choose(volumes, None, path)


@pytest.mark.parametrize("name", ["missing.csv", "broken.parquet"])
def test_a_table_that_cannot_be_read_is_named(volumes, tmp_path, name):
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(Scan2TrainError, match=name):
        choose(volumes, None, tmp_path / name)


def test_ids_of_digits_stay_text(volumes, tmp_path):
    digits = volumes.with_columns(volume=pl.Series(["001", "002", "003", "004", "005"]))
    path = tmp_path / "choices.csv"
    path.write_text("volume,choice\n001,reject\n")
    assert choose(digits, None, path)[0]["volume"].to_list() == ["002", "005"]
