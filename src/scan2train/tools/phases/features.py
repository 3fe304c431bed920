"""What a classifier of contrast phases looks at: numbers of the picture and of the header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scan2train.tools.phases.contrast import NAMES

#: Columns of the table of phases, in their units; what was not found is not a number.
MEASURED: Final = ("blood_hu", "liver_hu", "kidney_hu", "kidney_apart_hu", "urine_hu", "contrast_delay_s")
#: Whether words, times and picture tell each phase.
SAID: Final = tuple(f"{by}={name}" for by in ("by_words", "by_times", "by_picture") for name in NAMES)
FEATURES: Final = MEASURED + SAID


def features_of(row: Mapping[str, Any]) -> npt.NDArray[np.float64]:
    """The numbers of one row of the table of phases, in order of :data:`FEATURES`."""
    measured = [np.nan if row[name] is None else float(row[name]) for name in MEASURED]
    said = [float(row[by] == name) for by, _, name in (one.partition("=") for one in SAID)]
    return np.array([*measured, *said])
