"""Numbers that come from a whole data set: what they are, and that nothing but the cases decides them."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.recipe import Recipe, ValueCounts
from scan2train.recipe.fitting import contribution, with_fit
from scan2train.volume import Labels, Volume


def _case(seed, shape, level):
    rng = np.random.default_rng(seed)
    values = rng.normal(level, 80, shape).astype(np.int16)
    labels = (rng.random(shape) < 0.2).astype(np.uint8) * rng.integers(1, 3, shape, dtype=np.uint8)
    valid = np.ones(shape, dtype=bool)
    valid[0] = False
    spacing = (0.7, 0.9, 2.5)
    return Volume.from_array(values, spacing, unit="HU", valid=valid), Labels.from_array(labels, spacing)


CASES = [_case(1, (9, 8, 7), -200), _case(2, (14, 6, 5), 50), _case(3, (7, 11, 9), 310)]


def _asked(*steps):
    return Recipe.from_json({"step": list(steps)})


def _pooled(part):
    """The real values of all cases, by numpy."""
    found = []
    for volume, labels in CASES:
        mask = volume.valid & (labels.array != 0) if part == "labels" else volume.valid
        found.append(volume.array[mask].astype(np.float64))
    return found


@pytest.mark.parametrize("part", ["volume", "labels"])
def test_mean_deviation_and_percentiles_are_those_of_all_voxels_together(part):
    about = {"over": "dataset", "within": part}
    steps = ({"do": "zscore", **about}, {"do": "clip_percentile", "lower": 2.0, "upper": 97.0, **about})
    score, clip = (_asked(step).fit(CASES).steps[0] for step in steps)
    together = np.concatenate(_pooled(part))
    assert score.mean == pytest.approx(together.mean(), rel=1e-14)
    assert score.std == pytest.approx(together.std(), rel=1e-13)
    assert (clip.low, clip.high) == pytest.approx(np.percentile(together, [2.0, 97.0]), rel=1e-12)


def test_cases_can_weigh_alike():
    step = {"do": "clip_zscore", "over": "dataset", "within": "labels", "weigh": "cases"}
    made = _asked(step).fit(CASES).steps[0]
    found = _pooled("labels")
    mean = np.mean([one.mean() for one in found])
    assert made.mean == pytest.approx(mean, rel=1e-12)
    assert made.std == pytest.approx(
        np.sqrt(np.mean([((one - mean) ** 2).mean() for one in found])), rel=1e-12
    )
    # By drawing as many voxels of each case, as nnU-Net does, up to the chance of the draw.
    rng = np.random.default_rng(0)
    drawn = np.concatenate([rng.choice(one, 200_000) for one in found])
    assert (made.low, made.high) == pytest.approx(np.percentile(drawn, [0.5, 99.5]), abs=3)


def test_the_order_of_the_cases_changes_no_bit():
    asked = _asked({"do": "clip_zscore", "over": "dataset"}, {"do": "subtract_mean", "over": "dataset"})
    cases = [replace(v, array=v.array * np.float32(0.37)) for v, _ in CASES]
    assert len({asked.fit(order).fingerprint for order in permutations(cases)}) == 1


def test_steps_that_wait_are_fitted_on_what_those_before_them_make():
    asked = _asked(
        {"do": "clip", "low": -100.0, "high": 100.0},
        {"do": "subtract_mean", "over": "dataset"},
        {"do": "zscore", "over": "dataset"},
    )
    assert asked.waiting == 1
    made = asked.fit(CASES)
    together = np.clip(np.concatenate(_pooled("volume")), -100, 100)
    assert made.waiting is None
    assert made.steps[1].mean == pytest.approx(together.mean(), rel=1e-12)
    assert made.steps[2].mean == pytest.approx(0, abs=1e-4)  # float32 values
    assert made.steps[2].std == pytest.approx(together.std(), rel=1e-6)
    with pytest.raises(WrongUse, match="only once"):
        asked.fit(iter(CASES))


def test_a_fitted_recipe_runs_and_reads_back_from_toml_to_the_bit():
    made = _asked({"do": "zscore", "over": "dataset"}).fit(CASES)
    again = Recipe.from_toml(made.to_toml())
    assert again.steps == made.steps
    assert again.fingerprint == made.fingerprint
    ready, account = again.run(CASES[0][0])
    assert account.is_account
    step = made.steps[0]
    real = CASES[0][0].valid
    expected = (CASES[0][0].array - step.mean) / step.std
    np.testing.assert_allclose(ready.array[real], expected[real], atol=1e-5)


def test_a_recipe_that_waits_refuses_to_run():
    asked = _asked({"do": "linear"}, {"do": "zscore", "over": "dataset"})
    with pytest.raises(WrongUse, match=r"step 2 .*waits"):
        asked.run(CASES[0][0])
    with pytest.raises(WrongUse, match="no mean and std yet"):
        asked.steps[1](CASES[0][0])


def test_what_cannot_be_fitted_is_refused():
    asked = _asked({"do": "zscore", "over": "dataset", "within": "labels"})
    with pytest.raises(WrongUse, match="has none"):
        asked.fit([CASES[0][0]])
    with pytest.raises(WrongUse, match="at least one case"):
        asked.fit([])
    volume, labels = CASES[0]
    with pytest.raises(Scan2TrainError, match="no value in any case"):
        asked.fit([(volume, labels.replace(array=np.zeros_like(labels.array)))])
    with pytest.raises(Scan2TrainError, match="finite"):
        _asked({"do": "zscore", "over": "dataset"}).fit(
            [volume.replace(array=np.full(volume.grid.shape, np.nan))]
        )
    with pytest.raises(WrongUse, match="within and weigh"):
        _asked({"do": "zscore", "over": "volume", "within": "labels"})


def test_summaries_are_small_and_hold_the_deviation_of_far_values():
    rng = np.random.default_rng(4)
    values = (1e6 + rng.normal(0, 1, 50_000)).astype(np.float64)
    found = ValueCounts.of(values)
    assert found.std == pytest.approx(values.std(), rel=1e-9)
    assert ValueCounts.of(rng.normal(0, 1, 10**6).astype(np.float32)).keys.size < 200_000


def test_cases_add_up_as_they_come():
    asked = _asked({"do": "zscore", "over": "dataset", "within": "labels"})
    parts = [contribution(asked, volume, labels, 0) for volume, labels in CASES]
    assert with_fit(asked, [parts[2].merge(parts[0]), parts[1]]) == asked.fit(CASES)
