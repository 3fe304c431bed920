"""Edits of a label map: what they change, that all of it can be undone, and that its numbers stay right."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scan2train as s2t
from scan2train.errors import UnknownName, WrongUse
from scan2train.grid import Grid
from scan2train.labelling.edit import Edit
from scan2train.labelling.label_map import LabelMap
from scan2train.labelling.slices import label_slice
from scan2train.labelling.state import boxes_of, state_of
from scan2train.viewing.planes import NAMES, planes_of
from scan2train.volume import Labels, Volume

SHAPE = (41, 37, 35)  # more than one brick along each axis
SPACING = (0.8, 1.3, 2.1)
DIRECTION = np.array([[0, 0.8, 0.6], [-1.0, 0, 0], [0, -0.6, 0.8]])
GRID = Grid.from_axes(SHAPE, spacing_mm=SPACING, origin_mm=(10, -20, 30), direction=DIRECTION)


def image(dtype=np.int16, valid=False):
    rng = np.random.default_rng(11)
    array = rng.integers(-1000, 1000, SHAPE).astype(dtype)
    return Volume(array=array, grid=GRID, unit="HU", valid=rng.random(SHAPE) < 0.9 if valid else None)


def opened(*names, **more):
    labels = LabelMap(image(**more))
    for name in names:
        labels.edit(Edit(op="add", name=name))
    return labels


def on_slice(labels, plane, n):
    """A view of the stored slice as it is seen."""
    return label_slice(labels, planes_of(GRID, "voxel", plane), n)


def brush(n=12, value=1, at=(15.0, 14.0), **more):
    return Edit(
        **{"op": "brush", "plane": "axial", "n": n, "value": value, "points": (at,), "radius_mm": 6.0} | more
    )


def test_only_voxels_within_two_values_of_the_image_are_painted():
    labels = opened()
    labels.edit(brush(three_d=True))
    whole = labels.array == 1
    labels.undo()
    labels.edit(brush(three_d=True, only_within=(-100.0, 250.0)))
    values = labels.image.array
    assert np.array_equal(labels.array == 1, whole & (values >= -100) & (values <= 250))
    assert 0 < labels.array.sum() < whole.sum()


def test_what_may_be_painted_over_is_all_nothing_or_one_label():
    def painted(over, **more):
        labels = opened("second", "third")
        labels.edit(brush(value=1, at=(12.0, 14.0)))
        labels.edit(brush(value=2, at=(19.0, 14.0), over="empty"))
        before = labels.array.copy()
        labels.edit(brush(value=3, over=over, **more))
        return before, labels.array

    before, after = painted("all")
    assert {int(one) for one in before[after == 3]} == {0, 1, 2}
    before, after = painted("empty")
    assert {int(one) for one in before[after == 3]} == {0}
    before, after = painted(2)
    assert {int(one) for one in before[after == 3]} == {2}
    before, after = painted(2, erase=True)
    assert {int(one) for one in before[after != before]} == {2}
    assert (after == 1).sum() == (before == 1).sum()


def test_an_eraser_takes_away_what_lies_under_it():
    labels = opened()
    labels.edit(brush(three_d=True, radius_mm=9.0))
    before = labels.array.copy()
    labels.edit(brush(erase=True, radius_mm=3.0))
    gone = (before == 1) & (labels.array == 0)
    assert gone.sum() == (before != labels.array).sum() > 0
    assert (on_slice(labels, "axial", 12) == 0)[14, 15]
    assert on_slice(labels, "axial", 11)[14, 15] == 1


@pytest.mark.parametrize("plane", NAMES)
def test_a_fill_keeps_within_an_outline_of_its_slice(plane):
    labels = opened("inside")
    ring = [(8.0, 8.0), (22.0, 9.0), (21.0, 23.0), (9.0, 21.0), (8.0, 8.0)]
    labels.edit(Edit(op="brush", plane=plane, n=9, value=1, points=tuple(ring), radius_mm=1.0))
    outline = labels.array.copy()
    labels.edit(Edit(op="fill", plane=plane, n=9, value=2, points=((15.2, 14.9),)))
    seen = on_slice(labels, plane, 9)
    assert seen[15, 15] == 2
    assert seen[0, 0] == 0
    assert (labels.array == 2).sum() == (seen == 2).sum() > 50
    assert np.array_equal(labels.array == 1, outline == 1)


def test_a_fill_by_value_takes_what_hangs_together():
    values = np.full(SHAPE, 50, np.int16)
    values[5:11, 5:11, 7] = values[20:24, 5:11, 7] = values[6, 6, 8] = 100
    labels = LabelMap(Volume(array=values, grid=Grid.from_axes(SHAPE, spacing_mm=SPACING)))
    # A picture runs to the left and to the back: column and row count down from the last index.
    point = (SHAPE[0] - 1 - 6.0, SHAPE[1] - 1 - 9.0)
    within = Edit(op="fill", plane="axial", n=7, value=1, points=(point,), only_within=(90.0, 110.0))
    labels.edit(within)
    expected = np.zeros(SHAPE, bool)
    expected[5:11, 5:11, 7] = True
    assert np.array_equal(labels.array == 1, expected)
    nothing = labels.edit(replace(within, points=((2.0, 3.0),)))  # a value outside of the two
    assert nothing.voxels == 0


def test_a_copy_goes_to_the_next_slice_or_the_one_that_is_named():
    labels = opened("other")
    labels.edit(brush(n=12))
    labels.edit(brush(n=12, value=2, at=(30.0, 30.0)))
    labels.edit(Edit(op="copy", plane="axial", n=12, value=1))
    labels.edit(Edit(op="copy", plane="axial", n=12, value=1, to=3))
    one = on_slice(labels, "axial", 12) == 1
    assert one.any()
    assert all(np.array_equal(on_slice(labels, "axial", n) == 1, one) for n in (3, 13))
    assert not (on_slice(labels, "axial", 13) == 2).any()
    assert not on_slice(labels, "axial", 11).any()


@pytest.mark.parametrize("plane", NAMES)
def test_between_two_discs_lie_discs_in_between(plane):
    labels = opened()
    cut = labels.cut("voxel", plane, 8)
    across, down = np.linalg.norm(GRID.affine[:3, :3] @ np.column_stack([cut.right, cut.down]), axis=0)
    middle = (16.0, 15.0)
    for n, radius in ((8, 4.0), (16, 12.0)):
        labels.edit(Edit(op="brush", plane=plane, n=n, value=1, points=(middle,), radius_mm=radius))
    labels.edit(Edit(op="interpolate", plane=plane, n=11, value=1))
    rows, columns = np.indices(on_slice(labels, plane, 8).shape)
    far = np.hypot((columns - middle[0]) * across, (rows - middle[1]) * down)
    for n in range(9, 16):
        radius, seen = 4.0 + (n - 8), on_slice(labels, plane, n) == 1
        slack = max(across, down)
        assert seen[far < radius - slack].all()
        assert not seen[far > radius + slack].any()
    assert not on_slice(labels, plane, 7).any()
    assert not on_slice(labels, plane, 17).any()


def test_shapes_that_do_not_overlap_wander_from_one_to_the_other():
    labels = opened()
    labels.edit(brush(n=5, at=(8.0, 9.0), radius_mm=3.0))
    labels.edit(brush(n=11, at=(26.0, 21.0), radius_mm=3.0))
    labels.edit(Edit(op="interpolate", plane="axial", n=8, value=1))
    for n in range(6, 11):
        rows, columns = np.nonzero(on_slice(labels, "axial", n))
        assert columns.mean() == pytest.approx(8 + 18 * (n - 5) / 6, abs=1.0)
        assert rows.mean() == pytest.approx(9 + 12 * (n - 5) / 6, abs=1.0)


def test_one_gap_is_filled_or_all_and_turned_round_it_is_the_same():
    labels = opened()
    for n, at in ((4, (12.0, 12.0)), (9, (14.0, 17.0)), (15, (18.0, 16.0))):
        labels.edit(brush(n=n, at=at))
    before = labels.array.copy()
    labels.edit(Edit(op="interpolate", plane="axial", n=6, value=1))
    assert [n for n in range(20) if on_slice(labels, "axial", n).any()] == [4, 5, 6, 7, 8, 9, 15]
    labels.edit(Edit(op="interpolate", plane="axial", n=0, value=1, three_d=True))
    assert [n for n in range(20) if on_slice(labels, "axial", n).any()] == list(range(4, 16))
    again = LabelMap(
        Volume(array=labels.image.array[::-1, ::-1, ::-1], grid=GRID),
        Labels(array=before[::-1, ::-1, ::-1], grid=GRID),
    )
    again.edit(Edit(op="interpolate", plane="axial", n=0, value=1, three_d=True))
    assert np.array_equal(again.array[::-1, ::-1, ::-1], labels.array)


@pytest.mark.parametrize("n", [2, 12, 30])
def test_where_there_is_no_gap_it_says_so(n):
    labels = opened()
    labels.edit(brush(n=12))
    with pytest.raises(WrongUse, match="nothing to interpolate"):
        labels.edit(Edit(op="interpolate", plane="axial", n=n, value=1))
    assert labels.history.standing == 1


@pytest.mark.parametrize("op", ["fill", "copy", "interpolate"])
def test_what_works_on_stored_slices_refuses_planes_through_the_lattice(op):
    with pytest.raises(WrongUse, match="stored slices"):
        opened().edit(Edit(op=op, plane="axial", mode="patient", n=5, value=1, points=((9.0, 9.0),)))


def test_labels_are_added_named_and_removed_with_their_voxels():
    labels = opened()
    labels.edit(Edit(op="add", name=" liver ", colour="#123456"))
    labels.edit(Edit(op="add", value=9))
    labels.edit(brush(value=2))
    labels.edit(brush(value=9, at=(25.0, 25.0)))
    labels.edit(Edit(op="rename", value=9, name="spleen"))
    state = state_of(labels)
    assert state["names"] == {"1": "label 1", "2": "liver", "9": "spleen"}
    assert state["colours"]["2"] == "#123456"
    labels.edit(Edit(op="remove", value=2))
    assert set(np.unique(labels.array)) == {0, 9}
    assert "2" not in state_of(labels)["names"]
    labels.undo()
    assert state_of(labels)["names"] == state["names"]
    assert (labels.array == 2).any()
    with pytest.raises(WrongUse, match="there is no label 5"):
        labels.edit(brush(value=5))
    with pytest.raises(WrongUse, match="there already"):
        labels.edit(Edit(op="add", value=9))


def test_many_labels_are_described_at_once_and_taken_back_at_once():
    labels = opened("liver", "cyst")
    before = state_of(labels)
    told = ((700, "vein", "#0000ff"), (2, " spleen ", "#123456"), (3, "", "#654321"))
    labels.edit(Edit(op="describe", labels=told))
    state = state_of(labels)
    assert state["names"] == {"1": "label 1", "2": "spleen", "3": "label 3", "700": "vein"}
    assert [state["colours"][one] for one in ("2", "3", "700")] == ["#123456", "#654321", "#0000ff"]
    labels.edit(brush(value=700))
    assert (labels.array == 700).any()
    labels.undo()
    labels.undo()
    assert state_of(labels)["names"] == before["names"] == {"1": "label 1", "2": "liver", "3": "cyst"}
    for wrong in ((0, "none", "#123456"), (4, "two\nlines", "#123456"), (4, "a", "blue")):
        with pytest.raises(WrongUse):
            labels.edit(Edit(op="describe", labels=((5, "fine", "#123456"), wrong)))
    assert state_of(labels)["names"] == before["names"]
    for odd in ([[1, "a"]], [["1", "a", "#123456"]], "a", [[1, "a", None]]):
        with pytest.raises(WrongUse):
            Edit.from_json({"op": "describe", "labels": odd})


def test_a_new_label_has_a_colour_of_its_own():
    labels = opened(*"abcdefghijklmnopqrst")
    assert len(set(state_of(labels)["colours"].values())) == 21
    labels.edit(Edit(op="remove", value=21))
    labels.edit(Edit(op="rename", value=3, colour=labels.legend.of(2).colour))
    labels.edit(Edit(op="add"))
    assert list(state_of(labels)["colours"].values()).count(labels.legend.of(21).colour) == 1


def test_a_label_above_255_makes_room_for_itself_and_what_was_before_can_be_undone():
    labels = opened()
    labels.edit(brush())
    before = labels.array.copy()
    labels.edit(Edit(op="add", value=700))
    labels.edit(brush(value=700, at=(18.0, 14.0)))
    assert labels.array.max() == 700
    for _ in range(3):
        labels.undo()
    assert not labels.array.any()
    labels.redo()
    assert np.array_equal(labels.array, before)


def test_a_slice_or_all_is_cleared():
    labels = opened("second")
    labels.edit(brush(three_d=True))
    labels.edit(brush(value=2, at=(28.0, 28.0)))
    both = labels.array.copy()
    labels.edit(Edit(op="clear", plane="axial", n=12, value=1))
    seen = on_slice(labels, "axial", 12)
    assert set(np.unique(seen)) == {0, 2}
    assert (labels.array == 1).any()
    labels.undo()
    labels.edit(Edit(op="clear", plane="axial", n=12))
    assert not on_slice(labels, "axial", 12).any()
    labels.edit(Edit(op="clear"))
    assert not labels.array.any()
    labels.undo()
    labels.undo()
    assert np.array_equal(labels.array, both)


def test_a_stroke_is_one_deed_whatever_parts_it_comes_in():
    labels = opened()
    for at in ((8.0, 8.0), (12.0, 9.0), (17.0, 13.0)):
        labels.edit(brush(at=at, stroke="a"))
    labels.edit(brush(at=(30.0, 30.0), stroke="b"))
    assert labels.history.standing == 2
    labels.undo()
    labels.undo()
    assert not labels.array.any()
    assert (state_of(labels)["undo"], state_of(labels)["redo"]) == (0, 2)


EDITS = st.one_of(
    st.builds(
        brush,
        n=st.integers(0, 30),
        value=st.integers(1, 3),
        at=st.tuples(st.floats(-5, 40), st.floats(-5, 40)),
        radius_mm=st.floats(0.5, 12),
        three_d=st.booleans(),
        erase=st.booleans(),
        over=st.sampled_from(["all", "empty", 1, 2]),
        stroke=st.sampled_from([None, "a", "b"]),
    ),
    st.builds(
        lambda n, value: Edit(op="clear", plane="coronal", n=n, value=value), st.integers(0, 30), st.none()
    ),
    st.builds(
        lambda n, to, value: Edit(op="copy", plane="sagittal", n=n, to=to, value=value),
        *(st.integers(0, 30), st.integers(0, 30), st.integers(1, 3)),
    ),
    st.just("undo"),
    st.just("redo"),
)


@settings(max_examples=12)
@given(edits=st.lists(EDITS, min_size=1, max_size=9))
def test_all_is_undone_and_done_again_and_the_numbers_are_those_of_stats(edits):
    mask = Labels(array=np.zeros(SHAPE, np.uint8), grid=GRID, names={1: "a", 2: "b", 3: "c"})
    labels = LabelMap(image(valid=True), mask)
    for edit in edits:
        if isinstance(edit, Edit):
            labels.edit(edit)
        else:
            getattr(labels, edit)()
    after = labels.array.copy()
    told = {one["value"]: one for one in state_of(labels)["labels"]}
    for one in s2t.stats(labels.image, labels.labels()).labels:
        own = told[one.value]
        assert (own["voxels"], own["ml"]) == (one.voxels, pytest.approx(one.ml))
        if one.voxels:
            assert own["box_voxels"] == [list(end) for end in one.box_voxels]
            assert own["box_mm"] == [list(end) for end in one.box_mm]
            real = one.image[0]
            assert (own["min"], own["max"]) == (real.minimum, real.maximum)
            assert own["mean"] == (None if real.n == 0 else pytest.approx(real.mean, rel=1e-12))
    standing = labels.history.standing
    for _ in range(standing):
        labels.undo()
    assert not labels.array.any()
    for _ in range(standing):
        labels.redo()
    assert np.array_equal(labels.array, after)


def test_what_is_kept_to_undo_depends_on_what_changed_and_not_on_the_image():
    labels = LabelMap(
        Volume(array=np.zeros((150, 160, 60), np.int16), grid=Grid((150, 160, 60), np.diag([1, 1, 2, 1])))
    )
    rng = np.random.default_rng(1)
    for at in rng.uniform(10, 140, (200, 2)):
        labels.edit(brush(at=tuple(at), radius_mm=2.0))
    assert labels.history.standing == 200
    assert labels.history.bytes < 200 * 100


def test_what_is_not_a_number_and_no_real_value_counts_in_no_mean():
    values = np.full(SHAPE, 7.0, np.float32)
    values[10, 10, 10], values[11, 10, 10] = np.nan, 1000
    valid = np.ones(SHAPE, bool)
    valid[11, 10, 10] = False
    mask = np.zeros(SHAPE, np.uint8)
    mask[8:14, 9:12, 9:12] = 4
    labels = LabelMap(
        Volume(array=values, grid=GRID, valid=valid), Labels(array=mask, grid=GRID, names={4: "a"})
    )
    (one,) = state_of(labels)["labels"]
    assert (one["voxels"], one["mean"], one["min"], one["max"]) == (54, 7.0, 7.0, 7.0)


def test_a_mean_that_no_number_holds_is_told_as_none():
    mask = np.zeros(SHAPE, np.uint8)
    mask[8:14, 9:12, 9:12] = 4
    signs = np.where(np.indices(SHAPE).sum(axis=0) % 2, 1.0, -1.0)
    for values in (
        np.full(SHAPE, 1.7e308),
        1.7e308 * signs,
        np.where(np.indices(SHAPE)[0] < 11, 1.7e308, -1.7e308),
    ):
        labels = LabelMap(Volume(array=values, grid=GRID), Labels(array=mask, grid=GRID, names={4: "a"}))
        told = state_of(labels)
        assert "Infinity" not in json.dumps(told, allow_nan=False)
        (one,) = told["labels"]
        assert one["mean"] is None or abs(one["mean"]) < 1e300
        assert one["max"] == values.max()
    wide = np.ones((70, 70, 70), np.uint8)
    grid = Grid(wide.shape, np.diag([1.1, 1.3, 2.1, 1.0]))
    volume = Volume(array=np.full(wide.shape, 5e303), grid=grid)  # each brick has a sum, the whole has none
    (one,) = state_of(LabelMap(volume, Labels(array=wide, grid=grid)))["labels"]
    assert one["mean"] is None


def test_boxes_are_drawn_grown_in_another_plane_and_exported_in_voxels_and_mm():
    labels = opened()
    done = labels.edit(Edit(op="box", plane="axial", n=12, value=1, points=((20.4, 6.6), (9.7, 15.2))))
    assert done.voxels == 0
    (box,) = labels.legend.boxes
    cut = labels.cut("voxel", "axial", 12)
    ends = np.sort(cut.indices([(20, 7), (10, 15)]), axis=0).astype(int)
    assert [list(box.first), list(box.last)] == ends.tolist()
    assert box.first[cut.axis] == box.last[cut.axis] == cut.number
    other = labels.cut("voxel", "sagittal", 20)
    labels.edit(Edit(op="box", plane="sagittal", n=20, box=box.id, points=((3.0, 4.0), (11.0, 21.0))))
    (grown,) = labels.legend.boxes
    across = np.sort(other.indices([(3, 4), (11, 21)]), axis=0).astype(int)
    for axis in range(3):
        if axis == other.axis:
            assert grown.first[axis] == min(box.first[axis], other.number)
            assert grown.last[axis] == max(box.last[axis], other.number)
        else:
            assert (grown.first[axis], grown.last[axis]) == tuple(across[:, axis])
    labels.edit(brush(three_d=True))
    told = boxes_of(labels)
    drawn, around = told["boxes"]
    assert (drawn["drawn"], around["drawn"]) == (True, False)
    assert "both within" in told["convention"]
    corners = [
        GRID.to_world([(a - 0.5, b + 0.5)[x], (c - 0.5, d + 0.5)[y], (e - 0.5, f + 0.5)[z]])
        for (a, b), (c, d), (e, f) in [tuple(zip(*drawn["voxels"], strict=True))]
        for x in (0, 1)
        for y in (0, 1)
        for z in (0, 1)
    ]
    assert np.allclose(drawn["corners_mm"], corners)
    assert np.allclose(drawn["mm"], [np.min(corners, axis=0), np.max(corners, axis=0)])
    found = np.argwhere(labels.array == 1)
    assert around["voxels"] == [found.min(axis=0).tolist(), found.max(axis=0).tolist()]
    labels.edit(Edit(op="unbox", box=box.id))
    assert labels.legend.boxes == ()
    labels.undo()
    assert labels.legend.boxes == (grown,)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "object of JSON"),
        ({}, "names its tool"),
        ({"op": "knife"}, "no tool 'knife'"),
        ({"op": "brush", "value": 1, "points": [[1, 2]]}, "acts on a slice"),
        ({"op": "clear", "wher": 1}, "no such part"),
        ({"op": "clear", "value": True}, "whole number"),
        ({"op": "clear", "value": 1.5}, "whole number"),
        ({"op": "clear", "over": "some"}, "over cannot be"),
        ({"op": "clear", "points": [[1, 2, 3]]}, "pairs of numbers"),
        ({"op": "clear", "radius_mm": float("inf")}, "radius_mm is a number"),
        ({"op": "clear", "three_d": 1}, "true or false"),
        ({"op": "clear", "name": 3}, "name is a text"),
    ],
)
def test_an_edit_that_cannot_be_meant_is_refused(data, says):
    with pytest.raises(WrongUse, match=says):
        Edit.from_json(data)


def test_an_edit_comes_from_plain_values():
    data = {"op": "brush", "plane": "axial", "n": 3, "value": 2, "points": [[1, 2.5]], "only_within": [0, 9]}
    assert Edit.from_json(data | {"over": "empty", "to": None}) == Edit(
        op="brush", plane="axial", n=3, value=2, points=((1.0, 2.5),), only_within=(0.0, 9.0), over="empty"
    )


@pytest.mark.parametrize(
    "edit", [{"plane": "axial", "n": 99}, {"plane": "front", "n": 1}, {"mode": "tilted"}]
)
def test_a_slice_that_is_not_there_is_refused(edit):
    with pytest.raises(WrongUse, match="there"):
        opened().edit(brush(**edit))


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"name": "two\nlines"}, WrongUse),
        ({"colour": "red"}, WrongUse),
        ({"value": 70000}, WrongUse),
        ({"value": 0}, WrongUse),
    ],
)
def test_a_label_that_cannot_be_is_refused(more, error):
    labels = opened()
    with pytest.raises(error):
        labels.edit(Edit(op="add", **more))
    assert labels.history.standing == 0


def test_a_tool_of_no_name_is_told_the_names():
    with pytest.raises(UnknownName, match="brush, polygon"):
        Edit(op="airbrush")
