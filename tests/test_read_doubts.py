"""Series whose headers leave room for doubt: no value is taken for more than the header says."""

from __future__ import annotations

import os
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

sys.path.insert(0, str(Path(__file__).parent / "kernels"))

from dicom_bytes import element, image, item, sequence

from scan2train.errors import (
    ChangedSource,
    HostileFile,
    NonconformingHeader,
    Scan2TrainError,
    SeveralVolumes,
    UnreadableFile,
)
from scan2train.finding import Severity
from scan2train.formats.registry import by_format
from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.index import index
from scan2train.read import read
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume
from scan2train.write import write

SHAPE = (7, 5, 6)


def scan(low: int = -1000) -> Volume:
    affine = LPS_TO_RAS @ np.diag([0.8, 0.7, 2.5, 1.0])
    return Volume(array=np.arange(np.prod(SHAPE)).reshape(SHAPE) + low, grid=Grid(SHAPE, affine))


def codes(volume: Volume) -> dict[str, Severity]:
    return {one.code: one.severity for one in volume.findings}


@pytest.mark.parametrize("gone", ["RescaleIntercept", "RescaleSlope"])
def test_half_a_rescale_makes_no_hounsfield_units(tmp_path: Path, gone: str) -> None:
    write_dicom_series(scan(), tmp_path, extra_tags={gone: None})
    found = read(tmp_path)
    assert found.unit == "a.u."
    assert codes(found)["PIX002"] is Severity.ERROR


@pytest.mark.parametrize("gone", ["RescaleIntercept", "RescaleSlope"])
def test_half_a_rescale_on_some_slices_is_refused(tmp_path: Path, gone: str) -> None:
    write_dicom_series(scan(), tmp_path, extra_tags=lambda k: {gone: None} if k in (2, 3) else {})
    with pytest.raises(NonconformingHeader, match="2 of 6 slices without") as caught:
        read(tmp_path)
    assert caught.value.code == "PIX002"


def test_padding_is_that_of_each_slice(tmp_path: Path) -> None:
    values = np.full(SHAPE, 30)
    values[1], values[2], values[3] = -24, -22, -20
    padding: dict[int, dict[str, Any]] = {
        0: {"PixelPaddingValue": 1000},
        1: {"PixelPaddingValue": 1000, "PixelPaddingRangeLimit": 1002},
        2: {"PixelPaddingValue": 1004},
    }
    volume = Volume(array=values, grid=scan().grid)
    write_dicom_series(volume, tmp_path, extra_tags=lambda k: padding.get(k, {}))
    found = read(tmp_path)
    np.testing.assert_array_equal(found.array, values)
    expected = np.ones(SHAPE, dtype=bool)
    expected[1, :, 0] = expected[1, :, 1] = expected[2, :, 1] = expected[3, :, 2] = False
    assert found.valid is not None
    np.testing.assert_array_equal(found.valid, expected)
    assert "PIX007" not in codes(found)


@pytest.mark.parametrize(
    ("tag", "value"), [("RescaleIntercept", -1000), ("RescaleSlope", 2), ("PixelPaddingValue", 26)]
)
def test_a_copy_whose_values_mean_something_else_is_a_conflict(
    tmp_path: Path, tag: str, value: float
) -> None:
    files = write_dicom_series(scan(), tmp_path / "a")
    (tmp_path / "b").mkdir()
    for at, path in enumerate(files):
        copy = pydicom.dcmread(path)
        if at == 2:
            kind = "US" if tag == "PixelPaddingValue" else "DS"
            copy.add_new(tag, kind, value)
        copy.save_as(tmp_path / "b" / path.name)
    with pytest.raises(UnreadableFile, match="same instance") as caught:
        read(tmp_path)
    assert caught.value.code == "FIL004"


def test_one_instance_at_two_places_is_an_error(tmp_path: Path) -> None:
    files = write_dicom_series(scan(), tmp_path)
    one, other = pydicom.dcmread(files[2]), pydicom.dcmread(files[4])
    other.SOPInstanceUID = other.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID
    other.save_as(files[4])
    found = read(tmp_path)
    assert found.array.shape == SHAPE
    assert codes(found)["FIL004"] is Severity.ERROR


def enhanced(items: int, said: int, there: int) -> bytes:
    groups = [
        item(sequence(0x00209113, item(element(0x00200032, "DS", f"0\\0\\{at * 2}")))) for at in range(items)
    ]
    spacing = sequence(0x00289110, item(element(0x00280030, "DS", "0.75\\0.5")))
    late = sequence(0x52009229, item(spacing)) + sequence(0x52009230, *groups)
    content = image(late=late, pixels=bytes(30 * there))
    kind = element(0x00280004, "CS", "MONOCHROME2")
    return content.replace(kind, kind + element(0x00280008, "IS", str(said)))


@pytest.mark.parametrize(("items", "said", "there"), [(5, 8, 8), (8, 5, 8)])
def test_frames_are_never_left_out(tmp_path: Path, items: int, said: int, there: int) -> None:
    (tmp_path / "x").write_bytes(enhanced(items, said, there))
    assert index(tmp_path, cache=False).volumes["irregular"].to_list() == ["frames-lost"]
    with pytest.raises(Scan2TrainError) as caught:
        read(tmp_path)
    assert isinstance(caught.value, NonconformingHeader)
    assert caught.value.code == "SER007"


def test_frames_that_are_all_described_are_read(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(enhanced(5, 5, 5))
    assert index(tmp_path, cache=False).volumes["irregular"].to_list() != ["frames-lost"]


@pytest.mark.parametrize("syntax", ["explicit", "deflated", "rle"])
def test_groups_of_more_frames_than_there_are_never_pass_unnoticed(tmp_path: Path, syntax: str) -> None:
    path = write_enhanced(scan(), tmp_path / "x", transfer_syntax=syntax)
    np.testing.assert_array_equal(read(path).array, scan().array)
    made = pydicom.dcmread(path)
    made.PerFrameFunctionalGroupsSequence.append(deepcopy(made.PerFrameFunctionalGroupsSequence[0]))
    made.save_as(path)
    if syntax != "rle":  # header and pixel data agree, and both can be counted
        assert codes(read(path))["FIL005"] is Severity.WARNING
        return
    with pytest.raises(NonconformingHeader) as caught:
        read(path)
    assert caught.value.code == "SER007"


@pytest.mark.parametrize("stray", [b"", b" ", b"\0 "])
def test_a_bare_data_set_is_read_and_told_also_behind_the_end_of_a_lost_meta_group(
    tmp_path: Path, stray: bytes
) -> None:
    (path,) = write_dicom_series(
        Volume(array=scan().array[:, :, :1], grid=Grid((7, 5, 1), scan().grid.affine)), tmp_path
    )
    data = path.read_bytes()
    path.write_bytes(stray + data[144 + int.from_bytes(data[140:144], "little") :])
    found = read(path)
    np.testing.assert_array_equal(found.array, scan().array[:, :, :1])
    (told,) = [one for one in found.findings if one.code == "FIL005"]
    assert "no-preamble" in told.seen
    assert "no-meta" in told.seen


def test_a_compressed_frame_that_departs_from_its_standard_is_read_and_told(tmp_path: Path) -> None:
    import imagecodecs

    cells = np.random.default_rng(0).integers(0, 256, (24, 40)).astype(np.uint8)
    plane = Volume(array=cells.T[:, :, None].astype(np.int16), grid=Grid((40, 24, 1), scan().grid.affine))
    (path,) = write_dicom_series(plane, tmp_path, intercept=0.0, bits_stored=8, bits_allocated=8)
    data = bytearray(imagecodecs.jpeg8_encode(cells))
    made = pydicom.dcmread(path)
    for odd in (False, True):
        data[data.index(b"\xff\xda") + 8] = 0 if odd else 63
        made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.50"
        made.PixelData = pydicom.encaps.encapsulate([bytes(data)])
        made["PixelData"].VR = "OB"
        made["PixelData"].is_undefined_length = True
        made.save_as(path)
        found = read(path)
        np.testing.assert_array_equal(found.array[:, :, 0].T, imagecodecs.jpeg8_decode(bytes(data)))
        assert codes(found).get("FIL001") is (Severity.WARNING if odd else None)


def test_free_text_tells_volumes_apart_and_is_never_shown(tmp_path: Path) -> None:
    for seed, name in enumerate(("Mustermann at rest", "Mustermann breathing")):
        tags = {"ImageComments": name, "SeriesInstanceUID": "1.2.3", "FrameOfReferenceUID": "1.2.4"}
        same = {"StudyInstanceUID": "1.2.5", "AcquisitionNumber": 1}
        write_dicom_series(
            scan(), tmp_path, seed=seed, extra_tags=tags | same, file_names=lambda n, s=seed: f"{s}{n}"
        )
    rows = index(tmp_path, cache=False).volumes
    assert rows["split_by"].to_list() == ["image_comments"] * 2
    assert rows["dimension_value"].to_list() == ["comment 1", "comment 2"]
    with pytest.raises(SeveralVolumes) as caught:
        read(tmp_path)
    one = read(rows.to_dicts()[1])
    assert "Mustermann" not in f"{caught.value} {caught.value.volumes} {one.meta} {one.findings}"


@pytest.mark.parametrize("suffix", [".nii", ".mha", ".nrrd", ".npy"])
def test_another_formats_row_is_read_only_while_the_file_is_the_same(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write(Volume(array=scan().array.astype(np.int16), grid=scan().grid), path)
    row = index(tmp_path, cache=False).volumes.to_dicts()[0]
    np.testing.assert_array_equal(read(row).array, scan().array)
    path.write_bytes(path.read_bytes() + b"\0\0")
    with pytest.raises(ChangedSource):
        read(row)
    path.unlink()
    with pytest.raises(ChangedSource):
        read(row)


def detached(folder: Path, suffix: str) -> Path:
    """A volume whose voxels lie in a file of their own, below the header's folder where the format allows it."""
    values = scan().array.astype("<i2")
    if suffix == ".mhd":
        write(Volume(array=values, grid=scan().grid), folder / "a.mhd")
        return folder / "a.raw"
    (folder / "voxels").mkdir()
    header = "NRRD0004\ntype: short\nendian: little\nencoding: raw\ndimension: 3\nsizes: 7 5 6\n"
    (folder / "a.nhdr").write_text(
        f"{header}spacings: 0.8 0.7 2.5\ndata file: voxels/a.raw\n", encoding="ascii"
    )
    (folder / "voxels" / "a.raw").write_bytes(values.tobytes("F"))
    return folder / "voxels" / "a.raw"


@pytest.mark.parametrize("change", ["one-byte", "shorter", "longer", "replaced", "gone"])
@pytest.mark.parametrize("suffix", [".mhd", ".nhdr"])
@pytest.mark.parametrize("linked", [False, True], ids=["plain", "linked"])
def test_detached_voxels_that_have_changed_are_not_read_by_an_old_row(
    tmp_path: Path, suffix: str, change: str, linked: bool
) -> None:
    (tmp_path / "real").mkdir()
    data = detached(tmp_path / "real", suffix)
    if linked:
        (tmp_path / "link").symlink_to("real")
    row = index(tmp_path / ("link" if linked else "real"), cache=False).volumes.to_dicts()[0]
    np.testing.assert_array_equal(read(row).array, scan().array)
    assert [Path(row["source"], one).samefile(data) for one in row["data_path"]] == [True]
    before = data.read_bytes()
    at = data.stat().st_mtime_ns
    if change == "gone":
        data.unlink()
    elif change == "replaced":
        data.rename(data.with_suffix(".old"))
        data.write_bytes(before[::-1])
    else:
        data.write_bytes(
            {"one-byte": b"\1" + before[1:], "shorter": before[:-2], "longer": before + b"\0"}[change]
        )
        os.utime(data, ns=(at, at + 1 if change == "one-byte" else at))
    with pytest.raises(ChangedSource):
        read(row)


@pytest.mark.parametrize("format_", ["png", "jpeg"])
def test_a_pipe_in_place_of_a_picture_is_refused_at_once(tmp_path: Path, format_: str) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(HostileFile):
        by_format(format_).read_volumes(tmp_path / "a")


@pytest.mark.parametrize("ends", [(-5.0,), (-5.0, -4.5), (float("nan"),)])
@pytest.mark.parametrize("name", ["Float", "DoubleFloat"])
def test_padding_of_floating_point_pixels_is_masked(
    tmp_path: Path, name: str, ends: tuple[float, ...]
) -> None:
    rng = np.random.default_rng(3)
    kind = "<f4" if name == "Float" else "<f8"
    files = write_dicom_series(scan(0), tmp_path, modality="MR")
    values = rng.random((6, 5, 7)).astype(kind)
    values[2, 1:3, 4], values[4, 0, 6] = ends[0], ends[-1]
    for path, plane in zip(files, values, strict=True):
        made = pydicom.dcmread(path)
        for gone in (
            "PixelData",
            "BitsStored",
            "HighBit",
            "PixelRepresentation",
            "RescaleSlope",
            "RescaleIntercept",
        ):
            if gone in made:
                delattr(made, gone)
        made.BitsAllocated = 32 if name == "Float" else 64
        setattr(made, f"{name}PixelPaddingValue", ends[0])
        if len(ends) > 1:
            setattr(made, f"{name}PixelPaddingRangeLimit", ends[1])
        setattr(made, f"{name}PixelData", plane.tobytes())
        made.save_as(path)
    found = read(tmp_path)
    np.testing.assert_array_equal(found.array, values.transpose(2, 1, 0))
    expected = np.ones(SHAPE, dtype=bool)
    expected[4, 1:3, 2] = expected[6, 0, 4] = False
    assert found.valid is not None
    np.testing.assert_array_equal(found.valid, expected)
    assert "PIX007" not in codes(found)
