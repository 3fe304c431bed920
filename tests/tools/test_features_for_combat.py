"""What a table of features carries along, so that ComBat takes it as it stands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.ndimage import gaussian_filter
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app
from scan2train.errors import UnknownName, WrongUse
from scan2train.grid import Grid
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.tools.features.definitions import DEFINITIONS
from scan2train.volume import Labels, Volume

SPACING = (0.7, 1.1, 1.9)
MEASURED = [one.name for one in DEFINITIONS]


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], prog_name="scan2train")


@pytest.fixture(scope="module")
def hospitals(tmp_path_factory) -> Path:
    """Four scans of each of two sites, in folders of patients; the second site's are brighter and noisier."""
    place = tmp_path_factory.mktemp("hospitals")
    rng = np.random.default_rng(3)
    for n in range(8):
        site = "north" if n % 2 else "south"
        folder = place / site / f"p{n}"
        folder.mkdir(parents=True)
        mask = (gaussian_filter(rng.normal(size=(17, 13, 11)), 1.5) > 0.05).astype(np.uint8)
        values = rng.normal(40 + 2 * n + 30 * (n % 2), 10 + 5 * (n % 2), mask.shape).astype(np.float32)
        grid = Grid(mask.shape, np.diag([-0.7, 1.1, 1.9 + 0.1 * (n // 2), 1.0]))
        s2t.write(Volume(array=values, grid=grid), folder / "scan.nii.gz")
        mask[:, :, 6:] *= 2
        s2t.write(Labels(array=mask, grid=grid), folder / "scan_seg.nii.gz")
    rows = [f"P{n};{60 + n}.5;{'mf'[n // 2 % 2]}" for n in range(7)]
    (place.parent / "patients.csv").write_text("\n".join(["case;age;sex", *rows]))
    return place


def test_features_then_combat_without_a_join_by_hand(hospitals, tmp_path):
    asked = ("--label", 1, "--unit", "HU", "--columns", "folder,spacing_k_mm", "--table")
    table = tmp_path / "f.csv"
    done = run("features", hospitals, *asked, hospitals.parent / "patients.csv", "-o", table)
    assert (done.exit_code, done.stderr) == (0, "p7 is not in the table\n")
    made = pl.read_csv(table)
    assert dict(made.select("case", "folder").iter_rows())["p2"] == "south"
    assert dict(made.select("case", "age").iter_rows()) == {
        f"p{n}": 60.5 + n if n < 7 else None for n in range(8)
    }
    after = s2t.Combat.fit(made, batch="folder").apply(made)
    kept = [name for name in made.columns if name not in MEASURED]
    assert after.select(kept).equals(made.select(kept))  # an age or a spacing is no feature
    south, north = (after.filter(pl.col("folder") == one)["stat_mean"].mean() for one in ("south", "north"))
    were = made.group_by("folder").agg(pl.col("stat_mean").mean()).sort("folder")["stat_mean"]
    assert abs(north - south) < 0.1 * abs(were[0] - were[1])


def test_what_is_carried_is_there_even_where_nothing_is_known(hospitals):
    found = s2t.features(hospitals, unit="HU", columns=("site", "thickness_mm"))
    frame = found.frame()
    assert frame["site"].null_count() == frame.height == 16
    assert {"case", "site", "thickness_mm", *MEASURED} <= {*frame.columns}
    done = run("features", hospitals, "--unit", "HU", "--columns", "site", "--format", "json")
    assert "site is not known of 8 of 8 cases" in done.stderr
    assert '"site": null' in done.stdout


def test_a_prepared_set_still_knows_the_folders_of_its_scans(hospitals, tmp_path):
    recipe = tmp_path / "r.toml"
    recipe.write_text('[[step]]\ndo = "crop_to_labels"\nmargin_mm = 1.0\n')
    s2t.prepare(hospitals, recipe, tmp_path / "ready", jobs=1)
    frame = s2t.features(
        tmp_path / "ready", columns=("folder",), table=hospitals.parent / "patients.csv"
    ).frame()
    assert sorted(frame["folder"].unique()) == ["north", "south"]
    assert frame.filter(pl.col("case").str.contains("p4"))["age"].unique().to_list() == [64.5]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,age\np0,3", "no column case"),
        ("case,label\np0,ill", "these names already"),
        ("case,age\np0,3\nP0,4", "names a case twice"),
        ("case,age\nq0,3", "names none of the cases"),
    ],
)
def test_a_table_that_cannot_be_joined_is_refused(hospitals, tmp_path, text, told):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(WrongUse, match=told):
        s2t.features(hospitals, table=tmp_path / "t.csv")


def test_a_column_that_is_not_there_is_refused_with_a_near_one(hospitals):
    with pytest.raises(UnknownName, match="thickness_mm"):
        s2t.features(hospitals, columns=("thicknes_mm",))
    with pytest.raises(UnknownName, match="member_path"):
        s2t.features(hospitals, columns=("member_path",))
    image = Volume.from_array(np.ones((4, 5, 6)), spacing=SPACING)
    with pytest.raises(WrongUse, match="a folder of scans"):
        s2t.features(image, Labels.from_array(np.ones((4, 5, 6), int), spacing=SPACING), columns=("model",))


def test_rows_of_several_labels_are_told_before_they_are_made_alike(hospitals, tmp_path):
    run("features", hospitals, "--columns", "folder", "-o", tmp_path / "f.csv")
    asked = ("--batch", "folder", "--features", "stat_mean,stat_max")
    done = run("harmonize", "combat", tmp_path / "f.csv", *asked, "-o", tmp_path / "a.csv")
    assert done.exit_code == 0
    assert "rows of 2 labels (1, 2) are taken as of one" in done.stderr


def test_scans_that_are_named_by_their_content_are_told_by_their_place(tmp_path):
    grid = Grid((12, 11, 6), np.array([[-0.9, 0, 0, 5], [0, -1.1, 0, 9], [0, 0, 2.5, -40], [0, 0, 0, 1.0]]))
    values = np.random.default_rng(0).integers(-50, 90, grid.shape).astype(np.int16)
    for seed, (name, station) in enumerate({"first": "CT1", "second": "CT2"}.items()):
        volume = Volume(array=values, grid=grid, unit="HU")
        write_dicom_series(volume, tmp_path / "set" / name, extra_tags={"StationName": station}, seed=seed)
    series = s2t.read(tmp_path / "set" / "first")
    (tmp_path / "masks").mkdir()
    s2t.write(
        Labels(array=(series.array > 0).astype(np.uint8), grid=series.grid),
        tmp_path / "masks" / "first.nii.gz",
    )
    asked = ("features", tmp_path / "set", "--labels", tmp_path / "masks")
    done = run(*asked, "--columns", "site,folder", "-o", tmp_path / "f.json")
    assert done.exit_code == 0, done.stderr
    assert "(second) has no labels" in done.stderr
    assert done.stdout.startswith("1 label of 1 case: ")
    (case,) = json.loads((tmp_path / "f.json").read_text())["cases"]
    assert case["path"] == "first"
    assert (case["scan"]["site"], case["scan"]["folder"]) == ("CT1", "first")
    assert f"{case['case']} (first)" in run(*asked).stdout
