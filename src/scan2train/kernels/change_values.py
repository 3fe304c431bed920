"""The clipped straight line of a recipe's values steps, over a whole array."""

from __future__ import annotations

from scan2train.kernels.compiling import outer


@outer
def change_values(source, change, out):
    """``out = clip(scale * source + shift)`` over flat arrays.

    ``change`` is ``(scale, shift, low, high)`` in the type of ``out``.
    """
    if source.shape != out.shape:
        raise ValueError("input and output disagree")
    scale, shift, low, high = change[0], change[1], change[2], change[3]
    for n in range(source.shape[0]):
        value = scale * source[n] + shift
        # Two plain comparisons become vector instructions; min and max do not.
        if value < low:
            value = low
        if value > high:
            value = high
        out[n] = value
