"""The audit on hospitals written by pydicom alone: every planted fault is named, what is sound is left alone."""

from __future__ import annotations

import pytest

from audit import clean_hospital, planted_hospital
from scan2train.check import check
from scan2train.finding import Severity
from scan2train.index import index

FAULTS = tuple(planted_hospital.faults())
OF_DATA_SETS = tuple(planted_hospital.data_set_faults())


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    root = tmp_path_factory.mktemp("hospital")
    for fault in FAULTS:
        (root / fault.where).mkdir(parents=True)
        fault.build(root / fault.where)
    return check(index(root, cache=False))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.code} {fault.where}")
def test_a_planted_fault_is_found_at_its_place(planted, fault):
    here = [
        one for one in planted if (one.where.path or "").startswith(f"{fault.where}/{fault.file}".rstrip("/"))
    ]
    assert fault.code in {one.code for one in here}, [one.code for one in here]


@pytest.mark.parametrize("fault", OF_DATA_SETS, ids=lambda fault: f"{fault.code} {fault.where}")
def test_a_planted_fault_of_a_data_set_is_found(tmp_path, fault):
    fault.build(tmp_path)
    found = check(index(tmp_path, cache=False), task=fault.task, pixels=fault.pixels)
    named = [one for one in found if one.code == fault.code]
    assert named, [one.code for one in found]
    if fault.file:
        assert any(fault.file in (one.where.path or "") for one in named)


def test_every_rule_has_a_planted_fault():
    from scan2train.rule.load import built_in

    covered = {fault.code for fault in (*FAULTS, *OF_DATA_SETS)}
    assert {rule.code for rule in built_in()} - covered == planted_hospital.ELSEWHERE


def test_what_is_sound_is_left_alone(tmp_path):
    clean_hospital.write(tmp_path)
    found = check(index(tmp_path, cache=False))
    loud = [one for one in found if one.severity is not Severity.INFO]
    assert [(one.code, one.where.path, one.message) for one in loud] == []
