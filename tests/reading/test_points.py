"""Volumes of one series as one array of four axes: in order, decoded once, and only where they belong together."""

from __future__ import annotations

import nibabel as nib
import numpy as np
import pytest

from scan2train.errors import GeometryError, SeveralVolumes, WrongUse
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.read import read, read_all
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_mosaic import write_mosaic
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume
from scan2train.write import convert, write
from series_of_points import SHAPE, point, truth, write_points

DIMENSIONS = {
    "time": (lambda at: {"TemporalPositionIdentifier": at + 1}, "time", [1, 2, 3]),
    "acquisition time": (
        lambda at: {"AcquisitionTime": f"10111{at}.5"},
        "time",
        ["time 1", "time 2", "time 3"],
    ),
    "content time": (lambda at: {"ContentTime": f"1011{at}0.5"}, "time", ["time 1", "time 2", "time 3"]),
    "echo": (lambda at: {"EchoNumbers": at + 1, "EchoTime": 5.0 * (at + 1)}, "echo", [1, 2, 3]),
    "echo time": (lambda at: {"EchoTime": 2.5 * at + 1}, "echo", [1, 3.5, 6]),
    "b-value": (lambda at: {"DiffusionBValue": 500.0 * at}, "b-value", [0, 500, 1000]),
    "trigger": (lambda at: {"TriggerTime": 40.0 * at}, "phase", [0, 40, 80]),
}


@pytest.mark.parametrize("name", DIMENSIONS)
def test_points_come_in_order(tmp_path, name):
    tags, dimension, values = DIMENSIONS[name]
    write_points(tmp_path, tags)
    with pytest.raises(SeveralVolumes):
        read(tmp_path)
    found = read(tmp_path, stack=True)
    np.testing.assert_array_equal(found.array, truth())
    assert found.grid == point(0).grid
    assert found.meta["dimension"] == dimension
    assert found.meta["dimension_values"] == values
    assert len(set(found.meta["volumes"])) == 3
    assert "dimension_value" not in found.meta


def test_a_window_is_that_of_the_whole_only_where_all_points_have_it(tmp_path):
    for folder, widths in (("one", (400, 400, 400)), ("own", (400, 410, 420))):
        write_points(
            tmp_path / folder,
            lambda at, widths=widths: {"EchoTime": 5.0 * at, "WindowCenter": 40, "WindowWidth": widths[at]},
        )
    assert read(tmp_path / "one", stack=True).meta["window"]["width"] == 400
    assert "window" not in read(tmp_path / "own", stack=True).meta


def test_times_at_even_steps_give_the_step(tmp_path):
    write_points(tmp_path / "even", lambda at: {"AcquisitionTime": f"10111{2 * at}.5"})
    assert read(tmp_path / "even", stack=True).meta["dimension_step_s"] == 2
    write_points(tmp_path / "odd", lambda at: {"AcquisitionTime": f"10111{at * at}.5"})
    assert "dimension_step_s" not in read(tmp_path / "odd", stack=True).meta


def test_rows_of_the_index_and_all_of_a_folder(tmp_path):
    write_points(tmp_path / "a", DIMENSIONS["echo"][0])
    write_dicom_series(point(7), tmp_path / "b", modality="MR", series_number=2)
    rows = index(tmp_path, cache=False).volumes
    found = read(rows.filter(rows["dimension"] == "echo"), stack=True)
    np.testing.assert_array_equal(found.array, truth())
    together = read_all(tmp_path, stack=True)
    assert [one.array.shape for one in together] == [(*SHAPE, 3), SHAPE]
    assert len(read_all(tmp_path)) == 4
    with pytest.raises(SeveralVolumes):
        read(tmp_path, stack=True)


def test_one_volume_stays_as_it_is(tmp_path):
    write_dicom_series(point(0), tmp_path, modality="MR")
    assert read(tmp_path, stack=True).array.shape == SHAPE


def test_what_is_no_repeated_measurement_is_not_put_together(tmp_path):
    write_points(tmp_path, lambda at: {"ImageType": ["ORIGINAL", "PRIMARY", "MPR"[at]]})
    with pytest.raises(SeveralVolumes):
        read(tmp_path, stack=True)


def test_grids_that_differ_are_refused(tmp_path):
    for at, first in enumerate((0, 1)):
        write_dicom_series(
            point(at, shape=(6, 5, 4 + first)),
            tmp_path,
            modality="MR",
            file_names=lambda rank, at=at: f"{at}_{rank}.dcm",
            extra_tags=lambda k, at=at: {"SOPInstanceUID": f"1.2.{at}.{k}", "EchoNumbers": at + 1},
        )
    with pytest.raises(GeometryError, match="different grids"):
        read(tmp_path, stack=True)


def test_types_that_differ_are_widened(tmp_path):
    write_points(tmp_path, DIMENSIONS["time"][0], points=2)
    for at, slope in enumerate((1.0, 0.5)):
        write_dicom_series(
            point(2 + at),
            tmp_path,
            modality="MR",
            slope=slope,
            file_names=lambda rank, at=at: f"x{at}_{rank}.dcm",
            extra_tags=lambda k, at=at, slope=slope: {
                "SOPInstanceUID": f"1.2.9.{at}.{k}",
                "TemporalPositionIdentifier": 3 + at,
                "RescaleSlope": slope,
                "RescaleIntercept": 0,
                "RescaleType": None,
            },
        )
    found = read(tmp_path, stack=True)
    assert found.array.dtype == np.float32
    np.testing.assert_array_equal(found.array, truth(4))


def test_padding_at_one_point_is_padding_of_the_whole(tmp_path):
    write_points(tmp_path, lambda at: {**DIMENSIONS["time"][0](at), 0x00280120: ("US", 205)})
    found = read(tmp_path, stack=True)
    assert found.valid is not None
    np.testing.assert_array_equal(found.valid, (truth() != 205).all(axis=3))


def test_labels_have_no_fourth_axis(tmp_path):
    write_points(tmp_path, DIMENSIONS["time"][0])
    with pytest.raises(WrongUse, match="one value a voxel"):
        read(tmp_path, stack=True, as_labels=True)


def test_a_nifti_of_four_dimensions_both_ways(tmp_path):
    write_points(tmp_path / "in", lambda at: {"AcquisitionTime": f"10111{2 * at}.5"})
    written = convert(tmp_path / "in", tmp_path / "out.nii.gz", stack=True)
    peer = nib.load(tmp_path / "out.nii.gz")
    assert peer.shape == (*SHAPE, 3)
    assert peer.header.get_zooms() == (1.25, 1.75, 2.5, 2.0)
    assert peer.header.get_xyzt_units() == ("mm", "sec")
    np.testing.assert_array_equal(np.asarray(peer.dataobj), written.array)
    np.testing.assert_allclose(peer.affine, written.grid.affine)
    again = read(tmp_path / "out.nii.gz", stack=True)
    np.testing.assert_array_equal(again.array, truth())
    assert again.meta["dimension"] == "time"
    assert again.meta["dimension_step_s"] == 2
    write(again, tmp_path / "again.nii.gz")
    assert (tmp_path / "again.nii.gz").read_bytes() == (tmp_path / "out.nii.gz").read_bytes()


def test_three_points_of_bytes_are_no_colour(tmp_path):
    values = np.arange(6 * 5 * 4 * 3, dtype=np.uint8).reshape(6, 5, 4, 3)
    about = {"dimension": "echo", "dimension_values": [1, 2, 3]}
    write(Volume(array=values, grid=point(0).grid, meta=about), tmp_path / "a.nii")
    peer = nib.load(tmp_path / "a.nii")
    assert peer.shape == values.shape
    np.testing.assert_array_equal(np.asarray(peer.dataobj), values)


@pytest.mark.parametrize("suffix", [".mha", ".nrrd", ".png", ".mhd"])
def test_formats_without_a_fourth_axis_say_so(tmp_path, suffix):
    write_points(tmp_path / "in", DIMENSIONS["time"][0])
    with pytest.raises(WrongUse, match="no fourth axis"):
        convert(tmp_path / "in", tmp_path / f"out{suffix}", stack=True)
    assert not (tmp_path / f"out{suffix}").exists()


def test_mosaics_become_one_array(tmp_path):
    for at in range(3):
        write_mosaic(point(at), tmp_path / f"{9 - at}.dcm", number=at + 1)
    found = read(tmp_path, stack=True)
    np.testing.assert_array_equal(found.array, truth())
    assert found.meta["dimension_step_s"] == 1


def test_frames_of_an_enhanced_object_become_one_array(tmp_path):
    whole = Volume(
        array=np.concatenate([point(at).array for at in range(3)], axis=2),
        grid=Grid((6, 5, 12), point(0).grid.affine),
    )
    write_enhanced(whole, tmp_path / "a.dcm", modality="MR", frame_tags=lambda k: _of_time(whole, k))
    found = read(tmp_path / "a.dcm", stack=True)
    np.testing.assert_array_equal(found.array, truth())
    assert found.meta["dimension"] == "time"


def _of_time(whole, k):
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    place, content = Dataset(), Dataset()
    place.ImagePositionPatient = [float(x) for x in whole.grid.to_world((0, 0, k % 4)) * (-1, -1, 1)]
    content.StackID, content.InStackPositionNumber = "1", k % 4 + 1
    content.TemporalPositionIndex = k // 4 + 1
    content.DimensionIndexValues = [k % 4 + 1, k // 4 + 1]
    return {"PlanePositionSequence": Sequence([place]), "FrameContentSequence": Sequence([content])}
