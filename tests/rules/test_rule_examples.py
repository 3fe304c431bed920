"""Every example of every rule: the fault is found at its severity, and nothing where there is none."""

import pytest

from scan2train.rule.load import built_in
from scan2train.testing.rule_contract import faults_of

CASES = [(rule, example) for rule in built_in() for example in rule.examples()]


@pytest.mark.parametrize(("rule", "example"), CASES, ids=[f"{rule.code} {one.name}" for rule, one in CASES])
def test_an_example_is_judged_as_it_says(rule, example, tmp_path):
    assert faults_of(rule, example, tmp_path) == ""


@pytest.mark.parametrize("rule", built_in(), ids=lambda rule: rule.code)
def test_a_rule_has_good_bad_and_near_examples(rule):
    assert {one.kind for one in rule.examples()} == {"good", "bad", "near"}
