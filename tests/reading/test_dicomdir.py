"""A directory of files is never needed and never believed."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.fileset import FileSet

from scan2train.errors import NotAnImage
from scan2train.index import index
from scan2train.read import read
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.phantoms import chest_ct


def written(folder):
    volume, _ = chest_ct((23, 19, 9), (15.0, 17.0, 25.0))
    files = FileSet()
    for path in write_dicom_series(
        volume, folder / "loose", extra_tags={"StudyID": "1", "AccessionNumber": "7"}
    ):
        files.add(path)
    files.write(folder / "disc")
    return volume


def test_files_are_found_without_it(tmp_path):
    volume = written(tmp_path)
    whole = index(tmp_path / "disc", cache=False).volumes
    np.testing.assert_array_equal(read(tmp_path / "disc").array, volume.array)
    (tmp_path / "disc" / "DICOMDIR").unlink()
    assert index(tmp_path / "disc", cache=False).volumes.equals(whole)


def test_one_that_lies_changes_nothing(tmp_path):
    volume = written(tmp_path)
    disc = tmp_path / "disc" / "DICOMDIR"
    whole = index(tmp_path / "disc", cache=False).volumes
    data = disc.read_bytes()
    assert data.count(b"IM00000") >= 2
    for lie in (
        data.replace(b"IM00000", b"XX00000"),
        data[: len(data) // 2],
        data.replace(b"IMAGE ", b"DIRTY "),
    ):
        disc.write_bytes(lie)
        assert index(tmp_path / "disc", cache=False).volumes.equals(whole)
        np.testing.assert_array_equal(read(tmp_path / "disc").array, volume.array)


def test_it_is_passed_over_without_a_finding(tmp_path):
    written(tmp_path)
    skipped = index(tmp_path / "disc", cache=False).skipped
    assert skipped.select("path", "reason", "code").rows() == [("DICOMDIR", "dicomdir", None)]


def test_as_the_path_itself_it_says_what_to_do(tmp_path):
    written(tmp_path)
    with pytest.raises(NotAnImage, match="Name the folder that it lies in"):
        read(tmp_path / "disc" / "DICOMDIR")
