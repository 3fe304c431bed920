"""Runs that go on, are refused, or meet a case that fails."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hospital import RECIPE, case_of, contents, grid_of, run, write_image, write_labels

from scan2train.errors import CasesFailed, OutputDamaged, OutputInUse
from scan2train.formats import metaimage, nifti
from scan2train.index import index
from scan2train.preparing.atomic import sha256_of
from scan2train.preparing.job import Job
from scan2train.preparing.lock import hold
from scan2train.preparing.request import Request
from scan2train.reading.options import Options
from scan2train.recipe import Recipe
from scan2train.runners.outcome import Outcome
from scan2train.volume import Labels, Volume


def test_a_second_run_has_nothing_to_do(source, tmp_path):
    out = tmp_path / "ready"
    first = run(source, out)
    before = {file: file.stat().st_mtime_ns for file in (out / "cases").rglob("*")}
    calls = []
    again = run(source, out, progress=lambda *told: calls.append(told))
    assert calls == []
    assert again.cases.equals(first.cases)
    assert again.findings == first.findings
    assert {file: file.stat().st_mtime_ns for file in (out / "cases").rglob("*")} == before


@pytest.mark.parametrize("harm", ["remove", "shorten", "add", "account", "folder", "half"])
def test_a_case_that_was_touched_is_made_again(source, tmp_path, harm):
    out = tmp_path / "ready"
    run(source, out)
    whole = contents(out)
    folder = out / "cases" / "liver_10"
    if harm == "remove":
        (folder / "labels.nii.gz").unlink()
    elif harm == "shorten":
        os.truncate(folder / "image.nii.gz", 100)
    elif harm == "add":
        (folder / "image (1).nii.gz").touch()
    elif harm == "account":
        text = (folder / "account.json").read_text()
        (folder / "account.json").write_text(text.replace('"seed": ', '"seed":1'))
    elif harm == "folder":
        folder.rename(out / "cases" / ".tmp-liver_10")
    else:
        lines = (out / "journal.jsonl").read_bytes().splitlines(keepends=True)
        (out / "journal.jsonl").write_bytes(b"".join(lines[:1]) + lines[1][:20])
    made = []
    run(source, out, progress=lambda *told: made.append(told[2]))
    assert made == ["liver_10"] if harm != "half" else len(made) == 3
    assert contents(out) == whole


def test_changed_labels_are_noticed_although_the_image_is_the_same(source, tmp_path):
    out = tmp_path / "ready"
    run(source, out)
    write_labels(source / "segmentation-2.nii", (16, 23, 11), seed=3)
    made = []
    run(source, out, progress=lambda *told: made.append(told[2]))
    assert made == ["volume-2"]
    run(source, tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh")


@pytest.mark.parametrize("change", [{"seed": 1}, {"recipe": "ct-bone"}])
def test_a_folder_that_was_prepared_in_another_way_is_refused(source, tmp_path, change):
    out = tmp_path / "ready"
    run(source, out)
    before = contents(out)
    with pytest.raises(OutputInUse, match="another way"):
        run(source, out, **change)
    assert contents(out) == before


def test_what_differs_from_the_recipe_there_is_named(source, tmp_path):
    out = tmp_path / "ready"
    run(source, out)
    first, second, *rest = RECIPE.to_json()["step"]
    wider = Recipe.from_json({"step": [first, {**second, "spacing_mm": [1.4, 1.3, 1.7]}, *rest[:-1]]})
    with pytest.raises(OutputInUse) as caught:
        run(source, out, recipe=replace(wider, name=RECIPE.name))
    assert "step 2 resample: spacing_mm: [1.1, 1.3, 1.7] → [1.4, 1.3, 1.7]" in caught.value.found
    assert f"step {len(rest) + 2} of that recipe: {rest[-1]['do']} (" in caught.value.found
    assert "--split" not in caught.value.advice


def test_a_folder_with_cases_of_other_sources_is_refused(source, tmp_path):
    out = tmp_path / "ready"
    run(source, out)
    with pytest.raises(OutputInUse, match="would not make"):
        run(source, out, where="format = 'dicom'")


def test_a_folder_of_somebody_else_s_is_refused(source, tmp_path):
    (tmp_path / "ready" / "cases" / "mine").mkdir(parents=True)
    with pytest.raises(OutputInUse, match="something else"):
        run(source, tmp_path / "ready")
    assert (tmp_path / "ready" / "cases" / "mine").exists()


def test_a_second_run_at_the_same_time_is_refused_at_once(source, tmp_path):
    out = tmp_path / "ready"
    out.mkdir()
    with hold(out), pytest.raises(OutputInUse, match="another run"):
        run(source, out)
    assert run(source, out).n_done == 3


def test_a_case_that_fails_is_recorded_and_the_rest_goes_on(source, tmp_path):
    write_labels(source / "segmentation-2.nii", (16, 23, 11), grid=grid_of((16, 23, 11), (900, 0, 0)))
    out = tmp_path / "ready"
    made = run(source, out, jobs=2)
    assert (made.n_done, made.n_failed) == (2, 1)
    row = case_of(made, "volume-2")
    assert row["state"] == "failed"
    assert "share no place" in row["error"]
    assert str(tmp_path) not in row["error"]
    assert not (out / "cases" / "volume-2").exists()
    assert [
        finding["code"] for finding in made.findings if finding["where"].get("volume") == row["volume"]
    ] == ["LAB001"]
    with pytest.raises(CasesFailed, match="1 of 3 cases") as caught:
        made.raise_for_failures()
    assert caught.value.exit_code == 1
    write_labels(source / "segmentation-2.nii", (16, 23, 11), seed=2)
    again = run(source, out)
    assert (again.n_done, again.n_failed) == (3, 0)


def test_a_case_that_fails_after_its_sources_changed_leaves_nothing_stale(source, tmp_path):
    out = tmp_path / "ready"
    run(source, out)
    write_labels(source / "segmentation-2.nii", (16, 23, 11), grid=grid_of((16, 23, 11), (900, 0, 0)))
    assert run(source, out).n_failed == 1
    assert not (out / "cases" / "volume-2").exists()


def test_a_full_disk_ends_the_run_and_keeps_what_is_finished(source, tmp_path, monkeypatch):
    out = tmp_path / "ready"
    write, written = nifti.write, []

    def fill_up(volume, path):
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        written.append(path)
        write(volume, path)

    monkeypatch.setattr(nifti, "write", fill_up)
    with pytest.raises(OutputDamaged, match="No space left"):
        run(source, out)
    monkeypatch.undo()
    assert not list(out.rglob(".tmp-*"))
    made = []
    run(source, out, progress=lambda *told: made.append(told[2]))
    assert len(made) == 2
    run(source, tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh")


def test_a_worker_s_death_is_the_failure_of_its_case(source, tmp_path, monkeypatch):
    import scan2train.preparing.run as module

    here = module.run_here

    def dying(work, items):
        for outcome in here(work, items):
            yield (
                Outcome(outcome.at, failure="the worker process was ended by SIGSEGV")
                if outcome.at == 1
                else outcome
            )

    monkeypatch.setattr(module, "run_here", dying)
    made = run(source, tmp_path / "ready")
    assert (made.n_done, made.n_failed) == (2, 1)
    (error,) = made.cases.filter(pl.col("state") == "failed")["error"]
    assert "SIGSEGV" in error
    assert len(list((tmp_path / "ready/cases").iterdir())) == 2


def test_a_source_that_was_edited_in_place_is_noticed(source, tmp_path):
    out = tmp_path / "ready"
    run(source, out)
    file = source / "volume-2.nii"
    data = bytearray(file.read_bytes())
    data[-2:] = b"\x01\x02" if data[-2:] != b"\x01\x02" else b"\x02\x01"
    at = file.stat()
    file.write_bytes(data)
    os.utime(file, ns=(at.st_atime_ns, at.st_mtime_ns + 1))
    made = []
    run(source, out, progress=lambda *told: made.append(told[2]))
    assert made == ["volume-2"]
    run(source, tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh")


@pytest.mark.parametrize(
    ("whose", "change"), [("image", "edited"), ("labels", "edited"), ("labels", "shortened")]
)
def test_detached_voxels_count_as_the_source_s(tmp_path, whose, change):
    source, out = tmp_path / "hospital", tmp_path / "ready"
    write_image(source / "other.nii")
    values = np.random.default_rng(5).integers(0, 3, (19, 17, 13)).astype(np.uint8)
    metaimage.write(Volume(array=values.astype(np.int16), grid=grid_of()), source / "liver.mhd")
    metaimage.write(Labels(array=values, grid=grid_of()), source / "liver_seg.mhd")
    assert run(source, out).n_done == 2
    told = json.loads((out / "cases" / "liver" / "account.json").read_text())["labels"]
    voxels = {"path": "liver_seg.raw", "sha256": sha256_of(source / "liver_seg.raw")}
    assert told["data"] == [{"source": "hospital", **voxels}]
    file = source / ("liver.raw" if whose == "image" else "liver_seg.raw")
    at, data = file.stat(), bytearray(file.read_bytes())
    data[0] = data[0] ^ 1
    file.write_bytes(data if change == "edited" else data[:-2])
    # The time alone tells of the image's; of labels, what they hold.
    os.utime(file, ns=(at.st_atime_ns, at.st_mtime_ns + (whose == "image")))
    calls = []
    made = run(source, out, progress=lambda *told: calls.append(told[2]))
    assert calls == ["liver"]
    if change == "edited":
        assert made.n_done == 2
        run(source, tmp_path / "fresh")
        assert contents(out) == contents(tmp_path / "fresh")


def test_a_slice_that_was_only_touched_is_noticed_and_gives_the_same_bytes(source, tmp_path):
    out = tmp_path / "ready"
    run(source, out)
    before = contents(out)
    one = min((source / "pacs").rglob("*.dcm"))
    os.utime(one, ns=(1, 1))
    made = []
    run(source, out, progress=lambda *told: made.append(told[2]))
    assert len(made) == 1
    assert contents(out) == before


@pytest.mark.parametrize("column", ["member_slope", "affine", "padding_value", "member_offset", "units"])
def test_every_column_that_reading_uses_is_in_the_key(source, column):
    found = index(source, cache=False)
    row = found.volumes.row(0, named=True)
    request = Request.checked(RECIPE, Options(), 0, "nifti", "plain")
    other = {**row, column: "BQML" if column == "units" else [77.0]}
    keys = {request.key_of(Job(case="a", row=one, seed=1)) for one in (row, other)}
    assert len(keys) == 2


@pytest.mark.parametrize("change", [{"task": "ct-lung"}, {"name": "other"}])
def test_task_and_name_of_the_recipe_count(source, tmp_path, change):
    run(source, tmp_path / "ready")
    with pytest.raises(OutputInUse, match=f"{next(iter(change))} "):
        run(source, tmp_path / "ready", recipe=replace(RECIPE, **change))


def test_a_case_whose_labels_became_ambiguous_does_not_stay(source, tmp_path):
    out = tmp_path / "ready"
    run(source, out)
    write_labels(source / "volume-2_mask.nii", (16, 23, 11))
    made = run(source, out)
    assert case_of(made, "volume-2")["state"] == "failed"
    assert not (out / "cases" / "volume-2").exists()
    (source / "volume-2_mask.nii").unlink()
    assert run(source, out).n_done == 3
    assert (out / "cases" / "volume-2").exists()
