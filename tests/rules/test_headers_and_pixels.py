"""Rules that judge headers alone and say more once pixels are decoded: the last word is said once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest

from scan2train.check import check
from scan2train.errors import IrregularSlices
from scan2train.finding import Finding, Severity
from scan2train.index import Index, index
from scan2train.read import read
from scan2train.testing.small import small_series


def padded(folder: Path) -> Index:
    """A series with padding 4095 declared, and held by 3 voxels (3071 HU)."""

    def corner(array: np.ndarray) -> np.ndarray:
        changed = array.copy()
        changed[:3, 0, 0] = 3071
        return changed

    small_series(padding_value=4095, values=corner)(folder)
    return index(folder, cache=False)


def of(found: list[Finding] | tuple[Finding, ...], code: str) -> list[str]:
    return [one.seen for one in found if one.code == code]


def test_what_the_pixels_add_takes_the_place_of_the_headers_word(tmp_path: Path) -> None:
    found = padded(tmp_path)
    assert of(check(found, pixels=False), "PIX006") == ["4095"]
    assert of(check(found, pixels=True, jobs=1), "PIX006") == ["4095, 3 voxels"]
    assert of(read(found.volumes).findings, "PIX006") == ["4095, 3 voxels"]


def test_the_headers_word_stands_where_the_volume_is_refused(tmp_path: Path) -> None:
    small_series(padding_value=4095, drop=(3,))(tmp_path)
    found = check(index(tmp_path, cache=False), pixels=True, jobs=1)
    assert of(found, "PIX006") == ["4095"]
    with pytest.raises(IrregularSlices):
        read(tmp_path)


@pytest.mark.parametrize("pixels", [False, True])
def test_a_faulty_header_and_faulty_pixels_are_both_told(tmp_path: Path, pixels: bool) -> None:
    small_series(high_bit=13, spare_bits_junk=True)(tmp_path)
    found = check(index(tmp_path, cache=False), pixels=pixels, jobs=1)
    told = [one.message for one in found if one.code == "PIX004"]
    assert len(told) == 1 + pixels
    assert any("shifted down" in one for one in told)


def test_values_of_a_dicom_file_that_are_not_finite_are_counted(tmp_path: Path) -> None:
    small_series(modality="MR")(tmp_path)
    for path in sorted(tmp_path.rglob("*.dcm")):
        made = pydicom.dcmread(path)
        plane = made.pixel_array.astype("<f4")
        plane[3, 4:6] = np.nan, np.inf
        del made.PixelData, made.BitsStored, made.HighBit, made.PixelRepresentation
        made.BitsAllocated, made.FloatPixelData = 32, plane.tobytes()
        made.save_as(path)
    told = [one for one in read(tmp_path).findings if one.code == "PIX007"]
    assert [(one.severity, one.seen) for one in told] == [(Severity.ERROR, "16 values")]
