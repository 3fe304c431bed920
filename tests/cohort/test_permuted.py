"""The permutation test: it finds what is there, and keeps its level where nothing is."""

import numpy as np
import pytest
from scipy.stats import binom, chi2_contingency, kruskal, spearmanr

from scan2train.cohort.levels import block_of
from scan2train.cohort.permuted import class_columns, number_columns, test_labels

test_labels.__test__ = False


def features(rng, n, count):
    """Categories, ranks, and features that depend on one another."""
    made = []
    for at in range(count):
        if at % 3 == 0:
            made.append(block_of(list(rng.normal(size=n)), numeric=True))
        elif at % 3 == 1:
            made.append(block_of([str(one) for one in rng.integers(0, 2 + at % 4, n)], numeric=False))
        else:
            flipped = made[-1].columns[:, 0] > 0
            flipped[rng.integers(0, n)] ^= True
            made.append(block_of([str(one) for one in flipped], numeric=False))
    return [one for one in made if one is not None]


def smallest(blocks, columns, seed, permutations):
    found = test_labels([b.columns for b in blocks], [b.freedom for b in blocks], columns, seed, permutations)
    return min(found.p.min(), found.together_p)


def false_alarms(runs, n, count, permutations, classes):
    rng = np.random.default_rng(3)
    blocks = features(rng, n, count)
    found = []
    for run in range(runs):
        columns = (
            class_columns(rng.permutation(np.arange(n) % classes))
            if classes
            else number_columns(rng.normal(size=n))
        )
        found.append(smallest(blocks, columns, run, permutations))
    return np.array(found)


@pytest.mark.parametrize("classes", [2, 0])
def test_the_rate_of_false_alarms_is_what_is_said(classes):
    found = false_alarms(200, 24, 30, 299, classes)
    for level in (0.01, 0.05, 0.2):
        low, high = binom.interval(0.9999, len(found), level)
        assert low <= (found < level).sum() <= high


@pytest.mark.slow
@pytest.mark.parametrize(("n", "count", "classes"), [(16, 60, 2), (40, 300, 2), (60, 200, 3), (40, 200, 0)])
def test_the_rate_of_false_alarms_is_what_is_said_in_long_runs(n, count, classes):
    found = false_alarms(1000, n, count, 999, classes)
    for level in (0.01, 0.05, 0.2):
        low, high = binom.interval(0.999, len(found), level)
        assert low <= (found < level).sum() <= high


def test_statistics_are_those_of_the_textbooks():
    rng = np.random.default_rng(5)
    n = 60
    levels, numbers, codes = rng.integers(0, 4, n), rng.integers(0, 9, n), rng.integers(0, 3, n)
    categories, quantity = (
        block_of([str(one) for one in levels], numeric=False),
        block_of(list(numbers), numeric=True),
    )
    classes = class_columns(codes).columns
    table = np.array([[np.sum((levels == a) & (codes == b)) for b in range(3)] for a in range(4)])
    chi2 = ((categories.columns.T @ classes) ** 2).sum() * n
    assert chi2 == pytest.approx(chi2_contingency(table, correction=False).statistic)
    h = ((quantity.columns.T @ classes) ** 2).sum() * (n - 1)
    assert h == pytest.approx(kruskal(*(numbers[codes == one] for one in range(3))).statistic)
    r = float((quantity.columns.T @ number_columns(codes.astype(float)).columns)[0, 0])
    assert r == pytest.approx(spearmanr(numbers, codes).statistic)


def test_one_feature_among_many_is_found_and_no_other():
    rng = np.random.default_rng(7)
    codes = rng.permutation(np.arange(40) % 2)
    blocks = [*features(rng, 40, 90), block_of([str(one) for one in codes], numeric=False)]
    found = test_labels(
        [b.columns for b in blocks], [b.freedom for b in blocks], class_columns(codes), 0, 999
    )
    assert found.p[-1] < 0.01
    assert found.strength[-1] == pytest.approx(1)
    assert found.p[:-1].min() > 0.01


def test_two_features_that_tell_only_together_are_found_together():
    rng = np.random.default_rng(9)
    a, b = rng.integers(0, 2, 60), rng.integers(0, 2, 60)
    blocks = [block_of([str(one) for one in column], numeric=False) for column in (a, b)]
    found = test_labels([x.columns for x in blocks], [1, 1], class_columns(a ^ b), 0, 999)
    assert found.p.min() > 0.01
    assert found.together_p < 0.01


@pytest.mark.parametrize(("cases", "enough"), [(8, False), (20, True)])
def test_what_few_cases_can_tell(cases, enough):
    rng = np.random.default_rng(1)
    blocks = features(rng, cases, 60)
    found = test_labels(
        [b.columns for b in blocks], [b.freedom for b in blocks], class_columns(np.arange(cases) % 2), 0, 999
    )
    assert (found.reachable < 0.01) is enough


def test_identifiers_of_one_case_each_are_no_feature():
    assert block_of([f"ID{n}" for n in range(9)], numeric=False) is None
    assert block_of(["a"] * 9, numeric=False) is None
    assert block_of([1.0] * 9, numeric=True) is None


def test_the_same_seed_gives_the_same():
    blocks = features(np.random.default_rng(1), 20, 20)
    columns = class_columns(np.arange(20) % 2)
    assert smallest(blocks, columns, 4, 299) == smallest(blocks, columns, 4, 299)
