"""A baseline knows faults at their places, whatever is counted, however they are sorted, and nothing of patients."""

import json
from dataclasses import replace

import pytest

from odd_findings import ODD
from scan2train.checking.baseline import baseline_of, compare, fingerprint
from scan2train.errors import WrongUse
from scan2train.finding import Severity, Where


@pytest.fixture
def known(tmp_path):
    def write(findings):
        path = tmp_path / "known.json"
        path.write_text(baseline_of(findings), encoding="utf-8")
        return path

    return write


def test_what_is_known_is_not_new_whatever_is_counted_and_however_sorted(known):
    later = [replace(one, affects=9, seen="12 of them", expected="none") for one in reversed(ODD)]
    told = compare(later, known(ODD))
    assert (told.new, told.known, told.gone) == ((), 3, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"code": "GEO003"},
        {"message": "slices are doubled"},
        {"where": Where(path="a b/c:d", series_uid="1.2.4", volume="0123456789ab")},
    ],
)
def test_another_fault_or_place_is_new(known, change):
    other = replace(ODD[0], **change)
    told = compare([*ODD, other], known(ODD))
    assert (told.new, told.known) == ((other,), 3)


def test_numbers_in_a_message_and_a_series_that_has_grown_do_not_matter():
    one = replace(ODD[0], message="3 slices of 2.5 mm")
    grown = replace(one, message="4 slices of 1,25 mm", where=replace(one.where, volume="ffff", path="moved"))
    assert fingerprint(one) == fingerprint(grown)


def test_a_file_is_known_by_its_path_and_a_volume_without_series_by_its_content():
    moved = replace(ODD[1], where=Where(path="y"))
    assert fingerprint(ODD[1]) != fingerprint(moved)
    nifti = replace(ODD[0], where=Where(path="a.nii", volume="0123"))
    assert fingerprint(nifti) == fingerprint(replace(nifti, where=Where(path="b.nii", volume="0123")))


def test_a_finding_that_became_worse_is_new_and_a_milder_one_is_not(known):
    warned = replace(ODD[0], severity=Severity.WARNING)
    assert compare([ODD[0]], known([warned])).new == (ODD[0],)
    assert compare([warned], known([ODD[0]])).new == ()


def test_more_of_the_same_than_was_known_is_new(known):
    told = compare([ODD[2]] * 3, known([ODD[2]] * 2))
    assert (len(told.new), told.known) == (1, 2)


def test_what_is_gone_is_counted(known):
    assert compare(ODD[1:], known(ODD)).gone == 1


def test_failed_rules_are_never_known(known):
    failed = replace(ODD[2], code="RUL001", severity=Severity.ERROR)
    assert compare([failed], known([failed])).new == (failed,)


def test_the_file_holds_codes_and_hashes_alone(known):
    text = known(ODD).read_text()
    assert baseline_of(reversed(ODD)) == text
    told = json.loads(text)
    assert [sorted(one) for one in told["findings"]] == [["code", "count", "fingerprint", "severity"]] * 3
    assert not any(word in text for word in ("a b", "1.2.3", "0123456789ab", "10 mm"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "findings": []}',
        '{"version": 1, "findings": [{}]}',
        '{"version": 1, "findings": [{"fingerprint": "x", "count": true, "severity": "info"}]}',
        '{"version": 1, "findings": [{"fingerprint": "x", "count": 1, "severity": "bad"}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(WrongUse):
        compare((), tmp_path / "x.json")
    with pytest.raises(WrongUse, match="--write-baseline"):
        compare((), tmp_path / "nowhere.json")
