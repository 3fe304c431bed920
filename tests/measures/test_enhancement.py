"""Bright blood is found in any orientation, and bone is none."""

import numpy as np
import pytest

from scan2train.grid import Grid
from scan2train.measures.enhancement import enhancement
from scan2train.testing.phantoms import chest_ct
from scan2train.volume import Volume

GRIDS = {
    "LPS": ((88, 72, 44), (4.1, 3.9, 6.4)),
    "PIR": ((72, 44, 88), (3.9, 6.4, 4.1)),
    "RSA": ((88, 44, 72), (4.1, 6.4, 3.9)),
}


def chest(orientation="LPS", **more):
    shape, spacing = GRIDS[orientation]
    return chest_ct(shape, spacing, orientation=orientation, **more)[0]


@pytest.mark.parametrize("orientation", GRIDS)
@pytest.mark.parametrize(("blood_hu", "seen"), [(None, False), (110, None), (160, True), (320, True)])
def test_blood_tells_of_contrast(orientation, blood_hu, seen):
    found = enhancement(chest(orientation, blood_hu=blood_hu, noise_hu=15))
    assert found.seen is seen
    if seen:
        assert found.bright_hu == pytest.approx(blood_hu, abs=10)
        assert found.volume_ml > 100


def test_a_turned_patient_is_none_the_brighter():
    angle = np.radians(25)
    affine = np.eye(4)
    affine[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    affine[:3, :3] = affine[:3, :3] @ np.diag((-4.1, -3.9, 6.4))
    shape = (96, 84, 44)
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    seen = [enhancement(chest_ct(grid=Grid(shape, affine), blood_hu=hu)[0]).seen for hu in (None, 250)]
    assert seen == [False, True]


def test_what_cannot_be_told_is_not_told():
    volume = chest(blood_hu=300)
    thin = Volume(array=volume.array[:, :, 20:28], grid=Grid((88, 72, 8), volume.grid.affine), unit="HU")
    narrow = Volume(array=volume.array[30:50, 25:45], grid=Grid((20, 20, 44), volume.grid.affine), unit="HU")
    for one in (thin, narrow, volume.replace(unit="a.u."), volume.replace(array=volume.array * 0 - 1000)):
        assert enhancement(one).seen is None
