"""Whatever the grid, type and padding: a series that was written holds every value at its place."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scan2train.read import read
from scan2train.testing.strategies import grids
from scan2train.volume import Volume
from scan2train.write import write

TYPES = (np.uint8, np.int8, np.uint16, np.int16, np.int32, np.float32, np.float64)


@st.composite
def volumes(draw: st.DrawFn) -> Volume:
    """Values that tell their place, on any grid, in any type, here and there without data."""
    grid = draw(grids(shear=True, max_size=7))
    kind = np.dtype(draw(st.sampled_from(TYPES)))
    count = np.arange(np.prod(grid.shape)).reshape(grid.shape)
    low = -120 if kind.kind != "u" else 0
    if kind.itemsize == 1:
        count %= 240
    elif kind.itemsize > 2:
        low = draw(st.sampled_from([low, -3000, -40000]))
    valid = None
    array = (count + low).astype(kind)
    if draw(st.booleans()):
        valid = count % draw(st.integers(2, 9)) > 0
        if draw(st.booleans()):
            array = np.where(valid, array, kind.type(draw(st.sampled_from([0, 100, 127]))))
    return Volume(array=array, grid=grid, unit="HU", valid=valid)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(volume=volumes(), modality=st.sampled_from(["CT", "SC"]))
def test_every_value_is_at_its_place(volume, modality):
    with tempfile.TemporaryDirectory() as folder:
        write(
            volume.replace(unit="HU" if modality == "CT" else "a.u."),
            f"{folder}/o",
            "dicom",
            modality=modality,
        )
        again = read(Path(folder) / "o")
    backwards = np.linalg.det(volume.grid.affine) * np.linalg.det(again.grid.affine) < 0
    order = slice(None, None, -1 if backwards else 1)
    real = np.ones(volume.grid.shape, dtype=bool) if volume.valid is None else volume.valid
    found = np.ones(volume.grid.shape, dtype=bool) if again.valid is None else again.valid[:, :, order]
    assert np.array_equal(found, real)
    assert np.array_equal(again.array[:, :, order][real], volume.array[real])
    for at in np.argwhere(real)[:: max(1, real.sum() // 20)]:
        k = volume.grid.shape[2] - 1 - at[2] if backwards else at[2]
        place = again.grid.to_world((at[0], at[1], k))
        assert np.abs(place - volume.grid.to_world(at)).max() < 1e-6
