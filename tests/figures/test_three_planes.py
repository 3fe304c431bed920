"""Where a marked voxel turns up in the picture, whatever the orientation of the volume."""

from __future__ import annotations

from io import BytesIO
from itertools import permutations, product

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from scan2train.errors import GridMismatch, WrongUse
from scan2train.figures import before_after, montage, show, three_planes
from scan2train.figures.planes import choose_index, cut
from scan2train.figures.thumbnail import thumbnail
from scan2train.grid import Grid
from scan2train.testing.phantoms import brain_mr, chest_ct
from scan2train.testing.phantoms.chest import centred_grid
from scan2train.volume import Labels, Volume

ORIENTATIONS = ["".join(letters) for axes in permutations(("RL", "AP", "SI")) for letters in product(*axes)]
#: A place to the patient's right, in front of and above the middle.
MARK_MM = np.array((31.0, 19.0, 11.0))


def _marked(orientation, spacing=(2.0, 3.0, 5.0), shape=(48, 30, 22)):
    """A bright blob at MARK_MM, in a volume whose axes run as told; sizes and spacings follow the patient's axes."""
    world = ["RL", "AP", "SI"]
    order = [next(n for n, pair in enumerate(world) if letter in pair) for letter in orientation]
    grid = centred_grid(tuple(shape[n] for n in order), tuple(spacing[n] for n in order), orientation)
    centres = grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1))
    blob = (np.abs(centres - MARK_MM) < 6).all(axis=-1)
    return Volume(array=np.where(blob, 1000, 0).astype(np.int16), grid=grid)


def _pixels(figure):
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(float).mean(axis=-1)


def _bright_centre(figure, name):
    """Centre of the bright pixels within the axes of a plane, as shares of its width and height from the top left."""
    pixels = _pixels(figure)
    axes = next(one for one in figure.axes if one.get_label() == name)
    for text in list(axes.texts):
        text.remove()
    for line in list(axes.lines):
        line.remove()
    pixels = _pixels(figure)
    box = axes.get_window_extent()
    height = pixels.shape[0]
    part = pixels[round(height - box.y1) : round(height - box.y0), round(box.x0) : round(box.x1)]
    rows, columns = np.nonzero(part > 200)
    assert len(rows) > 20
    return columns.mean() / part.shape[1], rows.mean() / part.shape[0]


def test_colours_of_a_palette_are_drawn_in_colour():
    """(200, 40, 0) as a palette of 16 bits gives it: in every figure of it, and in the small picture."""
    colours = np.broadcast_to(np.array([200, 40, 0], np.uint16) * np.uint16(257), (30, 22, 1, 3))
    grid = Grid((30, 22, 1), np.diag([2.0, 3.0, 5.0, 1.0]), physical=False)
    volume = Volume(array=colours.copy(), grid=grid, meta={"photometric": "PALETTE COLOR", "bits_stored": 8})
    for figure in (three_planes(volume), montage(volume), show(volume)):
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        red, green, blue = np.moveaxis(np.asarray(canvas.buffer_rgba())[..., :3].astype(int), -1, 0)
        assert ((abs(red - 200) < 3) & (abs(green - 40) < 3) & (blue < 3)).mean() > 0.1
    with Image.open(BytesIO(thumbnail(volume).jpeg)) as small:
        assert np.abs(np.asarray(small.convert("RGB")).astype(int) - (200, 40, 0)).max() < 12


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_slices_are_turned_alike_from_every_orientation(orientation):
    volume = _marked(orientation)
    index = choose_index(volume.grid, None, MARK_MM)
    reference = _marked("LPI")
    expected = choose_index(reference.grid, None, MARK_MM)
    for name in ("axial", "coronal", "sagittal"):
        plane = cut(volume.array, volume.grid, name, index)
        same = cut(reference.array, reference.grid, name, expected)
        np.testing.assert_array_equal(plane.image, same.image)
        assert plane.pixel_mm == pytest.approx(same.pixel_mm)
        assert plane.at_mm == pytest.approx(same.at_mm)
        assert plane.letters == same.letters


def test_slices_are_those_of_the_definition():
    """In LPI order, index 0 of every axis is right, front and top: the pictures' left and top."""
    values = np.arange(4 * 5 * 6).reshape(4, 5, 6)
    grid = centred_grid((4, 5, 6), (1.0, 2.0, 3.0), "LPI")
    planes = {n: cut(values, grid, n, (1, 2, 3)) for n in ("axial", "coronal", "sagittal")}
    np.testing.assert_array_equal(planes["axial"].image, values[:, :, 3].T)
    np.testing.assert_array_equal(planes["coronal"].image, values[:, 2, :].T)
    np.testing.assert_array_equal(planes["sagittal"].image, values[1, :, :].T)
    assert planes["axial"].letters == ("R", "L", "A", "P")
    assert planes["coronal"].letters == ("R", "L", "S", "I")
    assert planes["sagittal"].letters == ("A", "P", "S", "I")
    assert planes["axial"].pixel_mm == (1.0, 2.0)
    assert planes["coronal"].pixel_mm == (1.0, 3.0)
    assert planes["sagittal"].pixel_mm == (2.0, 3.0)


@pytest.mark.parametrize("orientation", ["RAS", "LPS", "PIR", "ASL"])
def test_drawn_pixels_put_the_patients_right_on_the_left_and_front_and_head_on_top(orientation):
    figure = three_planes(_marked(orientation), window=(500, 1000), at_mm=tuple(MARK_MM))
    x_share, y_share, z_share = MARK_MM / (48 * 2, 30 * 3, 22 * 5)
    for name, across, down in (
        ("axial", x_share, y_share),
        ("coronal", x_share, z_share),
        ("sagittal", y_share, z_share),
    ):
        x, y = _bright_centre(figure, name)
        assert x == pytest.approx(0.5 - across, abs=0.03), name
        assert y == pytest.approx(0.5 - down, abs=0.03), name


def test_letters_stand_on_the_side_they_name():
    figure = three_planes(_marked("SLA"))
    figure.canvas.draw()
    for axes in figure.axes:
        at = {text.get_text(): text.get_position() for text in axes.texts if len(text.get_text()) == 1}
        if axes.get_label() == "sagittal":
            assert at["A"][0] < 0.5 < at["P"][0]
        else:
            assert at["R"][0] < 0.5 < at["L"][0]
        upper, lower = ("A", "P") if axes.get_label() == "axial" else ("S", "I")
        assert at[upper][1] > 0.5 > at[lower][1]


def test_proportions_are_true_and_equal_in_all_planes():
    figure = three_planes(_marked("RAS"))
    sizes = {one.get_label(): one.get_window_extent() for one in figure.axes}
    scale = sizes["axial"].width / (48 * 2)
    assert sizes["axial"].height == pytest.approx(30 * 3 * scale, rel=1e-6)
    assert sizes["coronal"].width == pytest.approx(48 * 2 * scale, rel=1e-6)
    assert sizes["coronal"].height == pytest.approx(22 * 5 * scale, rel=1e-6)
    assert sizes["sagittal"].width == pytest.approx(30 * 3 * scale, rel=1e-6)


def test_a_millimetre_has_one_length_before_and_after():
    source, source_labels = chest_ct((40, 36, 20), (8.0, 9.0, 15.0))
    prepared, prepared_labels = chest_ct((70, 50, 40), (5.0, 6.0, 7.0), orientation="RAS")
    figure = before_after(source, prepared, source_labels=source_labels, prepared_labels=prepared_labels)
    first, second = figure.axes[0], figure.axes[3]
    assert first.get_window_extent().width / (40 * 8) == pytest.approx(
        second.get_window_extent().width / (70 * 5), rel=1e-6
    )


def test_the_outline_is_drawn_around_the_label_in_its_colour():
    volume = _marked("LPS")
    labels = Labels(array=(volume.array > 0).astype(np.uint8), grid=volume.grid, names={1: "blob"})
    figure = three_planes(volume.replace(array=np.zeros_like(volume.array)), labels, window=(500, 1000))
    canvas = figure.canvas
    canvas.draw()
    rgb = np.asarray(canvas.buffer_rgba())[..., :3].astype(int)
    red = (rgb[..., 0] > 180) & (rgb[..., 1] < 130)
    for axes in figure.axes:
        box = axes.get_window_extent()
        height = rgb.shape[0]
        part = red[round(height - box.y1) : round(height - box.y0), round(box.x0) : round(box.x1)]
        rows, columns = np.nonzero(part)
        assert len(rows) > 20
        shares = {"axial": (0, 1), "coronal": (0, 2), "sagittal": (1, 2)}[axes.get_label()]
        across, down = (MARK_MM / (96, 90, 110))[list(shares)]
        assert columns.mean() / part.shape[1] == pytest.approx(0.5 - across, abs=0.03)
        assert rows.mean() / part.shape[0] == pytest.approx(0.5 - down, abs=0.03)
    assert "blob" in [text.get_text() for text in figure.texts]


def test_the_window_maps_its_ends_to_black_and_white_and_is_written_down():
    volume, _ = chest_ct((40, 36, 20), (9.0, 9.5, 15.0))
    figure = three_planes(volume, window=(-600, 1500))
    assert any(text.get_text() == "C −600  W 1500" for text in figure.axes[0].texts)
    shown = figure.axes[0].images[0].get_array()
    plane = cut(volume.array, volume.grid, "axial", choose_index(volume.grid, None, None))
    np.testing.assert_allclose(shown, np.clip((plane.image + 1350) / 1500, 0, 1))


def test_without_a_window_the_range_follows_the_unit():
    ct, _ = chest_ct((40, 36, 20), (9.0, 9.5, 15.0))
    assert any("C 40  W 400" in text.get_text() for text in three_planes(ct).axes[0].texts)
    flat = Volume(array=np.full((5, 6, 7), 3.0), grid=Grid((5, 6, 7), np.diag((1.0, 2.0, 3.0, 1.0))))
    three_planes(flat)


def test_values_that_are_no_numbers_are_black():
    array = np.ones((5, 6, 7), np.float32)
    array[2, 3, 3] = np.nan
    volume = Volume(array=array, grid=centred_grid((5, 6, 7), (1.0, 2.0, 3.0), "LPI"))
    figure = three_planes(volume, window=(0.5, 1.0))
    assert figure.axes[0].images[0].get_array().min() == 0


def test_planes_go_through_the_smallest_label():
    _, labels = chest_ct((60, 50, 40), (6.0, 7.0, 8.0), organs=True)
    index = choose_index(labels.grid, labels, None)
    assert labels.array[index] == 1


def test_a_pixel_grid_has_no_letters_and_no_millimetres():
    volume, _ = brain_mr((30, 36, 20), (6.0, 6.5, 9.0))
    figure = three_planes(volume.replace(grid=Grid(volume.grid.shape, np.eye(4), physical=False)))
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert not {"R", "L", "A", "P", "S", "I"} & set(texts)
    assert not any("mm" in text or "cm" in text for text in texts)


def test_labels_on_another_grid_are_refused():
    volume, _ = chest_ct((40, 36, 20), (9.0, 9.5, 15.0))
    _, elsewhere = chest_ct((40, 36, 20), (9.0, 9.5, 14.0))
    with pytest.raises(GridMismatch):
        three_planes(volume, elsewhere)


@pytest.mark.parametrize("window", [(0, 0), (0, -5), (float("nan"), 10), (0, float("inf"))])
def test_a_window_without_width_is_refused(window):
    volume, _ = chest_ct((40, 36, 20), (9.0, 9.5, 15.0))
    with pytest.raises(WrongUse):
        three_planes(volume, window=window)


def test_the_same_picture_gives_the_same_bytes_and_pyplot_is_left_alone(tmp_path):
    import matplotlib._pylab_helpers

    volume, labels = chest_ct((40, 36, 20), (9.0, 9.5, 15.0))
    for name in ("a.png", "b.png"):
        three_planes(volume, labels, title="A chest", path=tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert not matplotlib._pylab_helpers.Gcf.figs
