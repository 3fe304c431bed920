"""The type of values follows from the header."""

from __future__ import annotations

import numpy as np
import pytest

from scan2train.formats.dicom.dtype import value_dtype


@pytest.mark.parametrize(
    ("limits", "slopes", "intercepts", "kind"),
    [
        ((0, 4095), [1], [-1024], np.int16),
        ((0, 255), [1], [0], np.uint8),
        ((0, 255), [1], [-128], np.int8),
        ((0, 65535), [1], [0], np.uint16),
        ((0, 65535), [1], [-1024], np.int32),
        ((-32768, 32767), [1], [-1024], np.int32),
        ((-32768, 32767), [1, 2], [0, 0], np.int32),
        ((0, 2**31), [4], [0], np.float64),
        ((0, 4095), [0.5], [-1024], np.float32),
        ((0, 4095), [0.1], [0], np.float32),
        ((0, 65535), [0.3], [0], np.float64),
        ((0, 32767), [1e-4, 3e-5], [0, 0], np.float32),
        ((0, 4095), [1, 1.5], [0, 0], np.float32),
    ],
)
def test_the_smallest_type_that_holds_every_value(
    limits: tuple[int, int], slopes: list[float], intercepts: list[float], kind: type
) -> None:
    assert value_dtype(limits, slopes, intercepts) == np.dtype(kind)
