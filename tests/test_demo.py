"""The demo is the first thing that people see: it must be right, and keep its hands off other people's folders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scan2train.demo import run_demo
from scan2train.demo.hospital import SCANS
from scan2train.errors import OutputInUse
from scan2train.read import read


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    lines = []
    result = run_demo(tmp_path_factory.mktemp("demo") / "made" / "here", jobs=2, echo=lines.append)
    return result, lines


def test_every_scan_becomes_one_volume_and_the_rest_is_set_apart(demo):
    result, _ = demo
    volumes = result.index.volumes
    scans = volumes.filter(volumes["format"] == "dicom").sort("path")
    assert scans.filter(scans["role"] == "volume")["path"].to_list() == [scan.folder for scan in SCANS]
    assert scans["role"].to_list().count("localizer") == 1
    assert scans.height == 4
    assert volumes.height == 4 + 3
    skipped = {Path(path).name for path in result.index.skipped["path"]}
    assert {"slice (40) copy.dcm", "Thumbs.db", "read me.txt"} <= skipped


def test_each_case_is_as_the_recipe_says(demo):
    result, _ = demo
    cases = result.prepared.cases
    assert cases.height == result.prepared.n_done == 3
    for row in cases.iter_rows(named=True):
        image = read(result.ready / "cases" / row["case"] / "image.nii.gz")
        assert image.grid.orientation == "LPS"
        assert image.grid.spacing == pytest.approx((1, 1, 1), abs=1e-5)
        assert 0 <= image.array.min() < 0.05
        assert 0.8 < image.array.max() <= 1


def test_each_lesion_is_where_it_was_put_and_as_large(demo):
    result, _ = demo
    volumes, cases = result.index.volumes, result.prepared.cases
    for scan in SCANS:
        volume = volumes.filter(volumes["path"] == scan.folder)["volume"].item()
        case = cases.filter(cases["volume"] == volume)["case"].item()
        labels = read(result.ready / "cases" / case / "labels.nii.gz", as_labels=True)
        voxels = np.argwhere(labels.array == 1)
        centre = labels.grid.to_world(voxels).mean(axis=0)
        np.testing.assert_allclose(centre, scan.lesion_mm, atol=0.5)
        ball = 4 / 3 * np.pi * scan.lesion_radius_mm**3
        assert len(voxels) * np.prod(labels.grid.spacing) == pytest.approx(ball, rel=0.1)
        image = read(result.ready / "cases" / case / "image.nii.gz")
        middle = tuple(np.rint(image.grid.to_index(scan.lesion_mm)).astype(int))
        assert image.array[middle] == pytest.approx((35 + 1000) / 1400, abs=0.05)


def test_the_picture_is_there_and_the_account_names_what_to_look_at(demo):
    result, lines = demo
    with Image.open(result.picture) as picture:
        assert picture.width > 1000
    text = "\n".join(lines)
    for word in ("hospital", "localizer", "demo.png", "scan2train index", "slice (40) copy.dcm"):
        assert word in text


def test_a_second_run_takes_what_is_there(demo):
    result, _ = demo
    before = {path: path.stat().st_mtime_ns for path in result.folder.rglob("*.dcm")}
    images = {path: path.read_bytes() for path in result.ready.rglob("image.nii.gz")}
    lines = []
    again = run_demo(result.folder, jobs=1, echo=lines.append)
    assert again.prepared.n_done == 3
    assert {path: path.stat().st_mtime_ns for path in result.folder.rglob("*.dcm")} == before
    assert {path: path.read_bytes() for path in result.ready.rglob("image.nii.gz")} == images


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputInUse):
        run_demo(tmp_path, echo=lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(OutputInUse):
        run_demo(tmp_path / "thesis.txt", echo=lambda _: None)
