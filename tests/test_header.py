"""Headers of any file: elements as pydicom sees them, other formats with meanings, broken files as far as they go."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pydicom
import pytest
from PIL import Image, PngImagePlugin
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app
from scan2train.errors import NotAnImage, UnreadableFile, WrongUse
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.small import body, small_nifti
from scan2train.testing.vendors import vendor_tags


def scan() -> s2t.Volume:
    return body("PIR", (7, 6, 3), (1.3, 1.7, 2.5), 0.0, 20.0, "CT")


def one_file(folder: Path, **more: Any) -> Path:
    return write_dicom_series(scan(), folder, **more)[0]


def flat(fields: Any, below: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    found = {}
    for one in fields:
        found[(*below, one.tag)] = one
        for number, item in enumerate(one.items):
            found |= flat(item, (*below, one.tag, number))
    return found


def flat_pydicom(dataset: Dataset, below: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    found = {}
    for one in dataset:
        tag = f"{one.tag.group:04X},{one.tag.element:04X}"
        found[(*below, tag)] = one
        for number, item in enumerate(one.value if one.VR == "SQ" else ()):
            found |= flat_pydicom(item, (*below, tag, number))
    return found


def plain(value: Any) -> Any:
    several = list(value) if hasattr(value, "append") else value if isinstance(value, list) else [value]
    return [float(one) if isinstance(one, (int, float)) else str(one or "") for one in several] or [""]


def assert_as_pydicom(path: Path) -> None:
    ours, dataset = s2t.header(path), pydicom.dcmread(path)
    assert ours.stopped is None
    mine, theirs = flat(ours), flat_pydicom(dataset.file_meta) | flat_pydicom(dataset)
    assert list(mine) == list(theirs)
    for place, one in mine.items():
        other = theirs[place]
        assert one.vr == other.VR, place
        assert one.keyword == other.keyword, place
        if other.VR not in ("SQ", "OB", "OW", "UN", "AT"):
            assert plain(one.value) == plain(other.value), place


@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big-endian", "deflated", "rle"])
@pytest.mark.parametrize("vendor", ["siemens", "ge", "philips", "canon"])
def test_every_element_is_that_of_pydicom(tmp_path, syntax, vendor):
    assert_as_pydicom(one_file(tmp_path, transfer_syntax=syntax, extra_tags=vendor_tags(vendor)))


def test_functional_groups_are_nested(tmp_path):
    assert_as_pydicom(write_enhanced(scan(), tmp_path / "one.dcm"))


@pytest.mark.parametrize("folder", ["pydicom_odd", "seg_dcmqi"])
def test_real_files_are_as_pydicom_reads_them(real_data, folder):
    seen = 0
    for path in sorted((real_data / folder).rglob("*.dcm")):
        mine, dataset = flat(s2t.header(path)), pydicom.dcmread(path, force=True)
        assert set(mine) == set(
            flat_pydicom(getattr(dataset, "file_meta", Dataset())) | flat_pydicom(dataset)
        ), path
        seen += len(mine)
    assert seen > 1000


def test_a_file_without_preamble(tmp_path):
    found = flat(s2t.header(one_file(tmp_path, preamble=False, transfer_syntax="implicit")))
    assert found[("0008,0060",)].value == "CT"


def private_file(folder: Path) -> Path:
    tags = {
        (0x0009, 0x0011): ("LO", "GEMS_PETD_01"),
        (0x0009, 0x110D): ("DT", "20240229101112"),
        (0x0029, 0x0010): ("LO", "LAB OF MINE"),
        (0x0029, 0x1042): ("US", 7),
    }
    return one_file(folder, transfer_syntax="implicit", extra_tags=tags)


def test_private_elements_are_named_by_their_creator(tmp_path):
    found = flat(s2t.header(private_file(tmp_path)))
    known = found[("0009,110D",)]
    assert (known.name, known.vr, known.creator) == ("PET scan_datetime", "DT", "GEMS_PETD_01")
    assert (found[("0029,1042",)].name, found[("0029,1042",)].creator) == ("", "LAB OF MINE")


@pytest.mark.parametrize(
    "text",
    [
        "creator,group,element,vr,name\nLAB OF MINE,0029,xx42,US,Number of the phantom\n",
        '[{"creator": "Lab of mine", "group": "0x0029", "element": "42", "vr": "US", "name": "Number of the phantom"}]',
    ],
)
def test_a_dictionary_of_ones_own_names_the_rest(tmp_path, text):
    (tmp_path / "names").write_text(text)
    one = flat(s2t.header(private_file(tmp_path / "scan"), tmp_path / "names"))[("0029,1042",)]
    assert (one.name, one.vr, one.value) == ("Number of the phantom", "US", 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "creator,group\nX,1\n",
        '[{"creator": "x"}]',
        '{"a": 1}',
        "creator,group,element,vr,name\nA,zz,1,US,n\n",
    ],
)
def test_what_is_no_dictionary_is_refused(tmp_path, text):
    (tmp_path / "names").write_text(text)
    with pytest.raises(WrongUse, match="dictionary of private elements"):
        s2t.header(private_file(tmp_path / "scan"), tmp_path / "names")


def test_text_in_another_charset_is_decoded(tmp_path):
    path = one_file(
        tmp_path, extra_tags={"SpecificCharacterSet": "ISO_IR 192", "PatientName": "Müller^Jürgen"}
    )
    assert flat(s2t.header(path))[("0010,0010",)].value == "Müller^Jürgen"


def test_a_file_that_is_cut_short_is_shown_as_far_as_it_goes(tmp_path):
    path = one_file(tmp_path)
    data = path.read_bytes()
    at = data.index(struct.pack("<HH", 0x0020, 0x000D))
    path.write_bytes(data[: at + 20])
    found = s2t.header(path)
    assert isinstance(found.stopped, UnreadableFile)
    assert "(0020,000D) claims" in str(found.stopped)
    assert found[-1].tag == "0020,000D"
    done = CliRunner().invoke(app, ["header", str(path)])
    assert done.exit_code == 2
    assert "Patient's Name" in done.stdout
    assert "cannot be followed" in done.stderr


def test_sequences_within_sequences_have_an_end(tmp_path):
    item = Dataset()
    item.CodeMeaning = "the innermost"
    for _ in range(70):
        outer = Dataset()
        outer.ConceptCodeSequence = Sequence([item])
        item = outer
    path = one_file(tmp_path, extra_tags={"ConceptCodeSequence": Sequence([item])})
    assert "nested more than 64 deep" in str(s2t.header(path).stopped)


def test_control_characters_are_escaped(tmp_path):
    path = one_file(tmp_path, extra_tags={"SeriesDescription": "red \x1b[31m text"})
    done = CliRunner().invoke(app, ["header", str(path)])
    assert "red \\x1b[31m text" in done.stdout
    assert "\x1b" not in done.stdout


def test_long_values_are_shortened_in_text_and_whole_in_json(tmp_path):
    path = one_file(tmp_path, extra_tags={"ImageComments": "long " * 100})
    text = CliRunner().invoke(app, ["header", str(path)]).stdout
    assert "… (499 characters)" in text
    found = json.loads(CliRunner().invoke(app, ["header", str(path), "--json"]).stdout)
    (one,) = (field for field in found if field["keyword"] == "ImageComments")
    assert one["value"] == ("long " * 100).strip()
    assert set(one) == {"tag", "keyword", "name", "vr", "value", "size", "meaning", "creator", "items"}
    (pixels,) = (field for field in found if field["keyword"] == "PixelData")
    assert (pixels["value"], pixels["size"]) == (None, 7 * 6 * 2)


def test_the_text_is_aligned_and_stays_as_it_is(tmp_path):
    path = one_file(tmp_path)
    lines = CliRunner().invoke(app, ["header", str(path)]).stdout.splitlines()
    assert (
        "(0002,0010)  UI  Transfer Syntax UID                 1.2.840.10008.1.2.1  = Explicit VR Little Endian"
        in lines
    )
    assert "(0028,0030)  DS  Pixel Spacing                       1.7\\1.3" in lines
    assert any(
        line.startswith("(7FE0,0010)  OW  Pixel Data ") and line.endswith("<84 bytes>") for line in lines
    )


def test_nifti_codes_are_told(tmp_path):
    image = nib.Nifti1Image(np.zeros((4, 5, 6), np.int16), np.diag([1.5, 2.5, 3.5, 1]))
    image.set_sform(image.affine, 4)
    image.set_qform(image.affine, 1)
    image.header.set_xyzt_units("mm", "msec")
    image.header["descrip"] = b"of a phantom"
    nib.save(image, tmp_path / "a.nii.gz")
    found = {one.tag: one for one in s2t.header(tmp_path / "a.nii.gz")}
    header = nib.load(tmp_path / "a.nii.gz").header
    assert (found["datatype"].value, found["datatype"].meaning) == (4, "int16")
    assert found["sform_code"].meaning == "MNI 152"
    assert found["qform_code"].meaning == "scanner's coordinates"
    assert found["xyzt_units"].meaning == "space mm, time ms"
    assert found["descrip"].value == "of a phantom"
    assert found["dim"].value == header["dim"].tolist()
    assert found["pixdim"].value == header["pixdim"].tolist()
    assert all(one.name for one in found.values())


def test_numbers_that_json_does_not_know(tmp_path):
    small_nifti("a.nii", header={"scl_slope": np.nan})(tmp_path)
    (slope,) = (one for one in s2t.header(tmp_path / "a.nii") if one.tag == "scl_slope")
    assert slope.value == "nan"
    json.dumps(slope.to_json(), allow_nan=False)


@pytest.mark.parametrize("name", ["a.mha", "a.nrrd"])
def test_text_headers_stand_beside_their_meaning(tmp_path, name):
    small_nifti(name)(tmp_path)
    found = s2t.header(tmp_path / name)
    assert all(one.name for one in found)
    sizes = next(one for one in found if one.tag in ("DimSize", "sizes"))
    assert (sizes.value, sizes.name.startswith("number of")) == ("13 11 8", True)


def test_an_nrrd_has_pairs_of_its_own(tmp_path):
    data = (
        zlib.compress(b"")
        and b"NRRD0004\n# a note\ntype: uint8\ndimension: 1\nsizes: 2\nencoding: raw\nlab:=mine\n\nab"
    )
    (tmp_path / "a.nrrd").write_bytes(data)
    found = {one.tag: one.value for one in s2t.header(tmp_path / "a.nrrd")}
    assert found == {
        "magic": "NRRD0004",
        "type": "uint8",
        "dimension": "1",
        "sizes": "2",
        "encoding": "raw",
        "lab": "mine",
    }


def test_pictures_tell_size_bits_and_texts(tmp_path):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Software", "drawn")
    notes.add_text("Comment", "packed away " * 9, zip=True)
    notes.add_itxt("Title", "Schädel")
    Image.fromarray(np.zeros((5, 7), np.uint16)).save(tmp_path / "a.png", pnginfo=notes)
    found = s2t.header(tmp_path / "a.png")
    assert {one.tag: one.value for one in found}["size"] == [7, 5, 1]
    assert {one.tag: one.meaning for one in found}["type"] == "16 bits"
    texts = [one.value for one in found if one.value and one.name == "chunk"]
    assert texts == ["Software: drawn", "Comment: " + "packed away " * 9, "Title: Schädel"]


def test_a_tiff_and_a_jpeg_tell_their_notes(tmp_path):
    picture = Image.fromarray(np.arange(35, dtype=np.uint8).reshape(5, 7))
    picture.save(tmp_path / "a.tif", description="a film")
    picture.save(tmp_path / "a.jpg", comment=b"a comment")
    assert {one.name: one.value for one in s2t.header(tmp_path / "a.tif")}["ImageDescription"] == "a film"
    assert {one.tag: one.value for one in s2t.header(tmp_path / "a.jpg")}["comment"] == "a comment"


def test_what_has_no_header_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("nothing of an image")
    with pytest.raises(NotAnImage):
        s2t.header(tmp_path / "a.txt")
    with pytest.raises(WrongUse, match="one file"):
        s2t.header(tmp_path)
    with pytest.raises(UnreadableFile):
        s2t.header(tmp_path / "gone.dcm")


def test_hostile_files_end_in_an_error_of_our_own(hostile):
    shown = 0
    for path in sorted(hostile.rglob("*")):
        if path.is_file():
            try:
                fields = s2t.header(path)
            except s2t.Scan2TrainError:
                continue
            json.dumps([one.to_json() for one in fields], allow_nan=False)
            shown += 1
    assert shown > 300
