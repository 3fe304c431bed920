"""Structure sets and segmentations, out and in again, on every kind of series."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

import scan2train as s2t
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_series import write_dicom_series

SHAPE = (23, 31, 9)
CASES = ("regular", "oblique", "tilted", "sagittal", "enhanced", "left-handed")
WORDS = ("rtstruct", "seg", "seg-fractional", "seg-labelmap")
NAMES = {1: "liver", 2: "Milz ä"}


def image(case="regular"):
    axes = np.eye(3)
    if case == "oblique":
        axes, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))
        axes[:, 2] *= np.sign(np.linalg.det(axes))
    if case == "sagittal":
        axes = np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], dtype=float)
    if case == "left-handed":
        axes = np.diag([1.0, 1.0, -1.0])
    affine = np.eye(4)
    affine[:3, :3] = axes * (0.7, 1.3, 2.5)
    if case == "tilted":
        affine[:3, 2] += 0.3 * affine[:3, 1]
    affine[:3, 3] = (-30.25, 12.5, -100.125)
    array = np.random.default_rng(3).integers(-1000, 1000, SHAPE).astype(np.int16)
    return s2t.Volume(array=array, grid=s2t.Grid(SHAPE, affine), unit="HU")


def series(folder: Path, case="regular"):
    if case == "enhanced":
        write_enhanced(image(case), folder / "enhanced.dcm")
    else:
        write_dicom_series(image(case), folder)
    return s2t.read(folder)


def labels_on(source, values=(1, 2), names=NAMES):
    """Blobs with holes; nothing in the first slice and in one between."""
    places = np.stack(np.indices(SHAPE))
    low, high = values
    array = np.zeros(SHAPE, dtype=np.uint8)
    away = np.linalg.norm(
        (places - np.reshape((8, 10, 4), (3, 1, 1, 1))) / np.reshape((7, 8, 4), (3, 1, 1, 1)), axis=0
    )
    array[(away < 1) & (away > 0.4)] = low
    array[16:22, 3:29:2, 2:8] = high
    array[:, :, [0, 5]] = 0
    return s2t.Labels(array=array, grid=source.grid, names=names)


def written(labels, path, word, source):
    s2t.write(labels, path, word, reference=source)
    return path


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("case", CASES)
def test_a_mask_comes_back_voxel_for_voxel(tmp_path, case, word):
    source = series(tmp_path / "s", case)
    labels = labels_on(source)
    path = written(labels, tmp_path / "labels.dcm", word, source)
    again = s2t.read(path, as_labels=True, reference=tmp_path / "s")
    assert isinstance(again, s2t.Labels)
    assert again.grid == source.grid
    assert np.array_equal(again.array, labels.array)
    assert dict(again.names) == NAMES
    assert again.findings == ()


@pytest.mark.parametrize("word", WORDS[1:])
@pytest.mark.parametrize("case", CASES)
def test_a_segmentation_has_a_grid_of_its_own(tmp_path, case, word):
    """From its first to its last slice, the empty one between put back."""
    source = series(tmp_path / "s", case)
    labels = labels_on(source)
    again = s2t.read(written(labels, tmp_path / "seg.dcm", word, source), as_labels=True)
    slices = np.flatnonzero(labels.array.any(axis=(0, 1)))
    assert again.grid.shape == (*SHAPE[:2], slices[-1] - slices[0] + 1)
    for value in NAMES:
        ours, theirs = (np.argwhere(one.array == value) for one in (labels, again))
        there = np.round(labels.grid.to_index(again.grid.to_world(theirs)), 3)
        assert set(map(tuple, there)) == set(map(tuple, ours.astype(float)))


def test_a_thickness_is_not_the_distance_between_slices(tmp_path):
    source = series(tmp_path / "s")  # slices 2.5 mm apart
    array = np.zeros(SHAPE, dtype=np.uint8)
    array[3:9, 4:11, 2:6] = 1
    written(s2t.Labels(array=array, grid=source.grid, names={1: "liver"}), tmp_path / "a.dcm", "seg", source)
    dataset = pydicom.dcmread(tmp_path / "a.dcm")
    (measures,) = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence
    del measures.SpacingBetweenSlices
    for thickness, doubtful in (("1.25", True), ("0.25", True), ("1.1", False), ("2.5", False), ("5", False)):
        measures.SliceThickness = thickness
        dataset.save_as(tmp_path / "b.dcm")
        if doubtful:
            with pytest.raises(s2t.IrregularSlices, match="Spacing Between Slices"):
                s2t.read(tmp_path / "b.dcm", as_labels=True)
        else:
            again = s2t.read(tmp_path / "b.dcm", as_labels=True)
            assert np.array_equal(again.array, array[:, :, 2:6])
            assert again.grid.spacing == pytest.approx(source.grid.spacing)
        on_image = s2t.read(tmp_path / "b.dcm", as_labels=True, reference=source)
        assert np.array_equal(on_image.array, array)


@pytest.mark.parametrize("word", WORDS)
def test_the_same_labels_give_the_same_bytes_and_others_another_uid(tmp_path, word):
    source = series(tmp_path / "s")
    one = written(labels_on(source), tmp_path / "1.dcm", word, source)
    two = written(labels_on(source), tmp_path / "2.dcm", word, tmp_path / "s")
    other = written(labels_on(source, names={1: "a", 2: "b"}), tmp_path / "3.dcm", word, source)
    assert one.read_bytes() == two.read_bytes()
    first, last = pydicom.dcmread(one), pydicom.dcmread(other)
    assert first.SOPInstanceUID != last.SOPInstanceUID


@pytest.mark.parametrize("word", WORDS)
def test_it_belongs_to_the_patient_and_study_of_its_source(tmp_path, word):
    source = series(tmp_path / "s")
    slices = {pydicom.dcmread(one).SOPInstanceUID for one in (tmp_path / "s").iterdir()}
    header = pydicom.dcmread(next((tmp_path / "s").iterdir()))
    made = pydicom.dcmread(written(labels_on(source), tmp_path / "x.dcm", word, source))
    for keyword in ("PatientID", "PatientName", "StudyInstanceUID", "FrameOfReferenceUID"):
        assert made[keyword].value == header[keyword].value
    assert made.SeriesInstanceUID != header.SeriesInstanceUID
    referred = {e.value for e in made.iterall() if e.keyword == "ReferencedSOPInstanceUID"} & slices
    assert referred == slices


def test_an_enhanced_source_is_referred_to_frame_by_frame(tmp_path):
    source = series(tmp_path / "s", "enhanced")
    made = pydicom.dcmread(written(labels_on(source), tmp_path / "x.dcm", "rtstruct", source))
    place = {
        n: np.array(one.PlanePositionSequence[0].ImagePositionPatient, dtype=float)
        for n, one in enumerate(
            pydicom.dcmread(tmp_path / "s" / "enhanced.dcm").PerFrameFunctionalGroupsSequence, start=1
        )
    }
    contour = made.ROIContourSequence[0].ContourSequence[0]
    z = contour.ContourData[2]
    assert place[contour.ContourImageSequence[0].ReferencedFrameNumber][2] == pytest.approx(z)


def test_labels_in_another_order_of_axes_are_turned_and_others_are_refused(tmp_path):
    source = series(tmp_path / "s")
    labels = labels_on(source)
    flip = np.diag([-1.0, 1, 1, 1])
    flip[0, 3] = SHAPE[0] - 1
    turned = labels.replace(array=labels.array[::-1], grid=s2t.Grid(SHAPE, labels.grid.affine @ flip))
    one = written(labels, tmp_path / "1.dcm", "rtstruct", source)
    two = written(turned, tmp_path / "2.dcm", "rtstruct", source)
    assert one.read_bytes() == two.read_bytes()
    moved = np.array(labels.grid.affine)
    moved[:3, 3] += 0.3
    with pytest.raises(s2t.GridMismatch, match="restore"):
        written(labels.replace(grid=s2t.Grid(SHAPE, moved)), tmp_path / "3.dcm", "seg", source)
    assert not (tmp_path / "3.dcm").exists()


def test_segments_are_numbered_from_one_and_a_label_map_keeps_its_values(tmp_path):
    source = series(tmp_path / "s")
    labels = labels_on(source, values=(3, 7), names={3: "a", 7: "b"})
    seg = s2t.read(written(labels, tmp_path / "1.dcm", "seg", source), as_labels=True, reference=source)
    kept = s2t.read(
        written(labels, tmp_path / "2.dcm", "seg-labelmap", source), as_labels=True, reference=source
    )
    assert dict(seg.names) == {1: "a", 2: "b"}
    assert np.array_equal(seg.array, np.searchsorted([0, 3, 7], labels.array))
    assert dict(kept.names) == {3: "a", 7: "b"}
    assert np.array_equal(kept.array, labels.array)


def test_parts_are_written_and_read_as_parts(tmp_path):
    source = series(tmp_path / "s")
    parts = np.linspace(0, 1, np.prod(SHAPE), dtype=np.float32).reshape(SHAPE)
    volume = s2t.Volume(array=parts, grid=source.grid, unit="occupancy")
    path = written(volume, tmp_path / "x.dcm", "seg-fractional", source)
    again = s2t.read(path)
    assert again.unit == "occupancy"
    at = np.round(source.grid.to_index(again.grid.to_world((0, 0, 0)))).astype(int)
    assert at.tolist() == [0, 0, 0]
    assert np.abs(again.array - parts).max() <= 0.5 / 255 + 1e-6
    with pytest.raises(s2t.WrongUse, match="no set of labels") as caught:
        s2t.read(path, as_labels=True)
    assert caught.value.code == "LAB003"
    with pytest.raises(s2t.WrongUse, match="fractional"):
        written(volume, tmp_path / "y.dcm", "seg", source)


def overlapping(tmp_path, source):
    """A structure set whose two regions share voxels: written apart, and put together."""
    one = labels_on(source)
    big = one.replace(array=np.where(one.array == 1, 1, 0).astype(np.uint8), names={1: "<b>big</b>"})
    also = one.replace(
        array=(one.array == 1).astype(np.uint8) * (np.arange(SHAPE[0]) < 9)[:, None, None], names={1: "half"}
    )
    first = pydicom.dcmread(written(big, tmp_path / "1.dcm", "rtstruct", source))
    second = pydicom.dcmread(written(also, tmp_path / "2.dcm", "rtstruct", source))
    for name, number in (
        ("StructureSetROISequence", "ROINumber"),
        ("ROIContourSequence", "ReferencedROINumber"),
        ("RTROIObservationsSequence", "ReferencedROINumber"),
    ):
        item = second[name][0]
        item[number].value = 2
        first[name].value.append(item)
    first.save_as(tmp_path / "both.dcm")
    return tmp_path / "both.dcm", big, also


def test_regions_that_overlap_are_refused_and_read_one_by_one(tmp_path):
    source = series(tmp_path / "s")
    path, big, half = overlapping(tmp_path, source)
    with pytest.raises(s2t.SeveralVolumes, match="read_all") as caught:
        s2t.read(path, as_labels=True, reference=source)
    assert f"share {int(half.array.sum())} voxels" in str(caught.value)
    assert "<b>" not in str(caught.value)
    each = s2t.read_all(path, as_labels=True, reference=source)
    assert [one.meta["roi"]["name"] for one in each] == ["<b>big</b>", "half"]
    assert np.array_equal(each[0].array, big.array)
    assert np.array_equal(each[1].array, half.array * 2)
    assert dict(each[1].names) == {2: "half"}


def test_segments_come_one_by_one_from_read_all(tmp_path):
    source = series(tmp_path / "s")
    labels = labels_on(source)
    each = s2t.read_all(written(labels, tmp_path / "x.dcm", "seg", source), as_labels=True, reference=source)
    assert [one.meta["segment"] for one in each] == [{"number": n, "name": NAMES[n]} for n in (1, 2)]
    for n, one in enumerate(each, start=1):
        assert np.array_equal(one.array, np.where(labels.array == n, n, 0))


@pytest.mark.parametrize("given", ["folder", "row", "volume", "grid"])
def test_a_reference_is_anything_that_has_a_grid(tmp_path, given):
    source = series(tmp_path / "s")
    labels = labels_on(source)
    path = written(labels, tmp_path / "x.dcm", "rtstruct", source)
    reference = {
        "folder": tmp_path / "s",
        "row": s2t.index(tmp_path / "s", cache=False).volumes,
        "volume": source,
        "grid": source.grid,
    }[given]
    assert np.array_equal(s2t.read(path, as_labels=True, reference=reference).array, labels.array)


def test_contours_find_their_series_beside_them(tmp_path):
    source = series(tmp_path / "s")
    labels = labels_on(source)
    (tmp_path / "alone").mkdir()
    alone = written(labels, tmp_path / "alone" / "x.dcm", "rtstruct", source)
    with pytest.raises(s2t.WrongUse, match="reference="):
        s2t.read(alone, as_labels=True)
    with pytest.raises(s2t.NotAnImage, match="as_labels"):
        s2t.read(alone)
    beside = written(labels, tmp_path / "s" / "x.dcm", "rtstruct", source)
    for place in (beside, tmp_path / "s"):
        assert np.array_equal(s2t.read(place, as_labels=True).array, labels.array)
    assert s2t.read(tmp_path / "s").unit == "HU"


def test_regions_are_reported(tmp_path):
    source = series(tmp_path / "s")
    labels = labels_on(source)
    path = written(labels, tmp_path / "x.dcm", "rtstruct", source)
    dataset = pydicom.dcmread(path)
    contours = dataset.ROIContourSequence[0].ContourSequence
    contours[0].ContourData = [one + 500.0 for one in contours[0].ContourData]
    contours[1].ContourGeometricType = "POINT"
    dataset.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = "1.2.3"
    dataset.StructureSetROISequence[1].ReferencedFrameOfReferenceUID = "1.2.3"
    dataset.save_as(path)
    again = s2t.read(path, as_labels=True, reference=tmp_path / "s")
    one, two = again.meta["rois"]
    assert (one["name"], one["number"], one["value"]) == ("liver", 1, 1)
    assert (one["unmatched"], one["no_areas"], one["contours"]) == (1, 1, len(contours) - 1)
    voxel_ml = 0.7 * 1.3 * 2.5 / 1000
    assert two["ml_voxels"] == pytest.approx((labels.array == 2).sum() * voxel_ml, abs=1e-6)
    assert two["ml_contours"] == pytest.approx(two["ml_voxels"], abs=1e-6)
    told = {(one.code, one.severity.value, one.message.split()[0]) for one in again.findings}
    assert ("LAB001", "error", "Contours") in told
    assert ("LAB001", "warning", "Contours") in told


def test_a_reference_elsewhere_is_a_mismatch(tmp_path):
    source = series(tmp_path / "s")
    far = np.array(source.grid.affine)
    far[2, 3] += 5000
    elsewhere, finer = s2t.Grid(SHAPE, far), s2t.Grid(SHAPE, source.grid.affine @ np.diag([0.9, 1, 1, 1]))
    rtstruct = written(labels_on(source), tmp_path / "1.dcm", "rtstruct", source)
    seg = written(labels_on(source), tmp_path / "2.dcm", "seg", source)
    for path, grid in ((rtstruct, elsewhere), (seg, elsewhere), (seg, finer)):
        with pytest.raises(s2t.GridMismatch):
            s2t.read(path, as_labels=True, reference=grid)


@pytest.mark.parametrize(
    "data", [["1", "2"], ["nan"] * 9, ["1e400"] * 9, ["1"] * 10, [str(10**70)] * 9], ids=str
)
def test_contours_that_are_no_points_are_refused(tmp_path, data):
    source = series(tmp_path / "s")
    path = written(labels_on(source), tmp_path / "x.dcm", "rtstruct", source)
    dataset = pydicom.dcmread(path)
    contour = dataset.ROIContourSequence[0].ContourSequence[0]
    contour.add_new(0x30060050, "LT", "\\".join(data))  # implicit: the type is not in the file
    dataset.save_as(path)
    with pytest.raises(s2t.Scan2TrainError):
        s2t.read(path, as_labels=True, reference=source)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("seed", range(6))
def test_damaged_files_end_as_errors(tmp_path, word, seed):
    source = series(tmp_path / "s")
    path = written(labels_on(source), tmp_path / "x.dcm", word, source)
    rng = np.random.default_rng(seed)
    data = bytearray(path.read_bytes())
    for at in rng.integers(140, len(data), 40):
        data[at] = rng.integers(0, 256)
    path.write_bytes(bytes(data[: rng.integers(len(data) // 2, len(data) + 1)]))
    for more in ({}, {"as_labels": True}, {"as_labels": True, "reference": source}):
        try:
            s2t.read(path, **more)
        except s2t.Scan2TrainError:
            continue


def test_names_become_texts_that_dicom_holds(tmp_path):
    source = series(tmp_path / "s")
    labels = labels_on(source, names={1: "a\\b\x1b[31m" + "x" * 100, 2: ""})
    again = s2t.read(written(labels, tmp_path / "x.dcm", "seg", source), as_labels=True)
    assert again.names[1].startswith("a b [31mxxx")
    assert len(again.names[1]) == 64
    assert again.names[2] == "label 2"


def test_what_cannot_be_written_is_wrong_use(tmp_path):
    source = series(tmp_path / "s")
    labels = labels_on(source)
    with pytest.raises(s2t.UnknownName, match="rtstruct"):
        s2t.write(labels, tmp_path / "x.dcm", "segg", reference=source)
    with pytest.raises(s2t.WrongUse, match="DICOM series"):
        s2t.write(labels, tmp_path / "x.dcm", "seg", reference=source.grid)
    empty = s2t.Labels(array=np.zeros(SHAPE, np.uint8), grid=source.grid)
    with pytest.raises(s2t.WrongUse, match="above 0"):
        s2t.write(empty, tmp_path / "x.dcm", "rtstruct", reference=source)
    with pytest.raises(s2t.WrongUse, match="source"):
        s2t.write(labels, next((tmp_path / "s").iterdir()), "rtstruct", reference=source)


def test_a_structure_set_without_regions_is_refused(tmp_path):
    source = series(tmp_path / "s")
    path = written(labels_on(source), tmp_path / "x.dcm", "rtstruct", source)
    dataset: Dataset = pydicom.dcmread(path)
    dataset.StructureSetROISequence = []
    dataset.save_as(path)
    with pytest.raises(s2t.NonconformingHeader):
        s2t.read(path, as_labels=True, reference=source)


def test_several_structure_sets_are_named_and_none_is_guessed(tmp_path):
    source = series(tmp_path / "s")
    labels = labels_on(source)
    (tmp_path / "two").mkdir()
    for name, each in (("a.dcm", labels), ("b.dcm", labels_on(source, names={1: "other"}))):
        written(each, tmp_path / "two" / name, "rtstruct", source)
    for word in ("refuse", "split", "keep-largest-regular"):
        for stack in (False, True):
            with pytest.raises(s2t.SeveralVolumes, match=r"a\.dcm.*b\.dcm"):
                s2t.read(tmp_path / "two", word, as_labels=True, reference=source, stack=stack)


@pytest.mark.parametrize("suffix", ["nii.gz", "mha", "nrrd", "npy"])
@pytest.mark.parametrize("given", ["volume", "folder"])
def test_masks_of_other_formats_are_turned_onto_their_reference(tmp_path, suffix, given):
    source = series(tmp_path / "s", "oblique")
    labels = labels_on(source)
    flip = np.array([[0.0, -1, 0, SHAPE[0] - 1], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    turned = labels.array[::-1].swapaxes(0, 1)
    grid = s2t.Grid(turned.shape, labels.grid.affine @ flip)
    s2t.write(labels.replace(array=turned, grid=grid), tmp_path / f"m.{suffix}")
    reference = source if given == "volume" else tmp_path / "s"
    back = s2t.read(tmp_path / f"m.{suffix}", as_labels=True, reference=reference)
    assert np.array_equal(back.array, labels.array)
    assert np.array_equal(back.grid.affine, source.grid.affine)


def test_a_mask_elsewhere_than_its_reference_is_refused(tmp_path):
    source = series(tmp_path / "s")
    labels = labels_on(source)
    moved = np.array(labels.grid.affine)
    moved[:3, 3] += 0.3
    s2t.write(labels.replace(grid=s2t.Grid(SHAPE, moved)), tmp_path / "m.nii.gz")
    with pytest.raises(s2t.GridMismatch, match="voxels of the image"):
        s2t.read(tmp_path / "m.nii.gz", as_labels=True, reference=source)
    s2t.write(labels, tmp_path / "m.tif")
    with pytest.raises(s2t.GridMismatch, match="has a place in a patient"):
        s2t.read(tmp_path / "m.tif", as_labels=True, reference=source)
    picture = s2t.read(tmp_path / "m.tif")
    own = s2t.read(tmp_path / "m.tif", as_labels=True, reference=picture)
    assert np.array_equal(own.array, picture.array)


def test_single_precision_far_from_the_origin_is_no_mismatch(tmp_path):
    shape = (12, 10, 6)
    affine = np.diag([0.3125, 0.3125, 0.625, 1.0])
    affine[:3, 3] = (-247.6171875, -411.2001953, -1843.3001953)
    write_dicom_series(
        s2t.Volume(array=np.zeros(shape, np.int16), grid=s2t.Grid(shape, affine), unit="HU"), tmp_path / "s"
    )
    source = s2t.read(tmp_path / "s")
    array = np.zeros(shape, np.uint8)
    array[2:5, 3:9, 1:4] = 1
    flip = np.diag([-1.0, -1, 1, 1])
    flip[:2, 3] = shape[0] - 1, shape[1] - 1
    turned = source.grid.affine @ flip
    turned[:3] = turned[:3].astype(np.float32) + np.float32(4e-4) * (np.arange(4) == 3)
    s2t.write(
        s2t.Labels(array=array[::-1, ::-1], grid=s2t.Grid(shape, turned)),
        tmp_path / "m.dcm",
        "seg",
        reference=source,
    )
    back = s2t.read(tmp_path / "m.dcm", as_labels=True, reference=source)
    assert np.array_equal(back.array, array)


def test_contours_are_converted_on_the_image_that_they_were_drawn_on(tmp_path):
    source = series(tmp_path / "s", "tilted")
    labels = labels_on(source)
    drawn = written(labels, tmp_path / "x.dcm", "rtstruct", source)
    with pytest.raises(s2t.NotAnImage, match="--reference"):
        s2t.convert(drawn, tmp_path / "x.nii.gz")
    s2t.convert(drawn, tmp_path / "x.nii.gz", reference=tmp_path / "s")
    back = s2t.read(tmp_path / "x.nii.gz")
    assert np.array_equal(back.array, labels.array)
    assert source.grid.distance_in_voxels(back.grid) < 1e-3
    with pytest.raises(s2t.WrongUse, match="reference"):
        s2t.convert(tmp_path / "s", tmp_path / "d", format="dicom", reference=tmp_path / "s")


def test_a_segmentation_of_nothing_is_written_where_names_say_what_was_looked_for(tmp_path, caplog):
    source = series(tmp_path / "s")
    empty = s2t.Labels(array=np.zeros(SHAPE, np.uint8), grid=source.grid, names={1: "liver"})
    again = s2t.read(written(empty, tmp_path / "a.dcm", "seg", source), as_labels=True, reference=source)
    assert not again.array.any()
    assert again.names == {1: "liver"}
    assert not caplog.records
    with pytest.raises(s2t.WrongUse, match="empty mask"):
        written(empty.replace(names={}), tmp_path / "b.dcm", "seg", source)
