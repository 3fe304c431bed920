"""What runs the rules: whichever fail, lie or die, every other one has its say."""

from __future__ import annotations

from collections import Counter

import pytest

from rules.rule_files import LOUD, write_rule
from scan2train import index
from scan2train.check import check
from scan2train.errors import UnknownName, WrongUse
from scan2train.finding import Severity
from scan2train.testing.small import small_nifti, small_series, together


@pytest.fixture
def scans(tmp_path):
    """The index of a CT series, an MR series and a NIfTI file."""
    folder = tmp_path / "scans"
    folder.mkdir()
    build = together(
        small_series(below="ct"),
        small_series(below="mr", modality="MR", patient="OTHER", series_number=2),
        small_nifti("scan.nii.gz"),
    )
    build(folder)
    return index(folder, cache=False)


def found(scans, folder, **options):
    """Findings of the lab's own rules, and of the engine about them."""
    options.setdefault("select", ["BOO", "FIL001"])
    options.setdefault("pixels", False)
    return check(scans, rules=[folder], jobs=1, **options)


def codes(findings):
    return Counter(one.code for one in findings)


def test_a_rule_from_a_folder_runs_for_each_volume(scans, tmp_path):
    write_rule(tmp_path / "rules", "boo001_loud", LOUD)
    told = found(scans, tmp_path / "rules")
    assert [(one.code, one.name, one.scope, one.severity) for one in told] == [
        ("BOO001", "loud", "volume", Severity.WARNING)
    ] * 3
    assert {one.seen for one in told} == {"CT", "MR", ""}
    assert {one.where.volume for one in told} == set(scans.volumes["volume"])
    assert {one.advice for one in told} == {"Mend it, in two lines."}


@pytest.mark.parametrize(
    "body",
    [
        "def check(row):\n    raise KeyError('x')",
        "def check(row):\n    yield warning('one')\n    yield 3",
        "def check(row):\n    return None",
        "def check(instances):\n    instances['no such column']\n    yield",
        "def check(volume):\n    raise ValueError('x')",
    ],
    ids=["raises", "yields a number", "yields nothing at all", "unknown column", "raises on pixels"],
)
def test_a_rule_that_fails_is_a_finding_and_the_others_run(scans, tmp_path, body):
    write_rule(tmp_path / "rules", "boo001_wrong", body)
    write_rule(tmp_path / "rules", "boo002_loud", LOUD)
    told = found(scans, tmp_path / "rules", pixels=True)
    assert codes(told)["BOO002"] == 3
    assert codes(told)["BOO001"] == 0
    failed = [one for one in told if one.code == "RUL001"]
    assert failed
    assert all(one.severity is Severity.ERROR and "BOO001" in one.message for one in failed)


def test_a_failure_names_the_line_of_the_rule(scans, tmp_path):
    path = write_rule(tmp_path / "rules", "boo001_wrong", "def check(volumes):\n    raise KeyError('x')")
    line = path.read_text().splitlines().index("    raise KeyError('x')") + 1
    (failed,) = found(scans, tmp_path / "rules")
    assert failed.seen == f"KeyError: 'x' (boo001_wrong.py, line {line})"


@pytest.mark.parametrize(
    "facts",
    [
        "{'x': pl.col('no such column').first()}",
        "{'x': 'kvp'}",
        "{'x': pl.col('modality').sum().cast(pl.Int8, strict=True)}",
        "3",
    ],
    ids=["unknown column", "no expression", "fails to evaluate", "no mapping"],
)
def test_facts_that_fail_cost_their_rule_alone(scans, tmp_path, facts):
    write_rule(
        tmp_path / "rules", "boo001_wrong", f"FACTS = {facts}\ndef check(row, facts):\n    yield info('x')"
    )
    counted = "FACTS = {'n': pl.len(), 'last': pl.col('k').last()}\n"
    write_rule(
        tmp_path / "rules",
        "boo002_counts",
        counted + "def check(row, facts):\n    yield info('slices', seen=f\"{facts['n']} {facts['last']}\")",
    )
    told = found(scans, tmp_path / "rules")
    assert codes(told) == {"RUL001": 1, "BOO002": 2}
    assert {one.seen for one in told if one.code == "BOO002"} == {"8 7"}


def test_facts_may_be_none_at_all_and_are_for_dicom_alone(scans, tmp_path):
    write_rule(
        tmp_path / "rules", "boo001_none", "def check(row, facts):\n    yield info('x', seen=str(facts))"
    )
    optional = "FACTS = {'n': pl.len()}\ndef check(row, facts=None):\n    yield info('x', seen=str(facts))"
    write_rule(tmp_path / "rules", "boo002_optional", optional)
    told = found(scans, tmp_path / "rules")
    assert [one.seen for one in told if one.code == "BOO001"] == ["{}"] * 2
    assert sorted(one.seen for one in told if one.code == "BOO002") == ["None", "{'n': 8}", "{'n': 8}"]


def test_a_worker_that_dies_costs_its_volume_alone(scans, tmp_path):
    deadly = "def check(row, volume):\n    if row['modality'] == 'MR':\n        os._exit(9)\n    yield info('alive')"
    write_rule(tmp_path / "rules", "boo001_deadly", deadly)
    told = found(scans, tmp_path / "rules", pixels=True)
    assert codes(told) == {"FIL001": 1, "BOO001": 2}
    lost = next(one for one in told if one.code == "FIL001")
    assert lost.severity is Severity.ERROR
    mr = scans.volumes.filter(scans.volumes["modality"] == "MR")
    assert lost.where.volume == mr["volume"].item()
    # Without the rule that would say so, the volume is still said not to have been seen.
    told = found(scans, tmp_path / "rules", pixels=True, ignore=["FIL001"])
    assert codes(told) == {"BOO001": 2, "RUL002": 1}
    assert codes(found(scans, tmp_path / "rules", pixels=True, ignore=["FIL001", "RUL002"])) == {"BOO001": 2}


def test_pixel_rules_run_only_where_pixels_are_asked_for(scans, tmp_path):
    write_rule(tmp_path / "rules", "boo001_mean", "def check(volume):\n    yield info('x', seen=volume.unit)")
    assert found(scans, tmp_path / "rules", pixels=False) == []
    told = found(scans, tmp_path / "rules", pixels=True)
    assert sorted(one.seen for one in told) == ["HU", "a.u.", "a.u."]
    assert all(one.where.volume for one in told)
    assert (
        len(found(scans, tmp_path / "rules", pixels=None)) == 3
    )  # few volumes are decoded without being asked


def test_an_optional_input_is_there_where_it_is_known(scans, tmp_path):
    body = (
        "def check(row=None, volumes=None):\n"
        "    yield info('x', seen=f'{row is not None} {volumes is not None}', scope='dataset')"
    )
    write_rule(tmp_path / "rules", "boo001_both", body)
    told = found(scans, tmp_path / "rules")
    assert sorted(one.seen for one in told) == ["False True", *["True False"] * 3]


def test_select_and_ignore_choose_rules(tmp_path):
    small_series(tags={"SliceThickness": "1.6"}, spacing=(0.8, 0.9, 2.5))(tmp_path)
    assert set(codes(check(tmp_path, select=["GEO008", "anisotropic"], pixels=False))) == {"GEO008", "GEO012"}
    assert set(codes(check(tmp_path, select=["GEO"], ignore=["GEO012"], pixels=False))) >= {"GEO008"}
    assert "GEO012" not in codes(check(tmp_path, select=["GEO"], ignore=["GEO012"], pixels=False))
    assert "GEO008" not in codes(check(tmp_path, ignore=["GEO"], pixels=True))


def test_what_cannot_be_meant_is_refused(scans, tmp_path):
    with pytest.raises(UnknownName, match="FIL00"):
        check(scans, select=["FIL999"])
    with pytest.raises(UnknownName):
        check(scans, ignore=[" "])
    with pytest.raises(UnknownName, match="ct-lung"):
        check(scans, "ct-lungs")
    with pytest.raises(WrongUse, match="no such folder"):
        check(scans, rules=[tmp_path / "nowhere"])


def test_the_same_findings_come_in_the_same_order(scans, tmp_path):
    write_rule(tmp_path / "rules", "boo001_loud", LOUD)
    assert found(scans, tmp_path / "rules") == found(scans, tmp_path / "rules")
