"""Phases of phantoms whose truth is known, by words, times, agent and picture; and a person's word on them."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app_of
from scan2train.errors import NoImages, WrongUse
from scan2train.testing.of_volume import series_of
from scan2train.testing.phantoms import abdomen_ct
from scan2train.testing.phantoms.abdomen import ABDOMEN_HU
from scan2train.testing.small import small_series, together

NAMES = list(ABDOMEN_HU)


def ct(words, number=1, at="120000", below=None, **tags):
    return small_series(
        series_description=words,
        series_number=number,
        below=below or f"s{number}",
        tags={"AcquisitionTime": at, **tags},
    )


def told(folder, **more):
    table = s2t.phases(folder, cache=False, **more).table
    return {row["description"]: row for row in table.iter_rows(named=True)}


@pytest.fixture(scope="module")
def abdomens(tmp_path_factory):
    """A study of all four phases, the later scan in the earlier series, no word of any."""
    folder = tmp_path_factory.mktemp("abdomens")
    builds = [
        series_of(
            abdomen_ct(name, (88, 68, 60), (4.4, 4.1, 6.7), orientation="LPS", seed=n),
            f"s{n}",
            series_description=f"scan {n}",
            series_number=9 - n,
            tags={"AcquisitionTime": f"12{n:02d}00"},
        )
        for n, name in enumerate(NAMES)
    ]
    together(*builds)(folder)
    return folder


def test_pictures_alone_tell_all_four_phases_in_order_of_time(abdomens):
    found = s2t.phases(abdomens, cache=False)
    rows = found.table.to_dicts()
    assert [row["phase"] for row in rows] == NAMES
    assert [row["order"] for row in rows] == [1, 2, 3, 4]
    assert all(row["confidence"] > 0.7 and "picture" in row["evidence"] for row in rows)
    assert found.failed == ()


def test_a_nifti_is_looked_at_in_the_unit_that_is_given(tmp_path):
    s2t.write(abdomen_ct("arterial", (88, 68, 60), (4.4, 4.1, 6.7)), tmp_path / "a.nii")
    assert s2t.phases(tmp_path, cache=False).table["phase"].to_list() == [""]
    assert s2t.phases(tmp_path, cache=False, unit="HU").table["phase"].to_list() == ["arterial"]


def test_without_pixels_nothing_is_made_up(abdomens):
    rows = s2t.phases(abdomens, cache=False, pixels=False).table.to_dicts()
    assert [(row["phase"], row["confidence"], row["evidence"]) for row in rows] == [
        ("", 0, "nothing tells")
    ] * 4


def test_words_times_and_agent_are_weighed(tmp_path):
    together(
        ct("Abdomen venous", 1),
        ct("by its time", 2, ContrastBolusStartTime="115928", ContrastBolusAgent="Ultravist"),
        ct("none given", 3, ContrastBolusAgent="NONE"),
        ct("an agent alone", 4, ContrastBolusAgent="Ultravist"),
        ct("Leber arteriell", 5, ContrastBolusStartTime="115500", ContrastBolusAgent="Ultravist"),
    )(tmp_path)
    rows = told(tmp_path, pixels=False)
    assert {name: row["phase"] for name, row in rows.items()} == {
        "Abdomen venous": "portal-venous",
        "by its time": "arterial",
        "none given": "non-contrast",
        "an agent alone": "",
        "Leber arteriell": "",
    }
    doubt = rows["Leber arteriell"]
    assert (doubt["by_words"], doubt["by_times"]) == ("arterial", "delayed")
    assert "300 s from the start" in doubt["evidence"]


def test_a_correction_wins_and_outlives_every_run(tmp_path):
    source, file = tmp_path / "scans", tmp_path / "phases.csv"
    together(ct("Abdomen venous", 1), ct("Abdomen nativ", 2))(source)
    s2t.phases(source, cache=False, pixels=False, out=file)
    edited = pl.read_csv(file, infer_schema_length=None).with_columns(
        correction=pl.when(pl.col("description") == "Abdomen venous").then(pl.lit("Delayed"))
    )
    edited.write_csv(file)
    for out in (file, file):
        row = told(source, pixels=False, out=out)["Abdomen venous"]
        assert (row["phase"], row["correction"], row["confidence"]) == ("delayed", "Delayed", 1)
        assert row["told"] == "portal-venous"
        assert row["evidence"].startswith("a person said so; else: words")
    other = tmp_path / "other"
    ct("Thorax", 3)(other)
    kept = s2t.phases(other, cache=False, pixels=False, out=file).table
    assert kept.filter(pl.col("correction") == "Delayed")["description"].to_list() == ["Abdomen venous"]


def test_the_table_chooses_what_is_prepared_as_the_guide_says(tmp_path):
    from scan2train.preparing.plan import plan

    source, table, choices = tmp_path / "scans", tmp_path / "phases.csv", tmp_path / "choices.csv"
    together(ct("Abdomen venous", 1), ct("Abdomen nativ", 2), ct("Abdomen", 3))(source)
    s2t.phases(source, cache=False, pixels=False, out=table)
    told = pl.read_csv(table, infer_schema_length=None)
    wanted = pl.when(pl.col("phase") == "portal-venous").then(pl.lit("accept")).otherwise(pl.lit("reject"))
    told.select("volume", wanted.alias("choice")).write_csv(choices)
    future = plan(s2t.index(source, cache=False), labels="auto", where=None, choices=choices, seed=0)
    ids = told.filter(pl.col("description") == "Abdomen venous")["volume"].to_list()
    assert [job.row["volume"] for job in future.jobs] == ids


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json"])
def test_the_table_is_the_same_in_every_format(tmp_path, suffix):
    from scan2train.tools.phases.table_file import load

    ct('Leber =arteriell, "früh"', 1)(tmp_path / "scans")
    out = tmp_path / f"phases.{suffix}"
    found = s2t.phases(tmp_path / "scans", cache=False, out=out)
    read = load(out)
    blank = pl.col(pl.String).replace("", None)
    assert read.with_columns(blank).equals(found.table.with_columns(blank))


def test_wrong_use_is_refused(tmp_path):
    source = tmp_path / "scans"
    ct("Abdomen", 1)(source)
    with pytest.raises(WrongUse, match="in the source"):
        s2t.phases(source, cache=False, out=source / "phases.csv")
    with pytest.raises(WrongUse, match="percentage"):
        s2t.phases(source, cache=False, cardiac=175)
    (tmp_path / "no.csv").write_text("volume,phase\nabc,arterial\n")
    with pytest.raises(WrongUse, match="no table of phases"):
        s2t.phases(source, cache=False, out=tmp_path / "no.csv")
    (tmp_path / "bad.csv").write_text("volume,correction,cardiac_correction\nabc,,systole\n")
    with pytest.raises(WrongUse, match="cardiac_correction"):
        s2t.phases(source, cache=False, out=tmp_path / "bad.csv")
    small_series(modality="PT")(tmp_path / "pet")
    with pytest.raises(NoImages):
        s2t.phases(tmp_path / "pet", cache=False)


def test_the_command_prints_and_writes(tmp_path):
    source, out = tmp_path / "scans", tmp_path / "phases.json"
    ct("Abdomen nativ", 1)(source)
    command = ["phases", str(source), "--no-cache", "--no-pixels"]
    shown = CliRunner().invoke(app_of(["phases", "header"]), [*command, "-o", str(out)])
    assert shown.exit_code == 0
    assert "non-contrast" in shown.stdout
    assert json.loads(out.read_text())["phases"][0]["phase"] == "non-contrast"
    asked = CliRunner().invoke(app_of(["phases", "header"]), [*command, "--format", "json"])
    assert json.loads(asked.stdout)["phases"][0]["told"] == "non-contrast"
    odd = CliRunner().invoke(app_of(["phases", "header"]), [*command, "--cardiac", "120"])
    assert (odd.exit_code, "0 to 100" in odd.stderr) == (2, True)
