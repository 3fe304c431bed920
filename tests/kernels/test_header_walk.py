"""The walker over files made byte by byte: every encoding, every lie about a length."""

from __future__ import annotations

import math
import os
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from dicom_bytes import (
    BIG,
    EXPLICIT,
    IMPLICIT,
    RLE,
    UNDEFINED,
    element,
    image,
    item,
    meta,
    sequence,
    us,
)

from scan2train.errors import NoImages
from scan2train.formats.dicom.header import Headers, read_headers
from scan2train.formats.dicom.header_columns import instance_layout
from scan2train.index import index
from scan2train.kernels import header_codes as codes
from scan2train.kernels.header_files import walk_memory

CHECKED = os.environ.get("NUMBA_BOUNDSCHECK") == "1"
STATUSES = {codes.OK, codes.MORE, codes.TRUNCATED, codes.LENGTH, codes.DEEP, codes.BOMB, codes.FOREIGN, codes.DECLINED,
            codes.NO_PIXELS, codes.BROKEN, codes.MISMATCH, codes.DEFLATED, codes.WRONG_VR, codes.DICOMDIR}  # fmt: skip


@pytest.fixture(autouse=True, scope="session")
def _own_salt(tmp_path_factory):
    before = os.environ.get("XDG_CONFIG_HOME")
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("config"))
    yield
    if before is None:
        del os.environ["XDG_CONFIG_HOME"]
    else:
        os.environ["XDG_CONFIG_HOME"] = before


def walk(content: bytes, tmp_path: Path) -> tuple[dict | None, dict | None]:
    """The file's row of instances, or of skipped."""
    path = tmp_path / "one.dcm"
    path.write_bytes(content)
    (tmp_path / "two.dcm").write_bytes(image())
    found = index(tmp_path, cache=False)
    rows = [row for row in found.instances.iter_rows(named=True) if row["path"] == "one.dcm"]
    skipped = [row for row in found.skipped.iter_rows(named=True) if row["path"] == "one.dcm"]
    assert len(rows) + len(skipped) == 1
    return (rows or [None])[0], (skipped or [None])[0]


def read(content: bytes, tmp_path: Path) -> dict:
    row, skipped = walk(content, tmp_path)
    assert row is not None, skipped
    return row


def refused(content: bytes, tmp_path: Path) -> tuple[str, str | None]:
    row, skipped = walk(content, tmp_path)
    assert skipped is not None, row
    return skipped["reason"], skipped["code"]


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG, RLE])
def test_every_encoding_gives_the_same_row(syntax: str, tmp_path: Path):
    how = {"implicit": syntax == IMPLICIT, "big": syntax == BIG}
    early = element(0x00180050, "DS", "1.25", **how)
    series = element(0x00200013, "IS", "7", **how) + element(0x00200032, "DS", "-1.5\\2\\3e1", **how)
    row = read(image(early, series=series, syntax=syntax), tmp_path)
    assert (row["rows"], row["columns"], row["bits_allocated"], row["pixel_representation"]) == (3, 5, 16, 1)
    assert (row["row_spacing_mm"], row["col_spacing_mm"]) == (0.75, 0.5)
    assert (row["thickness_mm"], row["instance_number"], row["modality"]) == (1.25, 7, "CT")
    assert (row["position_x"], row["position_y"], row["position_z"]) == (-1.5, 2, 30)
    assert row["transfer_syntax"] == syntax
    assert row["oddities"] == []
    assert row["pixel_kind"] == ("encapsulated" if syntax == RLE else "native")


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG])
def test_pixel_data_is_where_the_row_says(syntax: str, tmp_path: Path):
    pixels = bytes(range(30))
    content = image(syntax=syntax, pixels=pixels)
    row = read(content, tmp_path)
    assert content[row["pixel_offset"] : row["pixel_offset"] + row["pixel_length"]] == pixels


def test_a_deflated_data_set_is_walked_at_its_inflated_offsets(tmp_path: Path):
    pixels = bytes(range(30))
    plain = image(element(0x00180050, "DS", "1.25"), pixels=pixels)
    start = len(meta(EXPLICIT))
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    row = read(meta("1.2.840.10008.1.2.1.99") + squeeze.compress(plain[start:]) + squeeze.flush(), tmp_path)
    head = len(meta("1.2.840.10008.1.2.1.99"))
    inflated = bytes(head) + plain[start:]
    assert inflated[row["pixel_offset"] : row["pixel_offset"] + row["pixel_length"]] == pixels
    assert row["thickness_mm"] == 1.25


def test_a_deflated_stream_that_is_cut_is_refused(tmp_path: Path):
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = (
        squeeze.compress(image(pixels=os.urandom(3000), rows=30, columns=50)[len(meta()) :]) + squeeze.flush()
    )
    assert refused(meta("1.2.840.10008.1.2.1.99") + packed[:-900], tmp_path)[1] == "FIL001"


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG])
def test_sequences_are_walked_and_their_elements_do_not_leak(undefined: bool, syntax: str, tmp_path: Path):
    how = {"implicit": syntax == IMPLICIT, "big": syntax == BIG}
    big = how["big"]
    icon = us(0x00280010, 99, **how) + element(0x7FE00010, "OW", bytes(8), **how)
    inner = sequence(
        0x00081199,
        item(element(0x00080060, "CS", "XX", **how), undefined=undefined, big=big),
        undefined=undefined,
        **how,
    )
    early = sequence(
        0x00081140, item(inner, undefined=undefined, big=big), item(b"", big=big), undefined=undefined, **how
    )
    late = sequence(0x00880200, item(icon, undefined=undefined, big=big), undefined=undefined, **how)
    row = read(image(early, late, syntax=syntax), tmp_path)
    assert (row["modality"], row["rows"], row["pixel_length"]) == ("CT", 3, 30)
    assert row["oddities"] == []


@pytest.mark.parametrize("undefined", [False, True])
def test_the_first_item_of_a_wanted_sequence_is_collected(undefined: bool, tmp_path: Path):
    first = element(0x00181074, "DS", "123.5") + element(0x00181075, "DS", "6586.2")
    second = element(0x00181074, "DS", "9")
    late = sequence(0x00540016, item(first, undefined=undefined), item(second), undefined=undefined)
    row = read(image(late=late), tmp_path)
    assert (row["dose_bq"], row["half_life_s"]) == (123.5, 6586.2)


def test_an_un_sequence_of_undefined_length_is_implicit_inside(tmp_path: Path):
    inside = element(0x00080100, "SH", "R-10242", implicit=True)
    late = element(
        0x00540220,
        "UN",
        item(inside, undefined=True) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0),
        length=UNDEFINED,
    )
    assert read(image(late=late), tmp_path)["view_code"] == "R-10242"


def test_encapsulated_icons_in_a_sequence_are_passed_over(tmp_path: Path):
    fragments = item(b"") + item(b"\xff\xd8\xff\xe0" * 3) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    icon = element(0x7FE00010, "OB", fragments, length=UNDEFINED)
    row = read(image(late=sequence(0x00880200, item(icon)), syntax=RLE), tmp_path)
    assert row["pixel_length"] == 8 + 8 + 70 + 8


def test_headers_longer_than_the_first_read(tmp_path: Path):
    for size in (3_000, 5_000, 40_000, 300_000, 3_000_000):
        early = element(0x00091001, "OB", bytes(size)) + element(0x00180050, "DS", "2.5")
        row = read(image(early), tmp_path)
        assert row["thickness_mm"] == 2.5
        assert row["pixel_offset"] > size


def test_many_files_after_one_with_a_long_header(tmp_path: Path):
    for at in range(30):
        size = 100_000 if at % 10 == 5 else 0
        early = element(0x00091001, "OB", bytes(size)) + element(0x00200013, "IS", str(at))
        (tmp_path / f"{at:02d}.dcm").write_bytes(image(early))
    found = index(tmp_path, cache=False, jobs=2)
    assert found.instances["instance_number"].to_list() == list(range(30))


@pytest.mark.parametrize(
    "text",
    ["0", "-0", "+1", "1.", ".5", "-.5", "1e5", "1E-5", "1e+22", "0.1", "123456789012345", "9007199254740993", "1e23",
     "1e-23", "2.2250738585072011e-308", "1.7976931348623157e308", " 12.5 ", "0.30000000000000004", "-312.76953125",
     "1" * 40, "0." + "3" * 60, "1e-400", "00012.50", "4.9e-324"],
)  # fmt: skip
def test_numbers_are_those_of_a_correctly_rounded_parser(text: str, tmp_path: Path):
    row = read(image(element(0x00180050, "DS", text)), tmp_path)
    assert math.copysign(1, row["thickness_mm"]) == math.copysign(1, float(text))
    assert row["thickness_mm"] == float(text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40))
def test_any_double_written_as_text_comes_back(values: list[float], tmp_path: Path):
    folder = tmp_path / "many"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for at, value in enumerate(values):
        (folder / f"{at:03d}.dcm").write_bytes(image(element(0x00180050, "DS", repr(value))))
    assert index(folder, cache=False).instances["thickness_mm"].to_list() == values


@pytest.mark.parametrize(
    "text", ["abc", "1,5", "1_000", "0x10", "--1", "1e", "e5", ".", "1.2.3", "1 2", "\xe9"]
)
def test_text_that_is_no_number_empties_the_cell_and_is_noted(text: str, tmp_path: Path):
    row = read(image(element(0x00180050, "DS", text)), tmp_path)
    assert row["thickness_mm"] is None
    assert row["oddities"] == ["bad-number:thickness_mm"]


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "1e999"])
def test_numbers_that_are_not_finite_empty_the_cell_and_are_noted(text: str, tmp_path: Path):
    row = read(image(element(0x00180050, "DS", text)), tmp_path)
    assert (row["thickness_mm"], row["oddities"]) == (None, ["non-finite:thickness_mm"])
    assert refused(image(spacing=f"{text}\\1"), tmp_path) == ("bad-number", "FIL005")


@pytest.mark.parametrize("big", [False, True])
def test_binary_numbers_by_their_own_vr(big: bool, tmp_path: Path):
    syntax, order = (BIG, ">") if big else (EXPLICIT, "<")
    how = {"big": big}
    early = element(0x00189087, "FD", struct.pack(order + "d", -1234.0625), **how)
    early += element(0x00200100, "SL", struct.pack(order + "i", -7), **how)
    early += element(0x00209241, "FL", struct.pack(order + "f", 0.1), **how)
    row = read(image(early, syntax=syntax), tmp_path)
    assert row["b_value"] == -1234.0625
    assert row["temporal_position"] == -7
    assert row["cardiac_percentage"] == struct.unpack("f", struct.pack("f", 0.1))[0]


@pytest.mark.parametrize(("signed", "stored", "seen"), [(1, 63536, -2000), (0, 63536, 63536), (1, 5, 5)])
def test_padding_is_signed_where_the_pixels_are(signed: int, stored: int, seen: int, tmp_path: Path):
    content = image(late=us(0x00280120, stored)).replace(us(0x00280103, 1), us(0x00280103, signed))
    assert read(content, tmp_path)["padding_value"] == seen


def test_the_last_of_doubled_elements_counts_and_is_noted(tmp_path: Path):
    for first, second, seen in (
        ("1", "2", 2.0),
        ("9" * 30, "2", 2.0),
        ("2", "9" * 30, 1e30),
        ("abc", "3", 3.0),
    ):
        early = element(0x00180050, "DS", first) + element(0x00180050, "DS", second)
        row = read(image(early), tmp_path)
        assert row["thickness_mm"] == seen
        assert "duplicate-element" in row["oddities"]


def test_elements_out_of_order_are_found_and_noted(tmp_path: Path):
    early = element(0x00180060, "DS", "120") + element(0x00180050, "DS", "2")
    row = read(image(early), tmp_path)
    assert (row["thickness_mm"], row["kvp"], row["oddities"]) == (2, 120, ["out-of-order"])


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG])
def test_without_preamble_and_meta_group_the_encoding_is_told_from_the_data(syntax: str, tmp_path: Path):
    row = read(image(syntax=syntax)[len(meta(syntax)) :], tmp_path)
    assert (row["rows"], row["transfer_syntax"], row["oddities"]) == (3, syntax, ["no-preamble", "no-meta"])


def test_cut_anywhere_a_file_is_refused(tmp_path: Path):
    content = image(
        element(0x00180050, "DS", "2.5"), sequence(0x00540016, item(element(0x00181074, "DS", "1")))
    )
    for at in range(1, len(content)):
        (tmp_path / f"{at:04d}.dcm").write_bytes(content[:at])
    with pytest.raises(NoImages):
        index(tmp_path, cache=False)


@pytest.mark.parametrize("length", [40, 1000, 0x7FFFFFFF, 0xFFFFFFFE])
@pytest.mark.parametrize("implicit", [False, True])
def test_a_length_beyond_the_file_is_refused(length: int, implicit: bool, tmp_path: Path):
    syntax = IMPLICIT if implicit else EXPLICIT
    how = {"implicit": implicit}
    for liar in (0x00091001, 0x00540016):
        early, late = (element(liar, "OB", b"ab", length=length, **how), b"")
        if liar > 0x00280000:
            early, late = b"", element(liar, "SQ", b"ab", length=length, **how)
        if length == 40:
            continue
        reason, code = refused(image(early, late, syntax=syntax), tmp_path)
        assert reason in ("truncated", "length-exceeds-file")
        assert code == "FIL001"
    pixels = bytes(30)
    content = image(pixels=pixels, syntax=syntax)
    lying = content[: -len(pixels) - 4] + struct.pack("<I", length) + pixels
    assert refused(lying, tmp_path)[1] == "FIL001"


def test_a_fragment_beyond_the_file_and_none_at_all_are_refused(tmp_path: Path):
    long = struct.pack("<HHI", 0xFFFE, 0xE000, 1 << 30) + bytes(10)
    assert refused(image(syntax=RLE, pixels=item(b"") + long), tmp_path)[1] == "FIL001"
    nothing = item(b"") + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    assert refused(image(syntax=RLE, pixels=nothing), tmp_path)[1] == "FIL001"


def test_nesting_has_a_limit(tmp_path: Path):
    def nested(depth: int, undefined: bool) -> bytes:
        inner = b""
        for _ in range(depth):
            inner = sequence(0x00081199, item(inner, undefined=undefined), undefined=undefined)
        return inner

    for undefined in (False, True):
        assert read(image(nested(60, undefined)), tmp_path)["rows"] == 3
        assert refused(image(nested(80, undefined)), tmp_path) == ("nesting-depth", "FIL002")


def test_a_broken_sequence_of_known_length_is_passed_over_and_noted(tmp_path: Path):
    broken = element(0x00091010, "SQ", b"not an item at all")
    row = read(image(broken + element(0x00180050, "DS", "2.5")), tmp_path)
    assert (row["thickness_mm"], row["oddities"]) == (2.5, ["broken-sequence"])


@pytest.mark.parametrize("tag", [0x00280010, 0x00280011, 0x00280100, 0x00280103, 0x00280002, 0x00280101])
def test_what_describes_the_pixels_must_be_there_and_be_one_short(tag: int, tmp_path: Path):
    values = {0x00280010: 3, 0x00280011: 5, 0x00280100: 16, 0x00280103: 1, 0x00280002: 1, 0x00280101: 16}
    right = us(tag, values[tag])
    assert right in image()
    assert refused(image().replace(right, b""), tmp_path) == ("missing-required", "FIL005")
    long = element(tag, "UL", struct.pack("<I", values[tag]))
    assert refused(image().replace(right, long), tmp_path) == ("vr-mismatch", "FIL005")
    text = element(tag, "LO", str(values[tag]))
    assert refused(image().replace(right, text), tmp_path) == ("vr-mismatch", "FIL005")


def test_pixel_data_must_be_as_long_as_the_header_demands(tmp_path: Path):
    assert refused(image(pixels=bytes(28)), tmp_path) == ("pixel-length", "FIL001")
    assert read(image(pixels=bytes(32)), tmp_path)["oddities"] == ["pixel-length-differs"]
    frames = element(0x00280008, "IS", "2")
    assert refused(image(late=frames), tmp_path)[0] == "pixel-length"
    assert read(image(late=frames, pixels=bytes(60)), tmp_path)["n_frames"] == 2


def test_text_is_decoded_by_its_character_set(tmp_path: Path):
    for charset, raw, seen in (
        ("ISO_IR 100", "Größe".encode("latin-1"), "Größe"),
        ("ISO_IR 192", "胸部 CT".encode(), "胸部 CT"),
        ("ISO_IR 144", "грудь".encode("iso8859-5"), "грудь"),
        ("\\ISO 2022 IR 87", b"\x1b$B6;It\x1b(B CT", "胸部 CT"),
    ):
        early = element(0x0008103E, "LO", raw + b" " * (len(raw) % 2))
        head = element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
        content = image(early).replace(head, element(0x00080005, "CS", charset) + head)
        row = read(content, tmp_path)
        assert (row["description"], row["charset"]) == (seen, charset)
        assert row["oddities"] == []


def test_the_same_bytes_in_two_character_sets_stay_apart(tmp_path: Path):
    raw = "Größe!".encode("latin-1")
    head = element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
    for at, charset in enumerate(("ISO_IR 100", "ISO_IR 144", "ISO_IR 100")):
        content = image(element(0x0008103E, "LO", raw)).replace(
            head, element(0x00080005, "CS", charset) + head
        )
        (tmp_path / f"{at}.dcm").write_bytes(content)
    seen = index(tmp_path, cache=False).instances["description"].to_list()
    assert seen == ["Größe!", raw.decode("iso8859-5"), "Größe!"]


def test_control_characters_stay_and_padding_goes(tmp_path: Path):
    early = element(0x00080008, "CS", "ORIGINAL \\ PRIMARY\\AXIAL ") + element(
        0x0008103E, "LO", " a\nb\x07c\0\0"
    )
    row = read(image(early), tmp_path)
    assert row["image_type"] == "ORIGINAL\\PRIMARY\\AXIAL"
    assert row["description"] == "a\nb\x07c"


def test_identities_are_hashed_or_flags(tmp_path: Path):
    early = (
        element(0x00080050, "SH", "ACC7")
        + element(0x00100010, "PN", "Doe^Jane")
        + element(0x00100020, "LO", "P7")
    )
    row = read(image(early), tmp_path)
    assert (row["patient_name_filled"], row["birth_date_filled"]) == (True, False)
    assert len(row["patient"]) == len(row["accession"]) == 16
    assert row["patient"] != row["accession"]
    assert not {"Doe^Jane", "P7", "ACC7"} & {value for value in row.values() if isinstance(value, str)}
    assert read(image(element(0x00100020, "LO", "")), tmp_path)["patient"] is None


def test_a_private_value_means_something_after_its_creators_name_only(tmp_path: Path):
    for creator, seen in (("SIEMENS MR HEADER", 42), ("GEMS_ACQU_01", None)):
        early = element(0x00190010, "LO", creator) + us(0x0019100A, 42)
        assert read(image(early), tmp_path)["mosaic_images"] == seen


def test_a_transfer_syntax_that_lies_is_noted_or_refused(tmp_path: Path):
    told = image(syntax=EXPLICIT).replace(meta(EXPLICIT), meta(IMPLICIT))
    row = read(told, tmp_path)
    assert (row["oddities"], row["transfer_syntax"], row["rows"]) == (["transfer-syntax-lies"], EXPLICIT, 3)
    swapped = image(syntax=BIG).replace(meta(BIG), meta(EXPLICIT))
    assert refused(swapped, tmp_path) == ("transfer-syntax-mismatch", "FIL005")
    native = image().replace(meta(EXPLICIT), meta("1.2.840.10008.1.2.4.70"))
    assert refused(native, tmp_path) == ("transfer-syntax-mismatch", "FIL005")
    packed = image(syntax=RLE).replace(meta(RLE), meta(EXPLICIT))
    assert refused(packed, tmp_path) == ("transfer-syntax-mismatch", "FIL005")


VALID = {
    EXPLICIT: image(
        element(0x00080005, "CS", "ISO_IR 192")
        + sequence(0x00081140, item(element(0x00081150, "UI", "1.2")), undefined=True),
        sequence(0x00540016, item(element(0x00181074, "DS", "12.25"), undefined=True), undefined=True),
    ),
    RLE: image(element(0x00180050, "DS", "1.25"), sequence(0x52009229, item(b"")), syntax=RLE),
    IMPLICIT: image(syntax=IMPLICIT),
    BIG: image(syntax=BIG),
}  # fmt: skip


@settings(max_examples=150 if CHECKED else 40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mutated_files_never_crash_the_walker(data: st.DataObject, tmp_path: Path):
    folder = tmp_path / "mutants"
    folder.mkdir(exist_ok=True)
    for at in range(16):
        content = bytearray(VALID[data.draw(st.sampled_from(sorted(VALID)))])
        for _ in range(data.draw(st.integers(1, 6))):
            place = data.draw(st.integers(128, len(content) - 1))
            content[place] = data.draw(st.integers(0, 255))
        cut = data.draw(st.one_of(st.none(), st.integers(0, len(content))))
        (folder / f"{at:02d}.dcm").write_bytes(content[:cut])
    (folder / "good.dcm").write_bytes(image())
    found = index(folder, cache=False)
    assert found.instances.height + found.skipped.height == 17


@settings(max_examples=200 if CHECKED else 50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_behind_the_bytes_at_hand_is_read(data: st.DataObject):
    """The buffer ends where the bytes do, so that a checked run sees the first read behind them."""
    content = bytearray(VALID[data.draw(st.sampled_from(sorted(VALID)))])
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    have = data.draw(st.integers(0, len(content)))
    headers = Headers.empty(instance_layout(), 1)
    beginning = np.frombuffer(content[:have], dtype=np.uint8).copy()
    walk_memory(beginning, len(content), False, 0, *headers.columns, headers.layout.desk())
    status = headers.facts[codes.F_STATUS, 0]
    assert status in STATUSES
    if status == codes.MORE:
        assert have < len(content)
    if status == codes.OK:
        end = headers.facts[codes.F_PIXEL_AT, 0] + headers.facts[codes.F_PIXEL_LENGTH, 0]
        encapsulated = headers.facts[codes.F_PIXEL_KIND, 0] == codes.PIXEL_ENCAPSULATED
        assert encapsulated or end <= len(content)


VARIANTS = st.fixed_dictionaries(
    {
        "charset": st.sampled_from([None, "ISO_IR 100", "ISO_IR 192"]),
        "description": st.sampled_from([None, "", "chest", "abdomen", "Größe".encode("latin-1"), b"a\nb "]),
        "thickness": st.sampled_from([None, "", "1.25", "2.50", "12.5", "abc", "9" * 20]),
        "date": st.sampled_from([None, "20240102", "20241399"]),
        "patient": st.sampled_from([None, "P1", "P2"]),
        "position": st.sampled_from([None, "1\\2\\3", "1\\2\\4", "-100.25\\2\\3", "1\\2"]),
        "number": st.sampled_from([None, "1", "2", "10", "100", "99999999999"]),
        "dose": st.sampled_from([None, "1.5", "2.5", "12.25"]),
        "codes": st.sampled_from([None, "A", "B", "CC"]),
        "lut": st.booleans(),
        "doubled": st.booleans(),
        "swapped": st.booleans(),
        "private": st.sampled_from([0, 2, 2, 5000]),
        "syntax": st.sampled_from([EXPLICIT, EXPLICIT, EXPLICIT, IMPLICIT, BIG, RLE]),
        "cut": st.sampled_from([0, 0, 0, 0, 40, 300]),
    }
)


def variant(v: dict) -> bytes:
    """A slice with this and that in it, or not."""
    how = {"implicit": v["syntax"] == IMPLICIT, "big": v["syntax"] == BIG}

    def maybe(tag: int, vr: str, value: str | bytes | None) -> bytes:
        return b"" if value is None else element(tag, vr, value, **how)

    early = maybe(0x00080020, "DA", v["date"]) + maybe(0x0008103E, "LO", v["description"])
    early += element(0x00091001, "OB", bytes(v["private"]), **how) if v["private"] else b""
    early += maybe(0x00100020, "LO", v["patient"])
    pair = [maybe(0x00180050, "DS", v["thickness"]), element(0x00180060, "DS", "120", **how)]
    early += b"".join(reversed(pair) if v["swapped"] else pair)
    early += element(0x00180060, "DS", "80", **how) if v["doubled"] else b""
    series = maybe(0x00200013, "IS", v["number"]) + maybe(0x00200032, "DS", v["position"])
    late = b""
    if v["lut"]:
        late += sequence(0x00283000, item(us(0x00283002, 1, 2, 3, **how), big=how["big"]), **how)
    if v["dose"] is not None:
        inside = item(maybe(0x00181074, "DS", v["dose"]), big=how["big"])
        late += sequence(0x00540016, inside, undefined=len(v["dose"]) > 3, **how)
    if v["codes"] is not None:
        late += sequence(0x00540220, item(maybe(0x00080100, "SH", v["codes"]), big=how["big"]), **how)
    content = image(early, late, series=series, syntax=v["syntax"])
    if v["charset"] is not None:
        head = element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2", **how)
        content = content.replace(head, element(0x00080005, "CS", v["charset"], **how) + head)
    return content[: len(content) - v["cut"]]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(variants=st.lists(VARIANTS, min_size=2, max_size=40))
def test_a_file_says_the_same_alone_and_behind_others(variants: list[dict]):
    contents = [variant(v) for v in variants]
    assert walked(contents) == [walked([content])[0] for content in contents]


def test_slices_of_a_series_say_the_same_alone_and_together():
    contents = []
    for at in range(120):
        early = element(0x00080031, "TM", f"1015{at % 60:02d}") + element(0x0008103E, "LO", "chest")
        series = element(0x00200013, "IS", str(at)) + element(0x00200032, "DS", f"0\\0\\{at * 1.25}")
        uid = element(0x00080018, "UI", f"1.2.3.4.{at}")
        late = element(0x00281050, "DS", str(40 + at // 30))
        contents.append(image(early, late, series=series).replace(element(0x00080018, "UI", "1.2.3.4"), uid))
    assert walked(contents) == [walked([content])[0] for content in contents]


def walked(contents: list[bytes]) -> list[tuple]:
    """What the walk of these files, one behind the other, leaves of each."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"{folder}/{at:03d}" for at in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            Path(path).write_bytes(content)
        sizes = np.array([len(content) for content in contents], dtype=np.int64)
        headers = read_headers(paths, sizes, np.zeros(len(paths), dtype=np.int64))
    rows = []
    for row in range(len(contents)):
        facts = headers.facts[:, row].tolist()
        texts = [headers.texts[place] for place in headers.codes[:, row]]
        numbers = [None if np.isnan(value) else value for value in headers.numbers[:, row]]
        noted = sorted(headers.noted.get(row, []))
        rows.append((facts, texts, numbers, headers.flags[:, row].tolist(), noted))
    return rows
