"""What is left to chance happens as often, and as much, as it says; and what moves content agrees with others."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813
from scipy import ndimage

from scan2train import Grid, Labels, Recipe, Volume, WrongUse
from scan2train.grid import LPS_TO_RAS
from scan2train.recipe.lookup import find_step
from scan2train.steps.affine import Affine
from scan2train.steps.elastic import FARTHEST, Elastic, distances
from scan2train.steps.gamma import Gamma
from scan2train.steps.low_resolution import LowResolution
from scan2train.steps.noise import Noise
from scan2train.steps.random_crop import RandomCrop
from scan2train.steps.random_elastic import RandomElastic
from scan2train.steps.random_flip import RandomFlip
from scan2train.testing.phantoms import chest_ct
from scan2train.testing.phantoms.chest import centred_grid

GRID = centred_grid((31, 26, 22), (10.0, 12.0, 15.0), "LPS")
BLANK = Volume(array=np.zeros(GRID.shape, np.float32), grid=GRID)


@pytest.fixture(scope="module")
def pair():
    return chest_ct(grid=GRID, organs=True, lesion_radius_mm=25.0)


def to_itk(volume):
    image = sitk.GetImageFromArray(np.ascontiguousarray(volume.array.T))
    lps = LPS_TO_RAS @ volume.grid.affine
    image.SetSpacing(volume.grid.spacing)
    image.SetOrigin(lps[:3, 3].tolist())
    image.SetDirection((lps[:3, :3] / volume.grid.spacing).ravel().tolist())
    return image


def resampled(volume, transform, fill):
    image = to_itk(volume)
    made = sitk.Resample(sitk.Cast(image, sitk.sitkFloat32), image, transform, sitk.sitkLinear, fill)
    return sitk.GetArrayFromImage(made).T


def inner(array, margin=1):
    """Where no voxel beyond the centres of the border is asked for: ITK and this package treat those differently."""
    return array[margin:-margin, margin:-margin, margin:-margin]


def test_an_affine_is_simpleitks(pair):
    volume, _ = pair
    matrix = np.array([[0.95, 0.2, 0.05, 6], [-0.18, 0.9, 0.1, -9], [0.02, -0.1, 1.1, 5], [0, 0, 0, 1.0]])
    made = Affine(matrix=tuple(matrix.ravel().tolist()))(volume)
    # ITK asks where a value comes from, in LPS+; content goes the other way.
    back = LPS_TO_RAS @ np.linalg.inv(matrix) @ LPS_TO_RAS
    transform = sitk.AffineTransform(back[:3, :3].ravel().tolist(), back[:3, 3].tolist())
    expected = resampled(volume, transform, -1000.0)
    index = GRID.to_index(_world(GRID) @ np.linalg.inv(matrix)[:3, :3].T + np.linalg.inv(matrix)[:3, 3])
    sure = ((index > 0) & (index < np.array(GRID.shape) - 1)).all(axis=-1)
    assert sure.mean() > 0.5
    # float32 sums of values up to 3000
    np.testing.assert_allclose(made.array[sure], expected[sure], atol=2e-3)
    assert (~made.valid).any()
    assert (made.array[~made.valid] == -1000).all()


def test_an_affine_that_is_a_shift_by_a_voxel_moves_content_exactly(pair):
    volume, labels = pair
    shift = np.eye(4)
    shift[:3, 3] = GRID.affine[:3, 0] * 2  # two voxels along i
    step = Affine(matrix=tuple(shift.ravel().tolist()))
    for one in (volume, labels):
        made = step(one)
        assert made.grid == GRID
        np.testing.assert_array_equal(made.array[2:], one.array[:-2])
    assert not step(volume).valid[:2].any()


def test_an_elastic_is_simpleitks_bspline(pair):
    volume, _ = pair
    grid = centred_grid(GRID.shape, GRID.spacing, "LPS")
    points = (5, 6, 5)
    apart = distances(grid.shape, points) * grid.spacing
    rng = np.random.default_rng(4)
    moves = rng.uniform(-1, 1, (*points, 3)) * 0.4 * apart
    made = Elastic(points=points, displacements_mm=tuple(moves.ravel().tolist()))(volume)
    transform = sitk.BSplineTransform(3, 3)
    image = to_itk(volume)
    transform.SetTransformDomainOrigin(image.GetOrigin())
    transform.SetTransformDomainDirection(image.GetDirection())
    transform.SetTransformDomainPhysicalDimensions(
        [(n - 1) * s for n, s in zip(grid.shape, grid.spacing, strict=True)]
    )
    transform.SetTransformDomainMeshSize([n - 3 for n in points])
    # LPS+ axes are those of this grid: displacements along i, j, k are those along x, y, z.
    transform.SetParameters([float(v) for axis in range(3) for v in moves[..., axis].T.ravel()])
    expected = resampled(volume, transform, -1000.0)
    # ITK leaves what lies on the far border of its lattice where it is.
    sure = inner(np.abs(made.array - expected), 3)
    assert np.quantile(sure, 0.999) < 0.05
    assert sure.max() < 0.5


def test_an_elastic_moves_labels_with_the_image(pair):
    mask = (pair[0].array > -300).astype(np.uint8)
    image, labels = Volume(array=mask.astype(np.float32), grid=GRID), Labels(array=mask, grid=GRID)
    step = RandomElastic(p=1.0, most_mm=40.0, fixed=1)
    bent, bent_labels, account = Recipe(steps=(step,)).run_pair(image, labels, seed=2)
    sure = np.abs(bent.array - 0.5) > 1e-3
    np.testing.assert_array_equal(bent_labels.array[sure], bent.array[sure] > 0.5)
    assert (bent_labels.array != mask).mean() > 0.01
    (done,) = account.steps
    assert (
        np.abs(done.displacements_mm).max()
        <= (FARTHEST * distances(GRID.shape, (7, 7, 7)) * GRID.spacing).max()
    )


def test_an_elastic_at_its_limit_does_not_fold():
    """At the farthest that is allowed, in the worst of ways, no voxel passes its neighbour; beyond it is refused."""
    points = (7, 7, 7)
    signs = np.indices(points).sum(axis=0) % 2 * 2 - 1
    apart = distances(GRID.shape, points) * GRID.spacing
    worst = signs[..., None] * FARTHEST * apart
    index = np.indices(GRID.shape).astype(np.float64)
    fields = [Volume(array=index[axis].astype(np.float32), grid=GRID) for axis in range(3)]
    step = Elastic(points=points, displacements_mm=tuple(worst.ravel().tolist()))
    places = np.stack([step(field).array for field in fields])
    jacobian = np.stack([np.stack(np.gradient(places[axis]), -1) for axis in range(3)], -2)
    assert inner(np.linalg.det(jacobian), 3).min() > 0
    with pytest.raises(WrongUse, match="fold"):
        Elastic(points=points, displacements_mm=tuple((1.01 * worst).ravel().tolist()))(fields[0])


@pytest.mark.parametrize("flat", [0, 1, 2])
@pytest.mark.parametrize("tilt_deg", [0, 25])
def test_a_single_slice_is_moved_within_its_plane(flat, tilt_deg):
    shape = [40, 34, 28]
    shape[flat] = 1
    tilt = np.deg2rad(tilt_deg)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]]
    affine = turn @ np.array([[0, -1.5, 0, 10], [0.9, 0, 0, 20], [0, 0, -1.2, 30], [0, 0, 0, 1.0]])
    picture = Volume(array=np.ones(shape, np.float32), grid=Grid(tuple(shape), affine))
    everything = {"translate_mm": (2.0, 2.0, 2.0), "shear": (0.2, 0.2, 0.2), "same_scale": False}
    step = find_step("random_affine")(p=1.0, scale=(0.9, 1.4), **everything)
    normal = affine[:3, flat] / np.linalg.norm(affine[:3, flat])
    turned = []
    for seed in range(8):
        ready, account = Recipe(steps=(step,)).run(picture, seed)
        matrix = np.array(account.steps[0].matrix).reshape(4, 4)
        places = picture.grid.to_world(np.moveaxis(np.indices(shape), 0, -1).reshape(-1, 3))
        moved = places @ matrix[:3, :3].T + matrix[:3, 3]
        np.testing.assert_allclose((moved - places) @ normal, 0, atol=1e-9)
        assert ready.valid is None or ready.valid.mean() > 0.6
        turned.append(np.abs(moved - places).max())
    assert min(turned) > 1
    assert len(set(turned)) == len(turned)


def test_a_slice_is_turned_by_the_angle_about_its_normal():
    grid = Grid((40, 34, 1), np.diag([-0.9, 1.5, 2.0, 1.0]))
    only = {"p": 1.0, "scale": (1.0, 1.0), "rotate_deg": (0.0, 0.0, 30.0)}
    volume = Volume(array=np.ones(grid.shape, np.float32), grid=grid)
    thick = Volume(array=np.ones((40, 34, 9), np.float32), grid=Grid((40, 34, 9), grid.affine))
    for seed in range(3):
        step = find_step("random_affine")(**only)
        one, other = (Recipe(steps=(step,)).run(given, seed)[1].steps[0].matrix for given in (volume, thick))
        np.testing.assert_allclose(
            np.reshape(one, (4, 4))[:2, :3], np.reshape(other, (4, 4))[:2, :3], atol=1e-12
        )


def test_a_blur_is_in_millimetres_where_there_are_some(pair):
    volume, _ = pair
    step = find_step("random_blur")(p=1.0, sigma_mm=(12.0, 14.0))
    sigmas = [Recipe(steps=(step,)).run(volume, seed=n)[1].steps[0].sigma_mm for n in range(20)]
    assert 12 <= min(sigmas) < max(sigmas) <= 14
    flat = Volume(array=volume.array, grid=Grid(GRID.shape, np.eye(4), physical=False))
    (done,) = Recipe(steps=(step,)).run(flat, seed=0)[1].steps
    assert (done.sigma, done.sigma_mm) == (sigmas[0], None)


def test_noise_has_its_deviation_and_replays():
    made = Noise(std=3.0, seed=5)(BLANK)
    assert made.array.std() == pytest.approx(3, rel=0.03)
    assert abs(made.array.mean()) < 0.1
    np.testing.assert_array_equal(made.array, Noise(std=3.0, seed=5)(BLANK).array)
    assert (made.array != Noise(std=3.0, seed=6)(BLANK).array).all()
    np.testing.assert_array_equal(
        made.array.T, np.float32(3) * np.random.default_rng(5).standard_normal(GRID.shape[::-1], np.float32)
    )


def test_gamma_bends_between_its_ends_only():
    values = np.linspace(-2, 3, 31 * 26 * 22).reshape(GRID.shape)
    made = Gamma(exponent=2.0, low=0.0, high=1.0)(BLANK.replace(array=values)).array
    np.testing.assert_allclose(made[(values > 0) & (values < 1)], values[(values > 0) & (values < 1)] ** 2)
    beyond = (values <= 0) | (values >= 1)
    np.testing.assert_allclose(made[beyond], values[beyond], atol=1e-12)
    turned = Gamma(exponent=2.0, low=0.0, high=1.0, inverted=True)(BLANK.replace(array=values)).array
    np.testing.assert_allclose(turned[~beyond], 1 - (1 - values[~beyond]) ** 2)


def test_gamma_can_keep_mean_and_deviation(pair):
    volume, _ = pair
    step = find_step("random_gamma")(p=1.0, exponent=(1.4, 1.4))
    made, _ = Recipe(steps=(step,)).run(volume)
    assert made.array.mean() == pytest.approx(volume.array.mean(), abs=0.05)
    assert made.array.std() == pytest.approx(volume.array.std(), rel=1e-4)
    assert np.abs(made.array - volume.array).max() > 30


def test_a_low_resolution_is_the_mean_of_thick_slices_at_their_middles():
    values = np.random.default_rng(0).normal(size=(30, 8, 8)).astype(np.float32)
    grid = Grid.from_axes(values.shape, spacing_mm=(1.0, 2.0, 3.0))
    made = LowResolution(axis=0, factor=3.0)(Volume(array=values, grid=grid)).array
    # A hat of twice the width of a slice is what averages: weights 1 2 3 2 1.
    thick = ndimage.convolve1d(values, np.array([1, 2, 3, 2, 1]) / 9, axis=0)[1::3]
    np.testing.assert_allclose(made[4:-4:3], thick[1:-1], atol=1e-5)
    np.testing.assert_allclose(made[5], (2 * thick[1] + thick[2]) / 3, atol=1e-5)


def test_flips_are_as_frequent_as_they_say():
    flips = [
        Recipe(steps=(RandomFlip(p=0.3, axes=(0, 2)),)).run(BLANK, seed=n)[1].steps[0].axes
        for n in range(400)
    ]
    for axis in (0, 2):
        assert np.mean([axis in axes for axes in flips]) == pytest.approx(0.3, abs=0.08)
    assert all(1 not in axes for axes in flips)
    assert np.mean([axes == (0, 2) for axes in flips]) == pytest.approx(0.09, abs=0.05)


@pytest.mark.parametrize(
    "word",
    [
        *("random_affine", "random_blur", "random_elastic", "random_gamma", "random_intensity"),
        *("random_low_resolution", "random_noise"),
    ],
)
def test_what_is_not_drawn_changes_nothing(word, pair):
    """As often as ``p`` says; and then the account holds a line that does nothing."""
    volume, labels = pair
    done = []
    for seed in range(60):
        made, _, account = Recipe(steps=(find_step(word)(p=0.5),)).run_pair(volume, labels, seed=seed)
        done.append(account.steps[0].word() != "linear" or not account.steps[0].map().is_identity)
        if not done[-1]:
            assert made.array is volume.array
    assert 0.3 < np.mean(done) < 0.7


def test_an_affine_stays_within_what_was_asked_for():
    step = find_step("random_affine")(
        p=1.0, rotate_deg=(0.0, 0.0, 25.0), scale=(0.8, 1.25), translate_mm=(5.0, 0.0, 0.0)
    )
    angles, factors, shifts = [], [], []
    middle = GRID.to_world((np.array(GRID.shape) - 1) / 2)
    for seed in range(200):
        (done,) = Recipe(steps=(step,)).run(BLANK, seed=seed)[1].steps
        matrix = np.array(done.matrix).reshape(4, 4)
        factors.append(np.cbrt(np.linalg.det(matrix[:3, :3])))
        turn = matrix[:3, :3] / factors[-1]
        angles.append(np.rad2deg(np.arctan2(turn[1, 0], turn[0, 0])))
        shifts.append(matrix[:3, :3] @ middle + matrix[:3, 3] - middle)
        np.testing.assert_allclose(turn[2], (0, 0, 1), atol=1e-12)
    assert -25 <= min(angles) < -22
    assert 22 < max(angles) <= 25
    assert 0.8 <= min(factors) < 0.83
    assert 1.2 < max(factors) <= 1.25
    assert np.mean(np.array(factors) < 1) == pytest.approx(0.5, abs=0.12)
    np.testing.assert_allclose(np.array(shifts)[:, 1:], 0, atol=1e-9)
    assert 4.5 < np.abs(shifts).max() <= 5


def test_crops_around_labels_hold_them(pair):
    volume, labels = pair
    for seed in range(30):
        step = RandomCrop(shape=(9, 8, 7), foreground=1.0, classes=(1,))
        made, made_labels, _ = Recipe(steps=(step,)).run_pair(volume, labels, seed=seed)
        assert made.grid.shape == (9, 8, 7)
        assert (made_labels.array == 1).any()
        assert made.valid is None
    # Labels are found where they are after the steps before, too.
    turned = Recipe(steps=(find_step("reorient")(to="SAR"), step))
    assert (turned.run_pair(volume, labels)[1].array == 1).any()


@pytest.mark.parametrize(
    ("word", "options"),
    [
        ("random_noise", {"p": 1.5}),
        ("random_noise", {"std": (0.2, 0.1)}),
        ("random_blur", {"sigma_mm": (-1.0, 1.0)}),
        ("random_gamma", {"exponent": (0.0, 1.0)}),
        ("random_affine", {"scale": (0.0, 1.0)}),
        ("random_affine", {"rotate_deg": (200.0, 0.0, 0.0)}),
        ("random_crop", {"shape": (0, 3, 3)}),
        ("random_elastic", {"points": (4, 4, 4)}),
        ("random_flip", {"axes": (3,)}),
        ("random_low_resolution", {"factor": (0.5, 2.0)}),
        ("affine", {"matrix": (1.0,) * 16}),
        ("elastic", {"points": (4, 4, 4), "displacements_mm": (0.0,)}),
        ("gamma", {"exponent": 1.0, "low": 1.0, "high": 1.0}),
        ("noise", {"std": -1.0, "seed": 0}),
        ("box", {"start": (0, 0, 0), "size": (0, 1, 1)}),
        ("low_resolution", {"axis": 3, "factor": 2.0}),
    ],
)
def test_what_cannot_be_meant_is_refused(word, options):
    with pytest.raises(WrongUse, match=word):
        find_step(word)(**options)


def _world(grid):
    return grid.to_world(np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1))


def test_noise_of_one_channel_is_not_that_of_another():
    one, other = np.moveaxis(
        Noise(std=1.0, seed=5)(BLANK.replace(array=np.zeros((*GRID.shape, 2)))).array, 3, 0
    )
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.05


def test_gamma_leaves_no_hounsfield_units(pair):
    assert Gamma(exponent=2.0, low=-1000.0, high=1000.0)(pair[0].replace(unit="HU")).unit == "a.u."


def test_crops_look_for_labels_where_they_have_been_moved_to():
    labels = np.zeros(GRID.shape, np.uint8)
    labels[2:5, 3:6, 2:4] = 1
    away = np.eye(4)
    away[:3, 3] = GRID.affine[:3, :3] @ (20, 15, 12)
    move = {"do": "affine", "matrix": away.ravel().tolist()}
    for crop in (
        {"do": "crop_to_labels", "margin_mm": 0.0},
        {"do": "random_crop", "shape": [6, 6, 6], "foreground": 1.0},
    ):
        recipe = Recipe.from_json({"step": [move, crop]})
        _, found, _ = recipe.run_pair(BLANK, Labels(array=labels, grid=GRID))
        assert found.array.any(), crop["do"]


def test_places_on_measured_values_are_refused_once_content_has_moved(pair):
    volume = pair[0].replace(unit="HU")
    move = {"do": "affine", "matrix": np.eye(4).ravel().tolist()}
    for step in ({"do": "crop_to_body"}, {"do": "crop_to_foreground"}, {"do": "zscore", "over": "body"}):
        with pytest.raises(WrongUse, match="moved"):
            Recipe.from_json({"step": [move, step]}).run(volume)


def test_a_crop_larger_than_the_volume_is_planned_as_large_as_it_becomes():
    step = RandomCrop(shape=(40, 20, 22))
    made = Recipe(steps=(step,)).run(BLANK)[0].grid
    assert step.grid_at_most(GRID).shape == made.shape == (40, 20, 22)
    assert RandomCrop(p=0.5, shape=(40, 20, 22)).grid_at_most(GRID).shape == (40, 26, 22)
