"""The vendor's own b-value, where the standard's is missing; and directions that share one."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.read import read
from series_of_points import truth, write_points

SIEMENS = ((0x00190010, "LO", "SIEMENS MR HEADER"), (0x0019100C, "IS"))
GE = ((0x00430010, "LO", "GEMS_PARM_01"), (0x00431039, "IS"))
PHILIPS = ((0x20010010, "LO", "Philips Imaging DD 001"), (0x20011003, "FL"))


def private(vendor, value):
    (tag, vr, creator), (own, kind) = vendor
    return {tag: (vr, creator), own: (kind, value)}


@pytest.mark.parametrize(
    ("vendor", "stored"),
    [
        (SIEMENS, int),
        (GE, lambda b: [int(b), 8, 0, 0]),
        (GE, lambda b: [int(b) + (10**9 if b else 0), 8, 0, 0]),
        (PHILIPS, float),
    ],
)
@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big-endian"])
def test_the_vendor_s_own(tmp_path, vendor, stored, syntax):
    write_points(tmp_path, lambda at: private(vendor, stored(500.0 * at)), transfer_syntax=syntax)
    found = read(tmp_path, stack=True)
    np.testing.assert_array_equal(found.array, truth())
    assert found.meta["dimension"] == "b-value"
    assert found.meta["dimension_values"] == [0, 500, 1000]


def test_another_vendor_s_element_means_nothing(tmp_path):
    write_points(
        tmp_path,
        lambda at: {
            **private(((0x00190010, "LO", "ACME"), SIEMENS[1]), 500 * (2 - at)),
            "TemporalPositionIdentifier": at + 1,
        },
    )
    assert read(tmp_path, stack=True).meta["dimension"] == "time"


def test_the_standard_s_goes_first(tmp_path):
    write_points(tmp_path, lambda at: {**private(SIEMENS, 500 * (2 - at)), "DiffusionBValue": 700.0 * at})
    found = read(tmp_path, stack=True)
    assert found.meta["dimension_values"] == [0, 700, 1400]
    np.testing.assert_array_equal(found.array, truth())


def test_directions_of_one_b_value_come_in_order(tmp_path):
    write_points(
        tmp_path,
        lambda at: (
            lambda k: {
                **private(SIEMENS, 1000 if at else 0),
                "AcquisitionTime": f"10{at:02d}00.{k}",
                "SequenceName": f"ep_b1000#{at}" if at else "ep_b0",
            }
        ),
        points=12,
    )
    np.testing.assert_array_equal(read(tmp_path, stack=True).array, truth(12))


def test_directions_that_their_times_tell_apart(tmp_path):
    write_points(
        tmp_path,
        lambda at: lambda k: {**private(SIEMENS, 1000 if at % 4 else 0), "ContentTime": f"10{at:02d}00.{k}"},
        points=8,
    )
    np.testing.assert_array_equal(read(tmp_path, stack=True).array, truth(8))


def test_directions_that_only_their_numbers_tell_apart(tmp_path):
    write_points(
        tmp_path,
        lambda at: lambda k: {**private(GE, [1000 if at else 0, 0, 0, 0]), "InstanceNumber": 4 * at + k + 1},
        points=4,
    )
    np.testing.assert_array_equal(read(tmp_path, stack=True).array, truth(4))
