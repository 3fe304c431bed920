"""Modality LUTs: every form of a table, a table a slice, and a rescale a slice or frame, whole and fractional."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

import scan2train as s2t
from scan2train.grid import Grid
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_series import write_dicom_series

#: Stored values from 0 to 119, with nothing done to them.
PLAIN = s2t.Volume(
    array=np.arange(120, dtype=np.int16).reshape(5, 6, 4), grid=Grid((5, 6, 4), np.diag([1.0, 1.2, 2.0, 1.0]))
)


def table(entries: np.ndarray[Any, Any], first: int, bits: int, *, ow: bool = True, vr: str = "US") -> Any:
    item = Dataset()
    item.add_new(0x00283002, vr, [len(entries) % 65536, first, bits])
    item.ModalityLUTType = "OD"
    data = entries.astype("u1" if bits == 8 else "<u2").tobytes()
    item.add_new(0x00283006, "OW" if ow else "US", data + b"\0" * (len(data) % 2) if ow else entries.tolist())
    return Sequence([item])


def write(folder: Path, lut: Any, **more: Any) -> s2t.Volume:
    def tags(k: int) -> dict[str, Any]:
        return {"ModalityLUTSequence": lut(k) if callable(lut) else lut}

    write_dicom_series(PLAIN, folder, modality="MR", extra_tags=tags, **more)
    return s2t.read(folder)


ENTRIES = (np.arange(120)[::-1] ** 2 // 5).astype(np.uint16)


@pytest.mark.parametrize("ow", [True, False])
@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big-endian", "rle", "jpeg2000"])
def test_a_table_of_16_bits(tmp_path: Path, syntax: str, ow: bool) -> None:
    if syntax == "big-endian" and ow:
        # Bytes of a table of words are in the file's order.
        volume = write(tmp_path, table(ENTRIES.byteswap(), 0, 16), transfer_syntax=syntax)
    else:
        volume = write(tmp_path, table(ENTRIES, 0, 16, ow=ow), transfer_syntax=syntax)
    np.testing.assert_array_equal(volume.array, ENTRIES[PLAIN.array])
    assert "PIX008" in {one.code for one in volume.findings}


def test_entries_of_8_bits_come_packed(tmp_path: Path) -> None:
    volume = write(tmp_path, table(ENTRIES // 20, 0, 8))
    assert volume.array.dtype == np.uint8
    np.testing.assert_array_equal(volume.array, (ENTRIES // 20)[PLAIN.array])


def test_values_beyond_the_table_take_its_ends(tmp_path: Path) -> None:
    volume = write(tmp_path, table(ENTRIES[:50], 30, 16))
    np.testing.assert_array_equal(volume.array, ENTRIES[np.clip(PLAIN.array - 30, 0, 49)])


@pytest.mark.parametrize(("vr", "first"), [("SS", -7), ("US", 65529)])
def test_the_first_value_has_the_sign_of_the_pixels(tmp_path: Path, vr: str, first: int) -> None:
    volume = write(tmp_path, table(ENTRIES, first, 16, vr=vr), signed=True)
    np.testing.assert_array_equal(volume.array, ENTRIES[np.clip(PLAIN.array + 7, 0, 119)])


def test_no_entries_are_65536(tmp_path: Path) -> None:
    entries = (np.arange(65536)[::-1]).astype(np.uint16)
    volume = write(tmp_path, table(entries, 0, 16))
    np.testing.assert_array_equal(volume.array, entries[PLAIN.array])


def test_every_slice_has_its_own_table(tmp_path: Path) -> None:
    volume = write(tmp_path, lambda k: table(ENTRIES // (k + 1), k, 16))
    for k in range(4):
        expected = (ENTRIES // (k + 1))[np.clip(PLAIN.array[:, :, k] - k, 0, 119)]
        np.testing.assert_array_equal(volume.array[:, :, k], expected)


def test_a_table_is_applied_alone_where_a_rescale_is_there_too(tmp_path: Path) -> None:
    def tags(_: int) -> dict[str, Any]:
        return {"ModalityLUTSequence": table(ENTRIES, 0, 16), "RescaleSlope": "3", "RescaleIntercept": "7"}

    write_dicom_series(PLAIN, tmp_path, modality="MR", extra_tags=tags)
    volume = s2t.read(tmp_path)
    np.testing.assert_array_equal(volume.array, ENTRIES[PLAIN.array])
    assert [one.severity.value for one in volume.findings if one.code == "PIX008"] == ["warning"]


def test_padding_is_told_by_stored_values_before_the_table(tmp_path: Path) -> None:
    def tags(_: int) -> dict[str, Any]:
        return {"ModalityLUTSequence": table(ENTRIES, 0, 16), "PixelPaddingValue": 17}

    write_dicom_series(PLAIN, tmp_path, modality="MR", extra_tags=tags)
    volume = s2t.read(tmp_path)
    assert volume.valid is not None
    np.testing.assert_array_equal(~volume.valid, PLAIN.array == 17)


def test_a_rescale_a_slice_whole_and_fractional(tmp_path: Path) -> None:
    slopes = [1.0, 0.5, 0.25, 3.0]
    scan = PLAIN.replace(array=(PLAIN.array * np.array(slopes) + 2).astype(np.float64))
    write_dicom_series(scan, tmp_path, modality="PT", slope=slopes, intercept=2)
    volume = s2t.read(tmp_path)
    assert volume.array.dtype == np.float32
    np.testing.assert_array_equal(volume.array, scan.array)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("syntax", ["explicit", "htj2k"])
def test_a_rescale_a_frame(tmp_path: Path, shared: bool, syntax: str) -> None:
    def tags(k: int) -> dict[str, Any]:
        item = Dataset()
        item.RescaleSlope, item.RescaleIntercept, item.RescaleType = str(1 + k), str(-10 * k), "US"
        return {"PixelValueTransformationSequence": Sequence([item])}

    path = write_enhanced(
        PLAIN,
        tmp_path / "e.dcm",
        modality="MR",
        intercept=0,
        shared=shared,
        frame_tags=tags,
        transfer_syntax=syntax,
    )
    k = np.arange(4)
    np.testing.assert_array_equal(s2t.read(path).array, PLAIN.array * (1 + k) - 10 * k)


@pytest.mark.parametrize(
    ("tags", "padded"),
    [
        ({"PixelPaddingValue": 5}, [5]),
        ({"PixelPaddingValue": 5, "PixelPaddingRangeLimit": 8}, [5, 6, 7, 8]),
        ({"PixelPaddingValue": 8, "PixelPaddingRangeLimit": 5}, [5, 6, 7, 8]),
        (
            {
                "PixelPaddingValue": 119,
                "PixelPaddingRangeLimit": 118,
                "PhotometricInterpretation": "MONOCHROME1",
            },
            [118, 119],
        ),
        ({"PixelPaddingRangeLimit": 5}, []),
    ],
)
@pytest.mark.parametrize("syntax", ["explicit", "big-endian", "rle", "jpeg-ls"])
def test_padding_is_a_value_or_a_range_either_way(
    tmp_path: Path, tags: dict[str, Any], padded: list[int], syntax: str
) -> None:
    write_dicom_series(
        PLAIN,
        tmp_path,
        modality="MR",
        slope=1,
        intercept=-3,
        extra_tags=tags,
        transfer_syntax=syntax,
    )
    volume = s2t.read(tmp_path)
    valid = np.ones(volume.array.shape, dtype=bool) if volume.valid is None else volume.valid
    np.testing.assert_array_equal(~valid, np.isin(volume.array + 3, padded))
    assert (~valid).sum() == len(padded)
