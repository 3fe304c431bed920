"""Colour in every photometric interpretation, palettes, planes, and luminance on request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import scan2train as s2t
from scan2train.testing.dicom_colour import write_colour, write_palette


def smooth(rows: int = 24, columns: int = 40, dtype: type = np.uint8) -> np.ndarray[Any, Any]:
    """Colours whose chroma is the same in each pair of columns, that change slowly."""
    y, x = np.mgrid[:rows, :columns]
    red, green, blue = 40 + 4 * y + x // 2, 200 - 3 * y - x // 2, 90 + x // 2 * 3
    return np.stack([red, green, blue], axis=-1).astype(dtype)


def pixels(volume: s2t.Volume) -> np.ndarray[Any, Any]:
    return volume.array.swapaxes(0, 1)[:, :, 0]


@pytest.mark.parametrize(
    ("photometric", "syntax", "planar", "off"),
    [
        ("RGB", "explicit", False, 0),
        ("RGB", "implicit", True, 0),
        ("RGB", "encapsulated", False, 0),
        ("RGB", "deflated-frames", False, 0),
        ("YBR_FULL", "explicit", False, 1),
        ("YBR_FULL", "implicit", True, 1),
        ("YBR_FULL_422", "explicit", False, 1),
        # 220 levels of luma and 225 of chroma: half a level of each, 0.58 + 0.80, and the rounding of the result.
        ("YBR_PARTIAL_422", "deflated", False, 2),
    ],
)
def test_uncompressed_colour_becomes_rgb(
    tmp_path: Path, photometric: Any, syntax: str, planar: bool, off: int
) -> None:
    rgb = smooth()
    path = write_colour(
        rgb, tmp_path / "c.dcm", photometric=photometric, planar=planar, transfer_syntax=syntax
    )
    assert np.abs(pixels(s2t.read(path)).astype(int) - rgb).max() <= off


def test_colour_of_16_bits_and_of_several_frames(tmp_path: Path) -> None:
    rgb = np.random.default_rng(0).integers(0, 65536, (3, 6, 10, 3)).astype(np.uint16)
    for planar in (False, True):
        volumes = s2t.read_all(write_colour(rgb, tmp_path / f"{planar}.dcm", planar=planar))
        found = np.concatenate([one.array.transpose(2, 1, 0, 3) for one in volumes])
        np.testing.assert_array_equal(found, rgb)
    full = write_colour(rgb[0] // 2 + 8000, tmp_path / "full.dcm", photometric="YBR_FULL")
    # The standard gives its forward formula in four digits: 1e-4 of 65,535.
    assert np.abs(pixels(s2t.read(full)).astype(int) - rgb[0] // 2 - 8000).max() <= 16


@pytest.mark.parametrize(
    ("syntax", "photometric", "off"),
    [
        ("jpeg", "YBR_FULL_422", 8),
        ("jpeg-lossless", "RGB", 0),
        ("jpeg-lossless-sv1", "RGB", 0),
        ("jpeg-ls", "RGB", 0),
        ("jpeg-ls-near", "RGB", 2),
        ("jpeg2000", "YBR_RCT", 0),
        ("jpeg2000-lossy", "YBR_ICT", 6),
        ("htj2k", "YBR_RCT", 0),
        ("htj2k-rpcl", "YBR_RCT", 0),
        ("jpeg-xl", "RGB", 0),
        ("jpeg-xl-recompressed", "YBR_FULL_422", 8),
        ("jpeg-xl-lossy", "XYB", 8),
    ],
)
def test_compressed_colour_becomes_rgb(tmp_path: Path, syntax: str, photometric: Any, off: int) -> None:
    rgb = smooth()
    path = write_colour(rgb, tmp_path / "c.dcm", photometric=photometric, transfer_syntax=syntax)
    volume = s2t.read(path)
    assert np.abs(pixels(volume).astype(int) - rgb).max() <= off
    assert "FIL003" not in {one.code for one in volume.findings}


@pytest.mark.parametrize("photometric", ["YBR_RCT", "YBR_ICT", "XYB", "YBR_PARTIAL_420", "ARGB", "CMYK"])
def test_a_colour_space_that_uncompressed_pixels_cannot_be_in_is_refused(
    tmp_path: Path, photometric: str
) -> None:
    path = write_colour(smooth(), tmp_path / "c.dcm", extra_tags={"PhotometricInterpretation": photometric})
    with pytest.raises(s2t.NonconformingHeader):
        s2t.read(path)


def test_four_samples_are_refused(tmp_path: Path) -> None:
    rgb = np.zeros((6, 8, 3), dtype=np.uint8)
    tags = {"SamplesPerPixel": 4, "Columns": 6, "PhotometricInterpretation": "ARGB"}
    with pytest.raises(s2t.NonconformingHeader):
        s2t.read(write_colour(rgb, tmp_path / "c.dcm", extra_tags=tags))


TABLES = [[3, 200, 40, 9], [1, 2, 250, 8], [77, 66, 55, 44]]
PLACES = np.array([[0, 1, 2, 3], [3, 3, 1, 0]])


@pytest.mark.parametrize("packed", [True, False])
def test_a_palette_of_8_bits_is_looked_up(tmp_path: Path, packed: bool) -> None:
    path = write_palette(PLACES + 5, tmp_path / "p.dcm", TABLES, first=5, packed=packed)
    volume = s2t.read(path)
    assert volume.array.dtype == np.uint8
    np.testing.assert_array_equal(pixels(volume), np.array(TABLES).T[PLACES])


def test_a_palette_of_16_bits_with_a_negative_first_value(tmp_path: Path) -> None:
    tables = [[value * 250 for value in table] for table in TABLES]
    path = write_palette(PLACES - 2, tmp_path / "p.dcm", tables, first=-2, bits=16, signed=True)
    volume = s2t.read(path)
    assert volume.array.dtype == np.uint16
    np.testing.assert_array_equal(pixels(volume), np.array(tables).T[PLACES])


def test_pixels_beyond_a_palette_take_its_last_colour_with_a_finding(tmp_path: Path) -> None:
    volume = s2t.read(write_palette(PLACES + 1, tmp_path / "p.dcm", TABLES))
    np.testing.assert_array_equal(pixels(volume), np.array(TABLES).T[np.minimum(PLACES + 1, 3)])
    assert any(one.code == "PIX004" and "palette" in one.seen for one in volume.findings)


@pytest.mark.parametrize("bits", [8, 16])
def test_segments_of_a_palette_are_put_together(tmp_path: Path, bits: int) -> None:
    # Two entries as they are, a line of three from 20 to 50, then both again: the line from the 20 of the copy.
    straight = [0, 2, 10, 20, 1, 3, 50]
    copied = [2, 2, 0, 0, 0, 0] if bits == 8 else [2, 2, 0, 0]
    # A copy of the second segment alone: it begins at byte 4, or 8.
    later = [2, 1, 4, 0, 0, 0] if bits == 8 else [2, 1, 8, 0]
    table = [10, 20, 30, 40, 50, 10, 20, 30, 40, 50, 50, 50, 50]
    places = np.arange(13).reshape(1, 13)
    path = write_palette(
        places, tmp_path / "p.dcm", [table] * 3, bits=bits, segments=[[*straight, *copied, *later]] * 3
    )
    np.testing.assert_array_equal(pixels(s2t.read(path))[0, :, 0], table)


@pytest.mark.parametrize(
    "segments", [[3, 1, 5], [1, 2, 5], [0, 9, 1], [0, 1, 1, 2, 1, 3, 0, 0, 0], [0, 2, 1, 2, 1, 255, 9]]
)
def test_segments_that_lie_are_refused(tmp_path: Path, segments: list[int]) -> None:
    path = write_palette(np.zeros((2, 2)), tmp_path / "p.dcm", [[0] * 4] * 3, segments=[segments] * 3)
    with pytest.raises(s2t.NonconformingHeader):
        s2t.read(path)


def test_grey_is_the_luminance_that_pillow_gives(tmp_path: Path) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (13, 22, 3)).astype(np.uint8)
    told = np.asarray(Image.fromarray(rgb).convert("L"))
    Image.fromarray(rgb).save(tmp_path / "c.png")
    path = write_colour(rgb, tmp_path / "c.dcm")
    for source in (path, tmp_path / "c.png"):
        volume = s2t.read(source, grey=True)
        assert volume.array.shape == (22, 13, 1)
        assert volume.array.dtype == np.uint8
        np.testing.assert_array_equal(pixels(volume), told)


def test_white_of_16_bits_stays_white_and_opacity_is_left_out(tmp_path: Path) -> None:
    rgb = np.full((4, 6, 3), 65535, dtype=np.uint16)
    assert s2t.read(write_colour(rgb, tmp_path / "c.dcm"), grey=True).array.min() == 65535
    for mode in ("RGBA", "LA"):
        Image.new(mode, (6, 4), (200,) * (len(mode) - 1) + (0,)).save(tmp_path / f"{mode}.png")
        assert np.unique(s2t.read(tmp_path / f"{mode}.png", grey=True).array).tolist() == [200]


def test_grey_leaves_grey_alone_and_refuses_vectors(tmp_path: Path) -> None:
    grid = s2t.Grid((4, 3, 2), np.eye(4))
    plain = s2t.Volume(array=np.arange(24).reshape(4, 3, 2).astype(np.int16), grid=grid)
    s2t.write(plain, tmp_path / "plain.nii")
    np.testing.assert_array_equal(s2t.read(tmp_path / "plain.nii", grey=True).array, plain.array)
    vectors = s2t.Volume(array=np.zeros((4, 3, 2, 3), dtype=np.float32), grid=grid)
    s2t.write(vectors, tmp_path / "vectors.nii")
    with pytest.raises(s2t.WrongUse, match="luminance"):
        s2t.read(tmp_path / "vectors.nii", grey=True)
