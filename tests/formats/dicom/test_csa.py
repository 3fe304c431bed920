"""The vendor's header within one element: both layouts, and whatever bytes pretend to be one."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from scan2train.formats.dicom.csa import read_csa
from scan2train.testing.csa import csa_bytes

TAGS = {"First": ["1"], "SliceNormalVector": ["0.1", "-0.2", "0.97"], "Empty": [], "Words": ["a word", "b"]}


@pytest.mark.parametrize("layout", [1, 2])
def test_both_layouts_hold_the_same(layout):
    found = read_csa(csa_bytes(TAGS, layout), TAGS)
    assert found == {name: tuple(texts) for name, texts in TAGS.items() if texts}


@pytest.mark.parametrize("layout", [1, 2])
def test_only_what_is_wanted(layout):
    assert read_csa(csa_bytes(TAGS, layout), ["Words", "Others"]) == {"Words": ("a word", "b")}


def test_no_more_values_than_the_multiplicity_says():
    data = bytearray(csa_bytes({"Words": ["a", "b", "c"]}))
    at = 16 + 64
    data[at : at + 4] = struct.pack("<i", 2)
    assert read_csa(bytes(data), ["Words"]) == {"Words": ("a", "b")}


@pytest.mark.parametrize(
    "data",
    [b"", b"SV10", b"SV10\4\3\2\1", b"\0" * 400, b"\xff" * 400, b"SV10\4\3\2\1\xff\xff\xff\x7f" + b"M" * 999],
)
def test_other_bytes_are_no_header(data):
    assert read_csa(data, TAGS) is None


@pytest.mark.parametrize("layout", [1, 2])
def test_a_header_that_is_cut_short_is_none(layout):
    whole = csa_bytes(TAGS, layout)
    for end in range(0, len(whole) - 8, 7):
        assert read_csa(whole[:end], TAGS) is None


@pytest.mark.parametrize("layout", [1, 2])
def test_damage_never_ends_in_anything_else(layout):
    whole = np.frombuffer(csa_bytes(TAGS, layout), dtype=np.uint8)
    rng = np.random.default_rng(4)
    for _ in range(2000):
        damaged = whole.copy()
        at = rng.integers(0, len(whole), 3)
        damaged[at] = rng.integers(0, 256, 3)
        found = read_csa(damaged.tobytes(), TAGS)
        assert found is None or set(found) <= set(TAGS)
