"""The demo is the first thing that people see: it must be right, and keep its hands off other people's folders."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PIL import Image

from scan2train.demo import run_demo
from scan2train.demo.hospital import OF_THE_WHOLE, SCANS, entries, planted
from scan2train.errors import OutputInUse
from scan2train.finding import Severity
from scan2train.read import read


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    lines = []
    result = run_demo(tmp_path_factory.mktemp("demo") / "made" / "here", jobs=2, echo=lines.append)
    return result, lines


def test_every_planted_fault_is_found_at_its_place(demo):
    result, _ = demo
    found = {(one.where.path or "", one.code) for one in result.findings}
    assert {place for place in planted().items() if place not in found} == set()
    assert ("", OF_THE_WHOLE) in found


def test_faults_of_many_kinds_are_planted():
    assert len(set(planted().values())) == len(planted()) >= 25
    assert {code[:3] for code in planted().values()} == {"FIL", "PIX", "GEO", "SER", "LAB", "NII", "SET"}


def test_what_is_sound_has_no_finding_that_matters(demo):
    result, _ = demo
    sound = {entry.where for entry in entries() if not entry.code}
    assert len(sound) > 10
    wrong = [(one.where.path, one.code) for one in result.findings if one.severity is not Severity.INFO]
    assert [place for place in wrong if place[0] in sound] == []
    assert [place for place in wrong if (place[0] or "").startswith(("ct/chest-0", "mammo"))] == []


def test_only_what_is_fit_is_prepared(demo):
    result, _ = demo
    with (result.folder / "choices.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["path"] for row in rows if row["choice"] == "accept") == [scan.folder for scan in SCANS]
    reasons = {row["path"]: row["reason"] for row in rows}
    assert "GEO004" in reasons["ct/chest-14"].split()
    assert set(reasons) >= {"mr/head-01", "pet/body-01", "ct/chest-25"}
    assert all(row["reason"] for row in rows if row["choice"] == "reject")


def test_each_case_is_as_the_recipe_says(demo):
    result, _ = demo
    cases = result.prepared.cases
    assert cases.height == result.prepared.n_done == len(SCANS)
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


def test_the_picture_and_the_report_are_there(demo):
    result, _ = demo
    with Image.open(result.picture) as picture:
        assert picture.width > 1000
    page = result.page.read_text(encoding="utf-8")
    assert page.count("<article") == result.index.volumes.height
    assert page.count("data:image/jpeg") > 50
    for code in planted().values():
        assert code in page


def test_no_two_volumes_have_one_identity(demo):
    result, _ = demo
    assert result.index.volumes["volume"].is_unique().all()


def test_the_account_names_every_place_every_code_and_what_to_try(demo):
    result, lines = demo
    text = "\n".join(lines)
    for entry in entries():
        assert any(entry.where in line and entry.about in line and entry.code in line for line in lines)
    for code in {one.code for one in result.findings}:
        assert any(line.split()[1:2] == [code] and "×" in line for line in lines)
    for word in (
        "report.html",
        "demo.png",
        "scan2train explain GEO004",
        "scan2train check",
        "scan2train prepare",
    ):
        assert word in text


@pytest.mark.slow
def test_a_second_run_takes_what_is_there(demo):
    result, _ = demo
    before = {path: path.stat().st_mtime_ns for path in result.hospital.rglob("*") if path.is_file()}
    images = {path: path.read_bytes() for path in result.ready.rglob("image.nii.gz")}
    lines = []
    again = run_demo(result.folder, jobs=1, echo=lines.append)
    assert again.prepared.n_done == len(SCANS)
    assert again.findings == result.findings
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert {path: path.read_bytes() for path in result.ready.rglob("image.nii.gz")} == images


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputInUse):
        run_demo(tmp_path, echo=lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(OutputInUse):
        run_demo(tmp_path / "thesis.txt", echo=lambda _: None)
