from __future__ import annotations

from pathlib import Path

import pytest
from hospital import grid_of, write_labels

from rows import row
from scan2train.preparing.pairing import pair_beside as pair_table
from scan2train.preparing.pairing import pair_given
from scan2train.tables import VOLUMES

OTHER_GRID = [2.0, 0, 0, 3, 0, 2.0, 0, 0, 0, 0, 2.0, 0, 0, 0, 0, 1]


def pair_beside(rows):
    return pair_table(VOLUMES.frame(rows))


def paired(*paths, **more):
    """What auto finds among these files: image -> its labels, and which files are labels."""
    rows = [row(path, **more) for path in paths]
    found = pair_beside(rows)
    pairs = {
        rows[at]["path"]: [str(file.relative_to("/data/set")) for file in files]
        for at, files in found.found.items()
    }
    return pairs, {rows[at]["path"] for at in found.labels}


@pytest.mark.parametrize(
    ("image", "labels"),
    [
        ("imagesTr/liver_007_0000.nii.gz", "labelsTr/liver_007.nii.gz"),
        ("imagesTr/liver_007.nii.gz", "labelsTr/liver_007.nii.gz"),
        ("imagesTs/a.nii.gz", "labelsTs/a.nii.gz"),
        ("images/a.nrrd", "labels/a.nii.gz"),
        ("images/a.nii", "masks/a_mask.nii"),
        ("a.nii.gz", "masks/a.nii.gz"),
        ("a.nii.gz", "label/a.nii.gz"),
        ("set/scan 3.nii.gz", "set/Segmentations/scan 3.nii.gz"),
        ("volume-12.nii", "segmentation-12.nii"),
        ("part1/volume-12.nii", "part1/segmentation-12.nii"),
        ("image_12.mha", "label_12.mha"),
        ("a.nii.gz", "a_label.nii.gz"),
        ("a.nii.gz", "a_seg.nii.gz"),
        ("a.nii.gz", "a_mask.nii.gz"),
        ("a.nii.gz", "a-label.nii.gz"),
        ("a.nii.gz", "a-Segmentation.nrrd"),
        ("a.nii.gz", "a.seg.nrrd"),
        ("a_image.nii.gz", "a_label.nii.gz"),
        ("case_00007/imaging.nii.gz", "case_00007/segmentation.nii.gz"),
        ("case_00007/ct.nii.gz", "case_00007/mask.nii.gz"),
    ],
)
def test_the_usual_layouts_are_paired(image, labels):
    assert paired(image, labels) == ({image: [labels]}, {labels})


def test_cases_are_told_apart_by_whole_numbers():
    volumes = [f"volume-{n}.nii" for n in (1, 2, 10, 11, 100)]
    segmentations = [f"segmentation-{n}.nii" for n in (1, 2, 10, 100)]
    pairs, labels = paired(*volumes, *segmentations)
    assert pairs == {f"volume-{n}.nii": [f"segmentation-{n}.nii"] for n in (1, 2, 10, 100)}
    assert labels == set(segmentations)


def test_channels_share_their_labels():
    pairs, _ = paired("imagesTr/a_0000.nii.gz", "imagesTr/a_0001.nii.gz", "labelsTr/a.nii.gz")
    assert pairs == {f"imagesTr/a_000{n}.nii.gz": ["labelsTr/a.nii.gz"] for n in (0, 1)}


def test_sequences_of_one_visit_share_labels_on_their_grid():
    pairs, _ = paired("v/v_t1.nii.gz", "v/v_flair.nii.gz", "v/v_seg.nii.gz")
    assert pairs == {"v/v_t1.nii.gz": ["v/v_seg.nii.gz"], "v/v_flair.nii.gz": ["v/v_seg.nii.gz"]}


def test_an_image_on_another_grid_does_not_get_the_labels_of_its_neighbour():
    rows = [row("p_before.nii.gz"), row("p_after.nii.gz", affine=OTHER_GRID), row("p_seg.nii.gz")]
    assert pair_beside(rows).found == {0: (Path("/data/set/p_seg.nii.gz"),)}


def test_a_named_partner_goes_before_one_that_begins_alike():
    pairs, _ = paired("p.nii.gz", "p_later.nii.gz", "p_seg.nii.gz")
    assert pairs == {"p.nii.gz": ["p_seg.nii.gz"]}


def test_the_longest_beginning_counts():
    pairs, _ = paired("e_ct_sm.nii.gz", "e_mr_sm.nii.gz", "e_seg.nii.gz", "e_seg_mr.nii.gz")
    assert pairs["e_mr_sm.nii.gz"] == ["e_seg_mr.nii.gz"]
    assert pairs["e_ct_sm.nii.gz"] == ["e_seg.nii.gz"]


def test_a_lone_pair_in_a_folder_belongs_together_on_any_grid():
    rows = [row("lung_small.mha"), row("lung_mask.mha", affine=OTHER_GRID)]
    assert pair_beside(rows).found == {0: (Path("/data/set/lung_mask.mha"),)}


def test_two_candidates_are_both_reported():
    pairs, _ = paired("a.nii.gz", "a_seg.nii.gz", "a_mask.nii.gz")
    assert sorted(pairs["a.nii.gz"]) == ["a_mask.nii.gz", "a_seg.nii.gz"]


def test_labels_without_an_image_are_no_image():
    assert paired("labelsTr/z.nii.gz", "b_seg.nii.gz", "c.nii.gz") == (
        {},
        {"labelsTr/z.nii.gz", "b_seg.nii.gz"},
    )


def test_folders_are_not_mixed():
    assert paired("x/a.nii.gz", "y/a_seg.nii.gz")[0] == {}
    assert paired("x/imagesTr/a.nii.gz", "y/labelsTr/a.nii.gz")[0] == {}
    assert paired("imagesTr/a.nii.gz", "labelsTs/a.nii.gz")[0] == {}


@pytest.mark.parametrize("name", ["segment5", "masked", "labelled", "organ", "rois2"])
def test_words_that_only_begin_like_labels_are_images(name):
    assert paired(f"{name}.nii.gz") == ({}, set())


def test_a_series_is_paired_by_its_folder_s_name():
    rows = [row("series7", format="dicom", series_uid="1.2.3"), row("series7_seg.nii.gz")]
    assert pair_beside(rows).found == {0: (Path("/data/set/series7_seg.nii.gz"),)}


def test_a_dicom_file_is_labels_only_where_the_index_says_so():
    assert pair_beside([row("labels/x_seg.dcm", format="dicom")]).labels == frozenset()
    assert pair_beside([row("x.dcm", format="dicom", role="labels")]).labels == {0}


@pytest.mark.parametrize(
    "name",
    ["a.nii.gz", "a_seg.nii.gz", "A-label.nrrd", "0123456789ab.nii.gz", "a/segmentation.nii.gz"],
)
def test_given_labels_are_found_by_stem_or_volume_id(name):
    file = Path("/elsewhere") / name
    rows = [row("a_0000.nii.gz", volume="0123456789ab"), row("b.nii.gz")]
    assert pair_given(rows, [file, Path("/elsewhere/zz.nii.gz")]).found == {0: (file,)}


@pytest.mark.parametrize("name", ["series7.nii.gz", "1.2.3.nii.gz", "0123456789ab_seg.nrrd"])
def test_given_labels_are_found_by_the_series(name):
    rows = [row("p/series7", format="dicom", series_uid="1.2.3", volume="0123456789ab")]
    assert pair_given(rows, [Path("/l") / name]).found == {0: (Path("/l") / name,)}


def test_given_labels_are_no_images():
    rows = [row("a.nii.gz"), row("truth/a.nii.gz"), row("labels/a.nii.gz")]
    assert pair_given(rows, [Path("/data/set/truth/a.nii.gz")]).labels == {1, 2}


@pytest.mark.parametrize("names", [("patient_anna", "patient_bert", "patient_seg"), ("one", "two", "seg")])
def test_one_mask_is_not_given_to_two_patients(names):
    pairs, _ = paired(*(f"v/{name}.nii.gz" for name in names))
    assert pairs == {}


def test_given_labels_in_folders_go_to_the_images_in_the_same_folders():
    rows = [row("siteA/case1.nii.gz"), row("siteB/case1.nii.gz")]
    root = Path("/truth")
    one, other = root / "siteA/case1.nii.gz", root / "siteB/case1.nii.gz"
    alone = pair_given(rows, [one], root)
    assert (alone.found, alone.doubtful) == ({0: (one,)}, {})
    assert pair_given(rows, [one, other], root).found == {0: (one,), 1: (other,)}


def test_folders_that_mean_images_or_labels_do_not_count():
    rows = [row("siteA/images/case1.nii.gz"), row("siteB/images/case1.nii.gz")]
    file = Path("/truth/siteB/labels/case1.nii.gz")
    assert pair_given(rows, [file], Path("/truth")).found == {1: (file,)}
    deeper = Path("/truth/v2/siteB/case1.nii.gz")
    assert pair_given(rows, [deeper], Path("/truth")).found == {1: (deeper,)}


@pytest.mark.parametrize("name", ["case1.nii.gz", "siteC/case1.nii.gz"])
def test_given_labels_that_could_be_those_of_several_folders_go_to_none(name):
    rows = [row("siteA/case1.nii.gz"), row("siteB/case1.nii.gz")]
    file = Path("/truth") / name
    paired = pair_given(rows, [file], Path("/truth"))
    assert paired.found == {}
    assert paired.doubtful == {0: (file,), 1: (file,)}


def test_of_several_images_with_the_labels_name_those_on_their_grid_get_them():
    rows = [row("ct_12.nii.gz"), row("mr_12.nii.gz", affine=OTHER_GRID), row("seg_12.nii.gz")]
    paired = pair_beside(rows)
    assert paired.found == {0: (Path("/data/set/seg_12.nii.gz"),)}
    assert paired.doubtful == {}


def test_labels_on_the_grid_of_none_of_several_images_leave_them_undecided():
    third = [3.0, *OTHER_GRID[1:]]
    rows = [row("ct_12.nii.gz"), row("mr_12.nii.gz", affine=OTHER_GRID), row("seg_12.nii.gz", affine=third)]
    paired = pair_beside(rows)
    assert paired.found == {}
    assert set(paired.doubtful) == {0, 1}


def test_given_labels_are_compared_by_their_header_where_several_images_have_their_name(tmp_path):
    grid = grid_of()
    write_labels(tmp_path / "12_seg.nii")
    here = {"shape": grid.shape, "affine": grid.affine.ravel().tolist()}
    rows = [row("ct_12.nii.gz", **here), row("mr_12.nii.gz", affine=OTHER_GRID)]
    paired = pair_given(rows, [tmp_path / "12_seg.nii"], tmp_path)
    assert paired.found == {0: (tmp_path / "12_seg.nii",)}
