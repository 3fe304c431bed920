"""Numbers of images and labels, against numpy and SimpleITK."""

from __future__ import annotations

import json

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
from PIL import Image
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app
from scan2train.errors import GridMismatch, WrongUse
from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.measures.spread import PERCENTILES, spread_of
from scan2train.testing.pet_header import pet_tags
from scan2train.testing.small import small_nifti, small_series
from scan2train.volume import Labels, Volume

SHAPE = (9, 8, 7)


def oblique() -> Grid:
    angle = np.radians(30)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    affine = turn @ np.diag([1.3, -1.7, 2.5, 1.0])
    affine[:3, 3] = (11, -13, 17)
    return Grid(SHAPE, affine)


def image(dtype: str = "float32", valid: bool = False) -> Volume:
    rng = np.random.default_rng(3)
    values = (rng.normal(40, 300, SHAPE)).astype(dtype)
    mask = rng.random(SHAPE) < 0.7 if valid else None
    return Volume(array=values, grid=oblique(), unit="HU", valid=mask)


def labels() -> Labels:
    array = np.zeros(SHAPE, np.int16)
    array[1:4, 2:7, 3:5] = 5
    array[2, 3, 3] = 0
    array[6:8, 0:2, 6] = 300
    return Labels(array=array, grid=oblique(), names={5: "liver", 7: "none of it", 300: "lesion"})


@pytest.mark.parametrize("valid", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "int16", "uint8", "float64"])
def test_numbers_of_an_image_are_those_of_numpy(dtype, valid):
    given = image("float64").replace(
        array=np.abs(image("float64").array).astype(dtype) % 251, valid=image(valid=valid).valid
    )
    values = given.array[given.valid] if valid else given.array
    found = s2t.stats(given)
    (one,) = found.image
    exact = values.astype(np.float64)
    assert (found.unit, found.valid, one.n) == ("HU", values.size, values.size)
    assert one.mean == pytest.approx(exact.mean(), rel=1e-12)
    assert one.sd == pytest.approx(exact.std(), rel=1e-12)
    assert one.median == pytest.approx(np.median(exact))
    assert one.percentiles == pytest.approx(np.percentile(exact, PERCENTILES))
    assert (one.minimum, one.maximum) == (exact.min(), exact.max())
    assert given.array[one.minimum_at] == values.min()
    assert given.array[one.maximum_at] == values.max()
    assert one.counts == tuple(np.histogram(exact, one.edges)[0])
    assert sum(one.counts) == values.size
    assert found.ml == pytest.approx(np.prod(SHAPE) * 1.3 * 1.7 * 2.5 / 1000)


def test_places_of_extremes_are_within_what_is_valid():
    given = image()
    valid = np.ones(SHAPE, bool)
    valid[np.unravel_index(given.array.argmax(), SHAPE)] = False
    (one,) = s2t.stats(given.replace(valid=valid)).image
    assert one.maximum == np.sort(given.array.ravel())[-2]


def test_bins_of_whole_numbers_hold_the_same_number_of_values_each():
    one = spread_of(np.arange(300, dtype=np.int16).reshape(10, 10, 3), None)
    assert np.diff(one.edges).tolist() == [5.0] * 60
    assert set(one.counts) == {5}
    one = spread_of(np.array([[[3, 3, 4]]], dtype=np.uint8), None)
    assert (one.edges, one.counts) == ((2.5, 3.5, 4.5), (2, 1))


def test_a_constant_image_has_one_bin():
    one = spread_of(np.full((2, 3, 4), 0.5, np.float32), None)
    assert (one.counts, one.sd, one.median) == ((24,), 0.0, 0.5)


def test_what_is_not_finite_is_counted_and_left_out():
    array = image().array.copy()
    array[0, 0, :2] = np.nan, np.inf
    (one,) = s2t.stats(image().replace(array=array)).image
    rest = array[np.isfinite(array)].astype(np.float64)
    assert (one.not_finite, one.n) == (2, array.size - 2)
    assert one.mean == pytest.approx(rest.mean())


def test_nothing_valid_gives_no_number():
    (one,) = s2t.stats(image().replace(valid=np.zeros(SHAPE, bool))).image
    assert (one.n, one.mean, one.median, one.counts) == (0, None, None, ())


def test_labels_are_as_simpleitk_measures_them():
    mask, given = labels(), image("float64")
    found = {one.value: one for one in s2t.stats(given, mask).labels}
    assert list(found) == [5, 7, 300]
    theirs = sitk.GetImageFromArray(mask.array.transpose(2, 1, 0))
    values = sitk.GetImageFromArray(given.array.transpose(2, 1, 0))
    lps = LPS_TO_RAS @ mask.grid.affine
    for one in (theirs, values):
        one.SetSpacing(mask.grid.spacing)
        one.SetOrigin(lps[:3, 3].tolist())
        one.SetDirection((lps[:3, :3] / np.array(mask.grid.spacing)).ravel().tolist())
    shape, intensity = sitk.LabelShapeStatisticsImageFilter(), sitk.LabelStatisticsImageFilter()
    shape.Execute(theirs)
    intensity.Execute(values, theirs)
    for value in (5, 300):
        one = found[value]
        assert one.voxels == shape.GetNumberOfPixels(value)
        assert one.ml == pytest.approx(shape.GetPhysicalSize(value) / 1000)
        start, size = np.reshape(shape.GetBoundingBox(value), (2, 3))
        assert one.box_voxels == (tuple(start), tuple(start + size - 1))
        x, y, z = shape.GetCentroid(value)
        assert one.centroid_mm == pytest.approx((-x, -y, z))
        (spread,) = one.image
        assert spread.mean == pytest.approx(intensity.GetMean(value))
        assert (spread.minimum, spread.maximum) == (intensity.GetMinimum(value), intensity.GetMaximum(value))
        # ITK divides by n - 1.
        assert spread.sd == pytest.approx(intensity.GetSigma(value) * np.sqrt((one.voxels - 1) / one.voxels))
        assert given.array[spread.maximum_at] == spread.maximum


def test_a_declared_label_without_voxels_is_told():
    (empty,) = (one for one in s2t.stats(image(), labels()).labels if one.value == 7)
    assert (empty.name, empty.voxels, empty.ml, empty.box_voxels, empty.image) == (
        "none of it",
        0,
        0.0,
        None,
        (),
    )


def test_boxes_in_mm_reach_to_the_outer_faces():
    grid = Grid((5, 6, 7), np.array([[-2, 0, 0, 10], [0, 0, 3, 20], [0, 4, 0, 30], [0, 0, 0, 1.0]]))
    mask = np.zeros((5, 6, 7), np.uint8)
    mask[1:3, 2, 4:7] = 1
    (one,) = s2t.stats(Volume(array=mask, grid=grid), Labels(array=mask, grid=grid)).labels
    assert one.box_voxels == ((1, 2, 4), (2, 2, 6))
    assert one.box_mm == ((5.0, 30.5, 36.0), (9.0, 39.5, 40.0))
    assert one.centroid_mm == (7.0, 35.0, 38.0)


def test_values_within_labels_leave_padding_out():
    valid = np.ones(SHAPE, bool)
    valid[1] = False
    given, mask = image().replace(valid=valid), labels()
    (liver, *_) = s2t.stats(given, mask).labels
    assert liver.voxels == int((mask.array == 5).sum())
    assert liver.image[0].n == int((mask.array[2:] == 5).sum())


def test_labels_on_another_grid_are_refused():
    mask = labels()
    affine = mask.grid.affine.copy()
    affine[0, 3] += 2
    with pytest.raises(GridMismatch, match="another grid") as raised:
        s2t.stats(image(), mask.replace(grid=Grid(SHAPE, affine)))
    assert raised.value.code == "LAB001"
    assert raised.value.advice
    with pytest.raises(GridMismatch):
        s2t.stats(image(), Labels(array=mask.array[1:], grid=Grid((8, 8, 7), mask.grid.affine)))
    with pytest.raises(WrongUse):
        s2t.stats(image(), image())


def test_pixels_without_a_place_have_no_millimetres(tmp_path):
    grey = np.arange(35, dtype=np.uint8).reshape(5, 7)
    Image.fromarray(grey).save(tmp_path / "a.png")
    Image.fromarray((grey > 20).astype(np.uint8)).save(tmp_path / "b.png")
    found = s2t.stats(tmp_path / "a.png", tmp_path / "b.png")
    (one,) = found.labels
    assert (found.ml, one.ml, one.box_mm, one.centroid_mm) == (None, None, None, None)
    assert (one.voxels, one.box_voxels) == (14, ((0, 3, 0), (6, 4, 0)))
    assert found.to_json()["image"][0]["maximum_at"] == {"voxel": [6, 4, 0], "mm": None}


def test_colours_are_told_channel_by_channel(tmp_path):
    colour = np.zeros((4, 5, 3), np.uint8)
    colour[..., 1], colour[..., 2] = 10, 20
    Image.fromarray(colour).save(tmp_path / "a.png")
    assert [one.mean for one in s2t.stats(tmp_path / "a.png").image] == [0, 10, 20]


def test_a_pet_in_uptake(tmp_path):
    small_series(modality="PT", tags=pet_tags("philips"))(tmp_path)
    plain, uptake = s2t.stats(tmp_path / "series"), s2t.stats(tmp_path / "series", suv="bw")
    assert (plain.unit, uptake.unit) == ("counts", "SUVbw")
    assert uptake.image[0].mean == pytest.approx(plain.image[0].mean * 0.000271828, rel=1e-6)


def test_the_command_prints_text_and_json(tmp_path):
    small_nifti()(tmp_path)
    small_nifti("mask.nii.gz", labels=True)(tmp_path)
    words = ["stats", str(tmp_path / "scan.nii.gz"), "--labels", str(tmp_path / "mask.nii.gz")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "13×11×8 voxels, 1.3×1.7×2.5 mm, RAS, 6.3206 ml; 1144 valid; unit a.u."
    assert [line.split()[0] for line in lines[1:8]] == [
        *("mean", "sd", "median", "minimum", "maximum", "percentiles", "histogram")
    ]
    found = json.loads(CliRunner().invoke(app, [*words, "--format", "json"]).stdout)
    assert found == json.loads(
        json.dumps(s2t.stats(tmp_path / "scan.nii.gz", tmp_path / "mask.nii.gz").to_json())
    )
    assert set(found["labels"][0]) == {
        *("value", "name", "voxels", "ml", "box_voxels", "box_mm", "centroid_voxels", "centroid_mm", "image")
    }


def test_labels_elsewhere_end_the_command(tmp_path):
    small_nifti()(tmp_path)
    small_nifti("mask.nii.gz", labels=True, shift_mm=(3.0, 0.0, 0.0))(tmp_path)
    done = CliRunner().invoke(
        app, ["stats", str(tmp_path / "scan.nii.gz"), "--labels", str(tmp_path / "mask.nii.gz")]
    )
    assert done.exit_code == 2
    assert "another grid" in done.stderr
    assert "what to do" in done.stderr
