"""What cannot be a path is said so, wherever one is asked for."""

from __future__ import annotations

import numpy as np
import pytest

import scan2train as s2t

IMPOSSIBLE = ["a" * 5000, "a\0b.nii", None, ["x"], 7]


@pytest.mark.parametrize("given", IMPOSSIBLE, ids=lambda given: repr(given)[:12])
def test_what_no_file_can_be_called_is_wrong_use(given):
    volume = s2t.Volume.from_array(np.zeros((3, 4, 5)))
    for ask in (
        s2t.read,
        s2t.read_all,
        s2t.header,
        s2t.stats,
        lambda path: s2t.write(volume, path),
        lambda path: s2t.convert(path, "x.nii"),
        lambda path: s2t.convert("x.nii", path),
    ):
        with pytest.raises(s2t.WrongUse):
            ask(given)
