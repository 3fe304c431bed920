"""Features: analytic shapes on unequal spacings, the same numbers however a scan is turned, and the IBSI phantom."""

from __future__ import annotations

import csv
import json
from itertools import permutations, product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.ndimage import gaussian_filter
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist
from skimage.measure import marching_cubes, mesh_surface_area
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app
from scan2train.errors import GeometryError, GridMismatch, NoImages, WrongUse
from scan2train.grid import Grid
from scan2train.tools.features.definitions import DEFINITIONS
from scan2train.tools.features.one_case import features_of
from scan2train.volume import Labels, Volume

SPACING = (0.7, 1.1, 1.9)


def of(array, values=None, affine=None, **more):
    """Features of the labels of ``array``, by value."""
    grid = Grid(array.shape, np.diag([*SPACING, 1.0]) if affine is None else affine)
    image = Volume(array=np.ones(array.shape) if values is None else values, grid=grid, unit="HU", **more)
    return {one.value: one.features for one in features_of(image, Labels(array=array, grid=grid))}


def places(shape, spacing=SPACING):
    return np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1) * spacing


def blob(seed=5, shape=(23, 19, 14)):
    """A label with holes, bridges and corners that touch, away from no border."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=shape), 1.2)
    return (noise > 0.1).astype(np.uint8)


def mesh(mask, spacing=SPACING):
    verts, faces, _, _ = marching_cubes(np.pad(mask, 1).astype(float), 0.5, spacing=spacing)
    volume = np.einsum("ti,ti->", verts[faces[:, 0]], np.cross(verts[faces[:, 1]], verts[faces[:, 2]])) / 6
    return verts, mesh_surface_area(verts, faces), abs(volume)


def test_a_box_is_what_can_be_computed_by_hand():
    array = np.zeros((12, 11, 10), np.uint8)
    array[2:9, 3:8, 4:7] = 3
    a, b, c = 7 * SPACING[0], 5 * SPACING[1], 3 * SPACING[2]
    (found,) = of(array).values()
    assert found["morph_vol_approx"] == pytest.approx(a * b * c, rel=1e-12)
    # The mesh cuts each edge: along it a prism of half a voxel's sides, and at each corner a tetrahedron less.
    dx, dy, dz = SPACING
    edges = dx * dy * (c - dz) + dx * dz * (b - dy) + dy * dz * (a - dx)
    corner = dx * dy * dz * (1 / 8 - 1 / 48)
    assert found["morph_volume"] == pytest.approx(a * b * c - 4 * edges / 8 - 8 * corner, rel=1e-12)
    across = np.array([a, b, c]) - SPACING
    widest = max(np.linalg.norm(across + np.eye(3)[n] * SPACING) for n in range(3))
    assert found["morph_diam"] == pytest.approx(widest, rel=1e-12)
    assert found["morph_vol_dens_conv_hull"] == pytest.approx(1, rel=1e-12)
    assert found["morph_vol_dens_aabb"] == pytest.approx(found["morph_volume"] / (a * b * c), rel=1e-12)
    assert found["morph_area_dens_aabb"] == pytest.approx(
        found["morph_area_mesh"] / (2 * (a * b + a * c + b * c)), rel=1e-12
    )
    spread = [
        4 * np.std(np.arange(n)) * step * np.sqrt(105 / 104)
        for n, step in zip((7, 5, 3), SPACING, strict=True)
    ]
    names = ("morph_pca_least_axis", "morph_pca_min_axis", "morph_pca_maj_axis")
    assert [found[name] for name in names] == pytest.approx(sorted(spread), rel=1e-12)


def test_an_ellipsoid_is_near_what_it_is():
    radii = np.array([14.0, 11.0, 17.0])
    inside = ((places((48, 30, 28)) - (16.1, 15.2, 25.3)) ** 2 / radii**2).sum(axis=-1) <= 1
    (found,) = of(inside.astype(np.uint8)).values()
    volume = 4 / 3 * np.pi * radii.prod()
    assert found["morph_volume"] == pytest.approx(volume, rel=0.005)
    assert found["morph_diam"] == pytest.approx(34, abs=SPACING[2])  # it ends within a voxel of where it is
    # Four standard deviations of what fills an ellipsoid: 4/√5 of its radius.
    ordered = sorted(4 / np.sqrt(5) * radii)
    names = ("morph_pca_least_axis", "morph_pca_min_axis", "morph_pca_maj_axis")
    assert [found[name] for name in names] == pytest.approx(ordered, rel=0.01)
    assert found["morph_pca_flatness"] == pytest.approx(11 / 17, rel=0.01)
    assert 0.85 < found["morph_sphericity"] < 0.95


def test_area_and_volume_are_those_of_a_mesh_where_no_cell_is_ambiguous():
    inside = (((places((40, 30, 22)) - (13.3, 16.1, 20.7)) ** 2).sum(axis=-1) <= 12.3**2).astype(np.uint8)
    verts, area, volume = mesh(inside)
    (found,) = of(inside).values()
    assert found["morph_area_mesh"] == pytest.approx(area, rel=1e-6)
    assert found["morph_volume"] == pytest.approx(volume, rel=1e-6)
    hull = ConvexHull(verts)
    assert found["morph_vol_dens_conv_hull"] == pytest.approx(volume / hull.volume, rel=1e-6)
    assert found["morph_area_dens_conv_hull"] == pytest.approx(area / hull.area, rel=1e-6)
    assert found["morph_diam"] == pytest.approx(pdist(verts[hull.vertices]).max(), rel=1e-6)


def test_area_and_volume_are_near_those_of_a_mesh_where_cells_are():
    _, area, volume = mesh(blob())
    (found,) = of(blob()).values()
    assert found["morph_area_mesh"] == pytest.approx(area, rel=0.01)
    assert found["morph_volume"] == pytest.approx(volume, rel=0.01)


def test_the_hull_holds_every_voxel_of_a_scattered_label():
    mask = np.random.default_rng(2).random((17, 13, 11)) < 0.02
    verts, _, _ = mesh(mask)
    hull = ConvexHull(verts)
    (found,) = of(mask.astype(np.uint8)).values()
    assert found["morph_diam"] == pytest.approx(pdist(verts).max(), rel=1e-6)
    assert found["morph_volume"] / found["morph_vol_dens_conv_hull"] == pytest.approx(hull.volume, rel=1e-6)


@pytest.mark.parametrize("order", list(permutations(range(3)))[1:])
def test_features_are_the_same_however_a_scan_is_turned(order):
    array = blob()
    values = np.random.default_rng(1).normal(-40, 200, array.shape)
    turn = np.linalg.qr(np.random.default_rng(8).normal(size=(3, 3)))[0]
    (expected,) = of(array, values, np.diag([*SPACING, 1.0])).values()
    for flips in product((1, -1), repeat=3):
        steps = tuple(slice(None, None, flip) for flip in flips)
        affine = np.eye(4)
        affine[:3, :3] = (turn * np.multiply(SPACING, flips))[:, order]
        affine[:3, 3] = (11, -13, 17)
        (found,) = of(array[steps].transpose(order), values[steps].transpose(order), affine).values()
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_sheared_stack_is_measured_in_the_world():
    array = np.zeros((9, 8, 7), np.uint8)
    array[2:7, 1:6, 2:5] = 1
    affine = np.diag([*SPACING, 1.0])
    affine[1, 2] = 0.6
    (found,), (straight,) = of(array, affine=affine).values(), of(array).values()
    assert found["morph_volume"] == pytest.approx(straight["morph_volume"], rel=1e-12)
    sides = (affine[:3, :3] * (5, 5, 3)).T
    box = 2 * sum(np.linalg.norm(np.cross(sides[n], sides[n - 1])) for n in range(3))
    assert found["morph_area_dens_aabb"] == pytest.approx(found["morph_area_mesh"] / box, rel=1e-12)
    assert found["morph_diam"] > straight["morph_diam"]


def test_one_voxel_and_a_line_have_the_features_that_they_can_have():
    array = np.zeros((5, 6, 7), np.int16)
    array[0, 0, 0], array[4, 2, 3:7] = -7, 300
    found = of(array, np.full(array.shape, 5.0))
    assert list(found) == [-7, 300]
    dx, dy, dz = SPACING
    assert found[-7]["morph_volume"] == pytest.approx(dx * dy * dz / 6, rel=1e-12)
    assert found[-7]["morph_diam"] == pytest.approx(dz)
    assert (found[-7]["morph_pca_maj_axis"], found[-7]["morph_pca_flatness"]) == (0, None)
    assert (found[300]["morph_pca_elongation"], found[300]["morph_vol_dens_aee"]) == (0, None)
    assert (found[300]["stat_var"], found[300]["stat_skew"], found[300]["stat_kurt"]) == (0, 0, 0)


def test_padding_and_what_is_no_number_is_left_out_of_intensities_alone():
    array = np.zeros((6, 7, 5), np.uint8)
    array[1:5, 2:6, 1:4] = 1
    values = np.random.default_rng(0).normal(100, 10, array.shape)
    valid = np.ones(array.shape, bool)
    valid[1] = False
    spoilt = values.copy()
    spoilt[1], spoilt[2, 3, 2] = -1e6, np.nan
    (found,), (whole,) = of(array, spoilt, valid=valid).values(), of(array, values).values()
    used = (array == 1) & valid
    used[2, 3, 2] = False
    assert found["stat_mean"] == pytest.approx(values[used].mean(), rel=1e-12)
    assert found["morph_volume"] == whole["morph_volume"]
    assert found["morph_integ_int"] == pytest.approx(found["stat_mean"] * found["morph_volume"])
    centre = (places(array.shape)[used] * values[used, None]).sum(axis=0) / values[used].sum()
    shift = np.linalg.norm(centre - places(array.shape)[array == 1].mean(axis=0))
    assert found["morph_com"] == pytest.approx(shift, rel=1e-9)


def test_a_mask_of_truths_is_that_of_ones():
    array, image = blob(), Volume.from_array(np.ones(blob().shape), spacing=SPACING)
    given = [Labels.from_array(array.astype(kind), spacing=SPACING) for kind in (bool, np.uint8, np.uint64)]
    truths, ones, wide = (s2t.features(image, one).to_json() for one in given)
    assert truths == ones == wide
    with pytest.raises(WrongUse, match="too large"):
        s2t.features(image, Labels.from_array(array.astype(np.uint64) << np.uint64(63), spacing=SPACING))


def test_what_cannot_be_measured_is_refused():
    array = blob()
    labels = Labels.from_array(array, spacing=SPACING)
    with pytest.raises(GridMismatch):
        s2t.features(Volume.from_array(array.astype(float), spacing=(1, 2, 3)), labels)
    film = Grid(array.shape, np.eye(4), physical=False)
    with pytest.raises(GeometryError, match="millimetres"):
        features_of(Volume(array=array, grid=film), Labels(array=array, grid=film))
    with pytest.raises(WrongUse, match="one value a voxel"):
        s2t.features(Volume.from_array(np.zeros((*array.shape, 3)), spacing=SPACING), labels)
    with pytest.raises(WrongUse, match="which labels"):
        s2t.features(Volume.from_array(array, spacing=SPACING))


def hospital(folder: Path) -> None:
    for n, scale in enumerate((1.0, 1.3, 0.8)):
        affine = np.diag([*np.multiply(SPACING, scale), 1.0])
        name = f"case_{n}"
        (folder / "imagesTr").mkdir(parents=True, exist_ok=True)
        (folder / "labelsTr").mkdir(exist_ok=True)
        values = np.random.default_rng(n).normal(50, 20, blob().shape).astype(np.float32)
        for place, array in (("imagesTr", values), ("labelsTr", blob() + 2 * blob(9))):
            grid = Grid(array.shape, affine)
            kind = Labels if place == "labelsTr" else Volume
            s2t.write(kind(array=array, grid=grid), folder / place / f"{name}.nii.gz")


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], prog_name="scan2train")


def test_a_folder_becomes_a_table_that_combat_reads(tmp_path):
    hospital(tmp_path / "set")
    done = run("features", tmp_path / "set", "-o", tmp_path / "f.csv", "--unit", "HU", "--label", 1)
    assert (done.exit_code, done.stdout.split(":")[0]) == (0, "3 labels of 3 cases")
    table = pl.read_csv(tmp_path / "f.csv")
    assert table["case"].to_list() == ["case_0", "case_1", "case_2"]
    assert table["unit"].unique().to_list() == ["HU"]
    assert [name for name, kind in table.schema.items() if kind.is_float()] == [d.name for d in DEFINITIONS]
    ratio = table["morph_volume"] / table["morph_volume"][0]
    assert ratio.to_list() == pytest.approx([1, 1.3**3, 0.8**3], rel=1e-5)
    told = json.loads((tmp_path / "f.definitions.json").read_text())
    assert told["stat_var"] == {"code": "ECT3", "title": "Intensity variance", "unit": "{unit}2"}
    site = table.with_columns(site=pl.Series(["A", "B", "A"]))
    site = pl.concat([site, site.with_columns(pl.selectors.float() * 1.1, site=pl.lit("B"))])
    assert {"morph_volume", "stat_mean"} <= set(s2t.Combat.fit(site, batch="site").features)


def test_a_label_that_no_case_has_is_said(tmp_path):
    hospital(tmp_path / "set")
    done = run("features", tmp_path / "set", "-o", tmp_path / "f.csv", "--label", 7)
    assert (done.exit_code, "no case has label 7" in done.stderr) == (1, True)
    assert not (tmp_path / "f.csv").exists()
    done = run("features", tmp_path / "set", "-o", tmp_path / "f.csv", "--label", 7, "--label", 1)
    assert (done.exit_code, "no case has label 7" in done.stderr) == (1, True)
    assert pl.read_csv(tmp_path / "f.csv")["label"].to_list() == [1, 1, 1]
    empty = Labels.from_array(np.zeros_like(blob()), spacing=SPACING)
    for n, name in enumerate(("image", "empty")):
        s2t.write((Volume.from_array(1.0 * blob(), spacing=SPACING), empty)[n], tmp_path / f"{name}.nii.gz")
    done = run(
        "features", tmp_path / "image.nii.gz", "--labels", tmp_path / "empty.nii.gz", "-o", tmp_path / "g.csv"
    )
    assert (done.exit_code, "no case has a label" in done.stderr) == (1, True)
    assert not (tmp_path / "g.csv").exists()


def test_what_a_file_says_of_its_unit_stands():
    labels = Labels.from_array(blob(), spacing=SPACING)
    values = blob().astype(np.float32)
    for told, said, kept in (("a.u.", "HU", "HU"), ("HU", "HU", "HU"), ("Bq/ml", None, "Bq/ml")):
        found = s2t.features(Volume.from_array(values, spacing=SPACING, unit=told), labels, unit=said)
        assert found.cases[0].unit == kept
    with pytest.raises(WrongUse, match="expected no unit, or Bq/ml; found HU"):
        s2t.features(Volume.from_array(values, spacing=SPACING, unit="Bq/ml"), labels, unit="HU")


def test_parquet_json_and_rows_of_one_number_say_the_same(tmp_path):
    hospital(tmp_path / "set")
    found = s2t.features(tmp_path / "set" / "imagesTr", tmp_path / "set" / "labelsTr", unit="HU")
    for name in ("f.parquet", "f.json"):
        run("features", tmp_path / "set", "--unit", "HU", "-o", tmp_path / name)
    run("features", tmp_path / "set", "--unit", "HU", "--long", "-o", tmp_path / "long.csv")
    wide, every = pl.read_parquet(tmp_path / "f.parquet"), pl.read_csv(tmp_path / "long.csv")
    assert wide.equals(found.frame())
    assert every.height == wide.height * len(DEFINITIONS) == 9 * 41
    one = every.filter((pl.col("case") == "case_1") & (pl.col("label") == 3))
    assert dict(one.select("feature", "unit").iter_rows())["morph_integ_int"] == "HU mm3"
    case = json.loads((tmp_path / "f.json").read_text())["cases"][1]["labels"][2]
    expected = wide.filter((pl.col("case") == "case_1") & (pl.col("label") == 3))
    for name, value in one.select("feature", "value").iter_rows():
        assert case["features"][name]["value"] == expected[name][0] == pytest.approx(value, rel=1e-12)


def test_a_case_that_fails_costs_itself_alone(tmp_path):
    hospital(tmp_path / "set")
    s2t.write(Labels.from_array(blob(), spacing=(3, 2, 1)), tmp_path / "set" / "labelsTr" / "case_1.nii.gz")
    done = run("features", tmp_path / "set", "-o", tmp_path / "f.csv")
    assert done.exit_code == 1
    assert "case_1: the labels lie on another grid" in done.stderr
    assert pl.read_csv(tmp_path / "f.csv")["case"].unique().sort().to_list() == ["case_0", "case_2"]


def test_a_folder_without_labels_and_an_output_in_the_source_are_refused(tmp_path):
    (tmp_path / "set").mkdir()
    s2t.write(Volume.from_array(np.ones((5, 4, 3)), spacing=SPACING), tmp_path / "set" / "one.nii.gz")
    with pytest.raises(NoImages, match="no image has labels"):
        s2t.features(tmp_path / "set")
    assert run("features", tmp_path / "set", "-o", tmp_path / "set" / "f.csv").exit_code == 2
    assert run("features", tmp_path / "set", "-o", tmp_path / "f.xlsx").exit_code == 2


def test_the_ibsi_phantom_is_within_tolerance(real_data: Path) -> None:
    place = real_data / "ibsi_digital_phantom"
    done = run(
        *("features", place / "nifti/image/phantom.nii.gz"),
        *("--labels", place / "nifti/mask/mask.nii.gz", "--format", "json"),
    )
    (one,) = json.loads(done.stdout)["cases"][0]["labels"]
    found = {name: told["value"] for name, told in one["features"].items()}
    with (place / "reference_values.csv").open() as file:
        rows = [row for row in csv.DictReader(file, delimiter=";") if row["tag"] in found]
    seen = set()
    for row in rows:
        # Tolerances of 0 are meant to the digits that the consensus is given in.
        digits = len(row["reference value"].partition(".")[2])
        near = max(float(row["tolerance"]), 0.5 * 10**-digits)
        assert found[row["tag"]] == pytest.approx(float(row["reference value"]), abs=near), row["tag"]
        seen.add(row["tag"])
    assert seen == {one.name for one in DEFINITIONS}


def test_real_masks_have_the_first_order_features_of_their_publisher(real_data: Path) -> None:
    place = real_data / "nrrd_brain1"
    with (place / "baseline" / "baseline_firstorder.csv").open() as file:
        told = {row["featureName"]: row for row in csv.DictReader(file)}
    pairs = {"stat_mean": "Mean", "stat_var": "Variance", "stat_median": "Median", "stat_skew": "Skewness"}
    pairs |= {"stat_p10": "10Percentile", "stat_p90": "90Percentile", "stat_iqr": "InterquartileRange"}
    pairs |= {"stat_mad": "MeanAbsoluteDeviation", "stat_rmad": "RobustMeanAbsoluteDeviation"}
    for case in ("brain1", "breast1"):
        found = s2t.features(place / f"{case}_image.nrrd", place / f"{case}_label.nrrd").cases[0].labels[0]
        for ours, theirs in pairs.items():
            expected = float(told[f"original_firstorder_{theirs}"][case])
            assert found.features[ours] == pytest.approx(expected, rel=1e-6), (case, ours)
