"""Which files of an index are masks: by the usual layouts, and only where there is an image for them."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.grid import Grid
from scan2train.index import Index, index
from scan2train.read import read, read_all
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Labels, Volume
from scan2train.write import write

GRID = Grid.from_axes((7, 6, 5), spacing_mm=(0.7, 0.9, 2.5), origin_mm=(3, -4, 5))
SEGMENTATION_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"


def put(folder, *names):
    """Images and masks by name; each file has content of its own."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        values = np.random.default_rng(sum(name.encode())).integers(0, 900, GRID.shape, dtype=np.int16)
        write(Volume(array=values, grid=GRID), path)


def roles(folder):
    rows = index(folder, cache=False).volumes.select("path", "role")
    return dict(rows.iter_rows())


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("volume-3.nii", "segmentation-3.nii"),
        ("imagesTr/a_0000.nii.gz", "labelsTr/a.nii.gz"),
        ("imagesTr/a.nii.gz", "labelsTr/a.nii.gz"),
        ("a.nii.gz", "a_label.nii.gz"),
        ("a.nii.gz", "a_labels.nii.gz"),
        ("a.nii.gz", "a_seg.nii.gz"),
        ("a.nii.gz", "a_mask.nii.gz"),
        ("a.nii.gz", "a-label.nrrd"),
        ("a.nii.gz", "labels/a.nii.gz"),
        ("images/a.nii.gz", "masks/a.mha"),
        ("volumes/a.nii.gz", "segmentations/a.nii.gz"),
        ("case7/ct.nii.gz", "case7/segmentations/liver.nii.gz"),
    ],
)
def test_a_mask_beside_its_image_is_labels(tmp_path, image, mask):
    put(tmp_path, image, mask)
    assert roles(tmp_path) == {image: "volume", mask: "labels"}


@pytest.mark.parametrize(
    "name", ["a_seg.nii.gz", "segmentation-3.nii", "labelsTr/a.nii.gz", "masks/b.nii.gz", "deep/b_mask.nii"]
)
def test_a_name_that_only_looks_like_labels_stays_a_volume(tmp_path, name):
    put(tmp_path, "other/c.nii.gz", "z/b.nii.gz", name)
    assert set(roles(tmp_path).values()) == {"volume"}


def test_a_mask_that_may_be_two_images_is_labels_and_no_image(tmp_path):
    put(tmp_path, "ct_1.nii.gz", "mr_1.nii.gz", "seg_1.nii.gz")
    assert roles(tmp_path) == {"ct_1.nii.gz": "volume", "mr_1.nii.gz": "volume", "seg_1.nii.gz": "labels"}


def test_the_mask_of_a_dicom_series_is_labels(tmp_path):
    write_dicom_series(Volume(array=np.zeros(GRID.shape, np.int16), grid=GRID), tmp_path / "s7")
    put(tmp_path, "s7_seg.nii.gz")
    assert roles(tmp_path) == {"s7": "volume", "s7_seg.nii.gz": "labels"}


def test_a_dicom_segmentation_is_labels(tmp_path):
    volume = Volume(array=np.zeros(GRID.shape, np.int16), grid=GRID)
    tags = {"SOPClassUID": SEGMENTATION_STORAGE, "Modality": "SEG"}
    write_dicom_series(volume, tmp_path / "object", extra_tags=tags)
    assert set(roles(tmp_path).values()) == {"labels"}


def test_images_and_masks_may_be_two_sources(tmp_path):
    put(tmp_path, "imagesTr/a_0000.nii.gz", "labelsTr/a.nii.gz", "labelsTr/b.nii.gz")
    images, masks = tmp_path / "imagesTr", tmp_path / "labelsTr"
    assert set(index(masks, cache=False).volumes["role"]) == {"volume"}
    both = index(images, masks, cache=False).volumes
    assert dict(both.select("path", "role").iter_rows()) == {
        "a_0000.nii.gz": "volume",
        "a.nii.gz": "labels",
        "b.nii.gz": "volume",
    }


def test_an_image_taken_out_of_the_folder_makes_its_mask_a_volume_again(tmp_path, monkeypatch):
    """Roles depend on other files, and so are told anew whatever the cache holds."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    scans = tmp_path / "scans"
    put(scans, "a.nii.gz", "a_seg.nii.gz")
    assert set(index(scans).volumes["role"]) == {"volume", "labels"}
    (scans / "a.nii.gz").unlink()
    assert index(scans).volumes["role"].to_list() == ["volume"]


def test_roles_are_saved(tmp_path):
    put(tmp_path / "scans", "a.nii.gz", "a_seg.nii.gz")
    found = index(tmp_path / "scans", cache=False)
    found.save(tmp_path / "index")
    assert Index.load(tmp_path / "index").volumes["role"].to_list() == ["volume", "labels"]


def test_a_folder_of_an_image_and_its_mask_is_read_as_the_image(tmp_path):
    put(tmp_path, "a.nii.gz", "a_seg.nii.gz")
    expected = read(tmp_path / "a.nii.gz")
    assert np.array_equal(read(tmp_path).array, expected.array)


def test_a_mask_alone_is_read_and_all_are_where_all_are_asked_for(tmp_path):
    put(tmp_path, "a.nii.gz", "a_seg.nii.gz")
    assert isinstance(read(tmp_path / "a_seg.nii.gz", as_labels=True), Labels)
    assert [volume.meta["role"] for volume in read_all(tmp_path)] == ["volume", "labels"]
