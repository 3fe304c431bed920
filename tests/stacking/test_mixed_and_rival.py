"""In what the slices of a series differ, and whether they could be told apart otherwise."""

import pytest

from dicom_tables import tables
from scan2train.stack import stack
from scan2train.testing.small import small_series
from scan2train.testing.small_several import several


def stacked(build, folder):
    build(folder)
    return stack(*tables(folder)).to_dicts()


def on_last(tag, value):
    return lambda k: {tag: value} if k == 7 else {}


@pytest.mark.parametrize(
    ("tags", "modality", "mixed"),
    [
        ({}, "CT", []),
        (on_last("SliceThickness", "5"), "CT", ["thickness_mm"]),
        (on_last("SliceThickness", "2.51"), "CT", []),
        (on_last("SliceThickness", None), "CT", []),
        (lambda k: {"KVP": "80" if k < 3 else "120"}, "CT", ["kvp"]),
        (lambda k: {"EchoTime": "4.6" if k < 3 else "9.2"}, "MR", ["echo_time_ms"]),
        (lambda k: {"RepetitionTime": str(500 + k)}, "MR", []),
    ],
)
def test_what_slices_of_one_volume_differ_in(tmp_path, tags, modality, mixed):
    (row,) = stacked(small_series(tags=tags, modality=modality), tmp_path)
    assert row["mixed"] == mixed


def test_what_volumes_of_one_series_differ_in(tmp_path):
    thin_and_thick = several(
        {"AcquisitionNumber": 1, "SliceThickness": "2.5"},
        {"AcquisitionNumber": 2, "SliceThickness": "5"},
        spacings=((1.3, 1.7, 2.5), (1.3, 1.7, 5.0)),
    )
    rows = stacked(thin_and_thick, tmp_path)
    assert [row["mixed"] for row in rows] == [["thickness_mm", "spacing_k_mm"]] * 2


def test_other_series_of_a_study_are_no_concern(tmp_path):
    small_series(below="a")(tmp_path)
    rows = stacked(small_series(below="b", series_number=2, spacing=(1.3, 1.7, 9.0)), tmp_path)
    assert [row["mixed"] for row in rows] == [[], []]


def test_a_localizer_does_not_mix_a_series(tmp_path):
    scout = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"], "SliceThickness": "400"}
    build = several({}, scout, shapes=((13, 11, 8), (13, 11, 1)), orientations=("LPS", "LIP"))
    assert [row["mixed"] for row in stacked(build, tmp_path)] == [[], []]


def test_an_attribute_that_tells_otherwise_is_a_rival(tmp_path):
    build = several(
        lambda k: {"AcquisitionNumber": 1, "KVP": "80" if k % 2 else "140"},
        lambda k: {"AcquisitionNumber": 2, "KVP": "140" if k % 2 else "80"},
    )
    rows = stacked(build, tmp_path)
    assert [(row["split_by"], row["rival"], row["n_slices"]) for row in rows] == [
        ("kvp", "acquisition_number", 8)
    ] * 2


def test_an_attribute_that_agrees_is_none(tmp_path):
    build = several({"EchoNumbers": 1, "EchoTime": "4"}, {"EchoNumbers": 2, "EchoTime": "9"}, modality="MR")
    assert [(row["split_by"], row["rival"]) for row in stacked(build, tmp_path)] == [("echo_number", "")] * 2
