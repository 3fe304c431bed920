"""What a header says, whatever representation a program gave it."""

from __future__ import annotations

import struct

from scan2train.formats.dicom.attributes import read_attributes


def element(group, number, vr, value):
    """One element in explicit VR little endian; UN has a longer head."""
    head = struct.pack("<HH2s", group, number, vr)
    length = struct.pack("<HI", 0, len(value)) if vr == b"UN" else struct.pack("<H", len(value))
    return head + length + value


def test_known_attributes_are_read_where_their_representation_is_unknown(tmp_path):
    syntax = element(0x0002, 0x0010, b"UI", b"1.2.840.10008.1.2.1\0")
    path = tmp_path / "one.dcm"
    path.write_bytes(
        b"\0" * 128
        + b"DICM"
        + element(0x0002, 0x0000, b"UL", struct.pack("<I", len(syntax)))
        + syntax
        + element(0x0008, 0x0080, b"UN", b"St. Elsewhere ")
        + element(0x0010, 0x0010, b"UN", b"Doe^Jane")
        + element(0x0029, 0x0010, b"LO", b"SOMEBODY")
        + element(0x0029, 0x1008, b"UN", b"private ")
    )
    found = {one.keyword: (one.vr, one.values) for one in read_attributes(path)}
    assert found["PatientName"] == ("PN", ("Doe^Jane",))
    assert found["InstitutionName"] == ("LO", ("St. Elsewhere",))
    assert not any("private" in values for _, values in found.values())
