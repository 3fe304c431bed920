"""Memory is taken again only when nobody holds it."""

from __future__ import annotations

import sys

import numpy as np

from scan2train.formats.dicom.memory import voxels

SHAPE, WORDS = (9, 1024, 1023), np.dtype(np.int16)


def address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


def test_an_array_that_is_alive_keeps_its_memory() -> None:
    first = voxels(SHAPE, WORDS)
    first[:] = 7
    turned = first.transpose(2, 1, 0)[3:5]
    del first
    second = voxels(SHAPE, WORDS)
    second[:] = 9
    assert (turned == 7).all()
    assert (second == 9).all()


def test_memory_that_nobody_holds_is_taken_again() -> None:
    first = voxels(SHAPE, WORDS)
    was = address(first)
    del first
    assert address(voxels((10, 1000, 900), WORDS)) == was


def test_memory_that_comes_back_amid_a_request_stops_nobody() -> None:
    blocks = [voxels(SHAPE, WORDS) for _ in range(2)]

    def while_asking(frame: object, event: str, _: object) -> None:
        if event == "c_call" and blocks and "_take" in str(frame):
            blocks.clear()

    sys.setprofile(while_asking)
    try:
        taken = voxels(SHAPE, WORDS)
    finally:
        sys.setprofile(None)
    assert not blocks
    assert taken.shape == SHAPE


def test_small_arrays_are_their_own() -> None:
    first = voxels((3, 4, 5), WORDS)
    assert first.base is None
    assert first.flags.c_contiguous
