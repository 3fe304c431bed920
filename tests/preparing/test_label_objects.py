"""Structure sets and segmentations go along with the series that they were drawn on, by what they name."""

from __future__ import annotations

import numpy as np
import polars as pl
import pydicom
import pytest
from hospital import run

import scan2train as s2t
from scan2train.reading.drawn_on import pair_objects
from scan2train.recipe import Recipe
from scan2train.testing.dicom_series import write_dicom_series

SHAPE = (23, 19, 9)
SAME = Recipe.from_toml('about = "as it is"\n[[step]]\ndo = "linear"\n', name="same")
NAMES = {1: "liver", 2: "Milz ä"}


def series(folder, tilt=0.0, number=1):
    affine = np.diag([0.7, 1.3, 2.5, 1.0])
    affine[1, 2] = tilt
    affine[:3, 3] = (-30.25, 12.5, -100.125)
    values = np.random.default_rng(number).integers(-1000, 1000, SHAPE).astype(np.int16)
    image = s2t.Volume(array=values, grid=s2t.Grid(SHAPE, affine), unit="HU")
    write_dicom_series(image, folder, series_number=number, series_description=f"phantom {number}")
    return s2t.read(folder)


def labels_on(image):
    """Two blocks, with nothing in the first slices and in one between."""
    array = np.zeros(SHAPE, dtype=np.uint8)
    array[3:9, 2:15, 2:7] = 1
    array[12:20, 4:17, 3:8] = 2
    array[:, :, 5] = 0
    return s2t.Labels(array=array, grid=image.grid, names=NAMES)


@pytest.mark.parametrize("word", ["rtstruct", "seg", "seg-labelmap"])
@pytest.mark.parametrize("tilt", [0.0, 0.4])
@pytest.mark.parametrize("beside", [True, False])
def test_they_come_along_voxel_for_voxel(tmp_path, word, tilt, beside):
    image = series(tmp_path / "hospital/a", tilt)
    series(tmp_path / "hospital/b", number=2)
    folder = tmp_path / ("hospital" if beside else "drawn")
    folder.mkdir(exist_ok=True)
    labels = labels_on(image)
    s2t.write(labels, folder / "7.dcm", word, reference=image)
    made = run(tmp_path / "hospital", tmp_path / "ready", SAME, labels="auto" if beside else folder)
    made.raise_for_failures()
    rows = {row["volume"]: row for row in made.cases.to_dicts()}
    assert len(rows) == 2
    mine = image.meta["volume"]
    for volume, row in rows.items():
        assert (tmp_path / "ready/cases" / row["case"] / "labels.nii.gz").exists() == (volume == mine)
    again = s2t.read(tmp_path / "ready/cases" / rows[mine]["case"] / "labels.nii.gz", as_labels=True)
    assert again.grid.distance_in_voxels(labels.grid) < 1e-3
    assert np.array_equal(again.array, labels.array)


def test_regions_that_overlap_fail_the_case_and_say_so(tmp_path):
    image = series(tmp_path / "hospital/a")
    s2t.write(labels_on(image), tmp_path / "hospital/1.dcm", "rtstruct", reference=image)
    drawn = pydicom.dcmread(tmp_path / "hospital/1.dcm")
    first, second = drawn.ROIContourSequence
    second.ContourSequence = first.ContourSequence
    drawn.save_as(tmp_path / "hospital/1.dcm")
    made = run(tmp_path / "hospital", tmp_path / "ready", SAME)
    (row,) = made.cases.to_dicts()
    assert row["state"] == "failed"
    assert "overlap" in row["error"]


def test_two_that_were_drawn_on_one_series_are_not_chosen_between(tmp_path):
    image = series(tmp_path / "hospital/a")
    for name, word in (("1.dcm", "rtstruct"), ("2.dcm", "seg")):
        s2t.write(labels_on(image), tmp_path / "hospital" / name, word, reference=image)
    planned = run(tmp_path / "hospital", tmp_path / "ready", SAME, dry_run=True)
    (row,) = planned.cases.to_dicts()
    assert "1.dcm, 2.dcm" in row["error"]
    run(
        tmp_path / "hospital", tmp_path / "one", SAME, labels=str(tmp_path / "hospital/2*")
    ).raise_for_failures()
    run(tmp_path / "hospital", tmp_path / "none", SAME, labels=None).raise_for_failures()


def test_of_several_volumes_in_the_series_those_are_meant_whose_images_are_named(tmp_path):
    image = series(tmp_path / "hospital/a")
    s2t.write(labels_on(image), tmp_path / "1.dcm", "seg", reference=image)
    volumes = s2t.index(tmp_path / "hospital", cache=False).volumes
    other = volumes.with_columns(member_uid=volumes["member_uid"].list.eval(pl.element() + ".1"))
    both = other.vstack(volumes)
    assert pair_objects(both, [tmp_path / "1.dcm"]) == {1: (tmp_path / "1.dcm",)}
    assert pair_objects(other, [tmp_path / "1.dcm"]) == {0: (tmp_path / "1.dcm",)}


def test_what_is_no_such_object_belongs_to_nothing(tmp_path):
    series(tmp_path / "hospital/a")
    volumes = s2t.index(tmp_path / "hospital", cache=False).volumes
    (tmp_path / "note.txt").write_text("1.2.840.10008.5.1.4.1.1.481.3")
    broken = b"\0" * 128 + b"DICM" + b"1.2.840.10008.5.1.4.1.1.66.4" * 9
    (tmp_path / "broken.dcm").write_bytes(broken)
    files = [tmp_path / "note.txt", tmp_path / "broken.dcm", tmp_path / "absent.dcm"]
    files += sorted((tmp_path / "hospital/a").iterdir())
    assert pair_objects(volumes, files) == {}
