import hashlib
import warnings

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813 - as everybody calls it

import scan2train as s2t
from scan2train.errors import GeometryError, OutputInUse, UnknownName, WrongUse
from scan2train.grid import Grid
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Labels, Volume
from scan2train.write import convert, write

SHAPE = (7, 6, 5)


def turned(degrees, axis):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    a, b = [n for n in range(3) if n != axis]
    matrix = np.eye(4)
    matrix[a, a], matrix[a, b], matrix[b, a], matrix[b, b] = c, -s, s, c
    return matrix


def affine_of(word):
    straight = np.diag([-0.7, -0.8, 2.5, 1])
    straight[:3, 3] = (101.25, -33.1, 1 / 3)
    if word == "oblique":
        return turned(17, 0) @ turned(-29, 1) @ turned(41, 2) @ straight
    if word == "sagittal":
        return np.array([[0, 0, -2.5, 40], [-0.7, 0, 0, 7], [0, -0.8, 0, 9], [0, 0, 0, 1]], dtype=float)
    if word == "tilted":
        straight[1, 2] = 2.5 * np.tan(np.radians(15))
    if word == "left-handed":
        straight[2, 2] = -2.5
    return straight


GEOMETRIES = ("straight", "oblique", "sagittal", "tilted", "left-handed")
COUNT = np.arange(np.prod(SHAPE)).reshape(SHAPE)


def image(array, unit="HU", word="straight", **more):
    return Volume(array=array, grid=Grid(array.shape[:3], affine_of(word)), unit=unit, **more)


def read_back(volume, folder, **options):
    write(volume, folder, format="dicom", **options)
    return s2t.read(folder)


def same_place(one, other):
    """Values of ``one`` on the grid of ``other``, whose k may count the other way."""
    if np.linalg.det(one.grid.affine) * np.linalg.det(other.grid.affine) > 0:
        return one.array, one.grid.affine, one.valid
    affine = one.grid.affine @ np.array(
        [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, one.grid.shape[2] - 1], [0, 0, 0, 1]]
    )
    return one.array[:, :, ::-1], affine, None if one.valid is None else one.valid[:, :, ::-1]


@pytest.mark.parametrize("word", GEOMETRIES)
@pytest.mark.parametrize(
    ("unit", "modality", "array"),
    [
        ("HU", "CT", (COUNT - 1024).astype(np.int16)),
        ("a.u.", "MR", COUNT.astype(np.uint16)),
        ("a.u.", "MR", COUNT.astype(np.uint8)),
        ("Bq/ml", "PT", COUNT.astype(np.float32)),
        ("a.u.", "SC", COUNT.astype(np.uint8)),
    ],
)
def test_values_and_places_come_back_as_they_were(tmp_path, word, unit, modality, array):
    volume = image(array, unit, word)
    again = read_back(volume, tmp_path / "out", modality=modality)
    values, affine, _ = same_place(volume, again)
    assert np.array_equal(again.array, values)
    assert np.abs(again.grid.affine - affine).max() < 1e-9
    assert again.unit == unit
    if array.dtype.kind != "f":
        assert again.array.dtype == array.dtype


@pytest.mark.parametrize("word", GEOMETRIES)
def test_simpleitk_finds_every_value_at_its_place(tmp_path, word):
    volume = image((COUNT - 1024).astype(np.int16), "HU", word)
    write(volume, tmp_path / "out", format="dicom")
    names = sorted(str(path) for path in (tmp_path / "out").iterdir())
    for k, name in enumerate(names):
        plane = sitk.ReadImage(name)
        assert np.array_equal(sitk.GetArrayFromImage(plane)[0].T, volume.array[:, :, k])
        for i, j in ((0, 0), (6, 0), (0, 5), (3, 2)):
            x, y, z = plane.TransformIndexToPhysicalPoint((i, j, 0))
            assert np.allclose((-x, -y, z), volume.grid.to_world((i, j, k)), atol=1e-6)


@pytest.mark.parametrize("level", [-2000.0, 300.0, 40.0])
def test_padding_is_declared_and_found_again(tmp_path, level):
    array = (COUNT - 1024).astype(np.int16)
    valid = np.ones(SHAPE, dtype=bool)
    valid[:2] = valid[3, 3, 3] = False
    array = np.where(valid, array, np.int16(level))
    again = read_back(image(array, valid=valid), tmp_path / "out")
    assert np.array_equal(again.valid, valid)
    assert np.array_equal(again.array[valid], array[valid])
    taken = level in array[valid]
    assert np.array_equal(again.array, array) != taken
    header = pydicom.dcmread(tmp_path / "out" / "0001.dcm")
    assert header["PixelPaddingValue"].VR == "SS"


def test_several_padding_values_become_a_range(tmp_path):
    array = COUNT.astype(np.int16)
    valid = COUNT > 20
    again = read_back(image(array, valid=valid), tmp_path / "out")
    assert np.array_equal(again.valid, valid)
    assert np.array_equal(again.array, array)


def test_what_is_no_number_is_padding(tmp_path):
    array = COUNT.astype(np.float32)
    array[2, 2, 2] = np.nan
    again = read_back(image(array), tmp_path / "out")
    assert np.argwhere(~again.valid).tolist() == [[2, 2, 2]]
    assert np.array_equal(again.array[again.valid], COUNT[again.valid])


@pytest.mark.parametrize("unit", ["HU", "Bq/ml", "a.u."])
@pytest.mark.parametrize("masked", [False, True])
def test_fractions_move_by_half_a_step_at_most_and_it_is_told(tmp_path, unit, masked):
    array = np.random.default_rng(0).normal(size=SHAPE) * 3
    valid = COUNT % 7 > 0 if masked else None
    volume = image(array, unit, valid=valid)
    again = read_back(volume, tmp_path / "out")
    real = np.ones(SHAPE, dtype=bool) if valid is None else valid
    step = np.abs(array[real]).max() / 32767 if unit == "Bq/ml" else np.ptp(array[real]) / 65535
    moved = np.abs(again.array - array)[real].max()
    assert 0 < moved < 0.51 * step
    assert valid is None or np.array_equal(again.valid, valid)
    text = pydicom.dcmread(tmp_path / "out" / "0001.dcm").DerivationDescription
    told = float(text.split("at most ")[1].split()[0])
    assert moved <= told * 1.01 + 1e-6


def test_slices_of_a_pet_have_slopes_of_their_own(tmp_path):
    array = np.random.default_rng(0).random(SHAPE) * 10.0 ** np.arange(5)
    again = read_back(image(array, "SUVbw"), tmp_path / "out")
    for k in range(5):
        assert np.abs(again.array[..., k] - array[..., k]).max() < 0.51 * 10.0**k / 65532
    header = pydicom.dcmread(tmp_path / "out" / "0001.dcm")
    assert (header.Units, header.SUVType, header.RescaleIntercept) == ("GML", "BW", 0)


@pytest.mark.parametrize(
    ("array", "unit", "modality"),
    [
        (np.array([0, 70000], dtype=np.int32), "HU", None),
        (np.array([-40000, 5], dtype=np.int32), "a.u.", "PT"),
        (np.array([0.0, np.inf]), "HU", None),
        (np.array([0, 1], dtype=np.int16), "HU", "MR"),
        (np.array([0, 1], dtype=np.int16), "Bq/ml", "CT"),
        (np.zeros((2, 2), dtype=np.uint8), "a.u.", None),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, array, unit, modality):
    shape = (2, 1, 1, *array.shape[1:])
    volume = Volume(array=array.reshape(shape), grid=Grid((2, 1, 1), np.eye(4)), unit=unit)
    with pytest.raises(WrongUse):
        write(volume, tmp_path / "out", format="dicom", modality=modality)
    assert list(tmp_path.iterdir()) == []


def test_sixteen_bits_are_used_to_the_last(tmp_path):
    array = np.array([-40000, 25535], dtype=np.int32).reshape(2, 1, 1)
    volume = Volume(array=array, grid=Grid((2, 1, 1), np.eye(4)), unit="HU")
    again = read_back(volume, tmp_path / "out")
    assert again.array.ravel().tolist() == [-40000, 25535]


def test_no_value_is_left_for_padding(tmp_path):
    array = np.arange(65536).reshape(256, 256, 1).astype(np.uint16)
    valid = np.ones(array.shape, dtype=bool)
    valid[0, 0] = False
    volume = Volume(array=array, grid=Grid(array.shape, np.eye(4)), unit="a.u.", valid=valid)
    again = read_back(volume, tmp_path / "out", modality="MR")
    assert np.array_equal(again.valid, valid)
    assert np.array_equal(again.array, array)
    valid = np.dstack([np.ones_like(valid), np.zeros_like(valid)])
    both = Volume(array=np.dstack([array, array]), grid=Grid((256, 256, 2), np.eye(4)), valid=valid)
    with pytest.raises(WrongUse, match="padding"):
        write(both, tmp_path / "full", format="dicom", modality="MR")


def test_labels_are_sent_to_where_they_belong(tmp_path):
    labels = Labels(array=np.zeros(SHAPE, np.uint8), grid=Grid(SHAPE, np.eye(4)))
    with pytest.raises(WrongUse, match="segmentation"):
        write(labels, tmp_path / "out", format="dicom")


def test_rows_and_columns_that_are_not_perpendicular_are_refused(tmp_path):
    affine = np.eye(4)
    affine[0, 1] = 0.1
    with pytest.raises(GeometryError, match="perpendicular"):
        write(Volume(array=COUNT.astype(np.int16), grid=Grid(SHAPE, affine)), tmp_path / "o", format="dicom")


def test_colour_becomes_captures(tmp_path):
    array = np.random.default_rng(0).integers(0, 256, (*SHAPE, 3)).astype(np.uint8)
    again = read_back(image(array, "a.u."), tmp_path / "out")
    assert np.array_equal(again.array, array)
    header = pydicom.dcmread(tmp_path / "out" / "0001.dcm")
    assert header.SOPClassUID == "1.2.840.10008.5.1.4.1.1.7"


def test_the_same_volume_gives_the_same_bytes_and_another_other_uids(tmp_path):
    volume = image(COUNT.astype(np.int16))
    for name, one in (("a", volume), ("b", volume), ("c", volume.replace(array=volume.array + 1))):
        write(one, tmp_path / name, format="dicom")
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    uids = {name: uids_of(tmp_path / name) for name in "ac"}
    assert len(uids["a"]) == 5
    assert uids["a"].isdisjoint(uids["c"])
    assert all(uid.is_valid and len(uid) <= 64 for uid in uids["a"])


def digest(folder):
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())]


def uids_of(folder):
    return {pydicom.dcmread(path).SOPInstanceUID for path in folder.iterdir()}


@pytest.mark.parametrize("modality", ["CT", "MR", "PT"])
def test_what_was_read_from_dicom_keeps_its_origin(tmp_path, modality):
    unit = {"CT": "HU", "MR": "a.u.", "PT": "Bq/ml"}[modality]
    slope = [0.125 + k / 7 for k in range(5)] if modality == "PT" else 1.0
    array = COUNT * np.array(slope) if modality == "PT" else COUNT
    write_dicom_series(
        image(array, unit, "tilted"),
        tmp_path / "in",
        modality=modality,
        slope=slope,
        intercept=-1024 if modality == "CT" else 0,
        extra_tags={"PatientWeight": "71.5"} | ({"Units": "BQML"} if modality == "PT" else {}),
    )
    volume = s2t.read(tmp_path / "in")
    again = read_back(volume, tmp_path / "out")
    assert np.array_equal(again.array, volume.array)
    assert again.array.dtype == volume.array.dtype
    assert np.abs(again.grid.affine - volume.grid.affine).max() < 1e-9
    assert again.unit == volume.unit == unit
    sources = {one.SOPInstanceUID: one for one in map(pydicom.dcmread, (tmp_path / "in").iterdir())}
    for path in (tmp_path / "out").iterdir():
        made = pydicom.dcmread(path)
        (item,) = made.SourceImageSequence
        source = sources[item.ReferencedSOPInstanceUID]
        assert item.ReferencedSOPClassUID == source.SOPClassUID == made.SOPClassUID
        assert np.allclose(made.ImagePositionPatient, source.ImagePositionPatient, atol=1e-9)
        for kept in ("PatientID", "PatientName", "StudyInstanceUID", "FrameOfReferenceUID", "PatientWeight"):
            assert made[kept].value == source[kept].value
        assert made.SeriesInstanceUID != source.SeriesInstanceUID
        assert made.SOPInstanceUID not in sources
        assert made.ImageType[:2] == ["DERIVED", "SECONDARY"]


def test_a_slice_of_another_grid_refers_to_what_it_was_computed_from(tmp_path):
    write_dicom_series(image(COUNT.astype(np.int16)), tmp_path / "in", order="position")
    volume = s2t.read(tmp_path / "in")
    between = volume.grid.affine @ np.diag([1, 1, 2, 1])
    between[:3, 3] += volume.grid.affine[:3, 2] * 0.5
    grid = Grid((7, 6, 2), between)
    moved = Volume(array=volume.array[:, :, :2], grid=grid, meta=volume.meta, unit="HU")
    write(moved, tmp_path / "out", format="dicom")
    uids = [pydicom.dcmread(path).SOPInstanceUID for path in sorted((tmp_path / "in").iterdir())]
    for k, path in enumerate(sorted((tmp_path / "out").iterdir())):
        items = pydicom.dcmread(path).SourceImageSequence
        assert [item.ReferencedSOPInstanceUID for item in items] == uids[2 * k : 2 * k + 2]


def test_slices_of_an_enhanced_object_refer_to_its_frames(tmp_path):
    (tmp_path / "in").mkdir()
    write_enhanced(image(COUNT.astype(np.int16), "a.u."), tmp_path / "in" / "a.dcm", modality="MR")
    volume = s2t.read(tmp_path / "in")
    again = read_back(volume, tmp_path / "out")
    assert np.array_equal(again.array, volume.array)
    frames = [
        pydicom.dcmread(path).SourceImageSequence[0].ReferencedFrameNumber
        for path in sorted((tmp_path / "out").iterdir())
    ]
    assert sorted(frames) == [1, 2, 3, 4, 5]


def test_nobody_is_named_where_the_source_is_gone(tmp_path):
    files = write_dicom_series(image(COUNT.astype(np.int16)), tmp_path / "in")
    volume = s2t.read(tmp_path / "in")
    for file in files:
        file.unlink()
    write(volume, tmp_path / "out", format="dicom")
    made = pydicom.dcmread(tmp_path / "out" / "0001.dcm")
    assert not made.PatientName
    assert not made.PatientID
    assert "SourceImageSequence" not in made


def test_a_value_that_is_too_long_goes_on_without_a_word(tmp_path):
    with pytest.warns(UserWarning, match="exceeds"):
        write_dicom_series(
            image(COUNT.astype(np.int16)), tmp_path / "in", extra_tags={"StationName": "X" * 20}
        )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write(s2t.read(tmp_path / "in"), tmp_path / "out", format="dicom")
    assert pydicom.dcmread(tmp_path / "out" / "0001.dcm").StationName == "X" * 20


def test_sources_and_folders_in_use_are_never_written(tmp_path):
    write_dicom_series(image(COUNT.astype(np.int16)), tmp_path / "in")
    volume = s2t.read(tmp_path / "in")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "a").touch()
    with pytest.raises(WrongUse, match="source"):
        write(volume, tmp_path / "in" / "out", format="dicom")
    with pytest.raises(WrongUse, match="source"):
        convert(tmp_path / "in", tmp_path / "in" / "out", format="dicom")
    with pytest.raises(OutputInUse):
        write(volume, tmp_path / "used", format="dicom")
    with pytest.raises(WrongUse):
        write(volume, tmp_path / "no" / "where", format="dicom")
    assert {path.name for path in tmp_path.iterdir()} == {"in", "used"}


def test_what_breaks_half_way_leaves_nothing(tmp_path, monkeypatch):
    calls = []

    def breaks(_, path, **__):
        calls.append(path)
        path.write_bytes(b"half")
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(pydicom.Dataset, "save_as", breaks)
    with pytest.raises(KeyboardInterrupt):
        write(image(COUNT.astype(np.int16)), tmp_path / "out", format="dicom")
    assert list(tmp_path.iterdir()) == []


def test_words_that_mean_nothing_are_refused(tmp_path):
    volume = image(COUNT.astype(np.int16))
    with pytest.raises(UnknownName, match="dicom"):
        write(volume, tmp_path / "out", format="dcm")
    with pytest.raises(UnknownName, match="CT, MR"):
        write(volume, tmp_path / "out", format="dicom", modality="XX")
    with pytest.raises(WrongUse):
        write(volume, tmp_path / "out.nii", modality="CT")


def test_convert_from_a_file_without_units_believes_the_modality(tmp_path):
    write(image((COUNT - 1024).astype(np.int16)), tmp_path / "a.nii.gz")
    convert(tmp_path / "a.nii.gz", tmp_path / "out", format="dicom", modality="CT")
    again = s2t.read(tmp_path / "out")
    assert (again.unit, again.meta["modality"]) == ("HU", "CT")
    assert np.array_equal(again.array, COUNT - 1024)


@pytest.mark.parametrize(
    "name",
    [pytest.param("ct_tilt_philips", marks=pytest.mark.slow), "sts_002_ct_mr_pet", "mr_positions_hfs_hfp"],
)
def test_real_scans_come_back_bit_for_bit(real_data, tmp_path, name):
    scans = [one for one in s2t.read_all(real_data / name) if one.meta.get("modality") in {"CT", "MR", "PT"}]
    assert scans
    for n, volume in enumerate(scans):
        again = read_back(volume, tmp_path / str(n))
        assert np.array_equal(again.array, volume.array)
        assert again.array.dtype == volume.array.dtype
        assert again.unit == volume.unit
        assert np.abs(again.grid.affine - volume.grid.affine).max() < 1e-9
        assert (again.valid is None) == (volume.valid is None)
        assert volume.valid is None or np.array_equal(again.valid, volume.valid)
