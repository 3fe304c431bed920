"""Organs of an abdomen whose brightness is known, and trunks that have none of them."""

import numpy as np
import pytest

from scan2train.grid import Grid
from scan2train.measures.contrast_look import contrast_look
from scan2train.testing.phantoms import abdomen_ct, chest_ct
from scan2train.testing.phantoms.chest import centred_grid

#: The usual one, sagittal, and an oblique one that is turned round its long axis.
ABOUT = np.radians(9.0)
TURNED = np.array([[np.cos(ABOUT), -np.sin(ABOUT), 0], [np.sin(ABOUT), np.cos(ABOUT), 0], [0, 0, 1]])


def oblique():
    straight = centred_grid((96, 78, 62), (4.2, 3.9, 6.5), "LPI")
    affine = straight.affine.copy()
    affine[:3] = TURNED @ affine[:3]
    return Grid(straight.shape, affine)


@pytest.mark.parametrize(
    "place",
    [
        {"shape": (88, 70, 62), "spacing": (4.5, 4.0, 6.6)},
        {"shape": (70, 62, 88), "spacing": (4.0, 6.6, 4.5), "orientation": "PIR"},
        {"grid": oblique()},
    ],
    ids=["axial", "sagittal", "oblique"],
)
def test_organs_are_found_and_measured(place):
    arterial = contrast_look(abdomen_ct("arterial", **place))
    assert arterial.blood_hu == pytest.approx(310, abs=12)
    assert arterial.liver_hu == pytest.approx(67, abs=6)
    assert arterial.kidney_apart_hu > 40
    assert arterial.urine_hu is None
    venous = contrast_look(abdomen_ct("portal-venous", **place))
    assert venous.blood_hu == pytest.approx(155, abs=12)
    assert venous.liver_hu == pytest.approx(112, abs=6)
    assert abs(venous.kidney_apart_hu) < 30
    assert venous.kidney_hu == pytest.approx(177, abs=18)


def test_agent_in_the_urine_is_late_and_without_agent_all_is_dark():
    late = contrast_look(abdomen_ct("delayed"))
    assert late.urine_hu > 350
    assert late.liver_hu == pytest.approx(85, abs=6)
    plain = contrast_look(abdomen_ct("non-contrast"))
    assert plain.dark
    assert (plain.blood_hu, plain.kidney_hu, plain.urine_hu) == (None, None, None)


@pytest.mark.parametrize("blood", [105, 150, 290])
def test_a_heart_is_blood_and_neither_kidney_nor_bladder(blood):
    look = contrast_look(chest_ct((88, 72, 20), (4.1, 3.9, 6.4), blood_hu=blood)[0])
    assert look.blood_hu == pytest.approx(blood, abs=5)
    assert (look.kidney_hu, look.urine_hu) == (None, None)


def test_a_slab_and_what_is_not_in_hu_say_nothing():
    whole = abdomen_ct("arterial")
    assert contrast_look(whole.replace(unit="a.u.")) is None
    thin = Grid((96, 74, 8), whole.grid.affine)
    assert contrast_look(abdomen_ct("arterial", grid=thin)) is None
