"""Filters do what their peers do, on crops of real scans; where definitions differ, as far as they agree."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its own documentation calls it so
from scipy import ndimage

from scan2train.measures.bias import log_bias
from scan2train.recipe import Recipe
from scan2train.steps.bias_field import BiasField
from scan2train.steps.clahe import Clahe
from scan2train.steps.denoise_anisotropic import DenoiseAnisotropic
from scan2train.steps.denoise_gaussian import DenoiseGaussian
from scan2train.steps.denoise_median import DenoiseMedian
from scan2train.steps.denoise_nonlocal import DenoiseNonlocal
from scan2train.steps.equalize_histogram import EqualizeHistogram
from scan2train.volume import Volume

SPACING = (1.5, 2.0, 3.0)


@pytest.fixture(scope="module")
def head(real_data):
    """40×36×20 voxels of an MR, -31 to 530."""
    image = nib.load(real_data / "nifti_totalseg_sm" / "example_mr_sm.nii.gz")
    return np.ascontiguousarray(np.asanyarray(image.dataobj)[30:70, 20:56].astype(np.float32))


def as_itk(array, spacing=(1.0, 1.0, 1.0)):
    image = sitk.GetImageFromArray(np.ascontiguousarray(array.T))
    image.SetSpacing(spacing)
    return image


def from_itk(image):
    return sitk.GetArrayFromImage(image).T


def test_gaussian_is_that_of_scipy_and_nearly_that_of_itk(head):
    made = DenoiseGaussian(sigma_mm=3.0)(Volume.from_array(head, SPACING)).array
    sigmas = [3.0 / one for one in SPACING]
    inside = (slice(8, -8), slice(6, -6), slice(4, -4))  # four standard deviations from every face
    # float32 sums of values up to 530.
    np.testing.assert_allclose(made[inside], ndimage.gaussian_filter(head, sigmas)[inside], atol=1e-3)
    # ITK's recursive filter approximates the Gaussian, within 1 % of what the crop spans.
    theirs = from_itk(sitk.SmoothingRecursiveGaussian(as_itk(head, SPACING), 3.0))
    assert np.abs(made - theirs)[inside].max() < 0.01 * np.ptp(head)


def test_median_is_that_of_scipy_and_itk(head):
    inside = (slice(1, -1),) * 3
    made = DenoiseMedian(radius=1)(Volume.from_array(head, SPACING)).array
    np.testing.assert_array_equal(made[inside], ndimage.median_filter(head, 3)[inside])
    np.testing.assert_array_equal(made[inside], from_itk(sitk.Median(as_itk(head), [1, 1, 1]))[inside])
    made = DenoiseMedian(radius_mm=3.0)(Volume.from_array(head, SPACING)).array
    i, j, k = np.mgrid[-2:3, -1:2, -1:2]
    ball = (i * 1.5) ** 2 + (j * 2.0) ** 2 + (k * 3.0) ** 2 <= 9.0
    inside = (slice(2, -2), slice(1, -1), slice(1, -1))
    np.testing.assert_array_equal(made[inside], ndimage.median_filter(head, footprint=ball)[inside])


def test_anisotropic_diffusion_is_that_of_itk(head):
    steps = 5
    step = DenoiseAnisotropic(sigma_mm=np.sqrt(2 * steps / 16), conductance=2.0)
    made = step(Volume.from_array(head)).array
    theirs = from_itk(sitk.GradientAnisotropicDiffusion(as_itk(head), 1 / 16, 2.0, 1, steps))
    np.testing.assert_allclose(made, theirs, atol=2e-3)  # float32 at each of the steps
    assert np.abs(made - head).mean() > 10


def test_without_edges_diffusion_is_a_gaussian_in_millimetres():
    point = np.zeros((25, 21, 17), np.float32)
    point[12, 10, 8] = 1000
    made = DenoiseAnisotropic(sigma_mm=4.0, conductance=1e6)(Volume.from_array(point, SPACING)).array
    for axis, spacing in enumerate(SPACING):
        profile = made.sum(axis=tuple(one for one in range(3) if one != axis), dtype=np.float64)
        place = (np.arange(len(profile)) - len(profile) // 2) * spacing
        # What flowed as far as the faces was kept within them.
        assert np.sqrt((profile * place**2).sum() / profile.sum()) == pytest.approx(4.0, rel=0.02)


def by_definition(array, search, noise, strength):
    """Non-local means with patches of 3×3×3, wherever patches and box lie within the array."""
    box = range(-search, search + 1)
    total, weights = np.zeros_like(array), np.zeros_like(array)
    for shift in np.stack(np.meshgrid(box, box, box, indexing="ij"), axis=-1).reshape(-1, 3):
        other = np.roll(array, -shift, axis=(0, 1, 2))
        apart = ndimage.uniform_filter((array - other) ** 2, 3)
        weight = np.exp(-np.maximum(apart - 2 * noise**2, 0) / (strength * noise) ** 2)
        total += weight * other
        weights += weight
    return total / weights


def test_nonlocal_means_are_those_of_the_definition_and_nearly_those_of_scikit_image(head):
    from skimage.restoration import denoise_nl_means

    crop = head[10:28, 8:24, 2:18]
    made = DenoiseNonlocal(search=2, noise=20.0, strength=0.8)(Volume.from_array(crop)).array
    inside = (slice(3, -3),) * 3
    expected = by_definition(crop.astype(np.float64), 2, 20.0, 0.8)
    np.testing.assert_allclose(made[inside], expected[inside], atol=0.01)
    # Theirs weighs the patch by a Gaussian, so that other voxels look alike.
    theirs = denoise_nl_means(
        crop, patch_size=3, patch_distance=2, h=16.0, sigma=20.0, fast_mode=False, preserve_range=True
    )
    assert np.abs(made - theirs)[inside].mean() < 0.01 * np.ptp(crop)


def test_noise_is_measured_and_kept_in_the_account():
    rng = np.random.default_rng(0)
    truth = np.where(np.indices((40, 36, 20)).sum(axis=0) % 60 < 30, 300.0, 700.0)
    volume = Volume.from_array((truth + rng.normal(0, 25, truth.shape)).astype(np.float32), SPACING)
    ready, account = Recipe(steps=(DenoiseNonlocal(search=2),)).run(volume)
    # A tenth of all voxels lie beside an edge, and differ from their neighbours by more than noise.
    assert account.steps[0].noise == pytest.approx(25, rel=0.1)
    assert np.std(ready.array - truth) < 0.5 * 25
    edge = np.abs(np.diff(truth, axis=0)) > 0
    assert np.abs(np.diff(ready.array, axis=0))[edge].mean() > 0.9 * 400


def test_equalised_values_are_those_of_scikit_image(head):
    from skimage.exposure import equalize_hist

    ready, account = Recipe(steps=(EqualizeHistogram(),)).run(Volume.from_array(head, SPACING))
    # Ours are straight lines between 257 quantiles: nowhere off by more than one of them.
    np.testing.assert_allclose(ready.array, equalize_hist(head, nbins=4096), atol=1 / 256 + 1e-3)
    assert len(account.to_toml()) < 8000


def test_clahe_is_nearly_that_of_scikit_image(head):
    from skimage.exposure import equalize_adapthist

    crop = head[:36, :36, :18]  # whole tiles: theirs are padded where they are not
    made = Clahe(tile=9, clip_limit=0.03)(Volume.from_array(crop)).array
    theirs = equalize_adapthist((crop - crop.min()) / np.ptp(crop), 9, 0.03)
    # Theirs maps whole bins and stretches the result; ours is linear within bins.
    assert np.corrcoef(made.ravel(), theirs.ravel())[0, 1] > 0.99
    assert np.abs(made - theirs).mean() < 0.03


def test_clahe_without_contrast_is_the_straight_line(head):
    made = Clahe(tile=10, clip_limit=1 / 256)(Volume.from_array(head)).array
    np.testing.assert_allclose(made, (head - head.min()) / np.ptp(head), atol=1e-5)


def test_the_bias_field_is_that_of_simpleitk(head):
    coarse = head[::3, ::3, ::2]
    mask = coarse > 60
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetMaximumNumberOfIterations([6, 4])
    n4.SetNumberOfControlPoints([4, 5, 4])
    n4.Execute(as_itk(coarse, (9.0, 9.0, 6.0)), as_itk(mask.astype(np.uint8), (9.0, 9.0, 6.0)))
    theirs = from_itk(n4.GetLogBiasFieldAsImage(as_itk(coarse, (9.0, 9.0, 6.0))))
    made = log_bias(coarse, mask, (1, 2, 1), (6, 4), 0.15)
    # ITK keeps the field in float32; what it makes of a histogram's empty end depends on the last bit.
    np.testing.assert_allclose(made[mask], theirs[mask], atol=5e-4)
    assert np.std(theirs[mask]) > 0.005


def test_a_known_field_is_found():
    i, j, k = np.meshgrid(*(np.linspace(-1, 1, n) for n in (40, 36, 20)), indexing="ij")
    true = np.where(i**2 + j**2 + k**2 < 0.3, 540.0, np.where(i**2 + j**2 + k**2 < 0.8, 380.0, 5.0))
    field = np.exp(0.3 * i - 0.2 * j * k + 0.15 * k**2)
    noise = np.random.default_rng(1).normal(0, 6, true.shape)
    volume = Volume.from_array(np.maximum(true * field + noise, 0).astype(np.float32), (4.0, 4.5, 8.0))
    made = BiasField(shrink_mm=8.0)(volume).array
    for tissue in (380.0, 540.0):
        before, after = (one[true == tissue] for one in (volume.array, made))
        assert after.std() / after.mean() < 0.35 * before.std() / before.mean()
