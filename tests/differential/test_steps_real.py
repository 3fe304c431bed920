"""Steps on a real CT and MR against SimpleITK, scipy, Pillow, MONAI and TorchIO, where they define the same thing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its own documentation calls it so
from PIL import Image
from scipy import ndimage

from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.read import read
from scan2train.recipe import Recipe
from scan2train.recipe.lookup import find_step
from scan2train.volume import Labels, Volume

#: float32 holds a value of ±2000 to 1.2e-4; sums over a kernel of some voxels stay within a few times that.
FLOAT32 = 1e-3


@dataclass(frozen=True)
class Real:
    """A part of a CT with organs drawn in, and an MR of other spacing; small enough for milliseconds."""

    ct: Volume
    organs: Labels
    mr: Volume


@pytest.fixture(scope="module")
def real(real_data):
    folder = real_data / "nifti_totalseg_sm"
    box = find_step("crop")(start=(20, 15, 2), size=(71, 62, 25))
    ct = read(folder / "example_ct_sm.nii.gz").replace(unit="HU")
    organs = read(folder / "example_seg.nii.gz", as_labels=True)
    return Real(box(ct), box(organs.replace(grid=ct.grid)), read(folder / "example_mr_sm.nii.gz"))


def _step(word, **options):
    return find_step(word).from_json({"do": word, **options})


def _as_sitk(volume):
    lps = LPS_TO_RAS @ volume.grid.affine
    image = sitk.GetImageFromArray(np.ascontiguousarray(volume.array.T, dtype=np.float64))
    image.SetSpacing(volume.grid.spacing)
    image.SetOrigin(lps[:3, 3].tolist())
    image.SetDirection((lps[:3, :3] / np.asarray(volume.grid.spacing)).ravel().tolist())
    return image


def _by_sitk(volume, grid, interpolator):
    reference = _as_sitk(Volume(array=np.zeros(grid.shape, np.uint8), grid=grid))
    made = sitk.Resample(
        _as_sitk(volume), reference, sitk.Transform(), interpolator, -1000.0, sitk.sitkFloat64
    )
    return sitk.GetArrayFromImage(made).T


def _between_centres(volume, grid, voxels=0.0):
    """Where ``grid`` lies within the outermost centres of ``volume``, and so many voxels more inside."""
    places = volume.grid.to_index(grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)))
    return ((places >= voxels) & (places <= np.array(volume.grid.shape) - 1 - voxels)).all(axis=-1)


SPATIAL = {
    "resample": {"spacing_mm": [2.0, 2.6, 3.7]},
    "resample_isotropic": {"spacing_mm": 2.3},
    "resample_to_shape": {"shape": [90, 81, 40]},
}


@pytest.mark.parametrize("word", SPATIAL)
def test_linear_resampling_is_that_of_simpleitk(real, word):
    made = _step(word, antialias=False, **SPATIAL[word])(real.ct)
    expected = _by_sitk(real.ct, made.grid, sitk.sitkLinear)
    inside = _between_centres(real.ct, made.grid)
    assert inside.mean() > 0.8
    np.testing.assert_allclose(made.array[inside], expected[inside], atol=FLOAT32)


@pytest.mark.parametrize("word", SPATIAL)
def test_cubic_resampling_is_the_b_spline_of_simpleitk(real, word):
    made = _step(word, antialias=False, interpolation="cubic", **SPATIAL[word])(real.ct)
    expected = _by_sitk(real.ct, made.grid, sitk.sitkBSpline)
    # The two end the spline in another way (natural, mirrored): felt inside, 0.27 times as much with every voxel. Edges
    # of bone are 1500 HU high, and 6 voxels leave 1500 x 0.27^6 = 0.6 of that.
    inside = _between_centres(real.ct, made.grid, voxels=6)
    np.testing.assert_allclose(made.array[inside], expected[inside], atol=0.6)


def test_nearest_resampling_is_that_of_scipy(real):
    made = _step("resample_to_shape", shape=[90, 81, 40], interpolation="nearest")(real.ct)
    places = real.ct.grid.to_index(made.grid.to_world(np.moveaxis(np.indices(made.grid.shape), 0, -1)))
    expected = ndimage.map_coordinates(real.ct.array, np.moveaxis(places, -1, 0), order=0, mode="nearest")
    clear = (np.abs(places - np.floor(places) - 0.5) > 1e-6).all(axis=-1)
    np.testing.assert_array_equal(made.array[clear], expected[clear])


def test_a_shape_is_that_of_scipys_zoom_to_the_faces(real):
    made = _step("resample_to_shape", shape=[90, 81, 40], antialias=False)(real.ct)
    factors = np.array(made.grid.shape) / np.array(real.ct.grid.shape)
    expected = ndimage.zoom(
        real.ct.array.astype(np.float64), factors, order=1, mode="nearest", grid_mode=True
    )
    np.testing.assert_allclose(made.array, expected, atol=FLOAT32)


def test_antialiasing_is_pillows_widened_triangle(real):
    box = _step("crop", start=[0, 0, 0], size=[69, 60, 25])(real.ct)
    made = _step("resample_to_shape", shape=[23, 30, 25])(box)
    for k in (0, 12, 24):
        plane = Image.fromarray(box.array[..., k].T.astype(np.float32))
        expected = np.asarray(plane.resize((23, 30), Image.Resampling.BILINEAR)).T
        # By whole factors, and away from the border: there the kernels are the same. By others ours is centred on the
        # place of its value, which Pillow's misses by a little; at the border Pillow's leaves out what is beyond.
        np.testing.assert_allclose(made.array[1:-1, 1:-1, k], expected[1:-1, 1:-1], atol=FLOAT32)


def test_labels_are_those_of_scipy_one_by_one(real):
    volume, labels = real.ct, real.organs
    _, made, _ = Recipe(steps=(_step("resample", spacing_mm=[2.0, 2.6, 3.7], antialias=False),)).run_pair(
        volume, labels
    )
    factors = np.array(made.grid.shape) / np.array(labels.grid.shape)
    values = np.unique(labels.array)
    channels = np.stack(
        [
            ndimage.affine_transform(
                (labels.array == value).astype(np.float64),
                np.diag(1 / factors) * (np.array([2.0, 2.6, 3.7]) / np.array(labels.grid.spacing) * factors),
                labels.grid.to_index(made.grid.affine[:3, 3]),
                made.grid.shape,
                order=1,
                mode="nearest",
            )
            for value in values
        ]
    )
    ranked = np.sort(channels, axis=0)
    clear = ranked[-1] - ranked[-2] > 1e-6  # of two that are equal either may win
    assert clear.mean() > 0.99
    np.testing.assert_array_equal(made.array[clear], values[channels.argmax(axis=0)][clear])


def test_reorienting_is_that_of_torchio(real):
    import torchio

    made = _step("reorient", to="RAS")(_step("reorient", to="SPL")(real.mr))
    image = torchio.ScalarImage(tensor=real.mr.array[None].astype(np.float32), affine=real.mr.grid.affine)
    expected = torchio.ToCanonical()(image)
    np.testing.assert_array_equal(made.array, expected.numpy()[0])
    np.testing.assert_allclose(made.grid.affine, expected.affine, atol=1e-9)


@pytest.fixture(scope="module")
def monai():
    from monai import data, transforms

    return transforms, data.MetaTensor


def test_padding_to_multiples_is_monais(real, monai):
    transforms, tensor = monai
    made = _step("pad_to_multiple", multiple=[32, 16, 8])(real.ct)
    given = tensor(real.ct.array[None].astype(np.float32), affine=real.ct.grid.affine)
    expected = transforms.DivisiblePad(k=(32, 16, 8), value=-1000)(given)
    np.testing.assert_array_equal(made.array, expected.numpy()[0])
    np.testing.assert_allclose(made.grid.affine, expected.affine.numpy(), atol=1e-4)
    assert made.valid.sum() == real.ct.array.size


def test_the_box_around_labels_is_monais(real, monai):
    transforms, tensor = monai
    value = int(real.organs.array.max())
    recipe = Recipe(steps=(_step("crop_to_labels", labels=[value], margin_mm=6.0),))
    made, labels, _ = recipe.run_pair(real.ct, real.organs)
    given = tensor(real.ct.array[None].astype(np.float32), affine=real.ct.grid.affine)
    start, end = transforms.CropForeground(margin=2, allow_smaller=True).compute_bounding_box(
        tensor((real.organs.array == value)[None])
    )
    expected = given[0, start[0] : end[0], start[1] : end[1], start[2] : end[2]]
    # 6 mm are two voxels of 3 mm.
    assert real.ct.grid.spacing == pytest.approx((3, 3, 3), abs=1e-3)
    np.testing.assert_array_equal(made.array, expected.numpy())
    assert (labels.array == value).sum() == (real.organs.array == value).sum()


@pytest.mark.parametrize("which", ["ct", "mr"])
def test_values_are_changed_as_monai_does(real, monai, which):
    transforms, _ = monai
    volume = getattr(real, which)
    given = volume.array[None].astype(np.float32)
    low, high = np.percentile(given, [1, 98])
    # MONAI computes in float32, mean and deviation too: of a hundred thousand values some 1e-5 of their spread.
    for steps, other in (
        ([{"do": "zscore"}], transforms.NormalizeIntensity()),
        (
            [{"do": "clip", "low": low, "high": high}, {"do": "rescale"}],
            transforms.ScaleIntensityRange(low, high, 0, 1, clip=True),
        ),
        (
            [{"do": "clip_percentile", "lower": 1.0, "upper": 98.0}, {"do": "rescale", "to": [-1.0, 1.0]}],
            transforms.ScaleIntensityRangePercentiles(1, 98, -1, 1, clip=True),
        ),
        (
            [{"do": "subtract_mean"}, {"do": "linear", "scale": 0.01}],
            lambda x: (x - x.mean(dtype=float)) * 0.01,
        ),
    ):
        made, _ = Recipe.from_json({"step": steps}).run(volume)
        np.testing.assert_allclose(made.array, np.asarray(other(given))[0], atol=3e-5)


def test_values_under_labels_are_scored_as_torchio_does(real):
    import torchio

    recipe = Recipe.from_json({"step": [{"do": "zscore", "over": "labels"}]})
    made, _, _ = recipe.run_pair(real.ct, real.organs)
    subject = torchio.Subject(
        ct=torchio.ScalarImage(tensor=real.ct.array[None].astype(np.float32), affine=real.ct.grid.affine),
        organs=torchio.LabelMap(
            tensor=(real.organs.array != 0)[None].astype(np.uint8), affine=real.ct.grid.affine
        ),
    )
    expected = torchio.ZNormalization(masking_method="organs")(subject)["ct"].numpy()[0]
    # It divides by the deviation of a sample (n - 1): of some ten thousand voxels 5e-5 less, times scores up to 5.
    np.testing.assert_allclose(made.array, expected, atol=5e-4)


def test_windows_are_those_of_simpleitk(real):
    made = _step("window", preset="soft-tissue", function="LINEAR_EXACT", to=[0, 255])(real.ct)
    expected = sitk.IntensityWindowing(_as_sitk(real.ct), -160.0, 240.0, 0.0, 255.0)
    np.testing.assert_allclose(made.array, sitk.GetArrayFromImage(expected).T, atol=1e-4)


def test_linear_is_exact_on_an_affine_field():
    volume = _field(
        Grid.from_axes((31, 27, 21), spacing_mm=(0.8, 1.1, 2.3)), lambda x, y, z: 3 * x - 2 * y + 0.7 * z + 11
    )
    for step in (
        _step("resample", spacing_mm=[0.5, 0.9, 1.7]),
        _step("resample_to_shape", shape=[44, 40, 33]),
    ):
        made = step(volume)
        expected = _field(made.grid, lambda x, y, z: 3 * x - 2 * y + 0.7 * z + 11)
        inside = _between_centres(volume, made.grid)
        np.testing.assert_allclose(made.array[inside], expected.array[inside], atol=2e-5)


@pytest.mark.parametrize("voxels_per_wave", [12.0, 6.0, 4.0])
def test_cubic_is_as_near_to_a_band_limited_phantom_as_scipys(voxels_per_wave):
    def waves(x, y, z):
        return (
            500
            * np.sin(2 * np.pi * x / voxels_per_wave + 0.4)
            * np.cos(2 * np.pi * (y + z / 2) / (1.3 * voxels_per_wave))
        )

    volume = _field(Grid.from_axes((41, 37, 33), spacing_mm=(1.0, 1.0, 1.0)), waves)
    made = _step("resample", spacing_mm=[0.61, 0.57, 0.73], interpolation="cubic")(volume)
    truth = _field(made.grid, waves).array
    places = volume.grid.to_index(made.grid.to_world(np.moveaxis(np.indices(made.grid.shape), 0, -1)))
    scipys = ndimage.map_coordinates(volume.array, np.moveaxis(places, -1, 0), order=3, mode="mirror")
    for voxels in (0.0, 6.0):
        inside = _between_centres(volume, made.grid, voxels)
        ours, theirs = (np.sqrt(np.mean((one - truth)[inside] ** 2)) for one in (made.array, scipys))
        # The same spline inside; at the ends natural ones are nearer than mirrored ones, or as near.
        assert ours <= theirs * (1 + 1e-4) + FLOAT32


def _field(grid, of):
    x, y, z = np.moveaxis(grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)), -1, 0)
    return Volume(array=of(x, y, z), grid=grid)
