"""The side and the view of a picture: from the attribute, from a code, from a frame's functional group."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from scan2train.index import index
from scan2train.knowledge.mammography_views import VIEW_OF_CODE, side_in, view_in
from scan2train.testing.small_mammograms import small_mammograms
from scan2train.testing.small_objects import small_enhanced


@pytest.mark.parametrize("told_by", ["ViewPosition", "SCT", "SRT"])
def test_the_view_is_that_of_the_attribute_or_of_the_code(tmp_path, told_by):
    small_mammograms("LCC", "RMLO", "RXCCL", told_by=told_by)(tmp_path)
    found = index(tmp_path, cache=False).volumes.select("laterality", "view").rows()
    assert sorted(found) == [("L", "CC"), ("R", "MLO"), ("R", "XCCL")]


def test_the_side_of_a_frame_is_that_of_the_picture(tmp_path):
    anatomy = Dataset()
    anatomy.FrameLaterality = "R"
    small_enhanced(shared_tags={"FrameAnatomySequence": Sequence([anatomy])})(tmp_path)
    assert index(tmp_path, cache=False).volumes["laterality"].to_list() == ["R"]


@pytest.mark.parametrize(
    ("text", "side", "view"),
    [
        ("R MLO", "R", "MLO"),
        ("LCC", "L", "CC"),
        ("LMLO", "L", "MLO"),
        ("LML", "L", "ML"),
        ("RLM", "R", "LM"),
        ("LM", "", "LM"),
        ("MLOID", "", "MLO"),
        ("RMCC", "R", "CC"),
        ("cranio-caudal", "", "CC"),
        ("Mediolateral Oblique, left", "L", "MLO"),
        ("RXCCL", "R", "XCCL"),
        ("left and right", "", ""),
        ("Mammogram", "", ""),
        ("breast specimen", "", "SPECIMEN"),
    ],
)
def test_words_tell_side_and_view(text, side, view):
    assert (side_in(text), view_in(text)) == (side, view)


def test_every_code_is_a_view_that_words_know_too():
    assert {view_in(view) for view in VIEW_OF_CODE.values()} == set(VIEW_OF_CODE.values())
