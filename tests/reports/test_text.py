"""Findings as text: what to do once, below all that it answers."""

from dataclasses import replace
from pathlib import Path

from odd_findings import ODD, index_of
from scan2train.finding import Where
from scan2train.reports.text import as_text


def printed(findings, width=72):
    return [line for line, _ in as_text(index_of(Path("/data")), findings, width)]


def test_one_advice_is_given_once_below_several_messages():
    other = replace(ODD[0], message="a slice is missing", where=Where(path="b"), seen="")
    same = [replace(ODD[0], where=Where(path=f"c{n}"), affects=n) for n in range(4)]
    assert printed([ODD[0], other, *same])[:-3] == [
        "error GEO004 missing-slices  × 6",
        "  A slice is missing.",
        "    b (expected even gaps)  × 2",
        "  Slices are missing.",
        "    c3: a gap of 10 mm among 5 mm (expected even gaps)  × 3",
        "    a b/c:d [0123456789ab]: a gap of 10 mm among 5 mm (expected even gaps)  × 2",
        "    c2: a gap of 10 mm among 5 mm (expected even gaps)  × 2",
        "    … and 2 more",
        "  do: Fetch them.",
    ]


def test_another_advice_is_another_group_and_the_end_is_wrapped():
    lines = printed([ODD[0], replace(ODD[0], advice="Leave ``them`` out.")])
    assert [line for line in lines if line.startswith("error ")] == ["error GEO004 missing-slices"] * 2
    assert "  do: Leave `them` out." in lines
    assert lines[-2].startswith("2 errors, 0 warnings, 0 infos in 1 volume from 0 files")
    assert all(len(line) <= 72 for line in lines[-2:])
