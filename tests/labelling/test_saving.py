"""Labels to disk and back: the image's own grid, the same voxels, and nothing replaced that is not theirs."""

from __future__ import annotations

import json
from threading import Thread

import nibabel as nib
import numpy as np
import pytest

import scan2train as s2t
from scan2train.errors import GridMismatch, OutputInUse, UnknownName, WrongUse
from scan2train.grid import Grid
from scan2train.labelling import saving as saving_of_labels
from scan2train.labelling.desk import Desk
from scan2train.labelling.edit import Edit
from scan2train.labelling.opening import open_labels
from scan2train.labelling.saving import Saving
from scan2train.labelling.state import state_of
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.viewing.overlapping import largest_first
from scan2train.viewing.start import start
from scan2train.volume import Labels, Volume
from scans_to_view import oblique_grid

SHAPE = (31, 27, 12)


@pytest.fixture
def oblique(tmp_path):
    """An oblique NIfTI in a folder of its own, as a path and as it was read."""
    path = tmp_path / "scans" / "head.nii.gz"
    path.parent.mkdir()
    values = np.random.default_rng(0).integers(0, 500, SHAPE).astype(np.int16)
    nib.save(nib.Nifti1Image(values, oblique_grid(SHAPE).affine), path)
    return path, s2t.read(path)


def painted(image, source=None, **more):
    labels, _ = open_labels(image, source, **more)
    labels.edit(Edit(op="rename", value=1, name="liver", colour="#123456"))
    labels.edit(
        Edit(op="brush", plane="axial", n=4, value=1, points=((9.0, 9.0), (14.0, 11.0)), radius_mm=4.0)
    )
    return labels


def saving(tmp_path, path, **more):
    return Saving(folder=tmp_path, name="head_labels", sources=(path,), **more)


def test_what_is_saved_has_the_image_s_affine_and_exactly_the_painted_voxels(tmp_path, oblique):
    path, image = oblique
    labels = painted(image)
    assert not labels.history.saved
    target = saving(tmp_path, path).save(labels)
    assert target == tmp_path / "head_labels.nii.gz"
    assert labels.history.saved
    again = nib.load(target)
    assert np.array_equal(again.affine, nib.load(path).affine)
    assert np.array_equal(np.asarray(again.dataobj), labels.array)
    assert np.asarray(again.dataobj).sum() > 20
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []
    labels.undo()
    assert not labels.history.saved
    labels.redo()
    assert labels.history.saved


def test_drawing_goes_on_while_a_file_is_written_and_is_not_told_to_be_in_it(tmp_path, oblique, monkeypatch):
    path, image = oblique
    labels = painted(image)
    before, really = labels.array.copy(), saving_of_labels.write

    def write_slowly(*what, **how):
        drawn = Thread(
            target=labels.edit,
            args=(Edit(op="brush", plane="axial", n=7, value=1, points=((9.0, 9.0),), radius_mm=4.0),),
        )
        drawn.start()
        drawn.join(timeout=60)
        assert not drawn.is_alive(), "drawing waited for the file"
        really(*what, **how)

    monkeypatch.setattr(saving_of_labels, "write", write_slowly)
    target = saving(tmp_path, path).save(labels)
    np.testing.assert_array_equal(np.asarray(nib.load(target).dataobj), before)
    assert not np.array_equal(labels.array, before)
    assert not labels.history.saved
    labels.undo()
    assert labels.history.saved


def test_names_and_colours_come_back_with_the_mask(tmp_path, oblique):
    path, image = oblique
    target = saving(tmp_path, path).save(painted(image))
    found, told = open_labels(image, target)
    state = state_of(found)
    assert (state["names"], state["colours"], told) == ({"1": "liver"}, {"1": "#123456"}, "")
    assert state["saved"]
    (tmp_path / "head_labels.labels.json").write_text("{broken")
    assert state_of(open_labels(image, target)[0])["names"] == {"1": "label 1"}


def test_its_own_file_is_replaced_and_no_other_unless_told_so(tmp_path, oblique):
    path, image = oblique
    labels, place = painted(image), saving(tmp_path, path)
    target = place.save(labels)
    labels.edit(Edit(op="clear"))
    assert place.save(labels) == target
    assert not np.asarray(nib.load(target).dataobj).any()
    target.write_bytes(b"of somebody else by now")
    with pytest.raises(OutputInUse, match="not written from here"):
        place.save(labels)
    assert target.read_bytes() == b"of somebody else by now"
    place.save(labels, overwrite=True)
    assert not np.asarray(nib.load(target).dataobj).any()
    other = saving(tmp_path, path)
    with pytest.raises(OutputInUse):
        other.save(labels)


def test_names_beside_a_mask_are_no_more_replaced_than_the_mask(tmp_path, oblique):
    path, image = oblique
    (tmp_path / "head_labels.labels.json").write_text(json.dumps({"of": "somebody"}))
    with pytest.raises(OutputInUse):
        saving(tmp_path, path).save(painted(image))
    assert not (tmp_path / "head_labels.nii.gz").exists()


@pytest.mark.parametrize("overwrite", [False, True])
def test_an_image_is_never_replaced(tmp_path, oblique, overwrite):
    path, image = oblique
    before = path.read_bytes()
    (tmp_path / "link.nii.gz").symlink_to(path)
    (tmp_path / "hard.nii.gz").hardlink_to(path)
    for source in (path, path.parent):
        for name in ("scans/head.nii.gz", "link.nii.gz", "hard.nii.gz"):
            if source == path.parent and name == "hard.nii.gz":
                continue  # another file as far as the folder goes: replacing it leaves the image as it is
            with pytest.raises(WrongUse, match="source"):
                saving(tmp_path, source).save(painted(image), name, overwrite=overwrite)
    assert path.read_bytes() == before


def test_the_mask_it_was_opened_from_is_replaced_only_when_that_is_asked_for(tmp_path, oblique):
    path, image = oblique
    mask = tmp_path / "mask.nii.gz"
    s2t.write(Labels(array=np.zeros(SHAPE, np.uint8), grid=image.grid, names={1: "a"}), mask)
    labels, _ = open_labels(image, mask)
    labels.edit(Edit(op="add", name="liver"))
    place = saving(tmp_path, path.parent, mask=mask)
    with pytest.raises(WrongUse, match="a source"):
        place.save(labels, "mask.nii.gz")
    place.save(labels, "mask.nii.gz", overwrite=True)
    assert place.save(labels, "mask.nii.gz") == mask  # it is its own by now


def test_an_image_that_is_opened_as_its_own_mask_is_not_replaced(oblique):
    path, _ = oblique
    session = start(path, labels=path, choices=path.parent / "choices.csv", cache=False)
    at = Desk(session).open(session.image(session.open).result(60), session.labels)
    at.labels.edit(Edit(op="brush", plane="axial", n=3, value=1, points=((5, 5),), radius_mm=3.0))
    before = path.read_bytes()
    with pytest.raises(WrongUse, match="an image that is looked at, a source"):
        at.saving.save(at.labels, "head.nii.gz", overwrite=True)
    (path.parent / "head_labels.labels.json").symlink_to(path)
    with pytest.raises(WrongUse, match="source"):
        at.saving.save(at.labels, "head_labels.nii.gz", overwrite=True)
    assert path.read_bytes() == before


def test_names_beside_the_opened_mask_replace_no_image_either(tmp_path, oblique):
    path, image = oblique
    mask = tmp_path / "mask.nii.gz"
    s2t.write(Labels(array=np.zeros(SHAPE, np.uint8), grid=image.grid, names={1: "a"}), mask)
    (tmp_path / "mask.labels.json").hardlink_to(path)
    place = saving(tmp_path, path, mask=mask, images=lambda: [path])
    with pytest.raises(WrongUse, match="an image that is looked at"):
        place.save(painted(image), "mask.nii.gz", overwrite=True)
    assert (tmp_path / "mask.labels.json").samefile(path)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../out.nii.gz", "one folder"),
        ("/tmp/out.nii.gz", "one folder"),
        ("link/out.nii.gz", "one folder"),
        ("nowhere/out.nii.gz", "not there"),
        ("out.txt", "does not fit"),
        (".hidden.nii.gz", "a name"),
        ("a\0b.nii", "null"),
    ],
)
def test_nothing_is_written_elsewhere(tmp_path, oblique, name, says):
    path, image = oblique
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "link").symlink_to(path.parent)
    with pytest.raises(WrongUse, match=says):
        Saving(folder=folder, name="x", sources=(path,)).save(painted(image), name)
    assert [one.name for one in folder.iterdir()] == ["link"]
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_form_that_there_is_not_is_refused(tmp_path, oblique):
    path, image = oblique
    with pytest.raises(UnknownName, match="nifti or seg"):
        saving(tmp_path, path).save(painted(image), form="png")
    with pytest.raises(WrongUse, match="DICOM"):
        saving(tmp_path, path).save(painted(image), form="seg")
    assert [one.name for one in tmp_path.iterdir()] == ["scans"]


def test_a_dicom_segmentation_lies_on_the_series_and_says_that_a_person_drew_it(tmp_path):
    import pydicom

    grid = Grid.from_axes((22, 17, 6), spacing_mm=(0.9, 1.3, 3.2), direction=np.diag([-1.0, -1, 1]))
    values = np.random.default_rng(2).integers(-500, 500, grid.shape).astype(np.int16)
    write_dicom_series(Volume(array=values, grid=grid, unit="HU"), tmp_path / "series")
    image = s2t.read(tmp_path / "series")
    labels = painted(image)
    target = saving(tmp_path, tmp_path / "series").save(labels, "drawn", "seg")
    assert target.name == "drawn.dcm"
    found = s2t.read(target, as_labels=True, reference=image)
    assert np.array_equal(found.array, labels.array)
    assert dict(found.names) == {1: "liver"}
    header = pydicom.dcmread(target)
    assert header.SegmentSequence[0].SegmentAlgorithmType == "MANUAL"


def test_a_mask_on_another_grid_is_refused_or_brought_over_with_a_word(tmp_path, oblique):
    _, image = oblique
    axes = np.array(image.grid.affine)
    axes[:3, :3] *= 0.5
    half = Grid(tuple(2 * n for n in SHAPE), axes)
    array = np.zeros(half.shape, np.uint8)
    array[20:40, 16:36, 8:16] = 3
    mask = tmp_path / "mask.nii.gz"
    s2t.write(Labels(array=array, grid=half), mask)
    with pytest.raises(GridMismatch, match="another grid") as refused:
        open_labels(image, mask)
    assert "brought onto" in refused.value.advice
    labels, told = open_labels(image, mask, onto_grid=True)
    assert labels.array.shape == SHAPE
    assert np.unique(labels.array).tolist() == [0, 3]
    assert (labels.array == 3).sum() == pytest.approx(20 * 20 * 8 / 8, rel=0.2)
    assert "another grid" in told


def test_a_mask_that_lies_a_little_beside_the_image_is_taken_with_a_word(oblique):
    _, image = oblique
    axes = np.array(image.grid.affine)
    axes[:3, 3] += 0.2 * axes[:3, 0]
    array = np.random.default_rng(3).integers(0, 3, SHAPE).astype(np.uint8)
    labels, told = open_labels(image, Labels(array=array, grid=Grid(SHAPE, axes)))
    assert "0.2 voxels" in told
    assert labels.labels().grid == image.grid
    assert np.array_equal(labels.array, array)


def test_labels_that_cannot_be_edited_are_refused(oblique):
    _, image = oblique
    negative = Labels(array=np.full(SHAPE, -1, np.int16), grid=image.grid)
    with pytest.raises(WrongUse, match="0 to 65535"):
        open_labels(image, negative)


def test_regions_that_overlap_are_opened_with_a_word(oblique):
    _, image = oblique
    large, small = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
    large[2:12, 2:12, 2:8], small[10:14, 4:8, 3:5] = 1, 1
    regions = [
        Labels(array=one, grid=image.grid, names={1: name}) for one, name in ((large, "a"), (small, "b"))
    ]
    labels, told = open_labels(image, largest_first(regions))
    assert f"overlap in {2 * 4 * 2} voxels" in told
    assert (labels.array == 2).sum() == 4 * 4 * 2
