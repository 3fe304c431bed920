"""Uneven slices resampled: padding, labels, colour and whole numbers keep what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scan2train.errors import IrregularSlices, SeveralVolumes
from scan2train.finding import Severity
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.read import read, read_all
from scan2train.reading.lattice import Lattice
from scan2train.reading.regrid import regrid
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Labels, Volume
from scan2train.write import convert

GRID = Grid.from_axes((7, 6, 5), spacing_mm=(0.7, 0.9, 2.0), origin_mm=(3, 4, 5))
RNG = np.random.default_rng(4)


def lattice(at: list[float], n: int = 5, shift: dict[int, tuple[float, float]] | None = None) -> Lattice:
    shifts = np.zeros((len(at), 2))
    for k, moved in (shift or {}).items():
        shifts[k] = moved
    return Lattice(grid=Grid((7, 6, n), GRID.affine), at=np.array(at, dtype=float), shift=shifts)


def volume(
    dtype: object = np.int16, valid: np.ndarray | None = None, channels: tuple[int, ...] = ()
) -> Volume:
    array = RNG.integers(0, 200, (7, 6, 5, *channels)).astype(dtype)
    return Volume(array=array, grid=GRID, unit="HU", valid=valid)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_between_two_slices_values_are_their_mean_by_distance(dtype: object) -> None:
    given = volume(dtype)
    made = regrid(given, lattice([0, 1, 1.75, 3, 4]))
    assert made.array.dtype == dtype
    expected = given.array.astype(float)
    mixed = expected[:, :, 2] + (2 - 1.75) / 1.25 * (expected[:, :, 3] - expected[:, :, 2])
    if np.dtype(dtype).kind in "iu":
        mixed = np.rint(mixed)
    np.testing.assert_allclose(made.array[:, :, 2], mixed, rtol=1e-6)
    for k in (0, 1, 3, 4):
        np.testing.assert_array_equal(made.array[:, :, k], given.array[:, :, k])
    assert made.valid is None


def test_colour_is_mixed_channel_by_channel() -> None:
    given = volume(np.uint8, channels=(3,))
    made = regrid(given, lattice([0, 1, 1.5, 3, 4], shift={1: (2.0, 0.0)}))
    plain = [
        regrid(given.replace(array=given.array[..., c]), lattice([0, 1, 1.5, 3, 4], shift={1: (2.0, 0.0)}))
        for c in range(3)
    ]
    np.testing.assert_array_equal(made.array, np.stack([one.array for one in plain], axis=-1))


def test_padding_weighs_nothing() -> None:
    valid = np.ones((7, 6, 5), dtype=bool)
    valid[0, :, 2] = valid[1, :, 3] = valid[2, :, 2] = valid[2, :, 3] = False
    at = lattice([0, 1, 1.5, 2.25, 4])
    one = volume(np.int16, valid)
    other = one.replace(array=np.where(valid, one.array, -999))
    made, again = regrid(one, at), regrid(other, at)
    assert made.valid is not None
    assert again.valid is not None
    np.testing.assert_array_equal(made.valid, again.valid)
    np.testing.assert_array_equal(made.array[made.valid], again.array[made.valid])
    # Slice 2 of the grid is two thirds of the way from one to the other.
    assert made.valid[0, :, 2].all()
    np.testing.assert_array_equal(made.array[0, :, 2], one.array[0, :, 3])
    assert not made.valid[1, :, 2].any()
    assert not made.valid[2, :, 2].any()


def test_a_slice_that_is_shifted_by_whole_pixels_is_moved_and_its_margin_is_padding() -> None:
    given = volume()
    made = regrid(given, lattice([0, 1, 2, 3, 4], shift={2: (2.0, -1.0)}))
    np.testing.assert_array_equal(made.array[2:, :5, 2], given.array[:5, 1:, 2])
    assert made.valid is not None
    assert made.valid[2:, :5].all()
    assert not made.valid[:2, :, 2].any()
    assert not made.valid[:, 5, 2].any()
    assert (made.array[:2, :, 2] == -1000).all()


def test_labels_take_the_nearest() -> None:
    given = Volume(array=RNG.choice([0, 3, 90], (7, 6, 5)).astype(np.int16), grid=GRID)
    made = regrid(given, lattice([0, 1, 1.6, 2.8, 4], shift={0: (0.4, 0.2)}), nearest=True)
    np.testing.assert_array_equal(made.array[:, :, 2], given.array[:, :, 2])
    np.testing.assert_array_equal(made.array[:, :, 3], given.array[:, :, 3])
    np.testing.assert_array_equal(made.array[:, :, 0], given.array[:, :, 0])


@pytest.fixture
def holed(tmp_path: Path) -> Path:
    folder = tmp_path / "series"
    grid = Grid((7, 6, 9), GRID.affine)
    values = RNG.integers(-900, 900, grid.shape)
    write_dicom_series(Volume(array=values, grid=grid), folder, drop=(5,))
    return folder


def test_labels_are_read_with_no_value_that_was_not_there(holed: Path) -> None:
    labels = read(holed, irregular="regrid", as_labels=True)
    assert isinstance(labels, Labels)
    assert set(np.unique(labels.array)) <= set(np.unique(read_all(holed, irregular="regrid")[0].array))
    np.testing.assert_array_equal(labels.array[:, :, 5], labels.array[:, :, 4])
    assert not labels.valid[:, :, 5].any()


def test_convert_takes_the_words(holed: Path, tmp_path: Path) -> None:
    for word, n in (("regrid", 9), ("keep-largest-regular", 5)):
        convert(holed, tmp_path / "out.nii.gz", irregular=word)
        assert read(tmp_path / "out.nii.gz").array.shape[2] == n
    with pytest.raises(SeveralVolumes, match="keep-largest-regular"):
        convert(holed, tmp_path / "none.nii.gz", irregular="split")
    assert not (tmp_path / "none.nii.gz").exists()


def test_a_row_is_read_as_its_place_is(holed: Path) -> None:
    rows = index(holed, cache=False).volumes
    for word in ("regrid", "keep-largest-regular"):
        np.testing.assert_array_equal(read(rows, irregular=word).array, read(holed, irregular=word).array)
    with pytest.raises(SeveralVolumes, match="5 slices, 0 to 4 of 8"):
        read(rows, irregular="split")
    with pytest.raises(IrregularSlices):
        read(rows)


def test_what_was_done_is_told_in_place_of_the_fault(holed: Path) -> None:
    made = read(holed, irregular="regrid")
    (finding,) = (one for one in made.findings if one.code == "GEO004")
    assert finding.severity is Severity.WARNING
    assert (
        finding.seen == "8 slices at uneven distances; 9 were made, 1 of them invented, which are not valid"
    )
    assert made.meta["slices"] == {"irregular": "missing-slices", "total": 8, "invented": [5]}


def test_more_holes_than_slices_are_not_filled(tmp_path: Path) -> None:
    grid = Grid((7, 6, 6), GRID.affine)
    write_dicom_series(
        Volume(array=np.ones(grid.shape), grid=grid), tmp_path, place=lambda k: k + 60 * (k > 2)
    )
    with pytest.raises(IrregularSlices) as caught:
        read(tmp_path, irregular="regrid")
    assert "regrid" not in str(caught.value.advice)
    assert [part.array.shape[2] for part in read_all(tmp_path, irregular="split")] == [3, 3]
