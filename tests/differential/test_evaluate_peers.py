"""Scores are those of MONAI and SimpleITK where the definitions agree, to 1e-4."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its own documentation calls it so
import torch
from monai.metrics import compute_average_surface_distance, compute_hausdorff_distance, compute_surface_dice
from monai.metrics.utils import create_table_neighbour_code_to_surface_area
from scipy import ndimage

import scan2train as s2t

SPACING = (0.7, 1.1, 2.5)
CLOSE = 1e-4


@pytest.fixture(scope="module", params=[(30, 27, 19), (17, 25, 23)], ids=["cut", "other"])
def masks(request):
    """Organs with rough borders, some of them cut by the edge of the image."""
    random = np.random.default_rng(11)
    field = ndimage.gaussian_filter(random.normal(size=request.param), 3)
    other = field + 0.3 * ndimage.gaussian_filter(random.normal(size=request.param), 1.5)
    return tuple((one > np.quantile(field, 0.6)).astype(np.uint8) for one in (other, field))


def scores(masks, **how):
    given = [s2t.Labels.from_array(one, SPACING) for one in masks]
    return {one.metric: one.value for one in s2t.evaluate(*given, tolerances=(0.8, 2), **how)}


def batch(masks):
    return [torch.from_numpy(one)[None, None] for one in masks]


def test_monai_by_voxels(masks):
    found = scores(masks, surface="voxel")
    p, t = batch(masks)
    more = {"include_background": True, "spacing": SPACING}
    assert found["hd"] == pytest.approx(float(compute_hausdorff_distance(p, t, **more)), abs=CLOSE)
    hd95 = compute_hausdorff_distance(p, t, percentile=95, **more)
    assert found["hd95"] == pytest.approx(float(hd95), abs=CLOSE)
    both = compute_average_surface_distance(p, t, symmetric=True, **more)
    assert found["assd"] == pytest.approx(float(both), abs=CLOSE)
    directed = [float(compute_average_surface_distance(*one, **more)) for one in ((p, t), (t, p))]
    assert found["masd"] == pytest.approx(np.mean(directed), abs=CLOSE)
    for tolerance in (0.8, 2):
        nsd = compute_surface_dice(p, t, [tolerance], **more)
        assert found[f"nsd@{tolerance:g}mm"] == pytest.approx(float(nsd), abs=CLOSE)


def test_monai_by_area(masks):
    found = scores(masks)
    p, t = batch(masks)
    for tolerance in (0.8, 2):
        nsd = compute_surface_dice(
            p, t, [tolerance], include_background=True, spacing=SPACING, use_subvoxels=True
        )
        assert found[f"nsd@{tolerance:g}mm"] == pytest.approx(float(nsd), abs=CLOSE)


def test_the_published_definition_in_plain_numpy(masks):
    """Elements by correlation, distances by the transform of the whole image, percentiles by cumulative area."""
    found = scores(masks)
    areas = create_table_neighbour_code_to_surface_area(SPACING)[0].numpy()
    kernel = np.array([[[128, 64], [32, 16]], [[8, 4], [2, 1]]])
    codes = [ndimage.correlate(np.pad(one, 1).astype(int), kernel, mode="constant") for one in masks]
    surfaces = [(one > 0) & (one < 255) for one in codes]
    maps = [ndimage.distance_transform_edt(~one, sampling=SPACING) for one in surfaces]
    distances = [maps[1][surfaces[0]], maps[0][surfaces[1]]]
    weights = [areas[code[surface]] for code, surface in zip(codes, surfaces, strict=True)]
    percentiles = []
    for one, weight in zip(distances, weights, strict=True):
        order = np.argsort(one)
        share = np.cumsum(weight[order]) / weight.sum()
        percentiles.append(one[order][np.searchsorted(share, 0.95)])
    assert found["hd95"] == pytest.approx(max(percentiles), abs=CLOSE)
    means = [(one * weight).sum() / weight.sum() for one, weight in zip(distances, weights, strict=True)]
    assert found["masd"] == pytest.approx(np.mean(means), abs=CLOSE)
    total = sum((one * weight).sum() for one, weight in zip(distances, weights, strict=True))
    assert found["assd"] == pytest.approx(total / sum(one.sum() for one in weights), abs=CLOSE)


def test_simpleitk_overlap(masks):
    found = scores(masks)
    p, t = (sitk.GetImageFromArray(np.ascontiguousarray(one.T)) for one in masks)
    measured = sitk.LabelOverlapMeasuresImageFilter()
    measured.Execute(p, t)
    assert found["dice"] == pytest.approx(measured.GetDiceCoefficient(), abs=CLOSE)
    assert found["jaccard"] == pytest.approx(measured.GetJaccardCoefficient(), abs=CLOSE)
    assert 1 - found["sensitivity"] == pytest.approx(measured.GetFalseNegativeError(), abs=CLOSE)


def test_simpleitk_hausdorff_where_a_set_is_as_far_as_its_surface():
    """SimpleITK measures from whole sets of voxels: the same where no surface runs within the other mask."""
    truth = np.zeros((30, 26, 20), np.uint8)
    truth[4:12, 5:14, 4:9] = 1
    moved = np.roll(truth, (12, 3, 5), axis=(0, 1, 2))
    images = [sitk.GetImageFromArray(np.ascontiguousarray(one.T)) for one in (moved, truth)]
    for image in images:
        image.SetSpacing(SPACING)
    measured = sitk.HausdorffDistanceImageFilter()
    measured.Execute(*images)
    expected = measured.GetHausdorffDistance()
    for surface in ("voxel", "area"):
        assert scores((moved, truth), surface=surface)["hd"] == pytest.approx(expected, abs=CLOSE)
