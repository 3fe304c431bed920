"""One volume in: values, masks, units, findings, and what is refused."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scan2train.errors import (
    ChangedSource,
    IrregularSlices,
    NoImages,
    NonconformingHeader,
    Scan2TrainError,
    SeveralVolumes,
    UnreadableFile,
    WrongUse,
)
from scan2train.finding import Severity
from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.index import index
from scan2train.read import read, read_all
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.small_places import doubled_slice
from scan2train.volume import Labels, Volume

SHAPE = (7, 5, 6)


def scan(values: Any = None, valid: Any = None) -> Volume:
    affine = LPS_TO_RAS @ np.diag([1.4, 1.3, 2.5, 1.0])
    array = np.arange(np.prod(SHAPE)).reshape(SHAPE) - 1000 if values is None else values
    return Volume(array=array, grid=Grid(array.shape, affine), valid=valid)


def codes(volume: Volume) -> dict[str, Severity]:
    return {one.code: one.severity for one in volume.findings}


def test_a_ct_is_in_hounsfield_units_of_int16(tmp_path: Path) -> None:
    write_dicom_series(scan(), tmp_path)
    found = read(tmp_path)
    np.testing.assert_array_equal(found.array, scan().array)
    assert (found.unit, found.array.dtype, found.valid) == ("HU", np.int16, None)
    assert found.array.flags.f_contiguous
    assert not found.array.flags.writeable
    assert found.grid == scan().grid
    assert not found.findings
    assert found.meta["modality"] == "CT"


def test_a_row_as_mapping_or_frame_reads_the_same(tmp_path: Path) -> None:
    write_dicom_series(scan(), tmp_path)
    frame = index(tmp_path, cache=False).volumes
    for row in (frame, frame.to_dicts()[0]):
        np.testing.assert_array_equal(read(row).array, scan().array)


def test_padding_is_masked_before_rescale(tmp_path: Path) -> None:
    valid = np.ones(SHAPE, dtype=bool)
    valid[0, 1:3, 4] = False
    write_dicom_series(scan(valid=valid), tmp_path, signed=True, bits_stored=16, padding_value=-2000)
    found = read(tmp_path)
    assert found.valid is not None
    np.testing.assert_array_equal(found.valid, valid)
    np.testing.assert_array_equal(found.array[valid], scan().array[valid])
    assert codes(found)["PIX006"] is Severity.INFO


def test_padding_of_a_signed_image_written_unsigned_is_understood(tmp_path: Path) -> None:
    valid = np.ones(SHAPE, dtype=bool)
    valid[2, 2, 2] = False
    tags = {(0x0028, 0x0120): ("US", 63536)}
    write_dicom_series(
        scan(valid=valid), tmp_path, signed=True, bits_stored=16, padding_value=-2000, extra_tags=tags
    )
    np.testing.assert_array_equal(read(tmp_path).valid, valid)


def test_each_slice_keeps_its_own_slope(tmp_path: Path) -> None:
    slopes = [0.25 * (k + 1) for k in range(6)]
    stored = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    write_dicom_series(
        scan(stored * np.array(slopes)), tmp_path, slope=slopes, modality="PT", extra_tags={"Units": "BQML"}
    )
    found = read(tmp_path)
    np.testing.assert_array_equal(found.array, stored * np.array(slopes))
    assert (found.unit, found.array.dtype) == ("Bq/ml", np.float32)
    assert codes(found)["PIX003"] is Severity.INFO


def test_junk_in_spare_bits_is_left_out_and_told(tmp_path: Path) -> None:
    write_dicom_series(scan(), tmp_path, spare_bits_junk=True)
    found = read(tmp_path)
    np.testing.assert_array_equal(found.array, scan().array)
    assert codes(found)["PIX004"] is Severity.WARNING


@pytest.mark.parametrize("signed", [False, True])
def test_zeros_in_spare_bits_are_nothing_to_tell(tmp_path: Path, signed: bool) -> None:
    write_dicom_series(scan(), tmp_path, signed=signed, bits_stored=13)
    assert "PIX004" not in codes(read(tmp_path))


def test_ct_without_rescale_is_an_error_and_in_no_unit(tmp_path: Path) -> None:
    gone = {"RescaleSlope": None, "RescaleIntercept": None, "RescaleType": None}
    write_dicom_series(scan(), tmp_path, extra_tags=gone)
    found = read(tmp_path)
    assert found.unit == "a.u."
    assert codes(found)["PIX002"] is Severity.ERROR


def test_rescale_on_some_slices_only_is_refused(tmp_path: Path) -> None:
    gone = {"RescaleSlope": None, "RescaleIntercept": None}
    write_dicom_series(scan(), tmp_path, extra_tags=lambda k: gone if k == 2 else {})
    with pytest.raises(NonconformingHeader) as caught:
        read(tmp_path)
    assert caught.value.code == "PIX002"


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ({"drop": (2,)}, "GEO004", "5 mm after slice 1"),
        ({"place": lambda k: k + 0.3 * (k >= 4)}, "GEO003", "3.25 mm after slice 3"),
    ],
)
def test_irregular_slices_are_refused_and_named(
    tmp_path: Path, options: dict[str, Any], code: str, said: str
) -> None:
    write_dicom_series(scan(), tmp_path, **options)
    with pytest.raises(IrregularSlices) as caught:
        read(tmp_path)
    assert caught.value.code == code
    assert said in str(caught.value)


def test_a_tilted_stack_is_read_with_a_warning(tmp_path: Path) -> None:
    affine = scan().grid.affine.copy()
    affine[1, 2] = 0.9
    write_dicom_series(Volume(array=scan().array, grid=Grid(SHAPE, affine)), tmp_path)
    found = read(tmp_path)
    np.testing.assert_allclose(found.grid.affine, affine, atol=1e-9)
    assert codes(found)["GEO006"] is Severity.WARNING


def test_several_volumes_are_listed(tmp_path: Path) -> None:
    write_dicom_series(scan(), tmp_path / "a", series_number=1)
    write_dicom_series(scan(), tmp_path / "b", series_number=2)
    with pytest.raises(SeveralVolumes) as caught:
        read(tmp_path)
    assert len(caught.value.volumes) == 2
    assert len(read_all(tmp_path)) == 2


def test_read_all_lists_what_it_refused(tmp_path: Path) -> None:
    write_dicom_series(scan(), tmp_path / "a", series_number=1)
    write_dicom_series(scan(), tmp_path / "b", series_number=2, drop=(3,))
    found = read_all(tmp_path)
    assert len(found) == 1
    ((where, error),) = found.refused
    assert (where, type(error)) == ("b", IrregularSlices)


def test_a_truncated_file_beside_the_slices_is_never_passed_over(tmp_path: Path) -> None:
    last = write_dicom_series(scan(), tmp_path)[-1]
    last.write_bytes(last.read_bytes()[:-20])
    with pytest.raises(UnreadableFile):
        read(tmp_path)
    assert {one.code for one in read_all(tmp_path)[0].findings} == {"FIL001"}


def test_a_source_that_has_changed_is_refused(tmp_path: Path) -> None:
    first = write_dicom_series(scan(), tmp_path)[0]
    row = index(tmp_path, cache=False).volumes
    first.write_bytes(first.read_bytes() + b"\0\0")
    with pytest.raises(ChangedSource):
        read(row)
    first.unlink()
    with pytest.raises(ChangedSource):
        read(row)


def test_a_copy_is_compared_in_the_type_of_the_whole_volume(tmp_path: Path) -> None:
    slopes = (0.443, 1.772, 1.772, 0.443, 1.772, 0.443)
    fractions = scan().replace(array=(scan().array + 1000) * 1.772 + 0.1)
    paths = write_dicom_series(fractions, tmp_path, slope=slopes, intercept=0.1, modality="PT")
    shutil.copy(paths[0], tmp_path / "copy")
    found = read(tmp_path)
    assert found.array.shape == fractions.array.shape
    assert codes(found)["FIL004"] is Severity.WARNING


def test_a_copy_has_the_padding_that_other_slices_show(tmp_path: Path) -> None:
    values = scan().array.copy()
    values[:3, :, 1:] = values[-3:, :, 1:] = -2000  # beyond the field of view, on all slices but the first
    values[3, 2, 0] = -2000
    tall = np.concatenate([values, values], axis=1)
    paths = write_dicom_series(scan(tall), tmp_path, intercept=-3000)
    shutil.copy(paths[0], tmp_path / "copy")
    found = read(tmp_path)
    assert codes(found)["FIL004"] is Severity.WARNING
    assert found.valid is not None
    np.testing.assert_array_equal(found.valid, tall != -2000)


def test_copies_are_told_and_conflicting_copies_refused(tmp_path: Path) -> None:
    write_dicom_series(scan(), tmp_path / "a")
    write_dicom_series(scan(), tmp_path / "b")
    assert codes(read(tmp_path))["FIL004"] is Severity.WARNING
    write_dicom_series(scan(scan().array + 1), tmp_path / "b")
    with pytest.raises(UnreadableFile) as caught:
        read(tmp_path)
    assert caught.value.code == "FIL004"


@pytest.mark.parametrize("apart", ["nothing", "pixels", "slope", "gone"])
def test_a_slice_under_another_uid_is_read_once_only_if_it_is_a_copy(tmp_path: Path, apart: str) -> None:
    tags = {"RescaleSlope": "2"} if apart == "slope" else None
    *_, further = doubled_slice(
        lambda folder: write_dicom_series(scan(), folder), 2, other_pixels=apart == "pixels", tags=tags
    )(tmp_path)
    row = index(tmp_path, cache=False).volumes
    if apart == "gone":
        further.unlink()
    if apart == "nothing":
        found = read(row)
        np.testing.assert_array_equal(found.array, scan().array)
        assert found.grid == scan().grid
        assert codes(found) == {"GEO005": Severity.WARNING}
        return
    with pytest.raises(IrregularSlices) as caught:
        read(row)
    assert caught.value.code == "GEO005"
    assert "1 more at the places of slice 2 (at 5 mm)" in str(caught.value)


def test_labels_must_be_whole_numbers(tmp_path: Path) -> None:
    write_dicom_series(scan(), tmp_path / "whole")
    found = read(tmp_path / "whole", as_labels=True)
    assert isinstance(found, Labels)
    halves = np.arange(np.prod(SHAPE)).reshape(SHAPE) / 2
    write_dicom_series(scan(halves), tmp_path / "halves", slope=0.5, intercept=0)
    with pytest.raises(WrongUse):
        read(tmp_path / "halves", as_labels=True)


@pytest.mark.parametrize("wrong", [{"irregular": "ignore"}, {"suv": "kg"}], ids=["irregular", "suv"])
def test_what_cannot_be_meant_is_wrong_use(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(WrongUse):
        read(tmp_path, **wrong)
    with pytest.raises(WrongUse):
        read(7)


def test_places_without_images_say_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        read(tmp_path / "nowhere")
    with pytest.raises(NoImages):
        read(tmp_path)
    (tmp_path / "notes.txt").write_text("no image")
    with pytest.raises(Scan2TrainError):
        read(tmp_path / "notes.txt")


def test_reading_leaves_no_file_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))
    write_dicom_series(scan(), tmp_path / "a")
    read(tmp_path / "a")
    assert list(home.rglob("*")) == []


def test_a_volume_crosses_process_borders(tmp_path: Path) -> None:
    write_dicom_series(scan(), tmp_path)
    found = read(tmp_path)
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.array, found.array)
    assert again.grid == found.grid
