"""Mosaics: every tile is the slice that it was, wherever the scan began and whatever way it went."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from scan2train.errors import GeometryError, SeveralVolumes
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.read import read
from scan2train.testing.dicom_mosaic import write_mosaic
from scan2train.volume import Volume

SHAPE, SPACING = (6, 10, 7), (1.25, 1.75, 3.5)


def phantom(turned_deg=0.0, about=2, mirrored=False, n=7, first=0):
    """A volume whose values all differ; ``mirrored``: its slices go against row × column."""
    angle = np.radians(turned_deg)
    turn = np.eye(3)
    a, b = [axis for axis in range(3) if axis != about]
    turn[a, a] = turn[b, b] = np.cos(angle)
    turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([-1.0, -1.0, -1.0 if mirrored else 1.0]) * SPACING
    affine[:3, 3] = (31.0, -17.5, 42.25)
    shape = (*SHAPE[:2], n)
    values = np.arange(first, first + np.prod(shape)).reshape(shape)
    return Volume(array=values.astype(np.uint16), grid=Grid(shape, affine))


def same_place(found, truth):
    """Assert that every value lies where it lay: volumes may differ in the direction of k."""
    turned = found.grid.affine[:3, 2] @ truth.grid.affine[:3, 2] < 0
    array, affine = truth.array, truth.grid.affine.copy()
    if turned:
        affine[:3, 3] += affine[:3, 2] * (truth.grid.shape[2] - 1)
        affine[:3, 2] *= -1
        array = array[:, :, ::-1]
    np.testing.assert_array_equal(found.array, array)
    np.testing.assert_allclose(found.grid.affine, affine, atol=2e-5)


def grows_along_the_normal(grid):
    i, j, k = (grid.affine[:3, axis] for axis in range(3))
    return np.linalg.det(np.stack([i, j, k])) > 0


@pytest.mark.parametrize("turned_deg", [0.0, 23.0])
@pytest.mark.parametrize("about", [0, 1, 2])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("last_first", [False, True])
def test_every_tile_lies_where_its_slice_lay(tmp_path, turned_deg, about, mirrored, last_first):
    truth = phantom(turned_deg, about, mirrored)
    write_mosaic(truth, tmp_path / "a.dcm", last_first=last_first)
    found = read(tmp_path / "a.dcm")
    same_place(found, truth)
    assert grows_along_the_normal(found.grid)
    assert found.array.dtype == np.uint16
    assert [one.code for one in found.findings if one.code == "ACQ007"] == ["ACQ007"]


@pytest.mark.parametrize("n", [2, 3, 4, 5, 9, 10, 16, 17])
def test_whatever_the_number_of_tiles(tmp_path, n):
    truth = phantom(n=n)
    write_mosaic(truth, tmp_path / "a.dcm")
    same_place(read(tmp_path / "a.dcm"), truth)


@pytest.mark.parametrize("syntax", ["implicit", "big-endian", "deflated", "rle"])
@pytest.mark.parametrize("layout", [1, 2])
def test_whatever_the_encoding(tmp_path, syntax, layout):
    truth = phantom(11.0)
    write_mosaic(truth, tmp_path / "a.dcm", transfer_syntax=syntax, layout=layout, last_first=True)
    same_place(read(tmp_path / "a.dcm"), truth)


def test_as_nibabel_places_them(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nibabel.nicom.dicomwrappers import wrapper_from_file
    for last_first in (False, True):
        path = write_mosaic(phantom(17.0, 0), tmp_path / f"{last_first}.dcm", last_first=last_first)
        theirs, ours = wrapper_from_file(path), read(path)
        lps = np.diag([-1.0, -1.0, 1.0, 1.0])
        there = Volume(
            array=np.ascontiguousarray(np.swapaxes(theirs.get_data(), 0, 1)),
            grid=Grid(ours.grid.shape, lps @ theirs.affine[:, [1, 0, 2, 3]]),
        )
        same_place(ours, there)


def test_a_time_series_is_one_volume_a_point(tmp_path):
    points = [phantom(9.0, 1, first=1000 * at) for at in range(3)]
    for at, point in enumerate(points):
        write_mosaic(point, tmp_path / f"{3 - at}.dcm", number=at + 1)
    table = index(tmp_path, cache=False).volumes
    assert table["dimension"].to_list() == ["acquisition"] * 3
    assert table["dimension_value"].to_list() == ["1", "2", "3"]
    for row, point in zip(table.to_dicts(), points, strict=True):
        same_place(read(row), point)
    with pytest.raises(SeveralVolumes):
        read(tmp_path)


def test_mosaics_that_nothing_tells_apart_are_volumes_of_their_own(tmp_path):
    for at in range(2):
        write_mosaic(
            phantom(first=at),
            tmp_path / f"{at}.dcm",
            extra_tags={"SOPInstanceUID": f"1.2.{at + 1}"},
        )
    table = index(tmp_path, cache=False).volumes
    assert table["n_slices"].to_list() == [7, 7]
    assert table["irregular"].to_list() == ["", ""]


def test_padding_is_cut_with_its_tiles(tmp_path):
    truth = phantom(first=1)
    array = truth.array.copy()
    array[2:4, 5, 3] = 0
    write_mosaic(truth.replace(array=array), tmp_path / "a.dcm", extra_tags={0x00280120: ("US", 0)})
    found = read(tmp_path / "a.dcm")
    assert found.valid is not None
    np.testing.assert_array_equal(found.valid, array != 0)


@pytest.mark.parametrize(
    ("fault", "lacks"),
    [
        ({"csa": {"SliceNormalVector": None}}, "SliceNormalVector"),
        ({"csa": {"SliceNormalVector": ["0", "0.6", "0.8"]}}, "SliceNormalVector across the slices"),
        ({"csa": {"SliceNormalVector": ["0", "nan", "1"]}}, "SliceNormalVector"),
        ({"csa": {"SliceNormalVector": ["0", "1"]}}, "SliceNormalVector"),
        ({"csa": {"NumberOfImagesInMosaic": ["8"]}}, "NumberOfImagesInMosaic"),
        (
            {"csa": {"NumberOfImagesInMosaic": None}, "extra_tags": {0x0019100A: None}},
            "NumberOfImagesInMosaic",
        ),
        ({"extra_tags": {"SpacingBetweenSlices": None}}, "SpacingBetweenSlices"),
        ({"extra_tags": {"SpacingBetweenSlices": "-3.5"}}, "SpacingBetweenSlices"),
        ({"extra_tags": {0x00290010: None}}, "SliceNormalVector"),
        ({"extra_tags": {0x00291010: ("OB", b"SV10 and nothing else")}}, "SliceNormalVector"),
    ],
)
def test_what_is_missing_is_named(tmp_path, fault, lacks):
    write_mosaic(phantom(), tmp_path / "a.dcm", **fault)
    with pytest.raises(GeometryError, match=f"no usable {lacks}") as told:
        read(tmp_path / "a.dcm")
    assert told.value.code == "ACQ007"


def test_the_vendor_s_distance_where_the_standard_s_is_missing(tmp_path):
    truth = phantom()
    write_mosaic(
        truth,
        tmp_path / "a.dcm",
        csa={"SpacingBetweenSlices": ["3.5"]},
        extra_tags={"SpacingBetweenSlices": None},
    )
    same_place(read(tmp_path / "a.dcm"), truth)


def test_one_private_number_is_enough(tmp_path):
    truth = phantom()
    write_mosaic(truth, tmp_path / "a.dcm", csa={"NumberOfImagesInMosaic": None})
    same_place(read(tmp_path / "a.dcm"), truth)
    write_mosaic(truth, tmp_path / "b.dcm", extra_tags={0x0019100A: None})
    same_place(read(tmp_path / "b.dcm"), truth)
