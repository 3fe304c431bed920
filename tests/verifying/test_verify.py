"""Whatever is changed in a prepared set is told, and nothing where nothing was."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "preparing"))

from hospital import RECIPE, run, write_image, write_labels, write_series
from typer.testing import CliRunner

from scan2train import OutputInUse, WrongUse, verify
from scan2train.cli.app import app
from scan2train.preparing.lock import hold
from scan2train.steps.pad_or_crop import PadOrCrop


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A set of two pairs and a series, with its sources beside it; tests change copies of it."""
    folder = tmp_path_factory.mktemp("made")
    source = folder / "hospital"
    write_image(source / "imagesTr" / "liver_10_0000.nii.gz", seed=10)
    write_labels(source / "labelsTr" / "liver_10.nii.gz", seed=10)
    write_image(source / "volume-2.nii", (16, 23, 11), seed=2)
    write_labels(folder / "masks" / "deep" / "volume-2.nii", (16, 23, 11), seed=2)
    write_series(source / "pacs" / "DOE^JANE")
    run(source, folder / "ready", labels=folder / "masks")
    return folder


@pytest.fixture
def copy(made, tmp_path):
    shutil.copytree(made, tmp_path / "moved")
    return tmp_path / "moved"


def changes(folder, **more):
    return {(change.case, change.path): change for change in verify(folder / "ready", **more).changes}


def test_nothing_changed(made):
    before = {file: file.stat().st_mtime_ns for file in made.rglob("*")}
    found = verify(made / "ready", sources=True)
    assert found.same
    found.raise_for_changes()
    assert (found.n_cases, found.n_files, found.n_sources) == (3, 7, 2 + 1 + 9)
    assert {file: file.stat().st_mtime_ns for file in made.rglob("*")} == before


def test_a_changed_byte_is_found_at_the_same_size_and_time(copy):
    file = copy / "ready/cases/volume-2/image.nii.gz"
    at, data = file.stat(), bytearray(file.read_bytes())
    data[40] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(at.st_atime_ns, at.st_mtime_ns))
    ((where, change),) = changes(copy).items()
    assert where == ("volume-2", "cases/volume-2/image.nii.gz")
    assert change.expected.startswith("SHA-256 ")
    assert change.found.startswith("SHA-256 ")
    assert change.expected != change.found


def test_a_size_is_told_without_reading(copy):
    file = copy / "ready/cases/volume-2/labels.nii.gz"
    size = file.stat().st_size
    os.truncate(file, size - 1)
    ((_, change),) = changes(copy).items()
    assert (change.expected, change.found) == (f"{size} bytes", f"{size - 1} bytes")


@pytest.mark.parametrize(
    ("harm", "case", "path", "found"),
    [
        ("remove file", "volume-2", "cases/volume-2/labels.nii.gz", "nothing"),
        ("link", "volume-2", "cases/volume-2/labels.nii.gz", "no plain file"),
        ("add file", "volume-2", "cases/volume-2/notes.txt", "a file"),
        ("add case", "", "cases/other", "something that is no case of this set"),
        ("unfinished", "", "cases/.tmp-other", "something that a run left unfinished"),
        ("no table", "", "cases.parquet", "nothing"),
        ("bad table", "", "cases.parquet", "something that cannot be read as that"),
        ("recipe", "", "recipe.toml", None),
        ("seed", "", "dataset.json", "4"),
        ("counts", "", "dataset.json", "9"),
        ("account", "liver_10", "cases/liver_10/account.json", None),
        ("half journal", "volume-2", "cases/volume-2", "nothing"),
    ],
)
def test_each_harm_is_named(copy, harm, case, path, found):
    ready = copy / "ready"
    labels = ready / "cases/volume-2/labels.nii.gz"
    if harm == "remove file":
        labels.unlink()
    elif harm == "link":
        labels.rename(copy / "elsewhere")
        labels.symlink_to(copy / "elsewhere")
    elif harm == "add file":
        (labels.parent / "notes.txt").touch()
    elif harm in ("add case", "unfinished"):
        (ready / path).mkdir()
    elif harm == "no table":
        (ready / path).unlink()
    elif harm == "bad table":
        (ready / path).write_bytes(b"PAR1")
    elif harm == "half journal":
        lines = (ready / "journal.jsonl").read_text().splitlines(keepends=True)
        (ready / "journal.jsonl").write_text("".join(one for one in lines if '"case": "volume-2"' not in one))
    else:
        old, new = {
            "recipe": ("high = 400", "high = 401"),
            "seed": ('"seed": 0', '"seed": 4'),
            "counts": ('"done": 3', '"done": 9'),
            "account": ('"high": 400', '"high": 500'),
        }[harm]
        text = (ready / path).read_text()
        assert old in text
        (ready / path).write_text(text.replace(old, new))
    seen = changes(copy)
    assert set(seen) == {(case, path)}
    assert found in (None, seen[case, path].found)
    assert (harm == "no table") == ("goes on where it stopped" in seen[case, path].advice)


@pytest.mark.parametrize("name", ["findings.json", "cases.parquet", "dataset.json", "recipe.toml"])
def test_a_changed_byte_of_the_set_as_a_whole_is_found(copy, name):
    file = copy / "ready" / name
    data = bytearray(file.read_bytes())
    data[-3] ^= 4
    file.write_bytes(data)
    assert set(changes(copy)) == {("", name)}


def test_a_changed_column_of_the_table_is_found(copy):
    file = copy / "ready/cases.parquet"
    table = pl.read_parquet(file)
    table.with_columns(split=pl.lit("test")).write_parquet(file)
    ((_, change),) = changes(copy).items()
    assert change.found.endswith(" bytes") or change.found.startswith("SHA-256 ")


def test_a_stray_file_is_told_with_what_to_do_and_a_hidden_one_mentioned(copy):
    ready = copy / "ready"
    for name in ("notes.txt", "fit.json", "images.npy", ".DS_Store", "cases/.DS_Store", "split.json"):
        (ready / name).write_text("mine")
    (ready / "cases/volume-2/.DS_Store").touch()
    found = verify(ready)
    assert {change.path for change in found.changes} == {"notes.txt", "fit.json", "images.npy"}
    assert all(change.advice for change in found.changes)
    assert set(found.hidden) == {".DS_Store", "cases/.DS_Store", "cases/volume-2/.DS_Store"}
    for change in found.changes:
        (ready / change.path).unlink()
    told = CliRunner().invoke(app, ["verify", str(ready)])
    assert told.exit_code == 0
    assert "note: cases/.DS_Store is hidden" in told.stdout


def test_a_damaged_line_of_the_journal_costs_its_case_alone(copy):
    journal = copy / "ready/journal.jsonl"
    text = journal.read_text()
    assert text.count('{"case": "volume-2"') == 1
    journal.write_text(text.replace('{"case": "volume-2"', '{"case" "volume-2"'))
    assert set(changes(copy)) == {("", "journal.jsonl"), ("volume-2", "cases/volume-2")}
    made = []
    run(copy / "hospital", copy / "ready", labels=copy / "masks", progress=lambda *told: made.append(told[2]))
    assert made == ["volume-2"]
    assert not changes(copy)


def test_an_account_that_was_signed_anew_disagrees_with_the_table(copy):
    import hashlib

    account, journal = copy / "ready/cases/liver_10/account.json", copy / "ready/journal.jsonl"
    old = account.read_bytes()
    new = old.replace(b'"high": 400', b'"high": 500')
    account.write_bytes(new)
    text = journal.read_text().replace(hashlib.sha256(old).hexdigest(), hashlib.sha256(new).hexdigest())
    journal.write_text(text)
    assert set(changes(copy)) == {("liver_10", "cases.parquet")}


def test_sources_are_found_beside_the_set_or_where_they_are_said_to_be(copy):
    assert not changes(copy, sources=True)
    (copy / "elsewhere").mkdir()
    for name in ("hospital", "masks"):
        (copy / name).rename(copy / "elsewhere" / name)
    gone = changes(copy, sources=True)
    assert len(gone) == 12
    assert gone["volume-2", "masks/deep/volume-2.nii"].found == "nothing"
    assert not changes(copy, source=copy / "elsewhere")
    (copy / "elsewhere/masks").rename(copy / "masks")
    (copy / "elsewhere/hospital").rename(copy / "pacs")
    assert not changes(copy, source=copy / "pacs")


def test_a_source_that_changed_is_named(copy):
    file = copy / "masks/deep/volume-2.nii"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    assert not changes(copy)
    assert set(changes(copy, sources=True)) == {("volume-2", "masks/deep/volume-2.nii")}


def test_what_is_no_set_is_wrong_use_and_a_run_at_work_is_not_disturbed(made, tmp_path):
    with pytest.raises(WrongUse, match="no prepared set"):
        verify(tmp_path)
    with hold(made / "ready"), pytest.raises(OutputInUse, match="another run"):
        verify(made / "ready")


def test_the_command_says_each_change_and_its_exit_code(copy):
    invoke = CliRunner().invoke
    good = invoke(app, ["verify", str(copy / "ready"), "--sources"])
    assert good.exit_code == 0
    assert good.stdout.startswith("nothing changed: 3 cases, 7 files, and 12 files of the sources")
    (copy / "ready/cases/volume-2/image.nii.gz").unlink()
    bad = invoke(app, ["verify", str(copy / "ready")])
    assert bad.exit_code == 1
    assert "cases/volume-2/image.nii.gz: expected a file, found nothing" in bad.stdout
    told = json.loads(invoke(app, ["verify", str(copy / "ready"), "--format", "json"]).stdout)
    assert not told["same"]
    assert [change["case"] for change in told["changes"]] == ["volume-2"]
    assert invoke(app, ["verify", str(copy)]).exit_code == 2


def test_links_of_a_layout_are_looked_at(made, tmp_path):
    out = tmp_path / "out"
    run(made / "hospital", out, layout="nnunet")
    assert verify(out).same
    images = out / "Dataset900_small" / "imagesTr"
    link, gone = images / "liver_10_0000.nii.gz", out / "Dataset900_small" / "labelsTr" / "liver_10.nii.gz"
    data = bytearray(link.read_bytes())
    data[40] ^= 1
    link.unlink()
    link.write_bytes(data)
    gone.unlink()
    (images / "other_0000.nii.gz").write_bytes(b"x")
    (out / "Dataset900_small" / "dataset.json").unlink()
    assert {(change.case, change.path) for change in verify(out).changes} == {
        ("liver_10", "Dataset900_small/imagesTr/liver_10_0000.nii.gz"),
        ("liver_10", "Dataset900_small/labelsTr/liver_10.nii.gz"),
        ("", "Dataset900_small/imagesTr/other_0000.nii.gz"),
        ("", "Dataset900_small/dataset.json"),
    }


def test_copies_in_place_of_links_are_the_same(made, tmp_path):
    out = tmp_path / "out"
    run(made / "hospital", out, layout="msd")
    link = next((out / "Task900_small").rglob("liver_10.nii.gz"))
    data = link.read_bytes()
    link.unlink()
    link.write_bytes(data)
    assert verify(out).same


def test_all_cases_in_one_array_are_looked_at(made, tmp_path):
    out = tmp_path / "out"
    fixed = replace(RECIPE, steps=(*RECIPE.steps, PadOrCrop(shape=(14, 12, 21))))
    run(made / "hospital", out, fixed, store="npy", stack=True, labels=None)
    assert verify(out).same
    stack = np.load(out / "images.npy", mmap_mode="r+")
    stack[1, 7, 6, 10] += 1
    stack.flush()
    (out / "valid.npy").unlink()
    (out / "cases.csv").write_text("case\n")
    found = {(change.case, change.path) for change in verify(out).changes}
    second = pl.read_parquet(out / "cases.parquet")["case"][1]
    assert found == {("", "cases.csv"), ("", "valid.npy"), (second, "images.npy")}
