import hashlib
import json

import numpy as np
import pydicom
import pytest

import scan2train as s2t
from scan2train.errors import NoImages, UnknownName, WrongUse
from scan2train.grid import Grid
from scan2train.testing.dicom_dataset import Tags
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume

SHAPE = (9, 7, 3)
COUNT = np.arange(np.prod(SHAPE)).reshape(SHAPE)
FILM: Tags = {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"}
RLE, JPEG_LS = "rle", "1.2.840.10008.1.2.4.80"


def films(folder, array=COUNT, *, valid=None, tags=None, **more):
    volume = Volume(
        array=array.astype(np.int32), grid=Grid(SHAPE, np.diag([-0.7, -0.8, 2.5, 1])), valid=valid
    )
    more = {"modality": "CR", "kernel": None, "order": "position", **more}
    return write_dicom_series(volume, folder, extra_tags={**FILM, **(tags or {})}, **more)


def clean(tmp_path, **options):
    made = s2t.clean(tmp_path / "in", tmp_path / "out", **{"jobs": 1, **options})
    assert made.failed == ()
    return made


def pairs(tmp_path):
    """What was read, and what was made of it."""
    for path in sorted((tmp_path / "in").rglob("*.dcm")):
        yield path, tmp_path / "out" / path.relative_to(tmp_path / "in")


def digests(folder):
    return {path: hashlib.sha256(path.read_bytes()).digest() for path in folder.rglob("*") if path.is_file()}


LAYOUTS = [
    {"bits_allocated": 8, "bits_stored": 8},
    {"bits_allocated": 16, "bits_stored": 12},
    {"bits_allocated": 16, "bits_stored": 12, "high_bit": 15},
    {"bits_allocated": 16, "bits_stored": 10, "high_bit": 12, "spare_bits_junk": True},
    {"bits_allocated": 16, "bits_stored": 16, "signed": True},
    {"bits_allocated": 16, "bits_stored": 12, "signed": True},
    {"bits_allocated": 16, "bits_stored": 12, "signed": True, "spare_bits_junk": True},
    {"bits_allocated": 32, "bits_stored": 20, "signed": True},
]


COMBINATIONS = [
    *((layout, "explicit") for layout in LAYOUTS),
    *(
        (layout, syntax)
        for layout in (LAYOUTS[0], LAYOUTS[5])
        for syntax in ("implicit", "big-endian", "deflated", RLE)
    ),
    (LAYOUTS[1], JPEG_LS),
    (LAYOUTS[-1], "big-endian"),
]


@pytest.fixture(scope="module")
def turned(tmp_path_factory):
    """Films in every layout, each in a folder of its number, and what was made of them in one run."""
    folder = tmp_path_factory.mktemp("turned")
    for number, (layout, syntax) in enumerate(COMBINATIONS):
        padding, array, valid = _film(layout)
        where = folder / "in" / f"{number:02d}"
        films(where, array, valid=valid, padding_value=padding, transfer_syntax=syntax, **layout)
    made = clean(folder, monochrome2=True)
    assert [one.done for one in made.files] == [("pixels", "monochrome2")] * 3 * len(COMBINATIONS)
    return folder


def _film(layout):
    """Padding, values, and where they are real."""
    signed = layout.get("signed", False)
    return -100 if signed else 5, COUNT - 90 if signed else COUNT + 10, COUNT % 11 > 0


@pytest.mark.parametrize("number", range(len(COMBINATIONS)), ids=[str(one) for one in COMBINATIONS])
def test_stored_values_are_turned_round_in_every_layout(turned, number):
    layout, _ = COMBINATIONS[number]
    padding, _, valid = _film(layout)
    total = -1 if layout.get("signed", False) else (1 << layout["bits_stored"]) - 1
    films_of = sorted((turned / "in" / f"{number:02d}").glob("*.dcm"))
    assert len(films_of) == 3
    for k, old in enumerate(films_of):
        new = turned / "out" / old.relative_to(turned / "in")
        before, after = s2t.read(old), s2t.read(new)
        assert np.array_equal(after.array.astype(int), total - before.array.astype(int))
        assert np.array_equal(after.valid[..., 0], valid[..., k])
        assert np.array_equal(before.valid, after.valid)
        header = pydicom.dcmread(new)
        assert header.PhotometricInterpretation == "MONOCHROME2"
        assert header.PresentationLUTShape == "IDENTITY"
        assert header.PixelPaddingValue == total - padding
        assert header.file_meta.TransferSyntaxUID.is_encapsulated is False
        assert header.BitsStored == layout["bits_stored"]


def test_bits_beside_the_stored_ones_stay(tmp_path):
    films(tmp_path / "in", bits_stored=10, high_bit=12, spare_bits_junk=True)
    clean(tmp_path, monochrome2=True)
    for old, new in pairs(tmp_path):
        before, after = (np.frombuffer(pydicom.dcmread(path).PixelData, "<u2") for path in (old, new))
        assert np.unique(before ^ after).tolist() == [0x3FF << 3]


def test_single_bits_are_turned_over(tmp_path):
    for path in films(tmp_path / "in", COUNT % 2, bits_allocated=8, bits_stored=8):
        header = pydicom.dcmread(path)
        header.BitsAllocated, header.BitsStored, header.HighBit = 1, 1, 0
        header.PixelData = bytes(range(3, 11))
        header.save_as(path)
    clean(tmp_path, monochrome2=True)
    for old, new in pairs(tmp_path):
        assert np.array_equal(s2t.read(old).array, 1 - s2t.read(new).array)


def test_every_frame_of_a_compressed_loop_is_turned_round(tmp_path):
    (path, *others) = films(tmp_path / "in")
    for other in others:
        other.unlink()
    header = pydicom.dcmread(path)
    frames = np.random.default_rng(0).integers(0, 4096, (4, 7, 9)).astype("<u2")
    header.NumberOfFrames, header.PixelData = 4, frames.tobytes()
    header.compress(JPEG_LS, generate_instance_uid=False)
    header.save_as(path)
    clean(tmp_path, monochrome2=True)
    ((_, new),) = pairs(tmp_path)
    assert np.array_equal(pydicom.dcmread(new).pixel_array, 4095 - frames)


def shown(header):
    """What a display shows, from dark to bright."""
    from pydicom.pixels import apply_modality_lut, apply_voi_lut

    values = apply_voi_lut(apply_modality_lut(header.pixel_array, header), header).astype(float)
    top = (1 << header.BitsStored) - 1
    if "VOILUTSequence" in header:
        top = (1 << header.VOILUTSequence[0].LUTDescriptor[2]) - 1
    elif "RescaleSlope" in header:
        top = top * header.RescaleSlope + header.RescaleIntercept
        low = header.RescaleIntercept
        return (top - values) / (top - low) if dark(header) else (values - low) / (top - low)
    return (top - values) / top if dark(header) else values / top


def dark(header):
    return header.PhotometricInterpretation == "MONOCHROME1"


def lut(first=30, length=100, bits=10):
    item = pydicom.Dataset()
    item.add_new(0x00283002, "US", [length, first, bits])
    item.add_new(0x00283006, "US", [(n * n) % (1 << bits) for n in range(length)])
    return {"VOILUTSequence": pydicom.Sequence([item])}


@pytest.mark.parametrize(
    "tags",
    [
        {"WindowCenter": "80", "WindowWidth": "90"},
        {"WindowCenter": ["80", "120"], "WindowWidth": ["90", "30"], "VOILUTFunction": "LINEAR"},
        {"WindowCenter": "80", "WindowWidth": "90", "VOILUTFunction": "LINEAR_EXACT"},
        {"WindowCenter": "80", "WindowWidth": "90", "VOILUTFunction": "SIGMOID"},
        {"WindowCenter": "150", "WindowWidth": "300", "RescaleSlope": "2", "RescaleIntercept": "-7"},
        lut(),
    ],
    ids=lambda tags: "-".join(map(str, tags.values()))[:40],
)
def test_a_display_shows_the_same_before_and_after(tmp_path, tags):
    films(tmp_path / "in", tags={**tags, "PixelIntensityRelationshipSign": -1}, bits_stored=8)
    clean(tmp_path, monochrome2=True)
    for old, new in pairs(tmp_path):
        before, after = pydicom.dcmread(old), pydicom.dcmread(new)
        assert np.ptp(shown(before)) > 0.1
        assert np.allclose(shown(after), shown(before), atol=1e-9)
        assert after.PixelIntensityRelationshipSign == 1


def test_a_changed_image_is_a_new_one_that_names_its_source(tmp_path):
    films(tmp_path / "in", tags={"ImageType": ["ORIGINAL", "PRIMARY", "X"]})
    made = clean(tmp_path, monochrome2=True)
    olds, news = zip(*((pydicom.dcmread(a), pydicom.dcmread(b)) for a, b in pairs(tmp_path)), strict=True)
    assert len({new.SOPInstanceUID for new in news} | {old.SOPInstanceUID for old in olds}) == 6
    assert len({new.SeriesInstanceUID for new in news}) == 1
    for old, new, told in zip(olds, news, made.files, strict=True):
        assert new.SeriesInstanceUID != old.SeriesInstanceUID
        assert new.StudyInstanceUID == old.StudyInstanceUID
        assert new.SourceImageSequence[0].ReferencedSOPInstanceUID == old.SOPInstanceUID
        assert new.file_meta.MediaStorageSOPInstanceUID == new.SOPInstanceUID == told.uid
        assert new.ImageType == ["DERIVED", "PRIMARY", "X"]
        assert new.PatientID == old.PatientID


@pytest.mark.parametrize("modality", ["CT", "MR"])
def test_measured_values_stay(tmp_path, modality):
    films(
        tmp_path / "in",
        modality=modality,
        intercept=0,
        padding_value=4000,
        tags={(0x0028, 0x0121): ("US", 3000)},
    )
    clean(tmp_path, monochrome2=True)
    assert np.array_equal(s2t.read(tmp_path / "in").array, s2t.read(tmp_path / "out").array)
    for old, new in pairs(tmp_path):
        before, after = pydicom.dcmread(old), pydicom.dcmread(new)
        assert after.PixelData == before.PixelData
        assert after.SOPInstanceUID == before.SOPInstanceUID
        assert not dark(after)
        assert (after.PixelPaddingValue, after.PixelPaddingRangeLimit) == (3000, 4000)


def test_bright_images_and_their_compressed_pixels_are_left_alone(tmp_path):
    films(tmp_path / "in", tags={"PhotometricInterpretation": "MONOCHROME2"}, transfer_syntax=JPEG_LS)
    made = clean(tmp_path, monochrome2=True)
    assert [one.done for one in made.files] == [()] * 3
    for old, new in pairs(tmp_path):
        before, after = pydicom.dcmread(old), pydicom.dcmread(new)
        assert before.PixelData == after.PixelData
        assert before == after


def test_the_same_pixels_declared_both_ways(real_data, tmp_path):
    s2t.clean(real_data / "cxr_png_dcm", tmp_path / "out", monochrome2=True)
    headers = [pydicom.dcmread(path) for path in sorted((tmp_path / "out").rglob("*.dcm"))]
    assert len(headers) == 2
    assert not any(dark(one) for one in headers)
    one, other = (header.pixel_array.astype(int) for header in headers)
    assert np.array_equal(one, 255 - other)


LEAKS: Tags = {
    "PatientName": "Doe^Jane",
    "PatientBirthDate": "19700102",
    "PatientAge": "054Y",
    "PatientWeight": "71.5",
    "StudyDescription": "tumour positive",
    "ImageComments": "malignant",
    "InstitutionName": "Saint Elsewhere",
    "OperatorsName": "Roe^Rick",
    "AcquisitionDateTime": "20240301101112.5",
    "DerivationDescription": "cropped by Roe",
    "BodyPartExamined": "CHEST",
    (0x0009, 0x0010): ("LO", "VENDOR"),
    (0x0009, 0x1001): ("LO", "Doe Jane"),
    (0x0009, 0x0011): ("LO", "GEMS_PETD_01"),
    (0x0009, 0x110D): ("DT", "20240301100957.00"),
    (0x0043, 0x0010): ("LO", "GEMS_PARM_01"),
    (0x0043, 0x1039): ("IS", "800"),
    (0x0043, 0x1040): ("LO", "Doe Jane"),
    (0x6000, 0x3000): ("OW", b"Doe Jane"),
    "RequestAttributesSequence": pydicom.Sequence([pydicom.Dataset()]),
}


@pytest.fixture
def salt(tmp_path):
    path = tmp_path / "salt"
    path.write_bytes(b"0123456789abcdef")
    return path


def test_what_identifies_goes_and_what_training_needs_stays(tmp_path, salt):
    item = pydicom.Dataset()
    item.PersonName = "Doe^Jane"
    item.CodeMeaning = "kept"
    films(tmp_path / "in" / "Doe Jane", tags={**LEAKS, "ProcedureCodeSequence": pydicom.Sequence([item])})
    made = clean(tmp_path, strip_leaks=True, salt=salt)
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*.dcm"))
    for word in (b"Doe", b"Jane", b"Roe", b"tumour", b"malignant", b"Elsewhere", b"PHANTOM", b"20240"):
        assert word not in everything
    before = [pydicom.dcmread(path) for path in sorted((tmp_path / "in").rglob("*.dcm"))]
    for old, told in zip(before, made.files, strict=True):
        assert told.out == f"{old.SeriesInstanceUID}/{old.SOPInstanceUID}.dcm"
        new = pydicom.dcmread(tmp_path / "out" / told.out)
        assert new.PixelData == old.PixelData
        assert (new.StudyDate, new.AcquisitionDateTime) == ("19000101", "19000102101112.5")
        assert (new.PatientAge, new.PatientWeight, new.BodyPartExamined) == ("054Y", 71.5, "CHEST")
        assert (new.AcquisitionTime, new.StudyInstanceUID) == (old.AcquisitionTime, old.StudyInstanceUID)
        assert new[0x0043, 0x1039].value == 800
        assert new[0x0009, 0x110D].value == "19000102100957.00"
        assert len(new.PatientID) == 16
        assert not new.PatientBirthDate
    assert len({pydicom.dcmread(path).PatientID for path in (tmp_path / "out").rglob("*.dcm")}) == 1


def test_values_and_places_are_the_same_without_leaks(tmp_path, salt):
    films(tmp_path / "in", modality="CT", tags=LEAKS, intercept=-1024, array=COUNT - 1024)
    clean(tmp_path, strip_leaks=True, salt=salt)
    before, after = s2t.read(tmp_path / "in"), s2t.read(tmp_path / "out")
    assert np.array_equal(before.array, after.array)
    assert before.grid == after.grid


def test_attributes_are_set_by_keyword_or_tag(tmp_path):
    films(tmp_path / "in")
    values = {"BodyPartExamined": "CHEST", "(0018,0015)": "HEAD", "ImageType": "DERIVED\\PRIMARY", "KVP": ""}
    made = clean(tmp_path, set=values)
    assert made.files[0].done[:2] == ("set BodyPartExamined", "set BodyPartExamined")
    for old, new in pairs(tmp_path):
        before, after = pydicom.dcmread(old), pydicom.dcmread(new)
        assert after.BodyPartExamined == "HEAD"
        assert after.ImageType == ["DERIVED", "PRIMARY"]
        assert after["KVP"].is_empty
        assert after.SOPInstanceUID == before.SOPInstanceUID


@pytest.mark.parametrize(
    ("name", "value", "error", "says"),
    [
        ("PatientNam", "x", UnknownName, "PatientName"),
        ("(0009,1001)", "x", UnknownName, "standard"),
        ("StudyDate", "tomorrow", WrongUse, "DA"),
        ("KVP", "many", WrongUse, "DS"),
        ("InstanceNumber", "1.5", WrongUse, "IS"),
        ("SeriesInstanceUID", "1.2.a", WrongUse, "UI"),
        ("RecommendedDisplayFrameRate", "x", WrongUse, "IS"),
        ("Rows", "12", WrongUse, "pixels"),
        ("ImagePositionPatient", "1\\2\\3", WrongUse, "files may share"),
        ("SOPInstanceUID", "1.2.3", WrongUse, "files may share"),
        ("PixelData", "x", WrongUse, "pixels"),
        ("TransferSyntaxUID", "1.2.3", WrongUse, "pixels"),
        ("SourceImageSequence", "x", WrongUse, "SQ"),
        ("SmallestImagePixelValue", "70000", WrongUse, "70000"),
    ],
)
def test_what_cannot_be_set_is_refused_before_anything_is_read(tmp_path, name, value, error, says):
    with pytest.raises(error, match=says):
        s2t.clean(tmp_path / "nowhere", tmp_path / "out", set={name: value})


def test_sources_stay_and_a_second_run_changes_nothing(tmp_path):
    films(tmp_path / "in" / "a" / "b")
    (tmp_path / "in" / "note.txt").write_text("hello")
    before = digests(tmp_path / "in")
    made = clean(tmp_path, monochrome2=True, jobs=2)
    assert [one.path for one in made.skipped] == ["note.txt"]
    first = digests(tmp_path / "out")
    assert len(first) == 3
    clean(tmp_path, monochrome2=True)
    assert digests(tmp_path / "out") == first
    assert digests(tmp_path / "in") == before


def test_what_is_there_already_is_never_replaced(tmp_path):
    films(tmp_path / "in")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "IM0001.dcm").write_text("mine")
    made = s2t.clean(tmp_path / "in", tmp_path / "out", monochrome2=True)
    assert [path for path, _ in made.failed] == ["IM0001.dcm"]
    assert len(made.files) == 2
    assert (tmp_path / "out" / "IM0001.dcm").read_text() == "mine"


def test_one_broken_file_costs_itself_alone(tmp_path):
    paths = films(tmp_path / "in")
    paths[1].write_bytes(paths[1].read_bytes()[:-40])
    made = s2t.clean(tmp_path / "in", tmp_path / "out", monochrome2=True)
    assert [path for path, _ in made.failed] == ["IM0001.dcm"]
    assert len(made.files) == 2


def test_wrong_places_and_nothing_to_do_are_refused(tmp_path):
    films(tmp_path / "in")
    with pytest.raises(WrongUse, match="nothing to clean"):
        s2t.clean(tmp_path / "in", tmp_path / "out")
    with pytest.raises(WrongUse, match="source"):
        s2t.clean(tmp_path / "in", tmp_path / "in" / "out", monochrome2=True)
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoImages):
        s2t.clean(tmp_path / "empty", tmp_path / "out", monochrome2=True)
    assert not (tmp_path / "out").exists()


def test_a_file_without_preamble_gets_one(tmp_path):
    films(tmp_path / "in", preamble=False, transfer_syntax="implicit")
    clean(tmp_path, set={"BodyPartExamined": "CHEST"})
    for old, new in pairs(tmp_path):
        assert np.array_equal(s2t.read(old).array, s2t.read(new).array)
        assert pydicom.dcmread(new).file_meta.TransferSyntaxUID == "1.2.840.10008.1.2"


def test_hostile_files_end_as_errors_of_the_package(hostile, tmp_path):
    cases = map(json.loads, (hostile / "expect.jsonl").read_text().splitlines())
    folder = tmp_path / "in"
    folder.mkdir()
    for case in cases:
        path = hostile / case["path"]
        if case["fmt"] == "dicom" and path.is_file() and path.stat().st_size < 1 << 20:
            (folder / f"{case['id']}.dcm".replace("/", "_")).write_bytes(path.read_bytes())
    made = s2t.clean(folder, tmp_path / "out", monochrome2=True, strip_leaks=True)
    assert len(made.files) + len(made.skipped) + len(made.failed) == len(list(folder.iterdir()))
    assert all(isinstance(error, s2t.Scan2TrainError) for _, error in made.failed)
    assert not any("ended by" in str(error) for _, error in made.failed)
