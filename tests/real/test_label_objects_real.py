"""Real structure sets and segmentations against what other teams made of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import scan2train as s2t
from scan2train.sampling.labels import sample_labels
from scan2train.sampling.method import Sampling

_STS = "sts_002_ct_mr_pet"
_DCMQI = "seg_dcmqi/segmentations"


def theirs(path: Path, like: s2t.Labels):
    """A reference mask on our grid: the same places, perhaps in another order."""
    return sample_labels(s2t.read(path, as_labels=True), like.grid, Sampling("nearest")).array


@pytest.mark.parametrize("scan", ["CT", "MR_T1"])
def test_contours_give_the_masks_of_the_ibsi_team(real_data, scan):
    folder = real_data / _STS / "dicom" / scan
    ours = s2t.read(folder / "mask" / "RS.dcm", as_labels=True, reference=folder / "image")
    assert np.array_equal(ours.array, theirs(real_data / _STS / "nifti" / f"{scan}_mask.nii.gz", ours))
    (told,) = ours.meta["rois"]
    assert (told["contours"], told["unmatched"]) == (16, 0)
    assert told["ml_contours"] == pytest.approx(told["ml_voxels"], rel=1e-3)


def test_of_the_pet_only_centres_right_on_an_edge_differ(real_data):
    """Coarse pixels whose centres the contours run through: the team takes both sides of an edge, we take one."""
    from scan2train.formats.dicom.rtstruct_read import read_structure_set

    path = real_data / _STS / "dicom/PET/mask/RS.dcm"
    ours = s2t.read(path, as_labels=True, reference=real_data / _STS / "dicom/PET/image")
    reference = theirs(real_data / _STS / "nifti/PET_mask.nii.gz", ours)
    assert 2 * (reference & ours.array).sum() / (reference.sum() + ours.array.sum()) > 0.99
    different = np.argwhere(reference != ours.array)
    assert len(different) == 10
    contours = [ours.grid.to_index(one) for one in read_structure_set(path).rois[0].contours]
    for i, j, k in different:
        assert min(distance(one[:, :2], (i, j)) for one in contours if abs(one[0, 2] - k) < 0.5) < 1e-4


def distance(line, point):
    step = np.roll(line, -1, axis=0) - line
    part = ((point - line) * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), 1e-12)
    return np.linalg.norm(line + np.clip(part, 0, 1)[:, None] * step - point, axis=1).min()


@pytest.mark.parametrize(
    ("file", "reference"),
    [
        ("liver.dcm", "liver_seg.nrrd"),
        ("23x38x3/seg/label.seg", "23x38x3/nrrd/label.nrrd"),
        ("24x38x3/seg/label.seg", "24x38x3/nrrd/label.nrrd"),
        ("sparse-labelmap-noppv.dcm", "sparse_labelmap_noppv_seg.nrrd"),
    ],
)
def test_segmentations_are_those_of_dcmqi(real_data, file, reference):
    ours = s2t.read(real_data / _DCMQI / file, as_labels=True)
    known = s2t.read(real_data / _DCMQI / reference, as_labels=True)
    assert ours.grid.shape == known.grid.shape
    assert np.array_equal(ours.array, theirs(real_data / _DCMQI / reference, ours))
    assert dict(ours.names) == {1: "Liver"}


def test_padding_of_a_label_map_is_background(real_data):
    """Where dcmqi fills the slice that was left out with the padding value 5, there is nothing."""
    ours = s2t.read(real_data / _DCMQI / "sparse-labelmap-ppv5.dcm", as_labels=True)
    reference = theirs(real_data / _DCMQI / "sparse_labelmap_ppv5_seg.nrrd", ours)
    assert (reference == 5).sum() == 24 * 38
    assert np.array_equal(ours.array, np.where(reference == 5, 0, reference))


def test_segments_that_overlap_are_those_of_dcmqi(real_data):
    folder = real_data / _DCMQI
    with pytest.raises(s2t.SeveralVolumes, match="share 3017 voxels"):
        s2t.read(folder / "partial_overlaps.dcm", as_labels=True)
    each = s2t.read_all(folder / "partial_overlaps.dcm", as_labels=True, reference=folder / "ct-3slice")
    known = [theirs(folder / f"partial_overlaps-{n}.nrrd", each[0]) for n in (1, 2, 3)]
    for one in each:
        number = one.meta["segment"]["number"]
        assert any(np.array_equal(one.array == number, other == number) for other in known)


def test_a_series_of_dcmqi_has_its_segmentation_on_it(real_data):
    folder = real_data / _DCMQI / "24x38x3"
    single, many = (
        s2t.read(folder / "seg/label.seg", as_labels=True, reference=folder / place)
        for place in ("image", "multiframe/mf.dcm")
    )
    assert np.array_equal(single.array, many.array)
    assert single.array.sum() == 315
    assert single.findings == many.findings == ()


def test_a_structure_set_of_another_frame_of_reference_says_so(real_data):
    ours = s2t.read(real_data / "ct_rtstruct_rtutils/mock_data/rt.dcm", as_labels=True)
    assert [(one.code, one.severity.value) for one in ours.findings] == [("LAB001", "error")]


@pytest.mark.parametrize("word", ["rtstruct", "seg"])
@pytest.mark.parametrize("place", ["ct_tilt_philips/dicom/S2010", "sts_002_ct_mr_pet/dicom/PET/image"])
def test_masks_on_real_series_come_back(real_data, tmp_path, place, word):
    source = s2t.read(real_data / place)
    shape = np.array(source.grid.shape)
    away = (np.stack(np.indices(shape), axis=-1) - shape / 2) / (shape / 2.2)
    mask = ((away**2).sum(axis=-1) < 1) & ((away**2).sum(axis=-1) > 0.2)
    labels = s2t.Labels(array=mask.astype(np.uint8), grid=source.grid, names={1: "shell"})
    s2t.write(labels, tmp_path / "x.dcm", word, reference=source)
    again = s2t.read(tmp_path / "x.dcm", as_labels=True, reference=source)
    assert np.array_equal(again.array, labels.array)
