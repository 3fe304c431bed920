"""Stacks that are odd and sound: far away, of one or two slices, numbered and named so that nothing follows from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scan2train.errors import IrregularSlices
from scan2train.grid import Grid
from scan2train.read import read
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume


def scan(
    orientation: str = "LPS", n: int = 7, origin: tuple[float, float, float] = (-31.5, 12.25, 80.0)
) -> Volume:
    axes = {"LPS": np.diag([-1.0, -1, 1]), "LPI": np.diag([-1.0, -1, -1])}
    axes["PIR"] = np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])  # sagittal
    axes["LIA"] = np.array([[-1.0, 0, 0], [0, 0, 1], [0, -1, 0]])  # coronal
    grid = Grid.from_axes(
        (9, 8, n), spacing_mm=(0.7, 0.9, 2.5), origin_mm=origin, direction=axes[orientation]
    )
    return Volume(array=np.arange(9 * 8 * n).reshape(9, 8, n), grid=grid)


def same(found: Volume, written: Volume, atol: float = 2e-3) -> None:
    """The same value at each place, whichever way k grows."""
    index = np.argwhere(np.ones(found.array.shape, dtype=bool))
    was = np.stack(np.unravel_index(found.array[tuple(index.T)].astype(int), written.grid.shape), axis=1)
    np.testing.assert_allclose(found.grid.to_world(index), written.grid.to_world(was), atol=atol)
    assert len(np.unique(found.array)) == written.array.size


@pytest.mark.parametrize("orientation", ["LPS", "LPI", "PIR", "LIA"])
@pytest.mark.parametrize("order", ["reverse", "shuffled"])
def test_number_name_and_location_may_lie(tmp_path: Path, orientation: str, order: str) -> None:
    volume = scan(orientation)
    write_dicom_series(
        volume,
        tmp_path,
        order=order,
        numbers="shuffled",
        extra_tags=lambda k: {
            "SliceLocation": str(-k * k),
            "SpacingBetweenSlices": "9",
            "SliceThickness": "1",
        },
    )
    same(read(tmp_path), volume)


@pytest.mark.parametrize("away", [9e3, 9e5])
def test_far_from_the_isocentre_gaps_are_as_exact(tmp_path: Path, away: float) -> None:
    volume = scan(origin=(away, -away, away))
    write_dicom_series(volume, tmp_path / "even")
    found = read(tmp_path / "even")
    same(found, volume)
    assert found.grid.spacing == pytest.approx((0.7, 0.9, 2.5), abs=1e-6)
    write_dicom_series(volume, tmp_path / "uneven", place=lambda k: k + 0.1 * (k > 3))
    with pytest.raises(IrregularSlices):
        read(tmp_path / "uneven")
    write_dicom_series(volume, tmp_path / "holed", drop=(3,))
    made = read(tmp_path / "holed", irregular="regrid")
    assert made.grid.distance_in_voxels(found.grid) < 1e-3


def test_two_slices_have_the_distance_that_they_have(tmp_path: Path) -> None:
    write_dicom_series(scan(n=2), tmp_path, place=lambda k: 3.3 * k)
    found = read(tmp_path, irregular="regrid")
    assert found.grid.spacing[2] == pytest.approx(3.3 * 2.5)
    assert "slices" not in found.meta


@pytest.mark.parametrize(
    ("tags", "spacing"),
    [({"SpacingBetweenSlices": "4"}, 4.0), ({}, 2.5), ({"SliceThickness": None}, 1.0)],
)
def test_one_slice_is_as_thick_as_its_header_says(
    tmp_path: Path, tags: dict[str, str | None], spacing: float
) -> None:
    volume = scan("PIR", n=1)
    write_dicom_series(volume, tmp_path, extra_tags=tags)
    found = read(tmp_path)
    same(found, volume)
    assert found.grid.spacing[2] == pytest.approx(spacing)


@pytest.mark.parametrize(("mm", "sound"), [(0.02, True), (0.11, True), (0.13, False)])
def test_a_gap_may_be_off_by_what_the_page_says(tmp_path: Path, mm: float, sound: bool) -> None:
    write_dicom_series(scan(), tmp_path, place=lambda k: k + mm / 2.5 * (k > 3))
    if sound:
        found = read(tmp_path)
        assert [one.severity for one in found.findings if one.code == "GEO003"] == (
            ["info"] if mm > 0.02 else []
        )
    else:
        with pytest.raises(IrregularSlices, match="the gaps between slices differ"):
            read(tmp_path)
