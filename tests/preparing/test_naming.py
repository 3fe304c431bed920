from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rows import row
from scan2train.knowledge.file_names import natural_key
from scan2train.preparing.naming import name_cases, safe
from scan2train.preparing.seeds import seed_of


def names(*paths, **more):
    return name_cases([row(path, **more) for path in paths])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("volume-7.nii.gz", "volume-7"),
        ("imagesTr/liver_007_0000.nii.gz", "liver_007"),
        ("liver_007_0000.nii.gz", "liver_007_0000"),
        ("case_00001/imaging.nii.gz", "case_00001"),
        ("p/brain T1 (2).mha", "brain_T1_2"),
        ("a/Größe.nrrd", "Gr_e"),
        ("a/=cmd|'!A1.nii", "cmd_A1"),
        ("a/../../etc.nii", "etc"),
    ],
)
def test_a_case_has_its_file_s_name_made_safe(path, name):
    assert names(path) == [name]


def test_channels_keep_their_numbers():
    assert names("imagesTr/a_0000.nii.gz", "imagesTr/a_0001.nii.gz") == ["a_0000", "a_0001"]


def test_dicom_and_pictures_go_by_their_volume_id():
    for word in ("dicom", "png", "jpeg", "tiff"):
        assert names("DOE^JANE/1970", format=word, volume="0123456789ab") == ["0123456789ab"]


def test_a_name_without_a_safe_letter_is_the_volume_id():
    assert names("日本.nii", volume="0123456789ab") == ["0123456789ab"]


def test_the_same_name_twice_gets_its_folders():
    assert names("x/a.nii.gz", "y/A.nii.gz", "b.nii.gz") == ["x-a", "y-A", "b"]


def test_points_of_one_file_are_numbered():
    rows = [row("f.nii", volume=f"{n:012x}", dimension="time", dimension_value=str(n)) for n in range(3)]
    assert name_cases(rows) == ["f-time0", "f-time1", "f-time2"]


def test_the_same_path_in_two_sources_gets_the_volume_id():
    rows = [row("a.nii", source=f"/{s}", volume=f"{n:012x}") for n, s in enumerate("xy")]
    assert name_cases(rows) == ["a-000000000000", "a-000000000001"]


@given(st.lists(st.text(min_size=1, max_size=30), max_size=12, unique=True))
def test_names_are_safe_and_unique_whatever_the_files_are_called(stems):
    rows = [row(f"{stem.replace('/', '_')}{at}.nii", volume=f"{at:012x}") for at, stem in enumerate(stems)]
    made = name_cases(rows)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name) for name in made)
    assert len({name.lower() for name in made}) == len(rows)
    order = list(reversed(range(len(rows))))
    assert name_cases([rows[at] for at in order]) == [made[at] for at in order]


def test_long_names_are_cut():
    assert len(safe("a" * 300)) == 100


def test_numbers_sort_as_numbers():
    assert sorted(["volume-10", "volume-2", "volume-1", "v"], key=natural_key) == [
        "v",
        "volume-1",
        "volume-2",
        "volume-10",
    ]


def test_seeds_depend_on_the_run_s_seed_and_the_name_only():
    assert seed_of(0, "a") == 1519836741  # on every machine
    assert len({seed_of(0, "a"), seed_of(1, "a"), seed_of(0, "b")}) == 3
    assert all(0 <= seed_of(n, "x") < 2**32 for n in range(50))
