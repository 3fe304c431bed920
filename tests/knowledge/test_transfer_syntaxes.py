"""The list of decoded transfer syntaxes is what the decoder takes."""

from __future__ import annotations

import pytest

from scan2train.errors import DecoderMissing, UnreadableFile
from scan2train.formats.dicom.cell import Cell
from scan2train.formats.dicom.codecs import decode_frame
from scan2train.knowledge.transfer_syntaxes import DECODED, ELSEWHERE, UNCOMPRESSED, syntax_name

ROOT = "1.2.840.10008.1.2"


def test_exactly_the_listed_syntaxes_are_decoded():
    cell = Cell(rows=2, columns=3, kind="encapsulated")
    known = [
        f"{ROOT}.5",
        f"{ROOT}.1.98",
        f"{ROOT}.8.1",
        *(f"{ROOT}.4.{n}" for n in range(50, 210)),
        "1.2.840.113619.5.2",
    ]
    assert set(known) >= DECODED
    for uid in known:
        with pytest.raises(UnreadableFile) as raised:
            decode_frame(b"\0" * (5 if uid in UNCOMPRESSED else 80), uid, cell, "x")
        assert isinstance(raised.value, DecoderMissing) == (uid not in DECODED), uid


def test_syntaxes_that_are_not_decoded_have_names():
    assert syntax_name(f"{ROOT}.4.102") == f"MPEG-4 AVC/H.264 video ({ROOT}.4.102)"
    assert all(syntax_name(uid).startswith(("JPIP", "SMPTE")) for uid in ELSEWHERE)
    assert "does not know" in syntax_name("1.2.3")
    assert syntax_name("").startswith("none")
