"""The table of pairs; which layouts are understood stands in ``tests/preparing/test_pairing.py``."""

from __future__ import annotations

import pytest

from rows import row
from scan2train.pairing import pairs
from scan2train.tables import PAIRS, VOLUMES

OTHER_GRID = [2.0, 0, 0, 3, 0, 2.0, 0, 0, 0, 0, 2.0, 0, 0, 0, 0, 1]


def told(*rows):
    """Image, mask and how, by path."""
    table = VOLUMES.frame(list(rows))
    found = pairs(table)
    assert found.schema == PAIRS.schema
    paths, ids = table["path"], table["volume"]
    for one in found.iter_rows(named=True):
        assert (ids[one["image_row"]], ids[one["labels_row"]]) == (one["image"], one["labels"])
    return [
        (paths[one["image_row"]], paths[one["labels_row"]], one["how"]) for one in found.iter_rows(named=True)
    ]


@pytest.mark.parametrize(
    ("images", "mask", "how"),
    [
        (["volume-1.nii"], "segmentation-1.nii", "name"),
        (["imagesTr/a_0000.nii", "imagesTr/a_0001.nii"], "labelsTr/a.nii", "name"),
        (["p_t1.nii", "p_t2.nii"], "p_seg.nii", "beginning"),
        (["c/ct.nii"], "c/masks/liver.nii", "folder"),
    ],
)
def test_every_pair_says_what_it_was_told_by(images, mask, how):
    assert told(*map(row, images), row(mask)) == [(image, mask, how) for image in images]


def test_of_images_with_one_name_the_grid_tells_or_nothing():
    images = row("ct_1.nii"), row("mr_1.nii", affine=OTHER_GRID)
    assert told(*images, row("seg_1.nii")) == [("ct_1.nii", "seg_1.nii", "grid")]
    third = row("seg_1.nii", affine=[3.0, *OTHER_GRID[1:]])
    assert told(*images, third) == [(name, "seg_1.nii", "doubtful") for name in ("ct_1.nii", "mr_1.nii")]


def test_a_mask_that_misses_the_one_grid_of_several_pictures_of_an_examination_is_doubtful():
    images = row("p_t1.nii"), row("p_t2.nii")
    mask = row("p_seg.nii", affine=OTHER_GRID)
    assert told(*images, mask) == [(name, "p_seg.nii", "doubtful") for name in ("p_t1.nii", "p_t2.nii")]
    assert told(images[0], row("p_t2.nii", affine=[3.0, *OTHER_GRID[1:]]), mask) == []
    assert told(row("p_anna.nii"), row("p_bert.nii"), mask) == []
    own = row("p_t1_seg.nii")
    assert told(*images, mask, own) == [("p_t1.nii", "p_t1_seg.nii", "name")]


def test_masks_of_parts_all_belong_to_the_image_beside_their_folder():
    found = told(row("c/ct.nii"), row("c/masks/liver.nii"), row("c/masks/spleen.nii"), row("d/mr.nii"))
    assert found == [("c/ct.nii", f"c/masks/{part}.nii", "folder") for part in ("liver", "spleen")]


def test_masks_of_one_content_are_told_apart_by_their_rows():
    rows = [row(name, volume=name[0] * 12) for name in ("1.nii", "2.nii")]
    rows += [row(f"{n}_seg.nii", volume="eeeeeeeeeeee") for n in (1, 2)]
    assert [pair[:2] for pair in told(*rows)] == [("1.nii", "1_seg.nii"), ("2.nii", "2_seg.nii")]


def test_a_row_that_is_said_to_be_labels_is_paired_whatever_its_name():
    assert told(row("a.nii"), row("a.mha", role="labels")) == [("a.nii", "a.mha", "name")]


def test_what_is_called_labels_without_an_image_has_no_pair():
    assert told(row("a.nii"), row("x/b_seg.nii"), row("labels/c.nii"), row("d.dcm", format="dicom")) == []


def test_a_table_without_rows_has_no_pairs():
    assert told() == []
