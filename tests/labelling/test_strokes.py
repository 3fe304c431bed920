"""Brushes and outlines: exactly the voxels whose centres they cover, on any lattice."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.labelling.brush import brush_region
from scan2train.labelling.cut import Cut
from scan2train.labelling.edit import Edit
from scan2train.labelling.label_map import LabelMap
from scan2train.labelling.slices import label_slice
from scan2train.viewing.planes import NAMES, planes_of
from scan2train.volume import Volume

SHAPE = (23, 19, 14)
SPACING = (0.9, 1.4, 2.3)


def turned(degrees, about=(1.0, 2.0, -0.5)):
    """A rotation by an angle about an axis."""
    axis = np.asarray(about) / np.linalg.norm(about)
    cross = np.cross(np.eye(3), axis)
    angle = np.deg2rad(degrees)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def placed(directions):
    return Grid.from_axes(SHAPE, spacing_mm=SPACING, origin_mm=(-31.0, 12.5, 77.0), direction=directions)


def sheared():
    affine = np.array(placed(np.diag([-1.0, -1, 1])).affine)
    affine[1, 2] = 0.8  # a tilted gantry
    return Grid(SHAPE, affine)


GRIDS = {
    "straight": placed(np.diag([-1.0, -1, 1])),
    "flipped": placed(np.array([[0, 0, 1.0], [1, 0, 0], [0, -1, 0]])),
    "oblique": placed(turned(21.0)),
    "left-handed oblique": placed(turned(-34.0) @ np.diag([1.0, 1, -1])),
    "sheared": sheared(),
}


def empty(grid):
    rng = np.random.default_rng(5)
    return LabelMap(Volume(array=rng.integers(-1000, 1000, grid.shape).astype(np.int16), grid=grid))


def along(points_mm, centres):
    """Least distance of centres to the line through points, by sampling it densely: no formula of the brush."""
    least = np.full(centres.shape[:-1], np.inf)
    for a, b in zip(points_mm, points_mm[1:] or points_mm, strict=False):
        for t in np.linspace(0, 1, 100):
            least = np.minimum(least, np.linalg.norm(centres - (a + t * (b - a)), axis=-1))
    return least


def centres_of(grid):
    return grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1))


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("plane", NAMES)
@pytest.mark.parametrize("three_d", [False, True])
def test_a_brush_covers_what_lies_within_its_radius(name, plane, three_d):
    grid = GRIDS[name]
    labels = empty(grid)
    cut = labels.cut("voxel", plane, 6)
    points = [(3.3, 4.1), (9.7, 6.4), (8.2, 10.0)]
    labels.edit(
        Edit(op="brush", plane=plane, n=6, value=1, points=tuple(points), radius_mm=3.1, three_d=three_d)
    )
    distance = along(list(grid.to_world(cut.indices(points))), centres_of(grid))
    on_slice = np.ones(SHAPE, bool)
    if not three_d:
        on_slice[:] = False
        on_slice[
            tuple(slice(cut.number, cut.number + 1) if a == cut.axis else slice(None) for a in range(3))
        ] = 1
    painted = labels.array == 1
    assert painted[on_slice & (distance < 3.09)].all()
    assert not painted[on_slice & (distance > 3.11)].any()
    assert not painted[~on_slice].any()
    assert painted.sum() > 20


@pytest.mark.parametrize("mode", ["voxel", "patient"])
@pytest.mark.parametrize("name", GRIDS)
def test_a_stroke_has_no_gaps_and_takes_the_voxel_under_it_however_thin_it_is(mode, name):
    labels = empty(GRIDS[name])
    planes = planes_of(labels.image.grid, mode, "coronal")
    n = planes.count // 2
    ends = [(planes.width * 0.35, planes.height * 0.4), (planes.width * 0.6, planes.height * 0.55)]
    labels.edit(
        Edit(op="brush", plane="coronal", mode=mode, n=n, value=1, points=tuple(ends), radius_mm=0.01)
    )
    seen = label_slice(labels, planes, n)
    for t in np.linspace(0, 1, 80):
        column, row = (a + t * (b - a) for a, b in zip(*ends, strict=True))
        near = seen[round(row) - 1 : round(row) + 2, round(column) - 1 : round(column) + 2]
        assert near.any()
    assert (seen == 1).sum() < seen.size / 8


@pytest.mark.parametrize("name", ["oblique", "left-handed oblique", "sheared", "straight"])
@pytest.mark.parametrize("plane", NAMES)
def test_an_anatomical_brush_takes_the_voxels_that_the_plane_passes_through(name, plane):
    grid = GRIDS[name]
    labels = empty(grid)
    planes = planes_of(grid, "patient", plane)
    n, at, radius = planes.count // 2, (planes.width / 2, planes.height / 2), 5.2
    labels.edit(Edit(op="brush", plane=plane, mode="patient", n=n, value=1, points=(at,), radius_mm=radius))
    a, b, c, origin = (planes.affine[:3, one] for one in range(4))
    across = c / np.linalg.norm(c)
    offsets = centres_of(grid) - (origin + n * c + at[0] * a + at[1] * b)
    depth = offsets @ across
    lateral = np.linalg.norm(offsets - depth[..., None] * across, axis=-1)
    # A plane passes through a voxel if its corners lie on both sides.
    corners = np.stack(np.meshgrid(*[(-0.5, 0.5)] * 3), -1).reshape(-1, 3) @ grid.affine[:3, :3].T
    half = np.abs(corners @ across).max()
    painted = labels.array == 1
    assert painted[(np.abs(depth) < half - 1e-4) & (lateral < radius - 1e-4)].all()
    assert not painted[(np.abs(depth) > half + 1e-4) | (lateral > radius + max(SPACING))].any()
    seen = label_slice(labels, planes, n)
    rows, columns = np.indices(seen.shape)
    pixel = np.hypot(columns - at[0], rows - at[1]) * np.linalg.norm(a)
    assert seen[pixel < radius - max(SPACING)].all()  # no holes where it was painted


def test_of_two_slices_that_a_plane_runs_between_one_is_painted():
    grid = Grid.from_axes((11, 9, 6), spacing_mm=(1.0, 1.5, 2.0), origin_mm=(0, 0, 0.5))
    labels = empty(grid)
    for n in range(planes_of(grid, "patient", "axial").count):
        labels.array[...] = 0
        labels.edit(
            Edit(op="brush", plane="axial", mode="patient", n=n, value=1, points=((5.0, 6.0),), radius_mm=2.0)
        )
        assert (labels.array == 1).any(axis=(0, 1)).sum() == 1


def test_a_brush_may_reach_beyond_the_image_and_paints_nothing_outside():
    labels = empty(GRIDS["flipped"])
    done = labels.edit(Edit(op="brush", plane="axial", n=0, value=1, points=((-1.0, 4.0),), radius_mm=3.0))
    assert done.voxels == (labels.array == 1).sum() > 0
    assert labels.edit(Edit(op="brush", plane="axial", n=0, value=1, points=((-90.0, 4.0),))).voxels == 0
    assert labels.history.standing == 1


def test_a_wide_brush_takes_little_memory_and_the_same_voxels(monkeypatch):
    grid = GRIDS["sheared"]
    whole, parts = empty(grid), empty(grid)
    stroke = Edit(
        op="brush", plane="coronal", n=3, value=1, points=((3, 2), (9, 6)), radius_mm=9.0, three_d=True
    )
    whole.edit(stroke)
    for at_once in (1, 37, 200):
        monkeypatch.setattr("scan2train.labelling.brush._AT_ONCE", at_once)
        parts.edit(stroke)
        np.testing.assert_array_equal(parts.array, whole.array)
        parts.undo()
    monkeypatch.undo()
    large = Grid((160, 150, 140), np.diag([0.7, 0.8, 1.1, 1.0]))
    planes = planes_of(large, "voxel", "axial")
    origin = planes.affine[:3] @ (0, 0, 70, 1)
    cut = Cut.of_plane(large, origin, planes.affine[:3, 0], planes.affine[:3, 1], stored=True)
    tracemalloc.start()
    region = brush_region(cut, [[70.0, 60.0], [90.0, 80.0]], 500.0, three_d=True)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert region.mask.all()
    assert region.mask.shape == large.shape
    assert most < 80e6  # the whole box as numbers would be 27 MB for each of six


@pytest.mark.parametrize("radius", [0, -2.0, float("nan"), float("inf"), 1001.0])
def test_a_brush_has_a_radius(radius):
    with pytest.raises(WrongUse, match="radius"):
        empty(GRIDS["straight"]).edit(
            Edit(op="brush", plane="axial", n=0, value=1, points=((1.0, 1.0),), radius_mm=radius)
        )


def even_odd(column, row, corners):
    """The rule as it is told: how many sides a ray to the right crosses."""
    inside = False
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        if (y0 > row) != (y1 > row) and column < x0 + (row - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
    return inside


@settings(max_examples=25)
@given(
    name=st.sampled_from(sorted(GRIDS)),
    plane=st.sampled_from(NAMES),
    corners=st.lists(
        st.tuples(st.integers(-30, 130), st.integers(-30, 130)), min_size=3, max_size=9, unique=True
    ),
)
def test_an_outline_holds_what_the_even_odd_rule_says(name, plane, corners):
    labels = empty(GRIDS[name])
    # No corner or side runs through a pixel's centre, where either answer would do.
    points = [(a / 7 + 0.0131, b / 7 + 0.0177) for a, b in corners]
    labels.edit(Edit(op="polygon", plane=plane, n=3, value=1, points=tuple(points)))
    planes = planes_of(labels.image.grid, "voxel", plane)
    seen = label_slice(labels, planes, 3)
    expected = [[even_odd(c, r, points) for c in range(planes.width)] for r in range(planes.height)]
    assert np.array_equal(seen, np.array(expected, np.uint8))
    assert labels.array.sum() == seen.sum()


def test_an_anatomical_outline_is_seen_as_it_was_drawn():
    labels = empty(GRIDS["oblique"])
    planes = planes_of(labels.image.grid, "patient", "sagittal")
    n = planes.count // 2
    w, h = planes.width, planes.height
    points = [(w * 0.3, h * 0.3), (w * 0.7, h * 0.35), (w * 0.6, h * 0.7), (w * 0.35, h * 0.65)]
    labels.edit(Edit(op="polygon", plane="sagittal", mode="patient", n=n, value=1, points=tuple(points)))
    seen = label_slice(labels, planes, n) == 1
    wanted = np.array([[even_odd(c, r, points) for c in range(w)] for r in range(h)])
    from scipy.ndimage import binary_dilation, binary_erosion

    reach = int(np.ceil(max(SPACING) / min(SPACING))) + 1
    assert seen[binary_erosion(wanted, iterations=reach)].all()
    assert not seen[~binary_dilation(wanted, iterations=reach)].any()


@pytest.mark.parametrize("mode", ["voxel", "patient"])
@pytest.mark.parametrize("name", GRIDS)
def test_what_is_seen_is_the_label_of_the_voxel_that_a_pixel_lies_in(mode, name):
    labels = empty(GRIDS[name])
    labels.array[...] = np.random.default_rng(3).integers(0, 200, SHAPE)
    for plane in NAMES:
        planes = planes_of(labels.image.grid, mode, plane)
        n = planes.count // 3
        seen = label_slice(labels, planes, n)
        assert seen.shape == (planes.height, planes.width)
        for row, column in np.random.default_rng(4).integers(0, seen.shape, (60, 2)):
            at = labels.image.grid.to_index((planes.affine @ [column, row, n, 1])[:3])
            if np.abs(at - np.floor(at) - 0.5).min() < 1e-6:
                continue
            inside = ((at > -0.5) & (at < np.array(SHAPE) - 0.5)).all()
            assert seen[row, column] == (labels.array[tuple(np.rint(at).astype(int))] if inside else 0)


@pytest.mark.parametrize("signs", [(-1, -1, 1), (-1, -1, -1), (1, 1, 1), (1, -1, -1)])
@pytest.mark.parametrize("plane", NAMES)
def test_on_the_face_between_two_slices_what_is_painted_is_what_is_shown(plane, signs):
    # Of the patient's planes the middle one lies on a face of an even number of slices.
    shape = (20, 18, 4)
    grid = Grid.from_axes(
        shape, spacing_mm=(1.5, 1.25, 5.25), origin_mm=(3.0, -4.0, 5.0), direction=np.diag(np.float64(signs))
    )
    planes = planes_of(grid, "patient", plane)
    middle = np.asarray(shape) / 2 - 0.5
    labels = LabelMap(Volume(array=np.zeros(shape, np.int16), grid=grid))
    column, row, n = np.linalg.solve(planes.affine[:3, :3], grid.to_world(middle) - planes.affine[:3, 3])
    n, at = round(n), (float(column), float(row))
    labels.edit(Edit(op="brush", plane=plane, mode="patient", n=n, value=1, points=(at,), radius_mm=4.0))
    axis = {"sagittal": 0, "coronal": 1, "axial": 2}[plane]
    painted = np.unique(np.nonzero(labels.array)[axis])
    assert len(painted) == 1
    assert label_slice(labels, planes, n).max() == 1
