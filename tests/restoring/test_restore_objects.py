"""Predictions as DICOM SEG and RTSTRUCT on the source's own slices, read again as masks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from restoring_scans import RECIPE, ball, dice, predict, scan, sphere_on
from scan2train import ChangedSource, WrongUse, index, prepare, read, read_all, restore, write
from scan2train.grid import Grid
from scan2train.recipe import Recipe
from scan2train.restoring import source
from scan2train.testing.dicom_enhanced import write_enhanced
from scan2train.testing.dicom_series import write_dicom_series


def prepared(tmp_path: Path, irregular: str = "refuse", recipe: Recipe = RECIPE) -> Path:
    prepare(
        index(tmp_path / "hospital", cache=False), recipe, tmp_path / "ready", jobs=1, irregular=irregular
    )
    return tmp_path / "ready"


@pytest.mark.parametrize("form", ["seg", "rtstruct"])
@pytest.mark.parametrize("tilt", [0.0, 17.0])
def test_a_mask_lies_on_the_series_as_it_was_drawn_there(tmp_path, form, tilt):
    write_dicom_series(scan(tilt), tmp_path / "hospital/p0")
    ready = prepared(tmp_path)
    ((case, centre),) = predict(ready, tmp_path / "predicted").items()
    written = restore(ready, tmp_path / "predicted", tmp_path / "back", form=form).files[case]
    plain = restore(ready, tmp_path / "predicted", tmp_path / "plain").files[case]
    source = read(tmp_path / "hospital/p0")
    back = read(written, as_labels=True, reference=tmp_path / "hospital/p0")
    assert back.grid == source.grid
    assert np.array_equal(back.array, read(plain).array)
    assert dice(back.array > 0, sphere_on(source.grid, centre, 7.0)) > 0.96


def test_names_of_labels_become_those_of_segments(tmp_path):
    write_dicom_series(scan(), tmp_path / "hospital/p0")
    ready = prepared(tmp_path)
    (case,) = (path.name for path in (ready / "cases").iterdir())
    given = {case: ball(read(ready / "cases" / case / "image.nii.gz").grid)}
    for form in ("seg", "rtstruct"):
        made = restore(ready, given, tmp_path / form, form=form)
        back = read(made.files[case], as_labels=True, reference=tmp_path / "hospital/p0")
        assert dict(back.names) == {1: "shell", 2: "core"}


@pytest.mark.parametrize("form", ["seg", "rtstruct"])
def test_an_enhanced_object_gets_its_mask_frame_by_frame(tmp_path, form):
    write_enhanced(scan(), tmp_path / "hospital/object")
    ready = prepared(tmp_path)
    ((case, centre),) = predict(ready, tmp_path / "predicted").items()
    written = restore(ready, tmp_path / "predicted", tmp_path / "back", form=form).files[case]
    back = read(written, as_labels=True, reference=tmp_path / "hospital/object")
    assert dice(back.array > 0, sphere_on(back.grid, centre, 7.0)) > 0.96


@pytest.mark.parametrize("form", ["seg", "rtstruct"])
def test_a_stack_with_a_gap_gets_its_mask_on_the_slices_that_are_there(tmp_path, form):
    paths = write_dicom_series(scan(), tmp_path / "hospital/p0", drop=[6])
    assert len(paths) == 11
    ready = prepared(tmp_path, "regrid")
    ((case, centre),) = predict(ready, tmp_path / "predicted").items()
    written = restore(ready, tmp_path / "predicted", tmp_path / "back", form=form).files[case]
    whole = scan().grid
    back = read(written, as_labels=True, reference=whole)
    expected = sphere_on(whole, centre, 7.0)
    expected[:, :, 6] = False
    assert dice(back.array > 0, expected) > 0.96
    assert not (back.array[:, :, 6] > 0).any()


def test_uneven_slices_get_their_mask_at_their_true_places(tmp_path):
    def place(k):
        return k + (0.3 if k > 4 else 0.0)

    write_dicom_series(scan(), tmp_path / "hospital/p0", place=place)
    ready = prepared(tmp_path, "regrid")
    ((case, centre),) = predict(ready, tmp_path / "predicted").items()
    written = restore(ready, tmp_path / "predicted", tmp_path / "back", form="rtstruct").files[case]
    grid = scan().grid
    for k in range(4, 8):
        affine = grid.affine.copy()
        affine[:3, 3] = grid.to_world((0, 0, place(k)))
        one = Grid((*grid.shape[:2], 1), affine)
        back = read(written, as_labels=True, reference=one)
        assert dice(back.array > 0, sphere_on(one, centre, 7.0)) > 0.93, k


def test_parts_of_a_split_series_are_found_again(tmp_path):
    write_dicom_series(scan(), tmp_path / "hospital/p0", drop=[5])
    ready = prepared(tmp_path, "split", Recipe.from_toml('[[step]]\ndo = "reorient"\nto = "RAS"\n'))
    centres = predict(ready, tmp_path / "predicted")
    assert len(centres) == 2
    made = restore(ready, tmp_path / "predicted", tmp_path / "back", form="seg")
    assert set(made.files) == set(centres), made.failed
    for part in read_all(tmp_path / "hospital/p0", irregular="split"):
        case = part.meta["volume"]
        back = read(made.files[case], as_labels=True, reference=part.grid)
        assert dice(back.array > 0, sphere_on(part.grid, centres[case], 7.0)) == 1


def test_what_refers_to_images_needs_them(tmp_path):
    write_dicom_series(scan(), tmp_path / "hospital/p0")
    ready = prepared(tmp_path)
    ((case, _),) = predict(ready, tmp_path / "predicted").items()
    (tmp_path / "hospital").rename(tmp_path / "elsewhere")
    made = restore(ready, tmp_path / "predicted", tmp_path / "back", form="seg")
    assert isinstance(made.failed[case], WrongUse)
    assert "--source" in str(made.failed[case])
    moved = restore(
        ready, tmp_path / "predicted", tmp_path / "back", form="seg", source=tmp_path / "elsewhere"
    )
    assert set(moved.files) == {case}
    next((tmp_path / "elsewhere/p0").iterdir()).unlink()
    made = restore(
        ready, tmp_path / "predicted", tmp_path / "back", form="seg", source=tmp_path / "elsewhere"
    )
    assert isinstance(made.failed[case], ChangedSource)


def test_a_nifti_has_no_images_to_refer_to(tmp_path):
    (tmp_path / "hospital").mkdir()
    write(scan(), tmp_path / "hospital/liver_1.nii.gz")
    ready = prepared(tmp_path)
    predict(ready, tmp_path / "predicted")
    made = restore(ready, tmp_path / "predicted", tmp_path / "back", form="rtstruct")
    assert "from none" in str(made.failed["liver_1"])


def test_a_volume_that_was_read_from_one_file_is_a_reference(tmp_path):
    write_enhanced(scan(), tmp_path / "object")
    image = read(tmp_path / "object")
    mask = ball(image.grid)
    write(mask, tmp_path / "mask.dcm", format="seg", reference=image)
    back = read(tmp_path / "mask.dcm", as_labels=True, reference=image)
    assert np.array_equal(back.array, mask.array)


def test_cases_of_one_folder_are_indexed_once(tmp_path, monkeypatch):
    for number in range(3):
        name = lambda rank, number=number: f"{number}-{rank}.dcm"  # noqa: E731
        write_dicom_series(scan(), tmp_path / "hospital", patient=f"P{number}", file_names=name)
    ready = prepared(tmp_path)
    predict(ready, tmp_path / "predicted")
    indexed = []
    index_alone = source.index_alone
    monkeypatch.setattr(source, "index_alone", lambda path: indexed.append(path) or index_alone(path))
    made = restore(ready, tmp_path / "predicted", tmp_path / "back", form="seg")
    assert len(made.files) == 3
    assert indexed == [tmp_path / "hospital"]
