"""Header text, by its character set."""

from __future__ import annotations

import pytest

from scan2train.formats.dicom.charset import decode, is_known


@pytest.mark.parametrize(
    "charset", [None, "", "ISO_IR 100", "\\ISO 2022 IR 87", "ISO 2022 IR 6\\ISO 2022 IR 149", "GB18030"]
)
def test_defined_terms_are_known(charset):
    assert is_known(charset)


@pytest.mark.parametrize("charset", ["ISO_IR_BOGUS", "ISO_IR 100\\utf8", "latin1"])
def test_other_terms_are_not(charset):
    assert not is_known(charset)


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        (b"M\xfcller", "ISO_IR 100", "Müller"),
        ("김희중".encode(), "ISO_IR 192", "김희중"),
        ("王小东".encode("gb18030"), "GB18030", "王小东"),
        (b"\xd4\xcf\xc0\xde", "ISO_IR 13", "ﾔﾏﾀﾞ"),
        (b"\x1b$)C\xb1\xe8\xc8\xf1\xc1\xdf", "\\ISO 2022 IR 149", "김희중"),
        (b" A \\ B\0", "ISO_IR 100", "A\\B"),
    ],
)
def test_bytes_become_the_text_that_was_meant(raw, charset, text):
    assert decode(raw, charset) == (text, True)


@pytest.mark.parametrize(
    ("raw", "charset"), [(b"M\xfcller", "ISO_IR 192"), (b"M\xfcller", None), (b"\x1b[31mred", "ISO_IR 100")]
)
def test_what_cannot_be_decoded_is_said_to_be_so(raw, charset):
    text, clean = decode(raw, charset)
    assert not clean
    assert text


def test_nothing_escapes_for_any_bytes():
    for charset in (
        None,
        "ISO_IR 13",
        "ISO_IR 192",
        "GBK",
        "\\ISO 2022 IR 87",
        "ISO 2022 IR 58",
        "bogus\\bogus",
    ):
        for raw in (b"\xff\xfe\x80", b"\x1b", b"\x1b$", b"\x1b$B\xff\xff", b"\x1b$)C\x80", b"\x1b-A\xff"):
            assert isinstance(decode(raw, charset)[0], str)
