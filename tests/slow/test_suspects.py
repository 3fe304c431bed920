"""What a rule's SUSPECT leaves out is clean: judging every volume finds nothing more, in any rule's examples."""

import dataclasses

import pytest

from scan2train.checking.header import check_headers
from scan2train.checking.settle import settle
from scan2train.checking.tables import tables
from scan2train.index import Index
from scan2train.indexing.run import index_source
from scan2train.rule.load import built_in
from scan2train.task import Task

pytestmark = pytest.mark.slow

CASES = [(rule, example) for rule in built_in() for example in rule.examples()]


class Unsuspecting:
    """A rule that looks at every volume."""

    suspect = None

    def __init__(self, rule):
        self._rule = rule

    def __getattr__(self, name):
        return getattr(self._rule, name)


@pytest.mark.parametrize(
    "example", [one for _, one in CASES], ids=[f"{rule.code} {one.name}" for rule, one in CASES]
)
def test_nothing_is_missed(example, tmp_path):
    example.build(tmp_path)
    found = Index(**index_source(tmp_path, jobs=1, cache=False, salt=b"examples", progress=None))
    task = Task.load(example.task) if example.task else None
    rules = [dataclasses.replace(rule, task=task) for rule in built_in()]
    named = tables(found, {name for rule in rules for name in rule.needs})
    quick = settle(check_headers(found, rules, named))
    whole = settle(check_headers(found, [Unsuspecting(one) for one in rules], named))
    assert [dataclasses.asdict(one) for one in quick] == [dataclasses.asdict(one) for one in whole]
