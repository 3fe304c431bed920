"""Phases of heartbeat and breath from every place that tells them, the nearest to a target, motion, and means."""

import numpy as np
import polars as pl
import pytest
from pydicom import Dataset, Sequence
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app_of
from scan2train.errors import GeometryError, WrongUse
from scan2train.grid import Grid
from scan2train.testing.of_volume import enhanced_of, series_of
from scan2train.testing.phantoms import chest_ct
from scan2train.testing.small import body, small_series, together
from scan2train.tools.phases.cardiac import around
from scan2train.tools.phases.gating import Gating
from scan2train.tools.phases.motion import moved
from scan2train.tools.phases.times import Times, in_order
from scan2train.volume import Volume


def heart(number, words="CTA", volume=None, at="120000", **tags):
    more = {"series_description": words, "series_number": number}
    tags = {"AcquisitionTime": at, **tags}
    if volume is None:
        return small_series("PIR", below=f"s{number}", tags=tags, **more)
    return series_of(volume, f"s{number}", tags=tags, **more)


def rows_of(folder, **more):
    return s2t.phases(folder, cache=False, **more).table.to_dicts()


def test_the_nearest_phase_is_found_around_the_beat_and_its_distance_said(tmp_path):
    together(
        heart(1, NominalPercentageOfCardiacPhase=95.0),
        heart(2, "CorCTA BestDiast 71 %"),
        heart(3, TriggerTime="320", NominalInterval="800"),
        heart(4, TriggerTime="500", HeartRate="60"),
        heart(5, TriggerTime="1500", HeartRate="60"),  # past the beat: says nothing
        heart(6, TriggerTime="0", HeartRate="60"),
    )(tmp_path)
    rows = {row["path"]: row for row in rows_of(tmp_path, cardiac=75, pixels=False)}
    told = [rows[f"s{n}"]["cardiac_percent"] for n in range(1, 7)]
    assert told == [95, 71, 40, 50, None, None]
    assert [name for name, row in rows.items() if row["nearest"]] == ["s2"]
    assert (rows["s2"]["cardiac_apart"], rows["s2"]["cardiac_by"]) == (4, "words")
    assert rows["s3"]["cardiac_by"] == "Trigger Time and Nominal Interval"
    near_r = {row["path"]: row for row in rows_of(tmp_path, cardiac=2, pixels=False)}
    assert [name for name, row in near_r.items() if row["nearest"]] == ["s1"]
    assert near_r["s1"]["cardiac_apart"] == 7


@pytest.mark.parametrize(
    ("said", "percents", "by"),
    [
        (lambda at: {"NominalPercentageOfCardiacPhase": 35.0 * at + 2}, [2, 37, 72], "Nominal Percentage"),
        (
            lambda at: {"NominalCardiacTriggerDelayTime": 300.0 * at + 20, "RRIntervalTimeNominal": 1000.0},
            [2, 32, 62],
            "Trigger Time and Nominal Interval",
        ),
    ],
)
def test_each_point_of_an_enhanced_object_has_its_own_phase(tmp_path, said, percents, by):
    def synchronised(at):
        item = Dataset()
        for name, value in said(at).items():
            setattr(item, name, value)
        return {"CardiacSynchronizationSequence": Sequence([item])}

    points = [body("LPS", (24, 20, 9), (1.1, 1.3, 2.1), 0.0, turned, "MR") for turned in (12.0,) * 3]
    enhanced_of(points[0], "cine.dcm", points=points[1:], point_tags=synchronised)(tmp_path)
    rows = rows_of(tmp_path, cardiac=70, pixels=False)
    assert sorted(row["cardiac_percent"] for row in rows) == percents
    assert all(row["cardiac_by"].startswith(by) for row in rows)
    assert [row["cardiac_percent"] for row in rows if row["nearest"]] == percents[-1:]
    assert {(row["phase"], row["confidence"]) for row in rows} == {(None, None)}


def test_phases_of_a_breath_are_told_by_words_and_by_the_header(tmp_path):
    together(
        heart(1, "T=30% thorax"),
        heart(2, "Gated, 50.0%A"),
        heart(3, "CT 70% Ex"),
        heart(4, "ASiR 40%"),
        heart(5, "thorax", NominalPercentageOfRespiratoryPhase=20.0),
    )(tmp_path)
    rows = {row["path"]: row["respiratory_percent"] for row in rows_of(tmp_path, pixels=False)}
    assert rows == {"s1": 30, "s2": 50, "s3": 70, "s4": None, "s5": 20}


def test_recorded_peaks_win_over_what_is_nominal(tmp_path):
    together(heart(1, at="120010.600", NominalPercentageOfCardiacPhase=10.0), heart(2, at="120030.0"))(
        tmp_path / "scans"
    )
    gates = tmp_path / "gates.csv"
    gates.write_text("time;kind\n12:00:10.0;r\n43210.8;r\n43211.6;R\n12:00:08;breath\n12:00:12;breath\n")
    first, second = rows_of(tmp_path / "scans", gating=gates, pixels=False)
    assert (first["cardiac_percent"], first["cardiac_by"]) == (75, "recorded R peaks")
    assert (first["respiratory_percent"], first["respiratory_by"]) == (65, "recorded breaths")
    assert (second["cardiac_percent"], second["respiratory_percent"]) == (None, None)


def test_a_scan_that_takes_long_beside_the_beat_has_no_phase():
    gates = Gating(moments={("r", ""): (10.0, 11.0, 12.0, 19.0)})
    for first, last, percent in (
        (11.3, 11.5, 40.0),
        (11.2, 11.6, None),
        (12.5, 12.6, None),
        (9.0, 9.1, None),
    ):
        times = Times(first_s=first, last_s=last, trigger_time_ms=None, heart_rate=None)
        assert gates.place("r", "1.2", times).percent == percent


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("when,what\n1,r\n", "when"),
        ("time,kind\n", "no row"),
        ("time,kind\n1,qrs\n", "qrs"),
        ("time,kind\n1:2,r\n", "1:2"),
    ],
)
def test_a_table_of_gates_that_cannot_be_meant_is_refused(tmp_path, text, found):
    (tmp_path / "gates.csv").write_text(text)
    with pytest.raises(WrongUse, match=found):
        Gating.load(tmp_path / "gates.csv")


def test_what_moved_is_told_where_no_header_tells_phases():
    still = {
        "source": "a",
        "series_uid": "1",
        "path": "p",
        "size": (9, 8, 7),
        "edges": 0.5,
        "variance": 100.0,
    }
    still |= {"cardiac_percent": None, "respiratory_percent": None}
    rows = [still, still, still | {"edges": 0.3}, still | {"variance": 160.0}, still]
    assert moved(rows) == [False, False, True, True, False]
    assert moved(rows[:2]) == [None, None]
    assert moved([row | {"cardiac_percent": 40.0} for row in rows]) == [None] * 5


def four_points(folder, blurred):
    """A series of four points in time, of a chest that moved through one of them."""
    sharp, _ = chest_ct((60, 52, 9), (5.1, 4.7, 6.1), noise_hu=6, orientation="LPS")
    for n in range(4):
        array = np.array(sharp.array, dtype=np.float32) + 2 * n
        if n == blurred:
            array = np.mean([np.roll(array, shift, axis=1) for shift in (-3, -1, 0, 1, 3)], axis=0)
        one = Volume(array=np.rint(array).astype(np.int16), grid=sharp.grid, unit="HU")
        tags = {"TemporalPositionIdentifier": str(n + 1), "AcquisitionTime": f"1200{n:02d}"}
        series_of(one, f"t{n}", tags={**tags, "SeriesInstanceUID": "1.2.840.99.7"}, series_number=n)(folder)
    return sharp


def test_a_blurred_point_is_rejected_and_the_mean_is_that_of_the_others(tmp_path):
    sharp = four_points(tmp_path / "scans", blurred=2)
    found = s2t.phases(tmp_path / "scans", cache=False, average_to=tmp_path / "mean")
    assert found.table["moved"].to_list() == [False, False, True, False]
    assert [len(one.volumes) for one in found.averaged] == [3]
    mean = s2t.read(found.averaged[0].file)
    assert mean.grid.distance_in_voxels(sharp.grid) < 1e-4
    assert np.allclose(mean.array, sharp.array + 8 / 3, atol=0.5)


def test_the_same_command_again_replaces_its_means_and_nothing_else(tmp_path):
    one = body("LPS", (24, 20, 9), (1.1, 1.3, 2.1), 0.0, 0.0, "CT")
    phases = ((1, 70.0, "A"), (2, 75.0, "A"), (3, 80.0, "A"), (4, 70.0, "B"), (5, 75.0, "B"))
    together(
        *(
            heart(n, volume=one.replace(array=one.array + 10 * n), NominalPercentageOfCardiacPhase=percent,
                  ConvolutionKernel=kernel)
            for n, percent, kernel in phases
        )
    )(tmp_path / "scans")  # fmt: skip
    table, means = tmp_path / "p.csv", tmp_path / "p"
    asked = {"out": table, "average_to": means, "cardiac": 75, "pixels": False, "cache": False}
    first = s2t.phases(tmp_path / "scans", **asked).averaged
    files = [each.file for each in first]
    assert [len(each.volumes) for each in first] == [3, 2]
    assert np.array_equal(s2t.read(files[0]).array, one.array + 20)
    assert sorted(file.name for file in means.iterdir()) == sorted(
        ["means.json", *(file.name for file in files)]
    )
    said = pl.read_csv(table)
    wrong = pl.when(pl.col("path") == "s3").then(40.0)
    said.with_columns(cardiac_correction=wrong).write_csv(table)
    again = s2t.phases(tmp_path / "scans", **asked).averaged
    assert [each.file for each in again] == files
    assert np.array_equal(s2t.read(files[0]).array, one.array + 15)
    # Of two that would be written one is a file of someone's own: neither is.
    mine = tmp_path / "mine" / files[1].name
    mine.parent.mkdir()
    mine.write_bytes(b"mine")
    with pytest.raises(WrongUse, match="never written over"):
        s2t.phases(tmp_path / "scans", **{**asked, "average_to": mine.parent})
    assert [file.read_bytes() for file in mine.parent.iterdir()] == [b"mine"]


def test_where_there_is_no_mean_it_is_said(tmp_path):
    heart(1, NominalPercentageOfCardiacPhase=75.0)(tmp_path / "scans")
    words = ["phases", tmp_path / "scans", "-o", tmp_path / "p.csv", "--average", "--no-pixels", "--no-cache"]
    done = CliRunner().invoke(app_of(["phases"]), [str(word) for word in words])
    assert (done.exit_code, "no mean was written" in done.stderr) == (0, True)
    done = CliRunner().invoke(app_of(["phases"]), [*map(str, words[:3]), str(tmp_path / "p.xlsx")])
    assert (done.exit_code, ".csv, .parquet, .pq, .json" in done.stderr) == (2, True)
    assert not (tmp_path / "p.xlsx").exists()


def test_phases_on_several_grids_have_no_mean(tmp_path):
    one = body("LPS", (24, 20, 9), (1.1, 1.3, 2.1), 0.0, 0.0, "CT")
    affine = one.grid.affine.copy()
    affine[:3, 3] += (0.4, -0.3, 0.2)
    other = Volume(array=one.array, grid=Grid(one.grid.shape, affine), unit="HU")
    together(
        heart(1, volume=one, NominalPercentageOfCardiacPhase=70.0),
        heart(2, volume=other, NominalPercentageOfCardiacPhase=75.0),
    )(tmp_path / "scans")
    table = tmp_path / "phases.csv"
    with pytest.raises(GeometryError, match="no mean"):
        s2t.phases(tmp_path / "scans", out=table, cache=False, cardiac=75, average_to=tmp_path / "mean")
    assert len(table.read_text().splitlines()) == 3  # what was told is not lost


def test_kernels_are_averaged_apart_and_only_near_the_target(tmp_path):
    one = body("LPS", (24, 20, 9), (1.1, 1.3, 2.1), 0.0, 0.0, "CT")
    brighter = [one.replace(array=one.array + step) for step in (0, 10, 4, 500)]
    together(
        heart(1, volume=brighter[0], NominalPercentageOfCardiacPhase=70.0),
        heart(2, volume=brighter[1], NominalPercentageOfCardiacPhase=80.0),
        heart(3, volume=brighter[2], NominalPercentageOfCardiacPhase=75.0, ConvolutionKernel="BONE"),
        heart(4, volume=brighter[3], NominalPercentageOfCardiacPhase=40.0),
    )(tmp_path / "scans")
    means = s2t.phases(tmp_path / "scans", cache=False, cardiac=75, average_to=tmp_path / "mean").averaged
    assert [len(each.volumes) for each in means] == [2]
    assert np.array_equal(s2t.read(means[0].file).array, one.array + 5)


def test_a_saved_index_keeps_the_table_out_of_its_scans(tmp_path):
    heart(1)(tmp_path / "scans")
    s2t.index(tmp_path / "scans", cache=False).save(tmp_path / "index")
    with pytest.raises(WrongUse, match="in the source"):
        s2t.phases(tmp_path / "index", pixels=False, out=tmp_path / "scans" / "phases.csv")
    found = s2t.phases(tmp_path / "index", pixels=False, out=tmp_path / "phases.csv")
    assert found.table.height == 1


def test_phases_are_apart_by_the_shorter_way():
    assert [around(95, 5), around(5, 95), around(0, 100), around(40, 75)] == [10, 10, 0, 35]


def test_midnight_lies_between_scans_that_are_far_apart_by_the_clock():
    assert in_order([10.0, 86390.0, None, 20.0, 20.0]) == [2, 1, None, 3, 3]
