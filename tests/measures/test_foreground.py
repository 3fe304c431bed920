"""Where the patient is: nothing of it is lost, whatever the stack."""

import numpy as np
import pytest

from scan2train.errors import Scan2TrainError
from scan2train.measures.foreground import foreground_box, foreground_values, otsu_threshold
from scan2train.volume import Volume

BODY = (slice(20, 40), slice(10, 35))


def stack(planes, spacing):
    values = np.full((60, 50, planes), -1000, np.int16)
    values[BODY] = 50
    return Volume.from_array(values, spacing, unit="HU")


@pytest.mark.parametrize("planes", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("spacing", [(3.0, 2.8, 0.5), (3.0, 2.8, 5.0), (1.4, 1.5, 1.0)])
def test_the_box_holds_the_body_in_thin_and_thick_stacks(planes, spacing):
    volume = stack(planes, spacing)
    assert -1000 < otsu_threshold(volume) < 50
    box = foreground_box(volume, -500)
    for (first, last), (low, high) in zip(box, ((20, 39), (10, 34), (0, planes - 1)), strict=True):
        assert first <= low
        assert last >= high
    assert box[0][0] > 0
    assert box[0][1] < 59


def test_padding_is_not_looked_at():
    volume = stack(8, (3.0, 2.8, 2.0))
    values, valid = volume.array.copy(), np.ones(volume.array.shape, bool)
    values[45:], valid[45:] = 30000, False
    padded = volume.replace(array=values, valid=valid)
    assert foreground_box(padded, -500)[0][1] < 45
    assert otsu_threshold(padded) < 50
    assert foreground_values(padded, whole=True).max() == 50
    assert set(foreground_values(padded, whole=False)) == {50}


def test_nothing_to_find_is_said():
    constant = Volume.from_array(np.zeros((9, 8, 7)), (1.0, 2.0, 3.0))
    with pytest.raises(Scan2TrainError, match="one value everywhere"):
        otsu_threshold(constant)
    with pytest.raises(Scan2TrainError, match="no foreground"):
        foreground_box(constant, 5.0)
    with pytest.raises(Scan2TrainError, match="no real values"):
        foreground_values(constant.replace(valid=np.zeros((9, 8, 7), bool)), whole=True)


def test_values_that_are_no_numbers_do_not_decide():
    values = np.zeros((30, 28, 9))
    values[10:20] = 100
    values[0] = np.nan
    assert 0 < otsu_threshold(Volume.from_array(values, (4.0, 5.0, 6.0))) < 100
