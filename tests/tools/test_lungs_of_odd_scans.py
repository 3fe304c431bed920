"""Lungs where gas, couch, tight pictures and thick slices get in the way."""

import numpy as np
import pytest

import scan2train as s2t
from scan2train.testing.phantoms import chest_ct, chest_lungs
from scan2train.testing.phantoms.canvas import Canvas, Ellipsoid
from scan2train.testing.phantoms.chest import LEFT_LUNG

SHAPE, SPACING = (118, 98, 84), (3.1, 3.3, 3.7)
INF = float("inf")


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def agree(found, truth):
    return min(dice(found.labels.array == label, truth.array == label) for label in (1, 2))


def painted(volume, *bodies):
    canvas = Canvas(grid=volume.grid, values=volume.array.T.astype(np.float32))
    for body, value in bodies:
        canvas.paint(body, value)
    return volume.replace(array=canvas.values.astype(np.int16).T)


def within(volume, body):
    return Canvas(grid=volume.grid, values=np.zeros(volume.array.T.shape, np.float32)).mask(body).T


def beyond(radius_mm):
    i, j = np.meshgrid(*(np.arange(size) - (size - 1) / 2 for size in SHAPE[:2]), indexing="ij")
    return np.hypot(i * SPACING[0], j * SPACING[1]) > radius_mm


def reasons(found):
    return {one.reason for one in found.doubts}


@pytest.fixture(scope="module")
def chest():
    return chest_ct(SHAPE, SPACING, lesion_centre_mm=None)[0]


def test_a_thin_wall_of_the_chest_at_the_end_of_the_picture_is_no_lung(chest):
    # Some 5 mm from the lungs on both sides, nearer than the closing reaches.
    array = chest.array[15:-17]
    affine = chest.grid.affine.copy()
    affine[:3, 3] = chest.grid.to_world((15, 0, 0))
    tight = s2t.Volume(array=array, grid=s2t.Grid(array.shape, affine), unit="HU")
    found = s2t.segment_lungs(tight)
    assert agree(found, chest_lungs(tight.grid)) > 0.97
    assert (found.labels.array[0] > 0).sum() + (found.labels.array[-1] > 0).sum() == 0


def test_stomach_gas_below_a_leaking_wall_is_no_lung():
    # The wall has a hole where it is thinnest.
    high = chest_ct((118, 98, 84), (3.1, 3.3, 4.7), lesion_centre_mm=None)[0]
    bubble = Ellipsoid(centre=(-80, 4, -120), radii=(42, 42, 32))
    hole = Ellipsoid(centre=(-80, 4, -86), radii=(6, 6, 9))
    found = s2t.segment_lungs(painted(high, (bubble, -995), (hole, -900)))
    assert agree(found, chest_lungs(high.grid)) > 0.965
    assert (found.labels.array[within(high, bubble)] > 0).mean() < 0.02


def test_a_bulla_is_lung(chest):
    bulla = Ellipsoid(centre=(-80, 30, 60), radii=(24, 26, 28))
    found = s2t.segment_lungs(painted(chest, (bulla, -990)))
    assert agree(found, chest_lungs(chest.grid)) > 0.97


def test_air_around_a_lung_is_said(chest):
    # The front third of the left lung, behind a pleura too thin to be seen.
    free = Ellipsoid(centre=LEFT_LUNG.centre, radii=LEFT_LUNG.radii, power=2.4, low=(-INF, 30.0, -INF))
    found = s2t.segment_lungs(painted(chest, (free, -1000)))
    assert "gas-in-lung" in reasons(found)


def test_air_between_patient_and_couch_is_no_lung(chest):
    couch = Ellipsoid(centre=(0, -150, 0), radii=(170, 42, 500), power=8)
    gap = Ellipsoid(centre=(40, -120, 0), radii=(90, 8, 130), power=4)
    found = s2t.segment_lungs(painted(chest, (couch, -50), (gap, -900)))
    assert agree(found, chest_lungs(chest.grid)) > 0.96


def test_air_beside_the_patient_does_not_speak_against_parted_lungs(chest):
    # What lies outside of the scanner's circle was set to 0 HU: the air around is shut in.
    array = chest.array.copy()
    array[beyond(178)] = 0
    found = s2t.segment_lungs(chest.replace(array=array))
    assert agree(found, chest_lungs(chest.grid)) > 0.97
    assert "not-parted" not in reasons(found)


def test_thick_slices_leave_the_lung_beside_the_trachea():
    thick = chest_ct((236, 196, 32), (1.55, 1.65, 9.7), lesion_centre_mm=None)[0]
    # Lung reaches the trachea, as that of the right upper lobe does.
    upper = Ellipsoid(centre=(26, -5, 85), radii=(14, 16, 30))
    found = s2t.segment_lungs(painted(thick, (upper, -850)))
    assert (found.labels.array[within(thick, upper)] == 1).mean() > 0.98


def test_lung_that_the_circle_of_the_scanner_cuts_is_kept_and_said(chest):
    outside = beyond(112)
    array, truth = chest.array.copy(), chest_lungs(chest.grid)
    array[outside] = -2000
    found = s2t.segment_lungs(chest.replace(array=array))
    want = np.where(outside[..., None], 0, truth.array)
    assert min(dice(found.labels.array == label, want == label) for label in (1, 2)) > 0.97
    assert "cut-lung" in reasons(found)


def test_a_right_lung_that_is_the_smaller_one_is_said(chest):
    # Lung without air at the base: too low for what is looked at behind ribs.
    dense = Ellipsoid(centre=(84, -20, -50), radii=(60, 70, 80))
    found = s2t.segment_lungs(painted(chest, (dense, 20)))
    right, left = (measure.volume_ml for measure in found.measures)
    assert 0.6 * left < right < 0.8 * left
    assert "unequal-lungs" in reasons(found)
