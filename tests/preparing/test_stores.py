"""Every way to store a case holds the same: values, grid, mask and names; and goes through the same disk path."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import blosc2
import nibabel
import numpy as np
import polars as pl
import pytest
import zarr
from hospital import RECIPE, contents, run, write_image, write_labels

from scan2train.errors import UnknownName
from scan2train.formats.about import KEY
from scan2train.preparing.prepared import prepared_cases
from scan2train.preparing.stored import part_of, stored_image, stored_labels
from scan2train.read import read
from scan2train.steps.pad_or_crop import PadOrCrop

STORES = ("nifti", "zarr", "b2nd", "npy")
#: With padding, so that there is a mask.
PADDED = replace(RECIPE, steps=(*RECIPE.steps, PadOrCrop(shape=(24, 14, 21))))
#: One value of each axis: the first voxel of 24 × 14 × 21 is padding, the middle one is not.
FILES = {
    "nifti": {"image.nii.gz", "labels.nii.gz", "valid.nii.gz", "account.json"},
    "b2nd": {"image.b2nd", "labels.b2nd", "valid.b2nd", "account.json"},
    "npy": {f"{part}.{end}" for part in ("image", "labels", "valid") for end in ("npy", "json")}
    | {"account.json"},
    "zarr": {
        f"{part}.zarr/{name}"
        for part in ("image", "labels", "valid")
        for name in ("zarr.json", "0/zarr.json", "0/c/0/0/0")
    }
    | {"account.json"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    write_image(folder / "imagesTr" / "a_0000.nii.gz", seed=1)
    write_labels(folder / "labelsTr" / "a.nii.gz", seed=1)
    write_image(folder / "imagesTr" / "b_0000.nii.gz", (16, 23, 11), seed=2)
    return folder


@pytest.fixture(scope="module")
def made(folder, tmp_path_factory):
    """The same cases in every store."""
    out = tmp_path_factory.mktemp("stores")
    for store in STORES:
        run(folder, out / store, PADDED, store=store).raise_for_failures()
    return out


@pytest.mark.parametrize("store", STORES)
def test_a_store_holds_what_the_recipe_made_to_the_last_bit(folder, made, store):
    (case, other) = prepared_cases(made / store).values()
    image = read(folder / "imagesTr" / "a_0000.nii.gz")
    labels = read(folder / "labelsTr" / "a.nii.gz", as_labels=True)
    ready, ready_labels, _ = PADDED.run_pair(image, labels, case.account["seed"])
    stored = stored_image(case)
    np.testing.assert_array_equal(stored.array, ready.array)
    assert stored.array.dtype == ready.array.dtype
    np.testing.assert_array_equal(stored.valid, ready.valid)
    assert not stored.valid.all()
    assert stored.grid == ready.grid
    assert stored.unit == ready.unit
    np.testing.assert_array_equal(stored_labels(case).array, ready_labels.array)
    assert stored_labels(other) is None
    # The file alone says where it lies; NIfTI to the precision of its header.
    grid = read(part_of(case, "image")).grid
    np.testing.assert_allclose(grid.affine, ready.grid.affine, atol=1e-5 if store == "nifti" else 0)


@pytest.mark.parametrize("store", STORES)
def test_every_file_of_a_case_stands_in_its_account(made, store):
    out = made / store
    assert json.loads((out / "dataset.json").read_text())["store"] == store
    rows = {row["case"]: row for row in pl.read_parquet(out / "cases.parquet").to_dicts()}
    for case in prepared_cases(out).values():
        found = {str(f.relative_to(case.folder)) for f in case.folder.rglob("*") if f.is_file()}
        assert found == (FILES[store] if case.name == "a" else {f for f in FILES[store] if "labels" not in f})
        files = case.account["files"]
        assert set(files) == found - {"account.json"}
        for name, told in files.items():
            data = (case.folder / name).read_bytes()
            assert told == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        row = rows[case.name]
        assert (row["labels_sha256"] != "") == (case.name == "a")
        assert len({row["image_sha256"], row["valid_sha256"], row["account_sha256"]}) == 3


@pytest.mark.parametrize(
    "store", ["b2nd", *(pytest.param(one, marks=pytest.mark.slow) for one in STORES if one != "b2nd")]
)
def test_the_bytes_are_the_same_again_from_two_processes(folder, made, tmp_path, store):
    run(folder, tmp_path / "again", PADDED, jobs=2, store=store)
    assert contents(tmp_path / "again") == contents(made / store)


@pytest.mark.parametrize("store", STORES[1:])
def test_a_case_with_a_file_lost_or_too_many_is_made_again_and_no_other(folder, tmp_path, store):
    out = tmp_path / "out"
    run(folder, out, PADDED, store=store)
    before, stamp = contents(out), (out / "cases/b/account.json").stat().st_mtime_ns
    (lost, *_) = sorted(name for name in FILES[store] if name.startswith("labels"))
    (out / "cases/a" / lost).unlink()
    run(folder, out, PADDED, store=store)
    assert contents(out) == before
    (out / "cases/a" / lost).with_name("stray").write_bytes(b"x")
    run(folder, out, PADDED, store=store)
    assert contents(out) == before
    assert (out / "cases/b/account.json").stat().st_mtime_ns == stamp


def test_the_libraries_of_the_formats_read_them(made):
    nifti = nibabel.load(made / "nifti/cases/a/image.nii.gz")
    values, affine = np.asarray(nifti.dataobj), nifti.affine
    group = zarr.open_group(made / "zarr/cases/a/image.zarr", mode="r")
    np.testing.assert_array_equal(group["0"][:].T, values)
    np.testing.assert_allclose(group.attrs[KEY]["affine"], affine, atol=1e-5)
    stored = blosc2.open(made / "b2nd/cases/a/image.b2nd", mode="r")
    np.testing.assert_array_equal(stored[:], values)
    np.testing.assert_allclose(stored.schunk.vlmeta[KEY]["affine"], affine, atol=1e-5)
    mapped = np.load(made / "npy/cases/a/image.npy", mmap_mode="r")
    np.testing.assert_array_equal(mapped, values)
    beside = json.loads((made / "npy/cases/a/image.json").read_text())
    np.testing.assert_allclose(beside["grid"]["affine"], affine, atol=1e-5)


def test_an_unknown_store_is_refused_with_the_near_one(folder, tmp_path):
    with pytest.raises(UnknownName, match="zarr"):
        run(folder, tmp_path / "out", store="zar")
    assert not Path(tmp_path / "out").exists()
