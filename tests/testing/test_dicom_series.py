from __future__ import annotations

import numpy as np
import pydicom
import pytest
import SimpleITK

from scan2train.errors import WrongUse
from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume


def _volume(affine=None, shape=(17, 13, 7), low=-1024, high=3000, dtype=np.int16):
    values = np.random.default_rng(3).integers(low, high, shape).astype(dtype)
    if affine is None:
        affine = LPS_TO_RAS @ np.array(
            [[0.7, 0, 0, 10.0], [0, 0.9, 0, -20.0], [0, 0, 2.5, 30.0], [0, 0, 0, 1]], dtype=float
        )
    return Volume(array=values, grid=Grid(shape, affine), unit="HU")


def _oblique(shear=(0.0, 0.0)):
    a, b = np.deg2rad(23), np.deg2rad(-31)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_z = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    affine = np.eye(4)
    axes = about_z @ about_x
    affine[:3, :3] = axes * (0.7, 0.9, 2.5)
    affine[:3, 2] += axes[:, 0] * shear[0] + axes[:, 1] * shear[1]
    affine[:3, 3] = (11.5, -7.25, 40.0)
    return affine


def _stored(path):
    """Stored values of a file by the words of PS3.5 8.1.1, independent of any reader's decoding."""
    header = pydicom.dcmread(path)
    order = ">" if header.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRBigEndian else "<"
    cells = np.frombuffer(header.PixelData, f"{order}u{header.BitsAllocated // 8}")
    cells = cells[: header.Rows * header.Columns].astype(np.int64)
    bits = (cells >> (header.HighBit + 1 - header.BitsStored)) & ((1 << header.BitsStored) - 1)
    if header.PixelRepresentation:
        bits = np.where(bits >> (header.BitsStored - 1), bits - (1 << header.BitsStored), bits)
    return header, bits.reshape(header.Rows, header.Columns)


@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big-endian", "deflated"])
@pytest.mark.parametrize(
    "cell",
    [
        {},
        {"signed": True, "intercept": 0, "bits_stored": 13},
        {"high_bit": 15, "spare_bits_junk": True},
        {"signed": True, "intercept": 0, "bits_stored": 14, "high_bit": 14, "spare_bits_junk": True},
        {"bits_allocated": 32, "bits_stored": 20},
    ],
)
def test_every_cell_and_syntax_gives_the_values_back(tmp_path, syntax, cell):
    volume = _volume()
    for k, path in enumerate(write_dicom_series(volume, tmp_path, transfer_syntax=syntax, **cell)):
        header, stored = _stored(path)
        values = stored * header.RescaleSlope + header.RescaleIntercept
        np.testing.assert_array_equal(values, volume.array[:, :, k].T)


def test_eight_bits_of_an_odd_count_are_padded_to_even_length(tmp_path):
    volume = _volume(shape=(7, 5, 3), low=0, high=256)
    paths = write_dicom_series(volume, tmp_path, modality="MR", bits_allocated=8, bits_stored=8)
    for k, path in enumerate(paths):
        header = pydicom.dcmread(path)
        assert len(header.PixelData) == 36
        np.testing.assert_array_equal(header.pixel_array, volume.array[:, :, k].T)


def test_rle_is_decoded_by_pydicom(tmp_path):
    volume = _volume()
    for k, path in enumerate(write_dicom_series(volume, tmp_path, transfer_syntax="rle")):
        header = pydicom.dcmread(path)
        assert header.file_meta.TransferSyntaxUID == pydicom.uid.RLELossless
        np.testing.assert_array_equal(header.pixel_array.astype(int) - 1024, volume.array[:, :, k].T)


@pytest.mark.parametrize("shuffled_numbers", [False, True])
@pytest.mark.parametrize("affine", [None, _oblique()], ids=["axial", "oblique"])
def test_simpleitk_sees_the_same_volume(tmp_path, affine, shuffled_numbers):
    volume = _volume(affine)
    write_dicom_series(volume, tmp_path, numbers="shuffled" if shuffled_numbers else "position")
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(tmp_path)))
    image = reader.Execute()
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(image).T, volume.array)
    found = np.eye(4)
    found[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    found[:3, 3] = image.GetOrigin()
    np.testing.assert_allclose(LPS_TO_RAS @ found, volume.grid.affine, atol=1e-6)


def test_a_sheared_stack_keeps_every_slice_where_the_affine_says(tmp_path):
    volume = _volume(_oblique(shear=(0.4, -0.8)))
    for k, path in enumerate(write_dicom_series(volume, tmp_path)):
        header = pydicom.dcmread(path)
        row, column = np.reshape(header.ImageOrientationPatient, (2, 3)).astype(float)
        between_rows, between_columns = header.PixelSpacing
        i, j = 5, 11
        lps = (
            np.array(header.ImagePositionPatient, float)
            + i * between_columns * row
            + j * between_rows * column
        )
        np.testing.assert_allclose((-lps[0], -lps[1], lps[2]), volume.grid.to_world((i, j, k)), atol=1e-6)


def test_rows_and_columns_that_are_not_perpendicular_are_refused(tmp_path):
    affine = np.eye(4)
    affine[0, 1] = 0.3
    with pytest.raises(WrongUse, match="perpendicular"):
        write_dicom_series(_volume(affine), tmp_path)


def test_the_same_call_gives_the_same_bytes(tmp_path):
    first = write_dicom_series(_volume(), tmp_path / "a", spare_bits_junk=True, seed=5)
    again = write_dicom_series(_volume(), tmp_path / "b", spare_bits_junk=True, seed=5)
    other = write_dicom_series(_volume(), tmp_path / "c", spare_bits_junk=True, seed=6)
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]
    uids = [{pydicom.dcmread(p).SOPInstanceUID for p in paths} for paths in (first, other)]
    assert len(uids[0]) == 7
    assert not uids[0] & uids[1]


def test_order_of_names_and_numbers(tmp_path):
    straight = write_dicom_series(_volume(), tmp_path / "a", order="position")
    assert [p.name for p in straight] == sorted(p.name for p in straight)
    back = write_dicom_series(_volume(), tmp_path / "b", order="reverse", numbers="reverse")
    assert [p.name for p in back] == sorted((p.name for p in back), reverse=True)
    assert [pydicom.dcmread(p).InstanceNumber for p in back] == [7, 6, 5, 4, 3, 2, 1]
    wild = write_dicom_series(_volume(), tmp_path / "c", file_names=lambda rank: f"d{rank % 2}/{rank}")
    assert sorted(p.relative_to(tmp_path / "c").as_posix() for p in wild) == [
        "d0/0", "d0/2", "d0/4", "d0/6", "d1/1", "d1/3", "d1/5",
    ]  # fmt: skip


def test_planted_faults(tmp_path):
    volume = _volume()
    valid = np.ones(volume.grid.shape, bool)
    valid[2, 3, 4] = False
    paths = write_dicom_series(
        volume.replace(valid=valid),
        tmp_path,
        signed=True,
        bits_stored=16,
        intercept=0,
        padding_value=-2000,
        drop={3},
        place=lambda k: k + 0.25 * (k == 5),
        extra_tags=lambda k: {
            "KVP": "120",
            "SliceThickness": None if k == 0 else "9",
            (9, 0x10): ("LO", "VENDOR"),
        },
        preamble=False,
    )
    assert len(paths) == 6
    headers = [pydicom.dcmread(p, force=True) for p in paths]
    z = [float(h.ImagePositionPatient[2]) for h in headers]
    np.testing.assert_allclose(np.diff(z), [2.5, 2.5, 5.0, 2.5 + 0.625, 2.5 - 0.625])
    assert headers[3].PixelPaddingValue == -2000
    stored = np.frombuffer(headers[3].PixelData, "<i2").reshape(13, 17)
    assert stored[3, 2] == -2000
    assert (stored == -2000).sum() == 1
    assert "SliceThickness" not in headers[0]
    assert headers[1].SliceThickness == 9
    assert headers[1][0x0009, 0x0010].value == "VENDOR"
    assert paths[0].read_bytes()[128:132] != b"DICM"


def test_one_slope_a_slice(tmp_path):
    slopes = [0.5, 1.0, 0.25]
    array = np.arange(5 * 4 * 3, dtype=np.float32).reshape(5, 4, 3)
    volume = _volume(shape=(5, 4, 3)).replace(array=array)
    for k, path in enumerate(write_dicom_series(volume, tmp_path, modality="PT", slope=slopes)):
        header, stored = _stored(path)
        assert header.RescaleSlope == slopes[k]
        np.testing.assert_array_equal(stored * slopes[k], array[:, :, k].T)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"slope": 2.0}, "whole stored value"),
        ({"bits_stored": 11}, "do not fit"),
        ({"high_bit": 9}, "high bit"),
        ({"order": "wild"}, "unknown order"),
        ({"transfer_syntax": "zip"}, "transfer syntax"),
        ({"modality": "XX", "intercept": -1024}, "no image class"),
        ({"file_names": ["a", "a", "b", "c", "d", "e", "f"]}, "name of its own"),
        ({"slope": [1.0, 1.0]}, "one slope a slice"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, options, words):
    with pytest.raises(WrongUse, match=words):
        write_dicom_series(_volume(), tmp_path, **options)
