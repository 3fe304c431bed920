"""The commands on scans: what they print, what they leave, and how they end."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import nibabel
import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import scan2train
from scan2train.cli.app import app
from scan2train.cli.show_prepared import print_result
from scan2train.grid import Grid
from scan2train.preparing.result import Prepared
from scan2train.recipe.lookup import preset_names
from scan2train.tables import CASES, SKIPPED
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.phantoms import chest_ct
from scan2train.volume import Volume

SHAPE = (40, 36, 14)
SPACING = (9.0, 9.5, 20.0)
MARKUP = "[red]bold[/red] \x1b[31mred"


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], prog_name="scan2train")


@pytest.fixture(scope="module", autouse=True)
def _own_settings(tmp_path_factory):
    """The salt and the cache of these tests are not the user's."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name)))
        yield


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """Two series, one with its table of labels beside it, a file that lies, and one that is no image."""
    folder = tmp_path_factory.mktemp("walk") / "scans"
    for number, patient in enumerate(("A", "B")):
        volume, lesion = chest_ct(SHAPE, SPACING, seed=number, lesion_radius_mm=40.0)
        write_dicom_series(
            volume, folder / f"series{number}", patient=patient, seed=number, series_description=MARKUP
        )
        scan2train.write(lesion, folder / f"series{number}_seg.nii.gz")
    whole = min((folder / "series0").iterdir()).read_bytes()
    (folder / "cut.dcm").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("no image", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def ready(scans, tmp_path_factory):
    """A set prepared from the scans."""
    out = tmp_path_factory.mktemp("walk") / "ready"
    done = run("prepare", scans, "--recipe", "ct-lung", "-o", out, "--no-cache", "--jobs", 1)
    assert done.exit_code == 0, done.output
    return out


def test_index_lists_volumes_and_what_was_skipped(scans):
    done = run("index", scans, "--no-cache", "--jobs", 1)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.count("40×36×14") >= 2
    assert "9×9.5×20 mm" in done.stdout
    assert "files skipped" in done.stdout
    assert done.stderr == ""


def test_index_shows_which_are_masks(scans):
    lines = run("index", scans, "--no-cache", "--jobs", 1).stdout.splitlines()
    roles = {line.split()[-1]: line.split()[1] for line in lines if line.endswith((".gz", "0", "1"))}
    assert roles == {
        "series0": "volume",
        "series1": "volume",
        "series0_seg.nii.gz": "labels",
        "series1_seg.nii.gz": "labels",
    }


@pytest.fixture(scope="module")
def tilted(tmp_path_factory):
    """Two stacks that are sheared by 20 degrees, and one by so little that it is nothing."""
    folder = tmp_path_factory.mktemp("tilt") / "scans"
    for name, degrees in (("a", 20.0), ("b", 20.0), ("c", 0.01)):
        affine = np.diag([9.0, 9.5, 20.0, 1.0])
        affine[1, 2] = 20.0 * np.tan(np.radians(degrees))
        values = np.random.default_rng(0).integers(-1000, 500, SHAPE, dtype=np.int16)
        volume = Volume(array=values, grid=Grid(SHAPE, affine), unit="HU")
        write_dicom_series(volume, folder / name, patient=name)
    return folder


def test_index_shows_a_tilt_that_matters(tilted):
    lines = run("index", tilted, "--no-cache", "--jobs", 1).stdout.splitlines()
    what = {line.split()[-1]: "CT tilt 20°" in line for line in lines if line.endswith(("a", "b", "c"))}
    assert what == {"a": True, "b": True, "c": False}
    assert sum("tilt" in line for line in lines) == 2


def test_prepare_ends_with_what_is_to_be_looked_at(tilted, tmp_path):
    done = run("prepare", tilted, "--recipe", "ct-lung", "-o", tmp_path / "out", "--no-cache", "--jobs", 1)
    assert done.exit_code == 0, done.stderr
    assert "  2 cases with GEO006 gantry-tilt (warning)\n" in done.stdout
    assert done.stdout.endswith("findings.json says where, and what to do\n")


def test_prepare_counts_cases_and_not_findings():
    def told(code, severity, path):
        where = {"path": path, "volume": "0123456789ab"}
        return {"code": code, "name": code.lower(), "severity": severity, "where": where}

    x = [told("AAA001", "warning", "x"), told("AAA001", "error", "mask of x"), told("BBB001", "warning", "x")]
    x += [{**told("CCC001", "info", "x"), "where": {"path": "x"}}]
    y = [told("AAA001", "info", "y"), *(told("BBB001", "warning", path) for path in ("y", "mask of y"))]
    lines = findings_lines(
        {"x": x, "y": y}, (*x, *y, {**told("FIL001", "error", "z"), "where": {"path": "z"}})
    )
    assert lines == ["1 case with AAA001 aaa001 (error)", "2 cases with BBB001 bbb001 (warning)"]


def findings_lines(of_cases, findings=()):
    made = Prepared(
        out=Path("out"),
        cases=CASES.frame(),
        findings=findings,
        of_cases=of_cases,
        skipped=SKIPPED.frame(),
        n_done=2,
    )
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        print_result(made)
    return [
        line.strip() for line in printed.getvalue().splitlines() if " with " in line and "labels" not in line
    ]


def test_a_run_as_json_says_what_it_says_in_words(capsys, tmp_path):
    from scan2train.cli.show_prepared import print_json

    sentences = {"split": "split: 1 train", "fitted": "step 2 was", "laid_out": "Dataset900_x: 1 case"}
    print_json(Prepared(out=tmp_path, cases=CASES.frame(), skipped=SKIPPED.frame(), **sentences))
    told = json.loads(capsys.readouterr().out)
    assert {name: told[name] for name in sentences} == sentences


def test_index_as_json_is_complete(scans):
    done = run("index", scans, "--no-cache", "--jobs", 1, "--format", "json")
    told = json.loads(done.stdout)
    assert told["version"] == 1
    assert told["tool"] == {"name": "scan2train", "version": scan2train.__version__}
    assert told["sources"] == [str(scans)]
    assert told["summary"]["volumes"] == len(told["volumes"]) == 4
    assert told["summary"]["skipped"] == len(told["skipped"]) == 2
    assert told["summary"]["series"] == 2
    assert told["summary"]["instances"] == 2 * SHAPE[2] + 2
    assert told["summary"]["files"] == told["summary"]["instances"] + 2
    assert {one["path"] for one in told["skipped"]} == {"cut.dcm", "notes.txt"}


def test_index_leaves_tables_that_can_be_used_instead_of_the_folder(scans, tmp_path):
    assert run("index", scans, "--no-cache", "--jobs", 1, "-o", tmp_path / "index").exit_code == 0
    assert {one.name for one in (tmp_path / "index").iterdir()} >= {
        "instances.parquet",
        "volumes.parquet",
        "skipped.parquet",
    }
    first = json.loads(run("index", scans, "--no-cache", "--jobs", 1, "--format", "json").stdout)
    again = json.loads(run("index", tmp_path / "index", "--format", "json").stdout)
    assert again["volumes"] == first["volumes"]
    assert again["skipped"] == first["skipped"]


def test_text_from_paths_is_shown_escaped(tmp_path):
    odd = tmp_path / "a\x1b[31m[b]"
    odd.mkdir()
    volume, _ = chest_ct(SHAPE, SPACING)
    write_dicom_series(volume, odd)
    done = run("index", odd.parent, "--no-cache", "--jobs", 1)
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout
    assert r"a\x1b[31m[b]" in done.stdout


def test_no_patient_is_named_anywhere(scans, ready):
    printed = run("index", scans, "--no-cache", "--format", "json").stdout
    assert "PHANTOM" not in printed
    assert '"patient": "A"' not in printed
    assert "PHANTOM^" not in (ready / "dataset.json").read_text("utf-8")


@pytest.mark.parametrize("command", ["index", "prepare"])
def test_a_folder_without_an_image_says_so(command, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("no image", encoding="utf-8")
    more = ["--recipe", "ct-lung", "-o", tmp_path / "out"] if command == "prepare" else []
    done = run(command, tmp_path / "in", "--no-cache", *more)
    assert done.exit_code == 2
    assert "what to do" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_source_that_is_not_there_says_so(tmp_path):
    done = run("index", tmp_path / "nowhere", "--no-cache")
    assert done.exit_code == 2
    assert "nowhere" in done.stderr


def test_prepare_makes_a_case_of_every_volume_with_its_labels(ready):
    cases = pl.read_parquet(ready / "cases.parquet")
    assert cases["state"].to_list() == ["done", "done"]
    for case in cases["case"]:
        image = scan2train.read(ready / "cases" / case / "image.nii.gz")
        labels = scan2train.read(ready / "cases" / case / "labels.nii.gz", as_labels=True)
        assert image.grid.spacing == pytest.approx((1, 1, 1), abs=1e-5)
        assert image.array.min() >= 0
        assert image.array.max() <= 1
        assert np.allclose(image.grid.affine, labels.grid.affine)
        assert set(np.unique(labels.array)) == {0, 1}


def test_prepare_says_how_many_cases_there_are_and_goes_on_from_there(scans, ready):
    before = {path: path.stat().st_mtime_ns for path in (ready / "cases").rglob("*.nii.gz")}
    done = run("prepare", scans, "--recipe", "ct-lung", "-o", ready, "--no-cache", "--jobs", 1)
    assert done.exit_code == 0
    assert done.stdout.startswith("2 cases in ")
    assert before == {path: path.stat().st_mtime_ns for path in (ready / "cases").rglob("*.nii.gz")}


def test_a_dry_run_shows_the_plan_and_writes_nothing(scans, tmp_path):
    words = ("prepare", scans, "--recipe", "ct-lung", "-o", tmp_path / "out", "--no-cache", "--dry-run")
    done = run(*words)
    assert done.exit_code == 0, done.stderr
    assert "40×36×14" in done.stdout
    assert "MB" in done.stdout
    assert "and the recipe's task" not in done.stdout
    assert not (tmp_path / "out").exists()
    other = run(*(("mr-brain" if word == "ct-lung" else word) for word in words))
    assert "cases are CT, and the recipe's task, mr-brain, is for MR" in other.stdout


def test_where_that_cannot_be_meant_names_the_columns(scans, tmp_path):
    words = ("prepare", scans, "--recipe", "ct-lung", "-o", tmp_path / "out", "--no-cache")
    done = run(*words, "--where", "thickness < 3")
    assert done.exit_code == 2
    assert "thickness_mm" in done.stderr


def test_failed_cases_end_with_1_and_are_named(tmp_path):
    """One of the two stacks lacks slices."""
    folder = tmp_path / "scans"
    volume, _ = chest_ct(SHAPE, SPACING)
    write_dicom_series(volume, folder / "ct")
    write_dicom_series(volume, folder / "broken", patient="other", drop=(5, 6))
    done = run("prepare", folder, "--recipe", "ct-lung", "-o", tmp_path / "out", "--no-cache", "--jobs", 1)
    assert done.exit_code == 1
    assert "1 of 2 cases" in done.stderr
    assert "  1 failed (" in done.stdout
    assert "; found" not in done.stderr  # the reason is told once
    assert sorted(pl.read_parquet(tmp_path / "out" / "cases.parquet")["state"]) == ["done", "failed"]


def test_an_unknown_recipe_lists_the_near_ones_before_anything_is_read(tmp_path):
    done = run("prepare", tmp_path / "nowhere", "--recipe", "ct-lungs", "-o", tmp_path / "out")
    assert done.exit_code == 2
    assert "Did you mean ct-lung?" in done.stderr
    assert all(name in done.stderr for name in preset_names())


def test_the_help_of_prepare_names_every_preset():
    words = "".join(run("prepare", "--help").stdout.split())
    assert all(name in words for name in preset_names())


def test_convert_tells_once_that_what_it_wrote_is_sheared(tmp_path):
    affine = np.diag([-1.0, -1.0, 2.0, 1.0])
    affine[1, 2] = 0.7
    values = np.random.default_rng(4).integers(-900, 900, (15, 13, 9)).astype(np.int16)
    tilted = scan2train.Volume(array=values, grid=scan2train.Grid(values.shape, affine), unit="HU")
    write_dicom_series(tilted, tmp_path / "ct")
    for source, target, code in (("ct", "a.nii.gz", "GEO006"), ("a.nii.gz", "b.nrrd", "NII002")):
        done = run("convert", tmp_path / source, tmp_path / target)
        assert done.exit_code == 0, done.stderr
        told = [line for line in done.stderr.splitlines() if "readers based on ITK" in line]
        assert [line.split()[:2] for line in told] == [["warning", code]]
    form = nibabel.load(tmp_path / "a.nii.gz").header
    assert (form["qform_code"], form["sform_code"]) == (0, 1)  # a qform cannot hold a shear


def test_convert_says_what_it_wrote(scans, tmp_path):
    target = tmp_path / "out.nii.gz"
    done = run("convert", scans / "series0", target)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == f"{target}: 40×36×14, LPS, int16, HU\n"
    expected, _ = chest_ct(SHAPE, SPACING, seed=0, lesion_radius_mm=40.0)
    assert np.array_equal(scan2train.read(target).array, expected.array)


def test_convert_to_a_suffix_that_nothing_writes_lists_the_near_ones(scans, tmp_path):
    done = run("convert", scans / "series0", tmp_path / "out.nii.g")
    assert done.exit_code == 2
    assert ".nii.gz" in done.stderr


def test_convert_of_a_folder_with_several_volumes_lists_them(scans, tmp_path):
    done = run("convert", scans, tmp_path / "out.nii.gz")
    assert done.exit_code == 2
    assert not (tmp_path / "out.nii.gz").exists()


def test_convert_onto_its_own_source_is_wrong_use(scans):
    source = scans / "series0_seg.nii.gz"
    before = source.read_bytes()
    done = run("convert", source, scans / "series1" / ".." / source.name)
    assert done.exit_code == 2
    assert "Sources are never written" in done.stderr
    assert source.read_bytes() == before
