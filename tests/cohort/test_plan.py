"""Plans: equal to nnU-Net's own planner, right on any axes, and written as a recipe."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from scan2train import prepare
from scan2train.cohort.plan import Plan, plan, plan_of
from scan2train.cohort.planning.grids import grids_of
from scan2train.cohort.planning.respaced import respaced, write_recipe
from scan2train.errors import NoImages, WrongUse
from scan2train.recipe import Recipe
from scan2train.testing.small import small_nifti, small_text, together

#: Made with nnU-Net 2.8.1 (ExperimentPlanner, its network estimated by dynamic_network_architectures 0.4.4). Spacings
#: and shapes are in its order of axes, (k, j, i); "order" is its transpose_forward.
NNUNET = json.loads((Path(__file__).parent / "nnunet_plans.json").read_text(encoding="utf-8"))
RECIPE = Recipe.from_toml(
    """
    [[step]]
    do = "reorient"
    to = "LPS"
    [[step]]
    do = "clip"
    low = -1000
    high = 400
    """,
    name="as it is",
)


def table_of(spacings, shapes, orientation="LPS", axes="ijk"):
    rows = [
        {
            "orientation": orientation,
            "source_orientation": orientation,
            **{f"source_spacing_{axis}_mm": float(mm) for axis, mm in zip(axes, spacing, strict=True)},
            **{f"spacing_{axis}_mm": float(mm) for axis, mm in zip(axes, spacing, strict=True)},
            **{f"size_{axis}": n for axis, n in zip(axes, shape, strict=True)},
        }
        for spacing, shape in zip(spacings, shapes, strict=True)
    ]
    return pl.DataFrame(rows)


def planned(table, **more) -> Plan:
    usual = {"said_by": "", "memory_gb": 8.0, "channels": 1, "classes": 2, "respaced": False}
    return plan_of(table, **{**usual, **more})


@pytest.mark.parametrize("case", NNUNET, ids=lambda one: "x".join(map(str, one["patch"])))
def test_a_plan_is_nnunets(case):
    table = table_of(case["spacings"] * case["repeat"], case["shapes"] * case["repeat"], axes="kji")
    found = planned(table, memory_gb=case["gb"], classes=case["classes"], respaced=True)
    axes = [(2, 1, 0)[axis] for axis in case["order"]][int(case["flat"]) :]

    def there(numbers):
        return [numbers[axis] for axis in axes]

    assert there(found.spacing_mm) == pytest.approx(case["spacing"], rel=1e-12)
    assert there(found.median_shape) == case["median"]
    assert there(found.patch_size) == case["patch"]
    assert [there(one) for one in found.strides] == case["strides"]
    assert [there(one) for one in found.kernels] == case["kernels"]
    assert list(found.features) == case["features"]
    assert found.batch_size == case["batch"]


def test_axes_are_those_of_the_patient():
    """One case is stored along other axes: it is turned before anything is counted."""
    turned = table_of([(5.0, 1.0, 1.3)], [(20, 100, 90)], "SLP")
    straight = table_of([(1.0, 1.3, 5.0)] * 2, [(100, 90, 20)] * 2)
    grids = grids_of(pl.concat([turned, straight]))
    assert grids.orientation == "LPS"
    assert np.array_equal(grids.mm, [[1.0, 1.3, 5.0]] * 3)
    assert np.array_equal(grids.size, [[100, 90, 20]] * 3)
    assert planned(pl.concat([turned, straight])).patch_size[2] == 20


def test_a_set_of_one_spacing_is_planned_as_it_is():
    table = table_of([(1.0, 1.0, 1.0)] * 3, [(60, 50, 40)] * 3).with_columns(source_spacing_k_mm=pl.lit(2.5))
    found = planned(table)
    assert found.spacing_mm == (1.0, 1.0, 1.0)
    assert found.target_spacing_mm == (1.0, 1.0, 2.5)
    assert found.median_shape == (60, 50, 40)
    anew = planned(table, respaced=True)
    assert anew.spacing_mm == (1.0, 1.0, 2.5)
    assert anew.median_shape == (60, 50, 16)


def test_more_memory_makes_a_larger_patch():
    table = table_of([(1.0, 1.0, 1.0)] * 9, [(300, 310, 320)] * 9)
    small, large = (np.prod(planned(table, memory_gb=gb).patch_size) for gb in (4, 16))
    assert small < large


def test_single_slices_among_volumes_are_refused():
    table = table_of([(1.0, 1.0, 1.0)] * 2, [(60, 50, 40), (60, 50, 1)])
    with pytest.raises(WrongUse, match="single slices"):
        planned(table)


def test_a_plan_reads_back_as_it_was(tmp_path):
    found = planned(table_of([(1.0, 1.3, 3.7)], [(60, 50, 40)]))
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(found.to_json()), encoding="utf-8")
    assert Plan.load(path) == found
    path.write_text('{"patch": 3}', encoding="utf-8")
    with pytest.raises(WrongUse, match="no plan"):
        Plan.load(path)


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scans")
    together(
        *(
            small_nifti(f"imagesTr/p{n}_0000.nii.gz", spacing=(1.3, 1.7, mm), shape=(26, 22, 16))
            for n, mm in enumerate((2.0, 2.5, 4.0))
        ),
        *(
            small_nifti(f"labelsTr/p{n}.nii.gz", spacing=(1.3, 1.7, mm), shape=(26, 22, 16), labels=True)
            for n, mm in enumerate((2.0, 2.5, 4.0))
        ),
    )(folder)
    return folder


@pytest.fixture(scope="module")
def ready(scans, tmp_path_factory):
    out = tmp_path_factory.mktemp("ready") / "out"
    prepare(scans, RECIPE, out, jobs=1)
    return out


def test_a_prepared_set_is_planned_from_its_table(ready):
    found = plan(ready)
    assert found.cases == 3
    assert found.classes == 3  # two labels, and the background
    assert found.orientation == "LPS"
    assert found.target_spacing_mm == pytest.approx((1.3, 1.7, 2.5))
    assert found.spacing_mm == found.target_spacing_mm  # the cases differ: as they would be
    assert "no split" in found.reasons["cases"]


def test_a_source_is_planned_without_being_prepared(scans, ready):
    found, made = plan(scans), plan(ready)
    assert found.cases == 3  # masks are no cases
    assert sorted(found.patch_size) == sorted(made.patch_size)


def test_only_training_cases_count(ready, tmp_path):
    split = tmp_path / "split.json"
    split.write_text('{"train": ["p0", "p1"], "val": [], "test": ["p2"]}', encoding="utf-8")
    found = plan(ready, split=split)
    assert found.cases == 2
    assert found.target_spacing_mm[2] == pytest.approx(2.25)
    assert "split.json: 2 of 3" in found.reasons["cases"]
    split.write_text('{"train": ["other"], "test": ["p2"]}', encoding="utf-8")
    with pytest.raises(WrongUse, match="no case of this set"):
        plan(ready, split=split)


def test_the_recipe_of_a_plan_prepares_what_it_planned(scans, ready, tmp_path):
    found = plan(ready, respaced=True)
    path = tmp_path / "anew.toml"
    write_recipe(respaced(ready, None, found), found, path)
    made = prepare(scans, path, tmp_path / "anew", jobs=1)
    row = made.cases.row(0, named=True)
    spacing = [row[f"spacing_{axis}_mm"] for axis in "ijk"]
    assert spacing == pytest.approx(found.target_spacing_mm)
    again = plan(tmp_path / "anew")
    assert (again.patch_size, again.strides, again.batch_size) == (
        found.patch_size,
        found.strides,
        found.batch_size,
    )
    with pytest.raises(WrongUse, match="a file of this name"):
        write_recipe(respaced(ready, None, found), found, path)


def test_a_preset_gets_the_spacing_where_it_resamples(ready):
    found = plan(ready, respaced=True)
    words = [step["do"] for step in respaced(ready, "ct-lung", found).to_json()["step"]]
    assert words == [step["do"] for step in Recipe.load("ct-lung").to_json()["step"]]
    (resample,) = (s for s in respaced(ready, "ct-lung", found).to_json()["step"] if s["do"] == "resample")
    assert resample["spacing_mm"] == pytest.approx(list(found.target_spacing_mm))


@pytest.mark.parametrize(
    "more", [{"memory_gb": 0}, {"memory_gb": float("nan")}, {"channels": 0}, {"classes": 0}]
)
def test_senseless_numbers_are_refused(ready, more):
    with pytest.raises(WrongUse):
        plan(ready, **more)


def test_a_folder_without_scans_is_refused(tmp_path):
    small_text("notes.txt", "nothing")(tmp_path)
    with pytest.raises(NoImages):
        plan(tmp_path)
