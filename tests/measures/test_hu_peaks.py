"""Where air and tissue lie, and what follows, on bodies in air of several sizes and directions."""

import numpy as np
import pytest

from scan2train.measures.hu_peaks import hu_peaks
from scan2train.measures.hu_scale import (
    INVERTED,
    LIFTED,
    NO_AIR,
    SCALED,
    SHIFTED,
    TWICE,
    clipped,
    scale_fault,
)
from scan2train.testing.phantoms import chest_ct
from scan2train.volume import Volume


@pytest.fixture(scope="module", params=["LPS", "PIR"])
def chest(request):
    volume, _ = chest_ct((52, 44, 20), (7.0, 6.5, 9.0), orientation=request.param, noise_hu=12.0)
    return volume


def fault(volume, change=lambda array: array):
    peaks = hu_peaks(volume.replace(array=change(volume.array.astype(np.float32))))
    found = scale_fault(peaks)
    return found.message if found else None


def test_air_and_tissue_of_a_chest_are_in_their_places(chest):
    peaks = hu_peaks(chest)
    assert peaks.low == pytest.approx(-1000, abs=25)
    assert -120 < peaks.high < 120
    assert scale_fault(peaks) is None
    assert clipped(peaks, whole=True) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda hu: hu + 1024, LIFTED),
        (lambda hu: hu - 1024, TWICE),
        (lambda hu: -hu, INVERTED),
        (lambda hu: 4095 - (hu + 1024), INVERTED),
        (lambda hu: np.clip((hu + 1000) / 1400, 0, 1), SCALED),
        (lambda hu: np.clip((hu + 1000) / 1400 * 255, 0, 255).round(), SCALED),
        (lambda hu: np.clip(hu, -150, 250), NO_AIR),
    ],
)
def test_values_on_another_scale_are_told(chest, change, message):
    assert fault(chest, change) == message


@pytest.mark.parametrize("offset", [-150, 150, 300])
def test_air_that_is_off_by_a_constant_is_told(offset):
    assert fault(body(), lambda hu: hu + offset) == SHIFTED


@pytest.mark.parametrize("offset", [-70, 70])
def test_an_offset_within_the_tolerance_is_silent(chest, offset):
    assert fault(chest, lambda hu: hu + offset) is None


def body():
    """Tissue of 20 HU in air, whose place tells an offset to the number."""
    radius = np.hypot(*np.ogrid[-1:1:40j, -1:1:36j])[:, :, None] + np.zeros(9)
    return box(np.where(radius < 0.8, 20, -1000))


def box(values, seed=3):
    rng = np.random.default_rng(seed)
    return Volume.from_array(
        (values + rng.normal(0, 10, values.shape)).astype(np.float32), (2, 3, 4), unit="HU"
    )


@pytest.mark.parametrize("value", [-870, -95, 0, 45, 110])
def test_a_crop_of_one_tissue_is_not_judged(value):
    assert fault(box(np.full((20, 18, 9), value))) is None


def test_a_bone_within_muscle_is_no_tissue_in_air():
    i, j = np.ogrid[:40, :36]
    radius = np.hypot(i - 20, j - 18)[:, :, None] + np.zeros(9)
    rising = 300 + 1200 * np.clip((9 - radius) / 9, 0, 1)
    assert fault(box(np.where(radius < 9, rising, 50))) is None


def test_padding_below_air_is_left_to_its_own_rule(chest):
    outside = np.arange(chest.array.shape[0])[:, None, None] < 6
    assert fault(chest, lambda hu: np.where(outside, -3024, hu)) is None


def test_high_values_that_were_cut_off_are_told():
    rising = np.linspace(-60, 200, 40)[:, None, None] + np.zeros((40, 30, 8))
    inside = np.zeros((40, 30, 8), bool)
    inside[6:34, 5:25] = True
    whole = box(np.where(inside, rising, -1000))
    assert clipped(hu_peaks(whole), whole=False) is None
    cut = whole.replace(array=np.minimum(whole.array, 120))
    assert "cut off" in clipped(hu_peaks(cut), whole=False).message


def test_a_phantom_without_noise_was_not_cut_off():
    values = np.full((30, 28, 8), -1000, dtype=np.int16)
    values[5:25, 5:23] = 0
    values[10:14, 8:12] = 120
    assert clipped(hu_peaks(Volume.from_array(values, (2, 3, 4))), whole=True) is None


def test_values_that_are_all_one_have_no_peaks():
    assert hu_peaks(Volume.from_array(np.zeros((12, 11, 10), np.int16))) is None
