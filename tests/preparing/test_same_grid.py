from __future__ import annotations

import numpy as np
import pytest

from scan2train.errors import GridMismatch
from scan2train.grid import Grid
from scan2train.preparing.same_grid import fit_to_grid
from scan2train.volume import Labels

IMAGE = Grid.from_axes((11, 13, 7), spacing_mm=(0.7, 0.9, 2.5), origin_mm=(-10, 20, 30))


def labels(grid):
    return Labels(array=np.ones(grid.shape, np.uint8), grid=grid)


def moved(shift_mm, shape=IMAGE.shape, physical=True):
    affine = np.array(IMAGE.affine)
    affine[0, 3] += shift_mm
    return Grid(shape, affine, physical)


def codes(findings):
    return [(finding.code, finding.severity.value) for finding in findings]


def test_rounding_is_taken_for_the_same_grid():
    fitted, findings = fit_to_grid(labels(moved(0.7 * 0.009)), IMAGE)
    assert fitted.grid == IMAGE
    assert findings == ()


@pytest.mark.parametrize(
    ("voxels", "severity"), [(0.02, "info"), (0.49, "info"), (0.51, "error"), (3.0, "error")]
)
def test_labels_that_are_off_are_reported_by_how_much(voxels, severity):
    fitted, findings = fit_to_grid(labels(moved(0.7 * voxels)), IMAGE)
    assert fitted.grid != IMAGE
    assert codes(findings) == [("LAB001", severity)]
    assert f"{voxels:.3g} voxels" in findings[0].seen


def test_another_shape_is_an_error_that_is_carried_along():
    _, findings = fit_to_grid(labels(moved(0.0, (10, 13, 7))), IMAGE)
    assert codes(findings) == [("LAB001", "error")]


def test_the_same_places_in_another_order_are_only_told():
    turned = np.array(IMAGE.affine)
    turned[:3, 3] = IMAGE.to_world((10, 12, 0))
    turned[:3, :2] *= -1
    _, findings = fit_to_grid(labels(Grid(IMAGE.shape, turned)), IMAGE)
    assert codes(findings) == [("LAB001", "info")]
    assert "another order" in findings[0].seen


def test_labels_elsewhere_in_the_world_are_refused():
    with pytest.raises(GridMismatch, match="share no place"):
        fit_to_grid(labels(moved(500)), IMAGE)


def test_without_geometry_the_shape_decides():
    pixels = moved(0, physical=False)
    assert fit_to_grid(labels(pixels), pixels)[1] == ()
    fitted, findings = fit_to_grid(labels(moved(40, physical=False)), IMAGE)
    assert fitted.grid == IMAGE
    assert codes(findings) == [("LAB001", "warning")]
    with pytest.raises(GridMismatch, match="shapes differ"):
        fit_to_grid(labels(moved(0, (12, 13, 7), physical=False)), IMAGE)
