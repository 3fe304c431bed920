"""Multi-frame objects: points within one, points in several, and one object in several files."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from scan2train.errors import NonconformingHeader, SeveralVolumes
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.read import read
from scan2train.testing.concatenation import split_object
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.volume import Volume

SHAPE = (6, 5, 7)


def item(**attributes):
    made = Dataset()
    for name, value in attributes.items():
        setattr(made, name, value)
    return Sequence([made])


def point(at):
    angle = np.radians(14.0)
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([-1.25, -1.75, 2.5])
    affine[:3, 3] = (12.0, 34.0, -56.0)
    values = np.arange(np.prod(SHAPE), dtype=np.uint16).reshape(SHAPE) + 300 * at
    return Volume(array=values, grid=Grid(SHAPE, affine))


def truth(points=3):
    return np.stack([point(at).array for at in range(points)], axis=3)


def content(**attributes):
    """A frame's content that says its point and not its place: positions tell that."""
    return {"FrameContentSequence": item(StackID="1", **attributes)}


GROUPS = {
    "time": (lambda at: content(TemporalPositionIndex=at + 1), "time"),
    "acquired": (lambda at: content(FrameAcquisitionDateTime=f"2024022910111{at}.5"), "time"),
    "echo": (lambda at: {"MREchoSequence": item(EffectiveEchoTime=5.0 + at)}, "echo"),
    "b-value": (lambda at: {"MRDiffusionSequence": item(DiffusionBValue=400.0 * at)}, "b-value"),
    "phase": (
        lambda at: {"CardiacSynchronizationSequence": item(NominalPercentageOfCardiacPhase=30.0 * at)},
        "phase",
    ),
    "trigger": (
        lambda at: {"CardiacSynchronizationSequence": item(NominalCardiacTriggerDelayTime=30.0 * at)},
        "phase",
    ),
    "index alone": (lambda _: {}, "frame"),
}


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("modality", ["MR", "CT", "PT"])
def test_frames_in_any_order_become_points_in_order(tmp_path, name, modality):
    tags, dimension = GROUPS[name]
    write_enhanced(
        point(0),
        tmp_path / "a.dcm",
        modality=modality,
        intercept=0,
        points=[point(1), point(2)],
        point_tags=tags,
        shared=name != "echo",
        seed=5,
    )
    with pytest.raises(SeveralVolumes):
        read(tmp_path)
    found = read(tmp_path, stack=True)
    np.testing.assert_array_equal(found.array, truth())
    np.testing.assert_allclose(found.grid.affine, point(0).grid.affine, atol=1e-5)
    assert found.meta["dimension"] == dimension


def test_an_object_for_each_time_point(tmp_path):
    for at in range(3):
        write_enhanced(
            point(at),
            tmp_path / f"{'cab'[at]}.dcm",
            modality="MR",
            instance=at,
            point_tags=lambda _, at=at: content(TemporalPositionIndex=at + 1),
        )
    table = index(tmp_path, cache=False).volumes
    assert table["dimension"].to_list() == ["time"] * 3
    assert table["split_by"].to_list() == ["temporal_position"] * 3
    np.testing.assert_array_equal(read(tmp_path, stack=True).array, truth())


def test_objects_that_only_their_numbers_tell_apart(tmp_path):
    for at in range(3):
        write_enhanced(
            point(at),
            tmp_path / f"{'cab'[at]}.dcm",
            modality="MR",
            instance=at,
            extra_tags={"InstanceNumber": at + 1},
        )
    found = read(tmp_path, stack=True)
    np.testing.assert_array_equal(found.array, truth())
    assert found.meta["dimension"] == "instance"


def test_echoes_within_and_times_between_objects(tmp_path):
    for at in range(2):
        write_enhanced(
            point(2 * at),
            tmp_path / f"{1 - at}.dcm",
            modality="MR",
            instance=at,
            points=[point(2 * at + 1)],
            point_tags=lambda echo, at=at: {
                **content(TemporalPositionIndex=at + 1),
                "MREchoSequence": item(EffectiveEchoTime=5.0 + echo),
            },
        )
    table = index(tmp_path, cache=False).volumes
    assert set(table["dimension"]) == {"echo+time"}
    for row in table.to_dicts():
        echo, time = (float(value) for value in row["dimension_value"].split(" + "))
        np.testing.assert_array_equal(read(row).array, point(2 * (time - 1) + echo - 5).array)


def test_objects_of_other_slices_stay_apart(tmp_path):
    for at in range(2):
        grid = point(at).grid
        moved = grid.affine.copy()
        moved[:3, 3] += 300 * at
        write_enhanced(
            Volume(array=point(at).array, grid=Grid(SHAPE, moved)),
            tmp_path / f"{at}.dcm",
            modality="MR",
            instance=at,
        )
    table = index(tmp_path, cache=False).volumes
    assert table["dimension"].to_list() == ["", ""]
    assert table["n_slices"].to_list() == [7, 7]
    with pytest.raises(SeveralVolumes):
        read(tmp_path, stack=True)


def test_objects_of_one_frame_are_slices(tmp_path):
    whole = point(0)
    for k in range(7):
        affine = whole.grid.affine.copy()
        affine[:3, 3] = whole.grid.to_world((0, 0, k))
        one = Volume(array=whole.array[:, :, k : k + 1], grid=Grid((6, 5, 1), affine))
        write_enhanced(one, tmp_path / f"{(k * 3) % 7}.dcm", modality="MR", instance=k)
    found = read(tmp_path)
    np.testing.assert_array_equal(found.array, whole.array)
    np.testing.assert_allclose(found.grid.affine, whole.grid.affine, atol=1e-5)


@pytest.mark.parametrize("order", ["position", "shuffled"])
@pytest.mark.parametrize("parts", [(7,), (3, 4), (1, 5, 1)])
@pytest.mark.parametrize("total", [True, False])
def test_a_concatenation_is_one_volume(tmp_path, order, parts, total):
    split_object(write_enhanced(point(0), tmp_path / "a.dcm", modality="MR", order=order), parts, total=total)
    found = read(tmp_path)
    np.testing.assert_array_equal(found.array, point(0).array)
    np.testing.assert_allclose(found.grid.affine, point(0).grid.affine, atol=1e-5)


def test_a_concatenation_of_several_points(tmp_path):
    path = write_enhanced(
        point(0),
        tmp_path / "a.dcm",
        modality="MR",
        points=[point(1), point(2)],
        point_tags=lambda at: content(TemporalPositionIndex=at + 1),
    )
    split_object(path, (8, 8, 5))
    np.testing.assert_array_equal(read(tmp_path, stack=True).array, truth())


@pytest.mark.parametrize("lost", [1, 2, 3])
@pytest.mark.parametrize("order", ["position", "shuffled"])
def test_a_concatenation_that_lacks_a_part_is_refused(tmp_path, lost, order):
    parts = split_object(write_enhanced(point(0), tmp_path / "a.dcm", modality="MR", order=order), (2, 3, 2))
    parts[lost - 1].unlink()
    with pytest.raises(NonconformingHeader, match="lacks some") as told:
        read(tmp_path)
    assert told.value.code == "SER007"
