"""Pictures of ultrasound get their spacing from their region; clips are pictures in time and stay a pixel grid."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest

import scan2train as s2t
from scan2train.testing.small_objects import small_clip, ultrasound_region

DELTA_CM = (0.031, 0.047)


def row_of(folder, build):
    build(folder)
    (row,) = s2t.index(folder, cache=False).volumes.to_dicts()
    return row


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])
def test_a_region_that_is_the_whole_picture_gives_the_spacing(tmp_path, syntax):
    small_clip(1, tags=ultrasound_region(DELTA_CM))(tmp_path)
    written = pydicom.dcmread(tmp_path / "clip.dcm")
    written.file_meta.TransferSyntaxUID = syntax
    written.save_as(tmp_path / "clip.dcm", implicit_vr=syntax.endswith(".2"), little_endian=True)
    (row,) = s2t.index(tmp_path, cache=False).volumes.to_dicts()
    assert row["spacing_source"] == "SequenceOfUltrasoundRegions"
    read = s2t.read(tmp_path)
    assert read.grid.physical
    assert read.grid.spacing[:2] == pytest.approx((0.31, 0.47))


@pytest.mark.parametrize(
    ("box", "other"),
    [
        ((1, 0, 12, 10), {}),
        ((0, 0, 12, 9), {}),
        ((0, 0, 12, 10), {"PhysicalUnitsYDirection": 4}),  # seconds
        ((0, 0, 12, 10), {"RegionSpatialFormat": 2}),  # M-mode
        ((0, 0, 12, 10), {"PhysicalDeltaX": 0.0}),
    ],
)
def test_any_other_region_does_not(tmp_path, box, other):
    row = row_of(tmp_path, small_clip(1, tags=ultrasound_region(DELTA_CM, box, **other)))
    assert (row["spacing_source"], row["physical"]) == ("", False)
    assert row["lacks"] == ["PixelSpacing"]


def test_pixel_spacing_stands_before_the_region(tmp_path):
    row = row_of(tmp_path, small_clip(1, tags=ultrasound_region(DELTA_CM) | {"PixelSpacing": [0.5, 0.25]}))
    assert row["spacing_source"] == "PixelSpacing"
    assert (row["spacing_i_mm"], row["spacing_j_mm"]) == (0.25, 0.5)


@pytest.mark.parametrize(
    ("modality", "tags"),
    [
        ("US", ultrasound_region(DELTA_CM)),
        ("XA", {"ImagerPixelSpacing": [0.3, 0.2]}),
        ("XA", {"PixelSpacing": [0.3, 0.2]}),
    ],
)
def test_no_millimetres_are_invented_between_points_in_time(tmp_path, modality, tags):
    row = row_of(tmp_path, small_clip(5, modality=modality, tags=tags | {"FrameTime": "33.3"}))
    assert (row["physical"], row["spacing_source"]) == (False, "")
    assert row["frame_time_ms"] == 33.3
    assert row["lacks"] == ["PerFrameFunctionalGroupsSequence"]
    clip = s2t.read(tmp_path)
    assert clip.array.shape == (13, 11, 5)
    assert not clip.grid.physical
    assert np.array_equal(clip.grid.spacing, (1, 1, 1))
    told = {one.code: one for one in s2t.check(s2t.index(tmp_path, cache=False))}
    assert "k, is time" in told["SER006"].message
    assert "one every 33.3 ms" in told["SER006"].seen
