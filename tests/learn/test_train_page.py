"""The page "Train on a prepared set" runs as it stands."""

from __future__ import annotations

import json
import random
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "train.md"

pytest.importorskip("monai")
pytest.importorskip("torchio")


def test_the_page_runs(stores, tmp_path, monkeypatch):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    (tmp_path / "ready").symlink_to(stores["b2nd"])
    split = stores["b2nd"] / "split.json"
    split.write_text(
        json.dumps({"seed": 0, "by": "patient", "folds": [{"train": ["case0", "case2"], "val": []}]})
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    names = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for block in blocks:
                # Workers cannot be forked quickly from a process that has loaded all of this.
                exec(block.replace("workers=2", "workers=0"), names)
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
        torch.set_rng_state(states[2])
        split.unlink()
    assert len(names["items"]) == len(names["subjects"]) == 2
    assert names["batch"]["image"].ndim == 5
    assert names["epoch"] == 1
    assert "random" not in names["subject"]["account"]
