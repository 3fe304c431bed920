import gzip
import json
import struct

import numpy as np
import pytest

from scan2train.formats.sniff import sniff, sniff_file

NIFTI1 = struct.pack("<i", 348) + bytes(340) + b"n+1\0" + bytes(200)
NIFTI2 = struct.pack(">i", 540) + b"n+2\0\r\n\x1a\n" + bytes(600)


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (bytes(128) + b"DICM" + bytes(50), "dicom"),
        (b"II*\0" + bytes(124) + b"DICM", "dicom"),
        (b"\x08\0\x05\0CS\x0a\0ISO_IR 100", "dicom"),
        (b"\x08\0\x05\0\x0a\0\0\0ISO_IR 100", "dicom"),
        (b"\0\x08\0\x05CS\0\x0aISO_IR 100", "dicom"),
        (NIFTI1, "nifti"),
        (NIFTI2, "nifti"),
        (gzip.compress(NIFTI1, mtime=0), "nifti"),
        (gzip.compress(b"a text that is no image" * 40, mtime=0), None),
        (b"ObjectType = Image\nNDims = 3\n", "metaimage"),
        (b"Comment = a note\nNDims = 3\n", "metaimage"),
        (b"Comment = a note\nno image follows\n", None),
        (b"NRRD0004\ntype: short\n", "nrrd"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "png"),
        (b"\xff\xd8\xff\xe0\0\x04ab\xff\xdb", "jpeg"),
        (b"\xff\xd8\xff\xe0\0\x04ab\0\0", None),
        (b"MM\0*\0\0\0\x08", "tiff"),
        (b"GIF89a\x05\0\x04\0", "gif"),
        (b"GIF89a\0\0\0\0", None),
        (b"BM" + struct.pack("<IIII", 100, 0, 54, 40), "bmp"),
        (b"BMW is no bitmap at all", None),
        (b"\x93NUMPY\x01\0", "npy"),
        (b"", None),
        (b"hello, this is a text", None),
        (bytes(4096), None),
        (b"\x7fELF" + bytes(100), None),
    ],
)
def test_content_tells_the_format(head, word):
    assert sniff(head, "anything") == word


def test_the_name_tells_only_what_the_content_cannot():
    assert sniff(NIFTI1, "pair.hdr") == "nifti"
    assert sniff(NIFTI1, "pair.img") is None
    assert sniff(b"\x1f\x8b\x08broken", "x.nii.gz") == "nifti"
    assert sniff(b"\x1f\x8b\x08broken", "x.tar.gz") is None


def test_a_wrong_checksum_is_left_to_the_reader():
    packed = bytearray(gzip.compress(NIFTI1, mtime=0))
    packed[-5] ^= 1
    assert sniff(bytes(packed), "") == "nifti"


@pytest.mark.parametrize("length", range(0, 400, 7))
def test_any_beginning_of_random_bytes_is_judged_without_fuss(length):
    rng = np.random.default_rng(length)
    for _ in range(20):
        assert sniff(rng.bytes(length)) in {None, "dicom", "bmp", "nifti"}


def test_every_hostile_image_is_recognised_and_nothing_else(hostile):
    words = {"meta": "metaimage"}
    for line in (hostile / "expect.jsonl").read_text().splitlines():
        case = json.loads(line)
        path = hostile / case["path"]
        if case["expect"] == "any" or not path.is_file() or case["fmt"] == "dicom":
            continue
        expected = None if case["expect"] == "skip" else words.get(case["fmt"], case["fmt"])
        assert sniff_file(path) == expected, case["id"]
