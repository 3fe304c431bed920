"""Every attribute of one header: nested ones and long ones, and nothing where there is none."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from scan2train.formats.dicom.attributes import read_attributes
from scan2train.testing.small import small_series


def written(folder, **tags):
    small_series(shape=(5, 4, 1), tags=tags)(folder)
    (file,) = (path for path in folder.rglob("*") if path.is_file())
    return file


@pytest.mark.parametrize("padding", [10, 9_000])
def test_a_name_is_found_in_a_sequence_however_long(tmp_path, padding):
    item = Dataset()
    item.CommentsOnTheScheduledProcedureStep = "x" * padding
    item.ScheduledPerformingPhysicianName = "Roe^Richard"
    found = read_attributes(written(tmp_path, RequestAttributesSequence=Sequence([item, item])))
    names = [one for one in found if one.keyword == "ScheduledPerformingPhysicianName"]
    assert [(one.values, one.parents) for one in names] == 2 * [
        (("Roe^Richard",), ("RequestAttributesSequence",))
    ]
    assert [one.items for one in found if one.keyword == "RequestAttributesSequence"] == [2]


@pytest.mark.filterwarnings("ignore:The value length")
def test_only_what_is_wanted_is_given_and_long_values_never(tmp_path):
    file = written(tmp_path, ImageComments="x" * 17_000, StationName="CT1")
    assert not any(one.keyword == "ImageComments" for one in read_attributes(file))
    (station,) = read_attributes(file, wanted={0x00081010}.__contains__)
    assert (station.values, station.vr, station.parents) == (("CT1",), "SH", ())


def test_what_is_no_header_has_no_attributes(tmp_path):
    (tmp_path / "text").write_bytes(b"DICM" * 9)
    assert read_attributes(tmp_path / "text") == []
    assert read_attributes(tmp_path / "none") == []
    assert read_attributes(tmp_path) == []
