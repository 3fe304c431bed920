"""One seed, and every generator gives the same numbers again."""

from __future__ import annotations

import os
import random
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from scan2train import WrongUse
from scan2train.learn import seed_everything


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")
    state = (random.getstate(), np.random.get_state(), torch.get_rng_state())  # noqa: NPY002
    yield
    random.setstate(state[0])
    np.random.set_state(state[1])  # noqa: NPY002
    torch.set_rng_state(state[2])


def drawn():
    return random.random(), float(np.random.rand()), float(torch.rand(1))  # noqa: NPY002


def test_every_generator_starts_over(monkeypatch):
    seen = []
    tensorflow = SimpleNamespace(__version__="9", random=SimpleNamespace(set_seed=seen.append))
    monkeypatch.setitem(sys.modules, "tensorflow", tensorflow)
    told = seed_everything(7)
    first = drawn()
    assert drawn() != first
    assert seed_everything(7) == told
    assert drawn() == first
    assert seed_everything(8)["seed"] == 8
    assert all(a != b for a, b in zip(drawn(), first, strict=True))
    assert seen == [7, 7, 8]
    assert told["seeded"]["torch"] == torch.__version__
    assert set(told["seeded"]) == {"python", "numpy", "torch", "tensorflow"}
    assert os.environ["PYTHONHASHSEED"] == "8"


def test_what_differs_from_run_to_run_is_refused_where_asked(monkeypatch):
    asked = []  # the real one loads torch's compiler, which takes seconds

    def ask(*, mode):
        asked.append(mode)

    monkeypatch.setattr(torch, "use_deterministic_algorithms", ask)
    assert not seed_everything(1)["deterministic"]
    assert asked == []
    assert seed_everything(1, deterministic=True)["deterministic"]
    assert asked == [True]
    assert not torch.backends.cudnn.benchmark


@pytest.mark.parametrize("seed", [-1, 1 << 32, 1.0, True, "7"])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(WrongUse, match="whole number"):
        seed_everything(seed)
