"""Windows that are offered for an image."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train import Volume
from scan2train.viewing.image import Image
from scan2train.viewing.windows import windows_of


def names(unit: str, low: int) -> list[str]:
    values = np.linspace(low, 900, 4 * 5 * 6).reshape(4, 5, 6).astype(np.int16)
    volume = Volume.from_array(values, (0.9, 1.1, 2.5), unit=unit)
    return [one["name"] for one in windows_of(Image(id="1" * 12, name="scan", volume=volume))]


def test_a_ct_begins_with_soft_tissue():
    assert names("HU", -1000)[:2] == ["Soft tissue", "Automatic"]


def test_values_of_air_without_a_unit_are_offered_tissues_with_a_doubt():
    offered = names("a.u.", -1000)
    assert offered[0] == "Automatic"
    assert offered[1:]
    assert all(name.endswith(", if HU") for name in offered[1:])


@pytest.mark.parametrize(("unit", "low"), [("a.u.", 0), ("Bq/ml", -1000)])
def test_other_images_are_offered_no_tissues(unit, low):
    assert names(unit, low) == ["Automatic"]


def test_an_automatic_window_reaches_as_far_as_its_values():
    values = np.linspace(0, 5, 4 * 5 * 6).reshape(4, 5, 6).astype(np.float32)
    volume = Volume.from_array(values, (0.9, 1.1, 2.5))
    window = windows_of(Image(id="1" * 12, name="scan", volume=volume))[0]
    assert window["function"] == "LINEAR_EXACT"  # the half unit of LINEAR is a fifth of these values
