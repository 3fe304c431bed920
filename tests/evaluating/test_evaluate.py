"""Scores of one case: empty masks, other grids, many labels, and what must not change a number."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

import scan2train as s2t
from scan2train.errors import GridMismatch, UnknownName, WrongUse
from scan2train.grid import Grid

SHAPE, SPACING = (22, 19, 13), (0.8, 1.3, 2.1)
#: Turned about two axes, and off the origin.
TURN = np.linalg.qr(np.array([[1.0, 0.3, -0.2], [-0.25, 1.0, 0.1], [0.2, -0.1, 1.0]]))[0]
METRICS = (
    *("dice", "jaccard", "sensitivity", "precision", "volume_difference", "hd", "hd95", "assd", "masd"),
    *("nsd@2mm", "centre_distance", "lesion_f1"),
)
DISTANCES = ("hd", "hd95", "assd", "masd", "centre_distance")


def labels(array, *, names=None):
    return s2t.Labels.from_array(
        array, SPACING, origin=(-40.0, 12.0, 300.0), direction=TURN, names=names or {}
    )


def pair():
    """Two labels each, in several pieces, alike and not the same."""
    random = np.random.default_rng(5)
    field = gaussian_filter(random.normal(size=SHAPE), 2)
    other = field + 0.25 * gaussian_filter(random.normal(size=SHAPE), 1)
    cut = np.quantile(field, (0.55, 0.8))
    return tuple(np.digitize(one, cut).astype(np.uint8) for one in (other, field))


def values(scores):
    return {(one.label, one.metric): one.value for one in scores}


def approx(expected, rel=1e-9):
    return pytest.approx(expected, rel=rel, abs=1e-9)


def test_every_metric_of_every_label_with_unit_and_definition():
    prediction, truth = pair()
    scores = s2t.evaluate(labels(prediction), labels(truth, names={2: "tumour"}))
    assert [(one.label, one.metric) for one in scores] == [(v, m) for v in (1, 2) for m in METRICS]
    assert {one.metric: one.unit for one in scores} == {
        name: "mm" if name in DISTANCES else "ml" if name == "volume_difference" else "1" for name in METRICS
    }
    assert all(one.definition.startswith(one.metric.split("@")[0]) for one in scores)
    assert {one.name for one in scores} == {"", "tumour"}


def test_overlap_by_counting():
    prediction, truth = pair()
    found = values(s2t.evaluate(labels(prediction), labels(truth)))
    for value in (1, 2):
        p, t = prediction == value, truth == value
        both = (p & t).sum()
        assert found[value, "dice"] == 2 * both / (p.sum() + t.sum())
        assert found[value, "jaccard"] == both / (p | t).sum()
        assert found[value, "sensitivity"] == both / t.sum()
        assert found[value, "precision"] == both / p.sum()
        ml = (int(p.sum()) - int(t.sum())) * np.prod(SPACING) / 1000
        assert found[value, "volume_difference"] == approx(ml)
        centres = [np.argwhere(one).mean(axis=0) * SPACING for one in (p, t)]
        assert found[value, "centre_distance"] == approx(np.linalg.norm(centres[0] - centres[1]))


@pytest.mark.parametrize("surface", ["area", "voxel"])
def test_exchanging_the_two_exchanges_sensitivity_and_precision_and_nothing_else(surface):
    prediction, truth = map(labels, pair())
    there = values(s2t.evaluate(prediction, truth, surface=surface))
    back = values(s2t.evaluate(truth, prediction, surface=surface))
    for value in (1, 2):
        assert there[value, "sensitivity"] == back[value, "precision"]
        assert there[value, "volume_difference"] == -back[value, "volume_difference"]
        for metric in set(METRICS) - {"sensitivity", "precision", "volume_difference", "lesion_f1"}:
            assert there[value, metric] == approx(back[value, metric])


@pytest.mark.parametrize("surface", ["area", "voxel"])
@pytest.mark.parametrize("order", [(2, 0, 1), (1, 0, 2)])
def test_how_the_voxels_lie_in_memory_changes_nothing(surface, order):
    """The same masks in the same place, their axes exchanged and turned over."""
    here = [labels(one) for one in pair()]
    expected = values(s2t.evaluate(*here, surface=surface))
    turned = []
    for one in here:
        affine = one.grid.affine.copy()
        affine[:3, 3] = one.grid.to_world((SHAPE[0] - 1, 0, SHAPE[2] - 1))
        affine[:3, :3] *= (-1, 1, -1)
        affine[:3, :3] = affine[:3, order]
        array = one.array[::-1, :, ::-1].transpose(order)
        turned.append(s2t.Labels(array=array, grid=Grid(array.shape, affine)))
    assert values(s2t.evaluate(*turned, surface=surface)) == approx(expected)
    mixed = s2t.evaluate(turned[0], here[1], surface=surface)
    assert values(mixed) == approx(expected)
    assert {one.note for one in mixed} == {"prediction moved voxel by voxel to the truth's grid"}


def test_both_empty_is_no_value():
    empty = np.zeros(SHAPE, np.uint8)
    for policy in ("null", "worst"):
        scores = s2t.evaluate(labels(empty), labels(empty), labels=[3], empty=policy)
        assert [one.metric for one in scores] == list(METRICS)
        assert {(one.value, one.note) for one in scores} == {(None, "both empty")}


def test_a_named_label_that_nobody_has_is_told():
    prediction, truth = pair()
    scores = s2t.evaluate(labels(prediction), labels(truth, names={7: "spleen"}))
    assert {(one.value, one.note) for one in scores if one.label == 7} == {(None, "both empty")}


@pytest.mark.parametrize("lacks", ["prediction", "truth"])
def test_one_empty_is_missed(lacks):
    empty, full = np.zeros(SHAPE, np.uint8), (pair()[1] == 2).astype(np.uint8)
    given = (empty, full) if lacks == "prediction" else (full, empty)
    found = {one.metric: one for one in s2t.evaluate(*map(labels, given))}
    assert {found[name].value for name in DISTANCES} == {None}
    assert {found[name].note for name in DISTANCES} == {"missed"}
    assert {found[name].value for name in ("dice", "jaccard", "nsd@2mm", "lesion_f1")} == {0.0}
    none, zero = ("precision", "sensitivity") if lacks == "prediction" else ("sensitivity", "precision")
    assert (found[none].value, found[none].note) == (None, f"the {lacks} is empty")
    assert found[zero].value == 0.0
    assert found["volume_difference"].value == approx(
        (-1 if lacks == "prediction" else 1) * int(full.sum()) * np.prod(SPACING) / 1000
    )
    worst = values(s2t.evaluate(*map(labels, given), empty="worst"))
    assert {worst[1, name] for name in DISTANCES} == {np.linalg.norm(np.array(SHAPE) * SPACING)}


def test_sixty_labels_each_as_if_alone():
    random = np.random.default_rng(2)
    blocks = np.arange(60, dtype=np.uint8).reshape(5, 4, 3).repeat(5, 0).repeat(4, 1).repeat(4, 2) + 1
    truth = np.where(random.random(blocks.shape) < 0.9, blocks, 0).astype(np.uint8)
    prediction = np.roll(truth, 1, axis=0)
    found = values(s2t.evaluate(labels(prediction), labels(truth)))
    assert {label for label, _ in found} == set(range(1, 61))
    for value in (1, 17, 60):
        alone = (labels((one == value).astype(np.uint8)) for one in (prediction, truth))
        expected = values(s2t.evaluate(*alone))
        assert [found[value, metric] for metric in METRICS] == approx([expected[1, m] for m in METRICS])


def test_a_finer_prediction_is_brought_to_the_truth():
    """Twice as fine along each axis, each voxel eight of one label: nothing may change, and it is said."""
    prediction, truth = pair()
    here = labels(truth)
    fine = prediction.repeat(2, 0).repeat(2, 1).repeat(2, 2)
    affine = here.grid.affine.copy()
    affine[:3, 3] = here.grid.to_world((-0.25, -0.25, -0.25))
    affine[:3, :3] /= 2
    finer = s2t.Labels(array=fine, grid=Grid(fine.shape, affine))
    scores = s2t.evaluate(finer, here)
    assert {one.note for one in scores} == {"prediction resampled to the truth's grid"}
    expected = values(s2t.evaluate(labels(prediction), here))
    dice = {key: value for key, value in expected.items() if key[1] == "dice"}
    for key, value in dice.items():
        assert values(scores)[key] == pytest.approx(value, abs=0.02)


def test_what_lies_beyond_the_other_field_is_told():
    prediction, truth = pair()
    whole, part = labels(prediction), labels(truth)
    half = s2t.Labels(array=truth[:11], grid=Grid((11, *SHAPE[1:]), part.grid.affine))
    share = (prediction[11:] > 0).sum() / (prediction > 0).sum()
    (note,) = {one.note for one in s2t.evaluate(whole, half)}
    assert note.startswith(f"{share:.1%} of the prediction lies beyond the truth's field; ")
    inside = labels(np.where(np.arange(SHAPE[0])[:, None, None] < 11, prediction, 0).astype(np.uint8))
    scored = values(s2t.evaluate(half.replace(array=half.array), inside))
    assert scored == approx(
        values(s2t.evaluate(labels(np.concatenate([truth[:11], 0 * truth[11:]])), inside))
    )


def test_two_places_that_do_not_meet_are_refused():
    prediction, truth = pair()
    affine = labels(truth).grid.affine.copy()
    affine[:3, 3] += (0, 0, 500)
    away = s2t.Labels(array=prediction, grid=Grid(SHAPE, affine))
    with pytest.raises(GridMismatch, match="do not meet anywhere"):
        s2t.evaluate(away, labels(truth))


def test_a_tilted_truth_is_measured_on_a_straight_grid():
    """Boxes along k in a stack whose slices are shifted against one another: distances are those of space."""
    shape = (30, 24, 12)
    affine = np.diag([0.8, 1.1, 3.0, 1.0])
    affine[1, 2] = 0.9
    truth, prediction = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    truth[5:20, 6:18, 2:10] = 1
    prediction[5:20, 6:18, 2:8] = 1
    given = [s2t.Labels(array=one, grid=Grid(shape, affine)) for one in (prediction, truth)]
    scores = s2t.evaluate(*given)
    assert {one.note for one in scores} == {"both on a straight grid around the tilted truth"}
    found = values(scores)
    assert found[1, "hd"] == pytest.approx(6.0, abs=0.6)
    assert found[1, "volume_difference"] == pytest.approx(-(15 * 12 * 2) * 0.8 * 1.1 * 3 / 1000, rel=0.02)


def test_pixels_have_no_millimetres():
    square = np.zeros((12, 10, 1), np.uint8)
    square[2:8, 3:7] = 1
    grid = Grid(square.shape, np.eye(4), physical=False)
    masks = [s2t.Labels(array=one, grid=grid) for one in (np.roll(square, 2, axis=0), square)]
    found = {one.metric: one for one in s2t.evaluate(*masks)}
    assert (found["hd"].value, found["hd"].unit) == (2.0, "px")
    assert found["nsd@2px"].value == 1.0


@pytest.mark.parametrize("physical", [(False, False), (False, True), (True, False)])
def test_other_shapes_without_geometry_are_refused(physical):
    """A picture of half the size would lie in the corner of the other."""
    masks = [
        s2t.Labels(array=np.ones(shape, np.uint8), grid=Grid(shape, np.eye(4), physical=known))
        for shape, known in zip(((30, 26, 1), (60, 52, 1)), physical, strict=True)
    ]
    with pytest.raises(GridMismatch, match="no geometry, and their shapes differ"):
        s2t.evaluate(*masks)


def test_lesions_are_found_by_a_touch():
    """Of three, one is met, one is met twice, one is missed; and one alarm is false."""
    truth, prediction = np.zeros((20, 12, 9), np.uint8), np.zeros((20, 12, 9), np.uint8)
    truth[1:4, 1:4, 1:4] = truth[8:14, 2:4, 2:4] = truth[16:18, 8:10, 6:8] = 1
    # Corner to corner with the first is one component with it.
    truth[4, 4, 4] = 1
    prediction[4, 4, 4] = prediction[8, 2, 2] = prediction[13, 3, 3] = prediction[2, 9, 7] = 1
    found = values(s2t.evaluate(labels(prediction), labels(truth)))
    assert found[1, "lesion_f1"] == 2 * 2 / (2 * 2 + 1 + 1)


def test_labels_of_64_bits_are_told_apart_or_refused():
    """Floats would hold 2^60 and 2^60 + 1 as one."""
    array = np.zeros(SHAPE, np.uint64)
    array[2:8, 3:9, 4:9], array[10:18, 3:9, 4:9] = 2**60, 2**60 + 1
    found = values(s2t.evaluate(labels(array), labels(array)))
    assert {label for label, _ in found} == {2**60, 2**60 + 1}
    assert found[2**60, "dice"] == found[2**60 + 1, "dice"] == 1
    array[3, 4, 5] = 2**63
    with pytest.raises(WrongUse, match="too large"):
        s2t.evaluate(labels(array), labels(array))


def test_arrays_are_no_masks():
    prediction, truth = pair()
    for given in (
        (prediction, truth),
        (labels(prediction), truth),
        ("a.nii.gz", truth),
        (None, labels(truth)),
    ):
        with pytest.raises(WrongUse, match=r"a mask is Labels.*ndarray|a mask is Labels.*NoneType"):
            s2t.evaluate(*given)


def test_what_cannot_be_meant():
    prediction, truth = map(labels, pair())
    with pytest.raises(UnknownName, match="surface 'area2'"):
        s2t.evaluate(prediction, truth, surface="area2")
    with pytest.raises(WrongUse, match="a tolerance is a length"):
        s2t.evaluate(prediction, truth, tolerances=(-1,))
    with pytest.raises(WrongUse, match=r"Labels\.from_array"):
        s2t.evaluate(np.zeros(SHAPE, np.uint8), truth)
