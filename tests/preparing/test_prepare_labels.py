"""Labels on their way from beside the images into the cases."""

from __future__ import annotations

import json

import nibabel
import numpy as np
import pytest
from hospital import RECIPE, case_of, grid_of, run, write_image, write_labels

from scan2train.errors import WrongUse
from scan2train.formats import nifti
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.prepare import prepare
from scan2train.preparing.atomic import sha256_of
from scan2train.read import read
from scan2train.volume import Labels, Volume


def test_labels_on_another_grid_come_along_through_world_space(tmp_path):
    source = tmp_path / "set"
    grid = Grid.from_axes((24, 20, 15), spacing_mm=(1.0, 1.2, 1.9), origin_mm=(5, -9, 30))
    other = Grid.from_axes((14, 22, 15), spacing_mm=(1.8, 1.1, 2.1), origin_mm=(4, -10, 29))
    source.mkdir()

    def inside(one):
        x, y, z = np.moveaxis(one.to_world(np.moveaxis(np.indices(one.shape), 0, -1)), -1, 0)
        return ((x - 17) ** 2 + (y - 2) ** 2 + (z - 44) ** 2 < 9**2).astype(np.uint8)

    nifti.write(Volume(array=inside(grid).astype(np.int16) * 1500 - 1000, grid=grid), source / "a.nii.gz")
    nifti.write(Labels(array=inside(other), grid=other), source / "a_seg.nii.gz")
    out = tmp_path / "ready"
    made = run(source, out)
    made.raise_for_failures()
    image, labels = read(out / "cases/a/image.nii.gz"), read(out / "cases/a/labels.nii.gz", as_labels=True)
    assert labels.grid == image.grid
    ball = inside(image.grid)
    dice = 2 * (ball * labels.array).sum() / (ball.sum() + labels.array.sum())
    assert dice > 0.9
    told = json.loads((out / "cases/a/account.json").read_text())["findings"]
    assert [(one["code"], one["severity"]) for one in told] == [("LAB001", "error")]
    assert told[0]["where"]["volume"] == made.cases["volume"].item()
    assert json.loads((out / "findings.json").read_text())["findings"] == told


def test_labels_that_could_be_two_files_fail_the_case(source, tmp_path):
    write_labels(source / "volume-2_mask.nii", (16, 23, 11))
    made = run(source, tmp_path / "ready")
    row = case_of(made, "volume-2")
    assert row["state"] == "failed"
    assert "segmentation-2.nii, volume-2_mask.nii" in row["error"]


@pytest.mark.parametrize("pattern", ["{truth}", "{truth}/**/*.nii*"])
def test_labels_may_be_named(source, tmp_path, pattern):
    truth = tmp_path / "truth"
    write_labels(truth / "deep" / "volume-2.nii.gz", (16, 23, 11), seed=7)
    (truth / "readme.txt").write_text("notes")
    made = run(source, tmp_path / "ready", labels=pattern.format(truth=truth), where="path = 'volume-2.nii'")
    account = json.loads((made.out / "cases/volume-2/account.json").read_text())
    assert account["labels"]["source"] == "truth"
    assert account["labels"]["path"] == "deep/volume-2.nii.gz"
    assert account["labels"]["sha256"] == sha256_of(truth / "deep" / "volume-2.nii.gz")


def test_named_labels_that_fit_nothing_are_wrong_use(source, tmp_path):
    write_labels(tmp_path / "truth" / "other.nii.gz")
    with pytest.raises(WrongUse, match=r"other\.nii\.gz"):
        run(source, tmp_path / "ready", labels=tmp_path / "truth")
    with pytest.raises(WrongUse, match="no such folder"):
        run(source, tmp_path / "ready", labels=tmp_path / "nowhere")


def test_labels_can_be_left_out(source, tmp_path):
    made = run(source, tmp_path / "ready", labels=None)
    assert set(made.cases["labels_sha256"]) == {""}
    assert made.n_done == 3


def test_a_mask_named_for_images_in_two_folders_fails_both(tmp_path):
    for site in ("siteA", "siteB"):
        write_image(tmp_path / "set" / site / "case1.nii.gz", seed=ord(site[-1]))
    write_labels(tmp_path / "truth" / "case1.nii.gz")
    made = run(tmp_path / "set", tmp_path / "ready", labels=tmp_path / "truth")
    assert made.n_failed == 2
    assert all("several images" in error and "case1.nii.gz" in error for error in made.cases["error"])


def test_links_that_lead_out_of_the_folder_of_labels_are_not_followed(source, tmp_path):
    write_labels(tmp_path / "elsewhere" / "volume-2.nii.gz", (16, 23, 11))
    truth = tmp_path / "truth"
    write_labels(truth / "liver_10.nii.gz")
    (truth / "volume-2.nii.gz").symlink_to(tmp_path / "elsewhere" / "volume-2.nii.gz")
    made = run(source, tmp_path / "ready", labels=truth)
    assert case_of(made, "volume-2")["labels_sha256"] == ""
    assert case_of(made, "liver_10")["labels_sha256"] != ""


def left_out(made, reason):
    return set(made.skipped.filter(made.skipped["reason"] == reason)["path"])


@pytest.mark.parametrize("pattern", ["{truth}", "{truth}/**/*"])
def test_given_labels_without_an_image_are_named(source, tmp_path, pattern):
    truth = tmp_path / "truth"
    write_labels(truth / "volume-2.nii.gz", (16, 23, 11))
    write_labels(truth / "late" / "volume-3.nii.gz")
    (truth / "readme.txt").write_text("notes")
    made = run(source, tmp_path / "ready", labels=pattern.format(truth=truth))
    assert left_out(made, "labels-without-image") == {"late/volume-3.nii.gz"}
    assert case_of(made, "volume-2")["labels_sha256"] != ""
    assert case_of(made, "liver_10")["labels_sha256"] == ""


def test_labels_beside_the_images_without_one_are_named(source, tmp_path):
    write_labels(source / "segmentation-9.nii")
    made = run(source, tmp_path / "ready", dry_run=True)
    assert left_out(made, "labels-without-image") == {"segmentation-9.nii"}
    assert left_out(made, "labels") == {"labelsTr/liver_10.nii.gz", "segmentation-2.nii"}
    without = run(source, tmp_path / "ready", labels=None, dry_run=True)
    assert left_out(without, "labels-without-image") == set()


def write_header_and_voxels(folder, name, seed=0):
    """A mask as ``.hdr`` and ``.img``."""
    folder.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 3, grid_of().shape).astype(np.uint8)
    nibabel.save(nibabel.Nifti1Pair(values, grid_of().affine), folder / f"{name}.img")


@pytest.mark.parametrize("pattern", ["", "/*", "/*.img", "/*.hdr"])
def test_a_mask_in_two_files_is_one(tmp_path, pattern):
    write_image(tmp_path / "set" / "a.nii")
    write_header_and_voxels(tmp_path / "truth", "a_seg")
    made = run(tmp_path / "set", tmp_path / "ready", labels=f"{tmp_path / 'truth'}{pattern}")
    made.raise_for_failures()
    account = json.loads((made.out / "cases/a/account.json").read_text())
    assert account["labels"]["path"] == "a_seg.hdr"
    assert left_out(made, "labels-without-image") == set()


def test_voxels_that_change_beside_their_header_make_the_case_anew(tmp_path):
    write_image(tmp_path / "set" / "a.nii")
    hashes = set()
    for seed in (1, 2):
        write_header_and_voxels(tmp_path / "truth", "a", seed)
        made = run(tmp_path / "set", tmp_path / "ready", labels=tmp_path / "truth")
        account = json.loads((made.out / "cases/a/account.json").read_text())
        (voxels,) = account["labels"]["data"]
        hashes |= {made.cases["labels_sha256"].item(), voxels["sha256"]}
    assert len(hashes) == 4


def test_each_channel_is_a_case_with_the_labels_of_its_scan(tmp_path):
    for channel in (0, 1):
        write_image(tmp_path / "set" / "imagesTr" / f"X_000{channel}.nii.gz", seed=channel)
    write_image(tmp_path / "set" / "imagesTr" / "Y_0000.nii.gz", seed=2)
    for name in "XY":
        write_labels(tmp_path / "set" / "labelsTr" / f"{name}.nii.gz", seed=ord(name))
    made = run(tmp_path / "set", tmp_path / "ready")
    made.raise_for_failures()
    accounts = {
        case: json.loads((made.out / "cases" / case / "account.json").read_text())["labels"]["path"]
        for case in made.cases["case"]
    }
    assert accounts == {
        "X_0000": "labelsTr/X.nii.gz",
        "X_0001": "labelsTr/X.nii.gz",
        "Y": "labelsTr/Y.nii.gz",
    }
    hashes = dict(made.cases.select("case", "labels_sha256").iter_rows())
    assert hashes["X_0000"] == hashes["X_0001"] != hashes["Y"]


def test_masks_of_single_organs_are_not_dropped_in_silence(tmp_path):
    write_image(tmp_path / "set" / "case7" / "ct.nii.gz")
    for n in range(7):
        write_labels(tmp_path / "set" / "case7" / "segmentations" / f"organ{n}.nii.gz", seed=n)
    made = run(tmp_path / "set", tmp_path / "ready")
    assert made.cases["state"].to_list() == ["failed"]
    assert "organ0.nii.gz" in made.cases["error"].item()
    assert "and 2 more. Name the folder or the files" in made.cases["error"].item()
    run(tmp_path / "set", tmp_path / "other", labels=None).raise_for_failures()


def test_masks_are_no_cases_whatever_where_says(source, tmp_path):
    made = run(source, tmp_path / "ready", where="role IS NOT NULL", dry_run=True)
    assert set(made.cases["case"]) & {"segmentation-2", "labelsTr-liver_10"} == set()
    assert made.cases.height == 3


def test_the_labels_of_an_image_in_another_source_are_found(source, tmp_path):
    folders = (source / "imagesTr", source / "labelsTr")
    made = prepare(index(*folders, cache=False), RECIPE, tmp_path / "ready", jobs=1)
    assert made.cases["case"].to_list() == ["liver_10"]
    assert made.cases["labels_sha256"].item() != ""


def test_what_a_mask_shares_with_its_image_is_told_once_and_of_its_case(tmp_path):
    source, grid = tmp_path / "set", Grid.from_axes((12, 14, 9), spacing_mm=(1.1, 0.9, 4.3))
    source.mkdir()
    values = np.random.default_rng(0).normal(100, 9, grid.shape).astype(np.float32)
    values[3:9, 4:11, 2:7] = np.nan
    nifti.write(Volume(array=values, grid=grid), source / "a.nii.gz")
    nifti.write(Labels(array=(np.abs(values) > 100).astype(np.uint8), grid=grid), source / "a_seg.nii.gz")
    made = run(source, tmp_path / "ready")
    made.raise_for_failures()
    told = made.of_cases["a"]
    assert sorted(one["code"] for one in told) == ["ACQ006", "GEO012", "PIX007"]
    assert {one["where"]["volume"] for one in told} == {made.cases["volume"].item()}
    image = read(tmp_path / "ready/cases/a/image.nii.gz")
    assert np.isfinite(image.array).all()
    assert (tmp_path / "ready/cases/a/valid.nii.gz").exists()
