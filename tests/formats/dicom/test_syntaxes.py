"""Every transfer syntax in use gives back what went in, however its frames are laid into fragments."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

import scan2train as s2t
from scan2train.testing.dicom_encapsulated import COMPRESSED, NEAR, Encapsulation
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.small import body

PLAIN = ("explicit", "implicit", "big-endian", "deflated", "rle")
LOSSLESS = (
    *("jpeg-lossless", "jpeg-lossless-sv1", "jpeg-ls", "jpeg2000", "htj2k", "htj2k-rpcl", "jpeg-xl"),
    *("deflated-frames", "encapsulated"),
)
#: The most that a value may be off by, of 1130 that lie between air and bone with sharp edges.
LOSSY = {
    "jpeg-extended": 8,
    "jpeg-ls-near": NEAR,
    "jpeg2000-lossy": 10,
    "htj2k-lossy": 1,
    "jpeg-xl-lossy": 45,
}
SCAN = body("LPS", (14, 12, 5), (1.3, 1.7, 2.5), 0.0, 0.0, "CT")
#: The same values from 0 to 140, for cells of 8 bits.
DIM = SCAN.replace(array=(SCAN.array // 8 + 126).astype(np.int16), unit="a.u.")


def codes(volume: s2t.Volume) -> dict[str, str]:
    return {one.code: one.seen for one in volume.findings}


@pytest.mark.parametrize(
    "cell",
    [
        {"bits_stored": 12},
        {"bits_stored": 16, "signed": True},
        {"bits_stored": 13, "signed": True},
        {"bits_stored": 15, "intercept": -2000},
    ],
    ids=["12", "16-signed", "13-signed", "15"],
)
@pytest.mark.parametrize("syntax", [*PLAIN, *LOSSLESS])
def test_lossless_syntaxes_are_exact(tmp_path: Path, syntax: str, cell: dict[str, Any]) -> None:
    write_dicom_series(SCAN, tmp_path, transfer_syntax=syntax, **cell)
    volume = s2t.read(tmp_path)
    np.testing.assert_array_equal(volume.array, SCAN.array)
    assert {"FIL001", "FIL003", "FIL005", "PIX004", "PIX009"}.isdisjoint(codes(volume))


@pytest.mark.parametrize("syntax", [*PLAIN, *LOSSLESS, "jpeg"])
def test_cells_of_8_bits(tmp_path: Path, syntax: str) -> None:
    write_dicom_series(
        DIM, tmp_path, transfer_syntax=syntax, modality="MR", bits_allocated=8, bits_stored=8, intercept=0
    )
    off = np.abs(s2t.read(tmp_path).array.astype(int) - DIM.array).max()
    assert off <= (8 if syntax == "jpeg" else 0)


@pytest.mark.parametrize("syntax", LOSSY)
def test_lossy_syntaxes_stay_within_their_bound(tmp_path: Path, syntax: str) -> None:
    write_dicom_series(SCAN, tmp_path, transfer_syntax=syntax)
    assert np.abs(s2t.read(tmp_path).array.astype(int) - SCAN.array).max() <= LOSSY[syntax]


@pytest.mark.parametrize(
    "how",
    [
        Encapsulation(),
        Encapsulation(basic=False),
        Encapsulation(extended=True, basic=False),
        Encapsulation(fragments=3),
        Encapsulation(fragments=3, basic=False),
        Encapsulation(fragments=2, extended=True, basic=False),
    ],
)
@pytest.mark.parametrize("syntax", ["jpeg-ls", "jpeg2000"])
def test_frames_are_told_by_any_table_or_by_their_beginnings(
    tmp_path: Path, syntax: str, how: Encapsulation
) -> None:
    path = write_enhanced(SCAN, tmp_path / "e.dcm", transfer_syntax=syntax, encapsulation=how)
    volume = s2t.read(path)
    np.testing.assert_array_equal(volume.array, SCAN.array)
    assert "FIL001" not in codes(volume)


@pytest.mark.parametrize("extended", [False, True])
def test_frames_that_only_a_table_tells(tmp_path: Path, extended: bool) -> None:
    how = Encapsulation(fragments=2, basic=not extended, extended=extended)
    path = write_enhanced(SCAN, tmp_path / "e.dcm", transfer_syntax="deflated-frames", encapsulation=how)
    np.testing.assert_array_equal(s2t.read(path).array, SCAN.array)
    lost = Encapsulation(fragments=2, basic=False)
    path = write_enhanced(SCAN, tmp_path / "lost.dcm", transfer_syntax="deflated-frames", encapsulation=lost)
    with pytest.raises(s2t.UnreadableFile, match="cannot be assigned"):
        s2t.read(path)


@pytest.mark.parametrize("fragments", [1, 2])
@pytest.mark.parametrize("extended", [False, True])
def test_offsets_that_are_wrong_are_told_and_not_followed(
    tmp_path: Path, fragments: int, extended: bool
) -> None:
    how = Encapsulation(fragments=fragments, basic=not extended, extended=extended, moved=8)
    path = write_enhanced(SCAN, tmp_path / "e.dcm", transfer_syntax="jpeg-ls", encapsulation=how)
    volume = s2t.read(path)
    np.testing.assert_array_equal(volume.array, SCAN.array)
    assert "offset table" in codes(volume)["FIL001"]


@pytest.mark.parametrize("syntax", ["jpeg-ls", "jpeg2000", "jpeg-lossless"])
def test_several_streams_where_one_frame_is_promised_are_refused(tmp_path: Path, syntax: str) -> None:
    path = write_enhanced(SCAN, tmp_path / "e.dcm", transfer_syntax=syntax)
    made = pydicom.dcmread(path)
    frames = list(pydicom.encaps.generate_frames(made.PixelData, number_of_frames=5))
    single, *_ = write_dicom_series(SCAN, tmp_path / "s", transfer_syntax=syntax)
    one = pydicom.dcmread(single)
    for laid in ([*frames[:2]], [b"".join(frames[:2])]):
        one.PixelData = pydicom.encaps.encapsulate(laid)
        one.save_as(tmp_path / "one.dcm")
        with pytest.raises(s2t.UnreadableFile, match="holds several"):
            s2t.read(tmp_path / "one.dcm")


def test_without_a_basic_offset_table_item_the_first_item_is_a_frame(tmp_path: Path) -> None:
    path = write_enhanced(
        SCAN, tmp_path / "e.dcm", transfer_syntax="jpeg-ls", encapsulation=Encapsulation(basic=False)
    )
    table = struct.pack("<HHI", 0xFFFE, 0xE000, 0)
    data = path.read_bytes()
    assert data.count(table) == 1
    path.write_bytes(data.replace(table, b""))
    volume = s2t.read(path)
    np.testing.assert_array_equal(volume.array, SCAN.array)
    assert "table is missing" in codes(volume)["FIL001"]


def test_no_sequence_delimiter_and_bytes_behind_it(tmp_path: Path) -> None:
    path, *_ = write_dicom_series(SCAN, tmp_path / "s", transfer_syntax="jpeg2000")
    data = path.read_bytes()
    assert data.endswith(struct.pack("<HHI", 0xFFFE, 0xE0DD, 0))
    for name, changed in (("cut", data[:-8]), ("more", data + b"\0" * 20)):
        (tmp_path / f"{name}.dcm").write_bytes(changed)
        np.testing.assert_array_equal(s2t.read(tmp_path / f"{name}.dcm").array, SCAN.array[:, :, :1])


def test_a_codestream_in_a_jp2_file_is_read_with_a_finding(tmp_path: Path) -> None:
    import imagecodecs

    path, *_ = write_dicom_series(SCAN, tmp_path / "s", transfer_syntax="jpeg2000")
    made = pydicom.dcmread(path)
    boxed = imagecodecs.jpeg2k_encode(
        (SCAN.array[:, :, 0].T + 1024).astype(np.uint16), 0, codecformat="jp2", bitspersample=12
    )
    made.PixelData = pydicom.encaps.encapsulate([boxed])
    made.save_as(tmp_path / "one.dcm")
    volume = s2t.read(tmp_path / "one.dcm")
    np.testing.assert_array_equal(volume.array, SCAN.array[:, :, :1])
    assert "JP2" in codes(volume)["PIX004"]


@pytest.mark.parametrize("kept", [0.5, 0.9])
@pytest.mark.parametrize("syntax", ["jpeg-xl", "deflated-frames", "encapsulated"])
def test_a_frame_that_was_cut_short_is_refused(tmp_path: Path, syntax: str, kept: float) -> None:
    path, *_ = write_dicom_series(SCAN, tmp_path / "s", transfer_syntax=syntax)
    made = pydicom.dcmread(path)
    (frame,) = pydicom.encaps.generate_frames(made.PixelData, number_of_frames=1)
    made.PixelData = pydicom.encaps.encapsulate([frame[: int(len(frame) * kept)]])
    made.file_meta.FileMetaInformationGroupLength = 0
    pydicom.dcmwrite(tmp_path / "one.dcm", made, implicit_vr=False, little_endian=True, force_encoding=True)
    with pytest.raises(s2t.UnreadableFile):
        s2t.read(tmp_path / "one.dcm")


def test_a_deflated_frame_that_is_a_bomb_is_refused() -> None:
    import zlib

    from scan2train.formats.dicom.cell import Cell
    from scan2train.formats.dicom.codecs import decode_frame

    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    data = packer.compress(bytes(10_000_000)) + packer.flush()
    with pytest.raises(s2t.HostileFile):
        decode_frame(data, COMPRESSED["deflated-frames"], Cell(rows=3, columns=5), "x")


@pytest.mark.parametrize("boxed", [False, True])
@pytest.mark.parametrize("shape", [(24, 40), (256, 512), (300, 200), (768, 1024), (5, 5), (2600, 9)])
def test_a_jpeg_xl_stream_claims_its_size_before_it_is_decoded(shape: tuple[int, int], boxed: bool) -> None:
    import imagecodecs

    from scan2train.formats.dicom.jpegxl import jpegxl_claim

    for bits, kind in ((8, np.uint8), (12, np.uint16), (16, np.uint16)):
        cells = np.random.default_rng(0).integers(0, 1 << bits, shape).astype(kind)
        data = imagecodecs.jpegxl_encode(
            cells, lossless=True, bitspersample=bits, usecontainer=boxed, effort=1
        )
        claim = jpegxl_claim(data, "x")
        assert (claim.rows, claim.columns, claim.bits) == (*shape, bits)


@pytest.mark.parametrize(("bits", "kind"), [(8, np.uint8), (12, np.uint16), (16, np.uint16)])
@pytest.mark.parametrize("word", ["htj2k-lossy", "jpeg2000-lossy", "jpeg-xl-lossy", "jpeg-ls-near"])
def test_lossy_black_and_white_stay_at_their_ends(word: str, bits: int, kind: type) -> None:
    from scan2train.formats.dicom.cell import Cell
    from scan2train.formats.dicom.codecs import decode_frame
    from scan2train.testing.dicom_encapsulated import encode_frame

    top = (1 << bits) - 1
    cells = np.where(np.random.default_rng(0).random((64, 80)) < 0.5, 0, top).astype(kind)
    cell = Cell(rows=64, columns=80, allocated=cells.dtype.itemsize * 8, stored=bits, high=bits - 1)
    uid = COMPRESSED[word]
    found = decode_frame(encode_frame(cells, uid, bits), uid, cell, "x").cells[:, :, 0]
    assert found.max() <= top
    assert np.abs(found.astype(int) - cells).max() < top / 2


@pytest.mark.parametrize("uid", ["4.102", "4.107", "4.92", "4.55"])
def test_video_and_what_else_is_not_decoded_says_so(tmp_path: Path, uid: str) -> None:
    path, *_ = write_dicom_series(SCAN, tmp_path / "s", transfer_syntax="jpeg2000")
    made = pydicom.dcmread(path)
    made.file_meta.TransferSyntaxUID = f"1.2.840.10008.1.2.{uid}"
    made.save_as(tmp_path / "one.dcm")
    with pytest.raises(s2t.DecoderMissing) as caught:
        s2t.read(tmp_path / "one.dcm")
    assert caught.value.code == "FIL003"
