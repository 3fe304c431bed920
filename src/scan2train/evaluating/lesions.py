"""Whether each component was found, however well its outline was met."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scan2train.volume import Array, Mask


def lesion_f1(prediction: Mask, truth: Mask) -> tuple[float, tuple[int, int, int]]:
    """F1 over components of 26 neighbours, of which there is one at least; and how many were found, missed and false.

    A component of the truth is found if it shares a voxel with the prediction; one of the prediction is a false alarm
    if it shares none with the truth.
    """
    of_truth, true_ones = _components(truth)
    of_prediction, predicted = _components(prediction)
    both = truth & prediction
    found, right = _met(of_truth, both, true_ones), _met(of_prediction, both, predicted)
    missed, false = true_ones - found, predicted - right
    return 2 * found / (2 * found + missed + false), (found, missed, false)


def _components(mask: Mask) -> tuple[Array, int]:
    import cc3d

    pieces, number = cc3d.connected_components(
        mask.view(np.uint8), connectivity=26, return_N=True, binary_image=True
    )
    return pieces, int(number)


def _met(pieces: npt.NDArray[np.unsignedinteger], both: Mask, number: int) -> int:
    if number == 1:
        return int(both.any())
    met = np.zeros(number + 1, np.bool_)
    met[pieces[both]] = True
    return int(met.sum())
