"""Wherever a voxel lies, the value read there is the value of its place."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scan2train.grid import Grid
from scan2train.read import read
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume

#: Compressed transfer syntaxes that give back every bit.
LOSSLESS = (
    *("jpeg-lossless", "jpeg-lossless-sv1", "jpeg-ls", "jpeg2000", "htj2k", "htj2k-rpcl", "jpeg-xl"),
    *("deflated-frames", "encapsulated"),
)
#: Those whose cells may have 32 bits.
ANY_SIZE = ("explicit", "implicit", "big-endian", "deflated", "deflated-frames", "encapsulated")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A scan, and how untidily it is written."""

    grid: Grid
    options: dict[str, Any]
    frames: bool = False


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Unequal sizes and spacings, any direction, tilted or not, of either handedness."""
    sizes = draw(
        st.permutations([draw(st.integers(2, 5)), draw(st.integers(6, 8)), draw(st.integers(9, 12))])
    )
    spacing = [draw(st.floats(lo, hi)) for lo, hi in ((0.4, 0.7), (0.8, 1.2), (1.5, 5.0))]
    spacing = draw(st.permutations(spacing))
    turn = np.array([draw(st.floats(-1, 1)) for _ in range(4)])
    turn = turn / np.linalg.norm(turn) if np.linalg.norm(turn) > 1e-3 else np.array([1.0, 0, 0, 0])
    w, x, y, z = turn
    axes = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    step = axes[:, 2] + axes[:, 1] * np.tan(np.radians(draw(st.sampled_from([0.0, 0.0, 7.5, -21.0]))))
    affine = np.eye(4)
    affine[:3, :3] = (
        np.stack([axes[:, 0], axes[:, 1], step * draw(st.sampled_from([1, -1]))], axis=1) * spacing
    )
    affine[:3, 3] = [draw(st.floats(-300, 300)) for _ in range(3)]
    return Grid((sizes[0], sizes[1], sizes[2]), affine)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A grid, a pixel cell that can hold every place's number, and an order that means nothing."""
    syntax = draw(st.sampled_from(["explicit", "implicit", "big-endian", "deflated", "rle", *LOSSLESS]))
    allocated = draw(st.sampled_from([16, 16, 32])) if syntax in ANY_SIZE else 16
    stored = draw(st.integers(12, allocated))
    high = draw(st.sampled_from([stored - 1, allocated - 1]))
    signed = draw(st.booleans())
    slope = draw(st.sampled_from([1.0, 1.0, 2.0, 0.5, 0.25, 3.0]))
    intercept = draw(st.sampled_from([0.0, -1024.0, -1000.0, 0.5, 17.0]))
    options = {
        "bits_allocated": allocated,
        "bits_stored": stored,
        "high_bit": high,
        "signed": signed,
        "spare_bits_junk": draw(st.booleans()),
        "slope": slope,
        "intercept": intercept,
        "order": draw(st.sampled_from(["shuffled", "position", "reverse"])),
        "numbers": draw(st.sampled_from(["shuffled", "position", "reverse"])),
        "file_names": draw(st.sampled_from([None, lambda n: f"{n}", lambda n: f"x/{n % 3}/S{n}.ima"])),
        "transfer_syntax": syntax,
        "modality": draw(st.sampled_from(["CT", "MR"])),
        "seed": draw(st.integers(0, 99)),
    }
    grid = draw(grids())
    if draw(st.booleans()) and slope != 3.0:  # as PET does: each slice at a scale of its own
        scales = [draw(st.sampled_from([1, 2, 4])) for _ in range(grid.shape[2])]
        options |= {
            "slope": [slope / scale for scale in scales],
            "bits_stored": max(stored, 14),
            "modality": "PT",
        }
        options["high_bit"] = max(high, options["bits_stored"] - 1)
    return Case(grid=grid, options=options)


@st.composite
def objects(draw: st.DrawFn) -> Case:
    """The same as one enhanced object, its frames in an order that means nothing."""
    options = {
        "bits_stored": draw(st.integers(12, 16)),
        "signed": draw(st.booleans()),
        "slope": draw(st.sampled_from([1.0, 2.0, 0.5, 3.0])),
        "intercept": draw(st.sampled_from([0.0, -1024.0, 0.5, 17.0])),
        "order": draw(st.sampled_from(["shuffled", "position", "reverse"])),
        "shared": draw(st.booleans()),
        "transfer_syntax": draw(st.sampled_from(["explicit", "implicit", "big-endian", "deflated", "rle"])),
        "modality": draw(st.sampled_from(["CT", "MR", "PT"])),
        "seed": draw(st.integers(0, 99)),
    }
    return Case(grid=draw(grids()), options=options, frames=True)


def check(case: Case) -> None:
    """Write numbers that name their voxel, read them back, and compare number and place of every voxel."""
    slope, intercept = np.max(case.options["slope"]), case.options["intercept"]
    numbers = np.arange(np.prod(case.grid.shape)).reshape(case.grid.shape)
    with tempfile.TemporaryDirectory() as folder:
        scan = Volume(array=numbers * slope + intercept, grid=case.grid)
        if case.frames:
            write_enhanced(scan, f"{folder}/object", **case.options)
        else:
            write_dicom_series(scan, folder, **case.options)
        found = read(folder)
    assert found.array.shape[2] == case.grid.shape[2]
    index = np.argwhere(np.ones(found.array.shape, dtype=bool))
    value = (found.array[tuple(index.T)] - intercept) / slope
    was = np.stack(np.unravel_index(np.rint(value).astype(int), case.grid.shape), axis=1)
    assert np.array_equal(value, np.rint(value))
    np.testing.assert_allclose(found.grid.to_world(index), case.grid.to_world(was), atol=2e-3)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(cases(), objects()))
def test_the_value_read_at_every_voxel_is_that_of_its_place(case: Case) -> None:
    check(case)


@pytest.mark.slow
@settings(max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(cases(), objects()))
def test_the_value_read_at_every_voxel_is_that_of_its_place_at_length(case: Case) -> None:
    check(case)
