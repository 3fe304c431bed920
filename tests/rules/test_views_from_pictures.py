"""Films whose headers tell neither side nor view: their pictures do, and MAM001 goes by them."""

import pytest

from scan2train.knowledge.mammography_views import side_of_wall
from scan2train.rule.load import built_in
from scan2train.testing.rule_contract import findings_of
from scan2train.testing.small import together
from scan2train.testing.small_films import small_mammogram

FOUR = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))


def said_of(films, folder, told):
    untold = {"told_side": "", "told_view": "", "tags": {"PatientOrientation": None}}
    together(
        *(
            small_mammogram(side, view, name=f"{n}.dcm", number=n, **({} if n in told else untold))
            for n, (side, view) in enumerate(films, 1)
        )
    )(folder)
    rule = next(one for one in built_in() if one.code == "MAM001")
    return [(one.severity.value, one.message, one.seen) for one in findings_of(rule, folder, "mammography")]


def test_the_view_that_no_picture_shows_is_missing(tmp_path):
    said = said_of(FOUR[:3], tmp_path, told={1})
    by_picture = [one for one in said if "going by the pictures" in one[1]]
    assert [(level, seen) for level, _, seen in by_picture] == [("warning", "by their pictures: L CC, R MLO")]
    assert "the left breast has no MLO view" in by_picture[0][1]


def test_four_views_that_only_pictures_show_are_complete(tmp_path):
    said = said_of(FOUR, tmp_path, told=())
    by_picture = [one for one in said if "going by the pictures" in one[1]]
    assert [(level, seen) for level, _, seen in by_picture] == [
        ("info", "by their pictures: L CC, L MLO, R CC, R MLO")
    ]


def test_headers_that_tell_are_believed_without_the_picture(tmp_path):
    assert said_of(FOUR, tmp_path, told={1, 2, 3, 4}) == []


@pytest.mark.parametrize(
    ("wall", "orientation", "side"),
    [
        ("left", "", "L"),
        ("right", "", "R"),
        ("top", "", ""),
        ("", "", ""),
        ("right", "P\\R", "L"),  # mirrored, and said so
        ("left", "A\\FR", "L"),
        ("left", "A\\F", ""),
        ("left", "SMITH\\JOHN", "L"),
    ],
)
def test_the_side_follows_from_the_chest_wall_and_what_is_said_of_directions(wall, orientation, side):
    assert side_of_wall(wall, orientation) == side
