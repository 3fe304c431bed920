"""What a grid says of its voxels, whichever way it lies."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.grid import Grid


@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, 1), (1, -1, -1)])
def test_a_voxel_of_a_turned_and_sheared_grid_has_its_volume(signs):
    turn = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
    affine = np.eye(4)
    affine[:3, :3] = turn * np.multiply((0.7, 1.1, 2.3), signs)
    affine[:3, 3] = (12, -40, 700)
    assert Grid((4, 5, 6), affine).voxel_volume == pytest.approx(0.7 * 1.1 * 2.3, rel=1e-12)
    # Slices that are moved along themselves are neither nearer to one another nor larger.
    affine[:3, 2] += 0.8 * affine[:3, 1]
    assert Grid((4, 5, 6), affine).voxel_volume == pytest.approx(0.7 * 1.1 * 2.3, rel=1e-12)
