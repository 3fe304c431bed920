"""Cells, padding, fragments, run lengths and codecs, one by one."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from scan2train.errors import DecoderMissing, HostileFile, NonconformingHeader, UnreadableFile
from scan2train.formats.dicom.cell import Cell, cell_of
from scan2train.formats.dicom.codecs import decode_frame
from scan2train.formats.dicom.fragments import frames_of
from scan2train.formats.dicom.lookup import Lookup
from scan2train.formats.dicom.padding import padding_range
from scan2train.formats.dicom.photometric import to_rgb
from scan2train.formats.dicom.rle import decode_rle


def item(body: bytes, tag: int = 0xE000FFFE) -> bytes:
    return struct.pack("<II", tag, len(body)) + body


END = item(b"", 0xE0DDFFFE)


@pytest.mark.parametrize(
    ("cell", "value", "limit", "expected"),
    [
        (Cell(rows=1, columns=1, signed=True), -2000, None, (-2000, -2000)),
        (Cell(rows=1, columns=1, signed=True), 63536, None, (-2000, -2000)),
        (Cell(rows=1, columns=1), 0, 10, (0, 10)),
        (Cell(rows=1, columns=1), 10, 0, (0, 10)),
        (Cell(rows=1, columns=1, stored=12, high=11), 63536, None, None),
        (Cell(rows=1, columns=1), None, None, None),
    ],
)
def test_padding_is_a_range_of_stored_values(
    cell: Cell, value: int | None, limit: int | None, expected: tuple[int, int] | None
) -> None:
    assert padding_range(cell, value, limit) == expected


@pytest.mark.parametrize(
    "wrong",
    [{"bits_allocated": 12}, {"bits_stored": 17}, {"bits_stored": 12, "high_bit": 3}, {"samples": 2}],
)
def test_a_cell_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    row = {
        "size_i": 3,
        "size_j": 2,
        "bits_allocated": 16,
        "bits_stored": 16,
        "high_bit": 15,
        "samples": 1,
        "planar": 0,
        "pixel_representation": 0,
        "photometric": "MONOCHROME2",
    }
    assert cell_of(row, "native", "x").values == 6
    with pytest.raises(NonconformingHeader):
        cell_of({**row, **wrong}, "native", "x")


def frames(data: bytes, n_frames: int) -> list[bytes]:
    def read(at: int, count: int) -> bytes:
        return data[at : at + count]

    packed = frames_of(read, len(data), n_frames, "x")
    return [packed.join(number, read, "x") for number in range(n_frames)]


def test_fragments_are_joined_by_offsets_or_by_how_they_begin() -> None:
    a, b = b"\xff\xd8\xff" + b"a" * 3, b"\xff\xd8\xff" + b"b"
    parts = item(a[:4]) + item(a[4:]) + item(b)
    second = len(item(a[:4]) + item(a[4:]))
    for table in (struct.pack("<2I", 0, second), b""):
        assert frames(item(table) + parts + END, 2) == [a, b]
    assert frames(item(b"") + parts + END, 1) == [a + b]
    assert frames(item(b"") + parts + END, 3) == [a[:4], a[4:], b]
    assert frames(parts + END, 2) == [a, b]


@pytest.mark.parametrize("before", [0, 1, 2, 3])
@pytest.mark.parametrize("pad", [b"", b"\0"])
@pytest.mark.parametrize("start", [b"\xff\xd8\xff", b"\xff\x4f\xff\x51"])
def test_one_frame_that_holds_two_streams_is_refused(before: int, pad: bytes, start: bytes) -> None:
    one = start + b"x" * (40 + before) + b"\xff\xd9"
    with pytest.raises(UnreadableFile, match="several"):
        frames(item(b"") + item(one + pad + one) + END, 1)
    assert frames(item(b"") + item(one + pad) + END, 1) == [one + pad]
    # A picture within the stream's header ends before anything that is the stream's own.
    inner = start + b"\xff\xd9" + b"x" * 40 + b"\xff\xd9"
    assert frames(item(b"") + item(inner) + END, 1) == [inner]


def test_only_the_fragments_of_a_frame_are_read() -> None:
    a, b = b"\xff\xd8\xff" + b"a" * 999, b"\xff\xd8\xff" + b"b" * 999
    data = item(b"") + item(a) + item(b) + END
    taken: list[int] = []

    def read(at: int, count: int) -> bytes:
        taken.append(count)
        return data[at : at + count]

    packed = frames_of(read, len(data), 2, "x")
    assert sum(taken) < 100
    assert packed.join(1, read, "x") == b
    assert sum(taken) < 100 + len(b)


@pytest.mark.parametrize(
    "data",
    [
        item(b""),
        item(b"") + struct.pack("<II", 0xE000FFFE, 99),
        item(b"") + b"\0" * 8,
        item(b"") + item(b"x" * 4) * 2,
    ],
)
def test_fragments_that_lie_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        frames(data, 3)


def rle(*segments: bytes, offsets: list[int] | None = None) -> bytes:
    starts = list(64 + np.cumsum([0, *map(len, segments)])[:-1]) if offsets is None else offsets
    return struct.pack("<16I", len(segments), *starts, *[0] * (15 - len(starts))) + b"".join(segments)


def test_run_lengths_unpack_with_the_high_byte_first() -> None:
    cell = Cell(rows=2, columns=3)
    high, low = bytes([254, 1, 2, 4, 5, 6]), bytes([251, 7])
    found = decode_rle(rle(high, low), cell, "x")[:, :, 0]
    assert found.tolist() == [[0x107, 0x107, 0x107], [0x407, 0x507, 0x607]]


@pytest.mark.parametrize(
    "data",
    [
        rle(bytes([251, 7])),
        rle(bytes([251, 7]), bytes([252, 7])),
        rle(bytes([251, 7]), bytes([129, 7])),
        rle(bytes([251, 7]), bytes([251, 7, 250, 9])),
        rle(bytes([251, 7]), bytes([5, 7])),
        rle(bytes([251, 7]), bytes([251, 7]), offsets=[64, 4000]),
        rle(bytes([251, 7]), bytes([251, 7]), offsets=[66, 64]),
        b"\2\0\0\0",
    ],
    ids=["one-segment", "short", "long", "goes-on", "cut", "beyond", "backwards", "no-header"],
)
def test_run_lengths_that_lie_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        decode_rle(data, Cell(rows=2, columns=3), "x")


@pytest.mark.parametrize(
    ("syntax", "encoder"), [("80", "jpegls"), ("90", "jpeg2k"), ("201", "htj2k"), ("70", "ljpeg")]
)
def test_lossless_codecs_give_back_every_cell(syntax: str, encoder: str) -> None:
    import imagecodecs

    cells = np.random.default_rng(0).integers(0, 4096, size=(24, 40)).astype(np.uint16)
    options = {"jpeg2k": {"level": 0, "codecformat": "j2k"}, "ljpeg": {"bitspersample": 12}}.get(encoder, {})
    data = getattr(imagecodecs, f"{encoder}_encode")(cells, **options)
    cell = Cell(rows=24, columns=40)
    found = decode_frame(data, f"1.2.840.10008.1.2.4.{syntax}", cell, "x")
    np.testing.assert_array_equal(found.cells[:, :, 0], cells)
    with pytest.raises(HostileFile):
        decode_frame(data, f"1.2.840.10008.1.2.4.{syntax}", Cell(rows=25, columns=40), "x")
    with pytest.raises(UnreadableFile):
        decode_frame(data[:20], f"1.2.840.10008.1.2.4.{syntax}", cell, "x")


@pytest.mark.parametrize("kept", [-2, -3, 0.5], ids=["end-marker", "last-byte", "half"])
@pytest.mark.parametrize(
    ("syntax", "encoder"),
    [("50", "jpeg8"), ("70", "ljpeg"), ("80", "jpegls"), ("90", "jpeg2k"), ("201", "htj2k")],
)
def test_a_frame_that_is_cut_short_is_refused_and_never_filled_up(
    syntax: str, encoder: str, kept: float
) -> None:
    import imagecodecs

    cells = np.random.default_rng(0).integers(0, 256, size=(24, 40)).astype(np.uint8)
    options = {"jpeg2k": {"level": 0, "codecformat": "j2k"}}.get(encoder, {})
    data = getattr(imagecodecs, f"{encoder}_encode")(cells, **options)
    cell = Cell(rows=24, columns=40, allocated=8, stored=8, high=7)
    assert decode_frame(data + b"\0", f"1.2.840.10008.1.2.4.{syntax}", cell, "x").fault == ""
    short = data[: int(len(data) * kept)] if kept > 0 else data[: int(kept)]
    with pytest.raises(UnreadableFile):
        decode_frame(short, f"1.2.840.10008.1.2.4.{syntax}", cell, "x")


def test_a_scan_header_that_a_sequential_jpeg_cannot_have_is_told() -> None:
    import imagecodecs

    cells = np.random.default_rng(0).integers(0, 256, size=(24, 40)).astype(np.uint8)
    data = bytearray(imagecodecs.jpeg8_encode(cells))
    cell = Cell(rows=24, columns=40, allocated=8, stored=8, high=7)
    right = decode_frame(bytes(data), "1.2.840.10008.1.2.4.50", cell, "x")
    at = data.index(b"\xff\xda\x00\x08\x01")
    assert data[at + 7 : at + 10] == b"\0\x3f\0"
    data[at + 8] = 0
    found = decode_frame(bytes(data), "1.2.840.10008.1.2.4.50", cell, "x")
    np.testing.assert_array_equal(found.cells, right.cells)
    assert (right.fault, "leaves out coefficients" in found.fault) == ("", True)


def test_a_transfer_syntax_without_decoder_says_so() -> None:
    with pytest.raises(DecoderMissing) as caught:
        decode_frame(b"", "1.2.840.10008.1.2.4.100", Cell(rows=1, columns=1), "x")
    assert caught.value.code == "FIL003"


def test_full_range_ycbcr_becomes_rgb() -> None:
    grey_red_blue = np.array([[[128, 128, 128], [76, 85, 255], [29, 255, 107]]], dtype=np.uint8)
    found = to_rgb(grey_red_blue, "YBR_FULL", 8)[0].astype(int)
    assert np.abs(found - [[128, 128, 128], [254, 0, 0], [0, 0, 254]]).max() <= 1


def test_a_look_up_table_goes_on_with_its_ends() -> None:
    table = Lookup(-2, np.array([10, 20, 30], dtype=np.uint8))
    assert table(np.array([-9, -2, -1, 0, 5])).tolist() == [10, 10, 20, 30, 30]
    assert table.passed_by(np.array([1]))
    assert not table.passed_by(np.array([-2, 0]))
