"""Many slices on a sheet: which ones, in which order, and at which size."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.errors import GridMismatch, UnknownName, WrongUse
from scan2train.figures import montage, three_planes
from scan2train.grid import Grid
from scan2train.testing.phantoms import chest_ct
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.volume import Labels, Volume


def _numbered(orientation="LPS", shape=(9, 12, 16), spacing=(2.0, 3.0, 4.0)):
    """Each voxel's value is its height in the patient, in mm."""
    grid = centred_grid(shape, spacing, orientation)
    centres = grid.to_world(np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1))
    return Volume(array=centres[..., 2], grid=grid)


def _places(figure):
    return [float(one.texts[0].get_text().split()[0].replace("−", "-")) for one in figure.axes]


@pytest.mark.parametrize("orientation", ["LPS", "RAI", "PIR", "SLA"])
def test_axial_slices_run_from_head_to_feet_and_each_is_the_one_that_is_named(orientation):
    volume = _numbered(orientation)
    figure = montage(volume, plane="axial", count=4, window=(0, 100))
    places = _places(figure)
    assert places == sorted(places, reverse=True)
    assert len(places) == 4
    for axes, place in zip(figure.axes, places, strict=True):
        np.testing.assert_allclose(axes.images[0].get_array(), place / 100 + 0.5, atol=1e-3)


@pytest.mark.parametrize(
    ("plane", "size"), [("axial", (18, 36)), ("coronal", (18, 64)), ("sagittal", (36, 64))]
)
def test_proportions_are_those_of_the_patient(plane, size):
    for axes in montage(_numbered(), plane=plane, count=5).axes:
        box = axes.get_window_extent()
        assert box.width / box.height == pytest.approx(size[0] / size[1], rel=1e-6)


def test_the_plane_that_was_scanned_is_taken_without_a_word():
    assert len(montage(_numbered(spacing=(4.0, 1.0, 1.1)), count=99).axes) == 9
    assert len(montage(_numbered(spacing=(1.0, 1.0, 1.0)), count=99).axes) == 16
    assert len(montage(_numbered(shape=(9, 1, 16)), count=99).axes) == 1


def test_slices_lie_within_the_places_given():
    places = _places(montage(_numbered(), between_mm=(3, -11), count=99))
    assert min(places) >= -11
    assert max(places) <= 3
    assert len(places) == 4


def test_letters_window_legend_and_bar_are_there():
    volume, labels = chest_ct((40, 36, 20), (9.0, 9.5, 15.0), organs=True)
    figure = montage(volume, labels.replace(names={1: "a $lesion$\n"}), window="lung", dark=False, title="T")
    texts = [text.get_text() for text in figure.texts]
    assert "a $lesion$·" in texts
    assert any("C −600  W 1500" in text for text in texts)
    first = [text.get_text() for text in figure.axes[0].texts]
    assert {"R", "L", "A", "P", "10 cm"} <= set(first)
    assert "10 cm" not in [text.get_text() for text in montage(volume, scale_bar=False).axes[0].texts]


def test_the_bar_is_as_long_as_it_says():
    volume, _ = chest_ct((40, 36, 20), (9.0, 9.5, 15.0))
    for figure in (montage(volume), three_planes(volume)):
        axes = figure.axes[0]
        line = axes.lines[0].get_xdata()
        assert (line[1] - line[0]) == pytest.approx(100)
        assert axes.get_xlim()[1] == pytest.approx(360)


def test_filled_labels_shine_through_where_the_label_is_and_nowhere_else():
    volume = _numbered()
    labels = Labels(array=(volume.array > 0).astype(np.uint8), grid=volume.grid)
    for axes in montage(volume, labels, plane="axial", count=6, fill=True).axes:
        place = float(axes.texts[0].get_text().split()[0].replace("−", "-"))
        assert len(axes.images) == (2 if place > 0 else 1)
        if place > 0:
            assert (axes.images[1].get_array()[..., 3] == np.float32(0.45)).all()


def test_dots_and_inches_are_those_asked_for(tmp_path):
    from PIL import Image

    montage(_numbered(), width_in=3.5, dpi=200, path=tmp_path / "m.png")
    with Image.open(tmp_path / "m.png") as image:
        assert image.width == 700


def test_an_oblique_volume_says_so():
    turned = np.deg2rad(12.0)
    affine = np.eye(4)
    affine[:2, :2] = [[np.cos(turned), -np.sin(turned)], [np.sin(turned), np.cos(turned)]]
    volume = Volume(array=np.ones((5, 6, 7)), grid=Grid((5, 6, 7), affine @ np.diag((1.0, 2.0, 3.0, 1.0))))
    for figure in (montage(volume), three_planes(volume)):
        assert any("12.0° off these axes" in text.get_text() for text in figure.texts)
    sheared = np.diag((1.0, 2.0, 3.0, 1.0))
    sheared[1, 2] = 0.5
    tilted = Volume(array=np.ones((5, 6, 7)), grid=Grid((5, 6, 7), sheared))
    assert any("tilted by 9.5°" in text.get_text() for text in montage(tilted).texts)


def test_what_cannot_be_drawn_is_refused():
    volume = _numbered()
    for options in (
        {"plane": "oblique"}, {"count": 0}, {"columns": 0}, {"count": True}, {"between_mm": (900, 901)},
        {"dpi": 5}, {"width_in": float("nan")}, {"window": "lung"},
    ):  # fmt: skip
        with pytest.raises(WrongUse):
            montage(volume, **options)
    with pytest.raises(UnknownName, match="lungs"):
        montage(volume, window="lungs")
    with pytest.raises(GridMismatch):
        montage(
            volume,
            Labels(array=np.ones((9, 12, 15), np.uint8), grid=centred_grid((9, 12, 15), (2, 3, 4), "LPS")),
        )
