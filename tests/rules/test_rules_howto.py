"""The rule of the page "Write a rule of your own" is a rule, and passes its own examples."""

import re
from pathlib import Path

import pytest

from scan2train.check import check
from scan2train.index import index
from scan2train.rule.load import all_rules, find_rule
from scan2train.testing.rule_contract import faults_of
from scan2train.testing.small import small_series

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "rules.md"


@pytest.fixture
def folder(tmp_path):
    code = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    path = tmp_path / "our-rules" / "abc001_wrong_station.py"
    path.parent.mkdir()
    path.write_text(code, encoding="utf-8")
    return path.parent


def test_it_passes_its_examples(folder, tmp_path):
    rule = find_rule("ABC001", all_rules([folder]))
    assert rule.name == "wrong-station"
    for number, example in enumerate(rule.examples()):
        place = tmp_path / str(number)
        place.mkdir()
        assert faults_of(rule, example, place) == ""


def test_check_runs_it_beside_the_others(folder, tmp_path):
    small_series(tags={"StationName": "MR77", "SliceThickness": "1.6"})(tmp_path / "scans")
    found = check(index(tmp_path / "scans", cache=False), rules=[folder], pixels=False)
    assert {"ABC001", "GEO008"} <= {one.code for one in found}
