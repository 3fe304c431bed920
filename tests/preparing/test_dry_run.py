"""What a dry run foresees: sizes, costs, detail and labels that are lost; and that what it foresees is what comes."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hospital import grid_of, run, write_image, write_labels

from scan2train.formats import nifti
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.prepare import prepare
from scan2train.preparing import dry_run
from scan2train.preparing.costs import cost_of
from scan2train.preparing.detail import detail_told, factors
from scan2train.preparing.forecast import Forecast
from scan2train.preparing.job import Job
from scan2train.preparing.label_fate import FEW
from scan2train.preparing.plan import plan
from scan2train.preparing.request import Request
from scan2train.read import read
from scan2train.reading.options import Options
from scan2train.recipe import Recipe
from scan2train.recipe.lookup import preset_names
from scan2train.tables import PLANS
from scan2train.volume import Labels, Volume


def recipe(*mm, more=""):
    first = '[[step]]\ndo = "reorient"\nto = "PIR"\n[[step]]\ndo = "resample"\n'
    return Recipe.from_toml(f"{first}spacing_mm = {list(map(float, mm))}\n{more}")


def with_lesions(folder, shape=(40, 31, 17), name="ct"):
    """Class 1 is a block, 2 a single voxel, 3 five far apart voxels and a bar, 4 a sheet one voxel thick along i."""
    values = np.zeros(shape, np.uint8)
    values[8:24, 6:20, 3:12] = 1
    values[30, 20, 8] = 2
    values[(2, 4, 6, 8, 10), (2, 26, 4, 28, 2), (1, 1, 15, 15, 8)] = 3
    values[27:35, 2:12, 2:9] = 3
    values[36, 4:26, 2:14] = 4
    write_image(folder / f"{name}.nii", shape)
    (folder / "labels").mkdir(parents=True)
    names = {1: "liver", 2: "lesion", 3: "nodes", 4: "sheet"}
    nifti.write(Labels(array=values, grid=grid_of(shape), names=names), folder / "labels" / f"{name}.nii.gz")
    return values


def foreseen(folder, asked, **more):
    planned = prepare(index(folder, cache=False), asked, folder.parent / "out", dry_run=True, jobs=1, **more)
    assert planned.forecast is not None
    return planned


def test_labels_that_would_vanish_are_told_and_do_vanish(tmp_path):
    with_lesions(tmp_path / "in")
    asked = recipe(2.5, 2.5, 2.5)
    labels = tmp_path / "in" / "labels"
    planned = foreseen(tmp_path / "in", asked, labels=labels)
    fates = {one.value: one for one in planned.forecast.labels}
    assert {value: one.trouble.split()[0] if one.trouble else "" for value, one in fates.items()} == {
        1: "",
        2: "vanishes",
        3: "loses",
        4: "vanishes",
    }
    assert (fates[3].pieces, fates[3].pieces_lost, fates[3].pieces_thin) == (6, 5, 5)
    assert (fates[1].pieces, fates[1].pieces_lost, fates[1].pieces_thin) == (1, 0, 0)
    assert fates[4].pieces_thin == 1
    assert fates[1].voxels_before == 16 * 14 * 9
    assert fates[1].ml_before == pytest.approx(16 * 14 * 9 * 0.7 * 0.9 * 2.5 / 1000)
    told = " | ".join(planned.forecast.label_losses)
    assert "label 2 vanishes in 1 of 1 cases" in told
    assert "label 3 loses more than 10% of its pieces" in told
    made = prepare(index(tmp_path / "in", cache=False), asked, tmp_path / "made", jobs=1, labels=labels)
    made.raise_for_failures()
    stored = read(tmp_path / "made" / "cases" / fates[1].case / "labels.nii.gz", as_labels=True).array
    values, n = np.unique(stored, return_counts=True)
    after = {int(v): int(c) for v, c in zip(values, n, strict=True) if v}
    assert after == {one.value: one.voxels_after for one in planned.forecast.labels if one.voxels_after}


def test_no_label_is_told_where_nothing_is_lost_and_none_is_read_where_that_is_not_wanted(
    tmp_path, monkeypatch
):
    with_lesions(tmp_path / "in")
    labels = tmp_path / "in" / "labels"
    same = foreseen(tmp_path / "in", recipe(0.9, 2.5, 0.7), labels=labels).forecast
    assert len(same.labels) == 4
    assert {one.trouble for one in same.labels} == {"", f"is left with fewer than {FEW} voxels"}
    assert all(one.voxels_after == one.voxels_before for one in same.labels)

    def never(*_):
        raise AssertionError("a mask was read")

    monkeypatch.setattr(dry_run, "fate_of_labels", never)
    assert foreseen(tmp_path / "in", recipe(2, 2, 2), labels=labels, check_labels=False).forecast.labels == ()


def test_labels_that_cannot_be_taken_are_a_case_that_fails(tmp_path):
    write_image(tmp_path / "in" / "volume-2.nii")
    beside = Grid.from_axes((19, 17, 13), origin_mm=(900, 900, 900))
    write_labels(tmp_path / "in" / "segmentation-2.nii", grid=beside)
    planned = foreseen(tmp_path / "in", recipe(1, 1, 1))
    assert planned.n_failed == 1
    assert "beside the image" in planned.cases["error"].item()
    assert planned.forecast.cases.is_empty()
    assert planned.forecast.seconds == 0


def test_a_choice_gives_the_most_that_can_come_of_it(tmp_path):
    values = np.full((40, 31, 17), -1000, np.int16)
    values[5:30, 8:20, 4:12] = 300
    (tmp_path / "in").mkdir()
    nifti.write(Volume(array=values, grid=grid_of(values.shape)), tmp_path / "in" / "a.nii")
    crop = '[[step]]\ndo = "crop_to_foreground"\nmargin_mm = 1.0\n'
    (plan,) = foreseen(tmp_path / "in", recipe(2, 1.5, 0.5, more=crop)).forecast.cases.to_dicts()
    assert plan["at_most"]
    assert [plan[f"size_{a}"] for a in "ijk"] == [14, 28, 56]
    fixed = crop + '[[step]]\ndo = "pad_or_crop"\nshape = [9, 70, 5]\n'
    (plan,) = foreseen(tmp_path / "in", recipe(2, 1.5, 0.5, more=fixed)).forecast.cases.to_dicts()
    assert [plan[f"size_{a}"] for a in "ijk"] == [9, 70, 5]
    (made,) = run(tmp_path / "in", tmp_path / "out", recipe(2, 1.5, 0.5, more=crop)).cases.to_dicts()
    assert all(0 < made[f"size_{a}"] < n for a, n in zip("ijk", (14, 28, 56), strict=True))


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_says_the_most_that_it_can_make(name):
    grid = Grid.from_axes((30, 22, 9), spacing_mm=(1.1, 1.7, 3.0))
    asked = Recipe.load(name)
    most, known = asked.grid_at_most(grid)
    assert asked.grid(grid) == (most if known else None)
    assert known == (name in {"chest-xray", "mammography", "pet-ct"})


def test_detail_that_is_lost_or_invented_is_told_by_axis():
    before = Grid.from_axes((64, 60, 20), spacing_mm=(0.4, 0.8, 5.0))
    after = recipe(1.0, 1.0, 1.0).grid(before)
    assert after.orientation == "PIR"
    found = factors(before, after)
    assert found == pytest.approx((1 / 0.8, 1 / 5.0, 1 / 0.4))
    row = {f"factor_{a}": f for a, f in zip("ijk", found, strict=True)}
    row |= {f"spacing_{a}_mm": 1.0 for a in "ijk"}
    lost, invented = detail_told([row, row])
    assert lost == (
        "2 cases go from 0.4 to 1 mm along k: details below 2 mm are lost, and the source resolves 0.8 mm"
    )
    assert invented.startswith("2 cases go from 5 to 1 mm along j: up to 80% of the slices are interpolated")
    near = {f"factor_{a}": f for a, f in zip("ijk", (2.0, 1 / 3, 1.0), strict=True)}
    assert detail_told([near | {f"spacing_{a}_mm": 1.0 for a in "ijk"}]) == ()


def forecast_of(*memory, free, jobs):
    blank = dict.fromkeys(PLANS.schema)
    rows = [{**blank, "memory_bytes": n, "disk_bytes": 10, "n_bytes": 20, "cpu_s": 4.0} for n in memory]
    return Forecast(cases=PLANS.frame(rows), jobs=jobs, memory_free=free, disk_free=25)


def test_it_warns_of_memory_and_disk_that_are_not_there():
    told = forecast_of(500, 300, 900, free=1300, jobs=3)
    assert (told.memory_bytes, told.memory_each, told.fitting_jobs) == (1700, 900, 1)
    memory, disk = told.warnings
    assert "use --jobs 1" in memory
    assert "about 0.0 MB will be written" in disk
    assert "not even the largest case" in forecast_of(900, free=800, jobs=1).warnings[0]
    assert replace(told, memory_free=1700, disk_free=30).warnings == ()
    assert replace(told, memory_free=None, disk_free=None).warnings == ()
    assert told.seconds == pytest.approx(3 + 4)


def test_cost_grows_with_what_is_there():
    before, after = grid_of(), grid_of((30, 30, 30))
    row = {"samples": 1, "bits_allocated": 16, "pixel_kind": "native"}
    asked = recipe(1, 1, 1)
    job = Job(case="a", row=row, seed=0)

    def cost(job=job, asked=asked, store="nifti", pace=1.0):
        return cost_of(job, before, after, asked, store, pace)

    assert cost().n_bytes == 4 * 27_000
    labelled = cost(replace(job, labels="x.nii"))
    assert labelled.n_bytes == 5 * 27_000
    assert labelled.memory_bytes > cost().memory_bytes
    assert cost(store="npy").disk_bytes == cost().n_bytes > cost().disk_bytes
    assert cost(pace=2.0).cpu_s == pytest.approx(2 * cost().cpu_s)
    compressed = replace(job, row={**row, "pixel_kind": "encapsulated"})
    assert cost(compressed).cpu_s > cost().cpu_s
    looks = recipe(1, 1, 1, more='[[step]]\ndo = "zscore"\n')
    assert cost(asked=looks).memory_bytes > cost().memory_bytes


def test_a_thousand_cases_are_planned_in_two_seconds(tmp_path):
    write_image(tmp_path / "in" / "a.nii")
    found = index(tmp_path / "in", cache=False)
    one = plan(found, labels=None, where=None, choices=None, seed=0)
    many = replace(one, jobs=tuple(replace(one.jobs[0], case=f"c{n}") for n in range(1000)))
    request = Request.checked("ct-lung", Options(), 0, "nifti", "plain")
    start = time.process_time()
    cases, forecast = dry_run.plan_only(many, request, tmp_path, jobs=1, check_labels=True, progress=None)
    assert time.process_time() - start < 2
    assert cases.height == forecast.cases.height == 1000
