"""When an alignment should not be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from scan2train.grid import FloatArray
from scan2train.tools.register.alike import FEWEST, SAME, Held, Metric
from scan2train.tools.register.bend import Jacobian
from scan2train.tools.register.result import Fault
from scan2train.tools.register.scan import Scan

#: A Dice that falls by more, in the mean of all labels, is no matter of borders.
_FALLEN = 0.02
#: Two scans of one part of the body are more alike than that, whatever the modality; more where values mean the same.
_LITTLE = {Metric.INFORMATION: 0.25, Metric.CORRELATION: 0.4}


def faults(
    held: Held, moving: Scan, places: dict[str, FloatArray], jacobian: Jacobian, least_covered: float
) -> Iterator[Fault]:
    """What is wrong, the worst first.

    ``places`` has ``as found``, ``start`` and ``end``; ``least_covered`` is the share of the fixed patient that the
    moving scan must cover, 0 to 1.
    """
    end, seen = held.alike(moving, places["end"])
    share = float(seen.mean()) if seen.size else 0.0
    if np.isnan(end) or share < least_covered:
        yield Fault(
            reason="apart",
            message=f"the moving scan covers {share:.0%} of what is compared in the fixed one",
        )
        return
    for word, told in (("as found", "as the two lay at first"), ("start", "at the start")):
        both = seen & moving.at(places[word])[1]
        if int(both.sum()) < max(FEWEST, least_covered * len(seen)):
            continue
        before, _ = held.alike(moving, places[word], both)
        after, _ = held.alike(moving, places["end"], both)
        if after < before - SAME:
            yield Fault(
                reason="worse",
                message=f"the scans are less alike than {told}: {held.metric} {after:.3f}, before {before:.3f}",
            )
            break
    if jacobian.folded > 0:
        yield Fault(
            reason="folds",
            message=f"the deformation folds in {jacobian.folded:.2%} of the patient (least Jacobian "
            f"{jacobian.least:.3g}): what lay apart lies on one another",
        )
    if end < _LITTLE[held.metric]:
        yield Fault(
            reason="little-in-common",
            message=f"the scans have little in common even so: {held.metric} {end:.3f}; do they show the same part of "
            "the body?",
        )


def labels_apart(overlap: Mapping[str, Mapping[int, float]]) -> Iterator[Fault]:
    """Whether labels of both scans agree less than they did; ``overlap`` is Dice by label, before and after."""
    if not overlap or not overlap["before"]:
        return
    before, after = (float(np.mean(list(overlap[word].values()))) for word in ("before", "after"))
    if after < before - _FALLEN:
        yield Fault(
            reason="labels-worse",
            message=f"the labels agree less than as found: Dice {after:.3f} in the mean, before {before:.3f}; were "
            "they drawn apart from one another?",
        )
