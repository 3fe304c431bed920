"""Diffusion that stops at edges, between real voxels only. All arrays are ``(k, j, i)`` in C order."""

from __future__ import annotations

import math

from scan2train.kernels.compiling import outer


@outer
def slopes(values, real, masked, per_mm, slope):
    """Central differences along k, j, i into ``slope`` ``(3, k, j, i)``; returns the mean of their squared sum.

    Towards what is not real, or beyond the faces, the difference is 0, and half of the other side's is left.
    """
    if (masked and real.shape != values.shape) or slope.shape[1:] != values.shape:
        raise ValueError("mask and image disagree")
    total, count = 0.0, 0
    size = values.shape
    for k in range(size[0]):
        for j in range(size[1]):
            for i in range(size[2]):
                if masked and not real[k, j, i]:
                    continue
                count += 1
                for axis in range(3):
                    dk, dj, di = int(axis == 0), int(axis == 1), int(axis == 2)
                    at = k if axis == 0 else j if axis == 1 else i
                    here = values[k, j, i]
                    after, before = here, here
                    if at + 1 < size[axis] and not (masked and not real[k + dk, j + dj, i + di]):
                        after = values[k + dk, j + dj, i + di]
                    if at > 0 and not (masked and not real[k - dk, j - dj, i - di]):
                        before = values[k - dk, j - dj, i - di]
                    one = (after - before) * per_mm[axis] / 2
                    slope[axis, k, j, i] = one
                    total += one * one
    return total / count if count else 0.0


@outer
def diffuse(values, real, masked, per_mm, slope, edge, time, out):
    """One explicit step of ``time`` (mm²): what flows from voxel to voxel is ``exp(-|gradient|² / edge)`` of the slope.

    The gradient between two voxels is their difference along the axis and the mean of both slopes across it.
    """
    if (masked and real.shape != values.shape) or out.shape != values.shape:
        raise ValueError("mask and image disagree")
    size = values.shape
    out[:] = values
    for axis in range(3):
        dk, dj, di = int(axis == 0), int(axis == 1), int(axis == 2)
        one, two = (axis + 1) % 3, (axis + 2) % 3
        step = per_mm[axis]
        for k in range(size[0] - dk):
            for j in range(size[1] - dj):
                for i in range(size[2] - di):
                    a, b, c = k + dk, j + dj, i + di
                    if masked and not (real[k, j, i] and real[a, b, c]):
                        continue
                    along = (values[a, b, c] - values[k, j, i]) * step
                    first = slope[one, k, j, i] + slope[one, a, b, c]
                    second = slope[two, k, j, i] + slope[two, a, b, c]
                    steep = along * along + (first * first + second * second) / 4
                    flow = time * step * along * math.exp(-steep / edge)
                    out[k, j, i] += flow
                    out[a, b, c] -= flow
