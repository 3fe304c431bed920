"""A name's suffix."""

from __future__ import annotations

import pytest

from scan2train.knowledge.suffixes import suffix_of


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.nii", ".nii"),
        ("a/b.c/D.NII.GZ", ".nii.gz"),
        ("a.b.nii.gz", ".nii.gz"),
        ("a.gz", ".gz"),
        ("1.2.840.5", ".5"),
        ("a.b/IM1", ""),
        (".nii.gz", ".gz"),
        (".DS_Store", ""),
        ("a.", ""),
        ("", ""),
    ],
)
def test_a_suffix_is_that_of_the_last_part(name, suffix):
    assert suffix_of(name) == suffix
