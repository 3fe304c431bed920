"""An image on another grid, its values changed on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scan2train.grid import Grid
from scan2train.sampling.alignment import Alignment, align, index_map
from scan2train.sampling.change import constants, transform_values
from scan2train.sampling.exact import pick
from scan2train.sampling.memory import for_kernels, read_only, result_type
from scan2train.sampling.method import Sampling
from scan2train.sampling.taps import make_taps
from scan2train.sampling.turned import sample_turned, without_padding
from scan2train.sampling.value_map import ValueMap
from scan2train.volume import Array, Mask, Volume


def sample(volume: Volume, grid: Grid, sampling: Sampling, change: ValueMap, *, fill: float) -> Volume:
    """``volume`` on ``grid``: each value found by ``sampling`` and passed through ``change``.

    Voxels beyond the outer faces of the source, and those whose weight falls mostly on what is not valid there, hold
    ``fill`` (passed through ``change``) and are not valid. Where every new centre is an old one nothing is
    interpolated and the type is kept; else the result is float32 (float64 for what float32 cannot hold).
    """
    alignment = align(volume.grid, grid)
    if alignment is not None and alignment.exact:
        return _sample_exact(volume, grid, alignment, change, fill)
    stored = for_kernels(volume.array)
    valid = None if volume.valid is None else read_only(volume.valid.T)
    job = _Job(volume.grid, grid, sampling, change, fill)
    if volume.array.ndim == 3:
        out, out_valid = job.run(stored, valid, alignment)
        array = out.T
    else:
        made = [job.run(channel, valid, alignment) for channel in stored]
        out_valid = made[0][1]
        array = np.stack([out for out, _ in made]).T
    return volume.replace(array=array, grid=grid, valid=None if out_valid is None else out_valid.T)


def _sample_exact(volume: Volume, grid: Grid, alignment: Alignment, change: ValueMap, fill: float) -> Volume:
    array, inside = pick(volume.array, alignment, grid, fill)
    valid = inside
    if volume.valid is not None:
        valid, _ = pick(volume.valid, alignment, grid, 0)
    moved = volume.replace(array=array, grid=grid, valid=valid)
    return moved if change.is_identity else transform_values(moved, change)


@dataclass(frozen=True, slots=True)
class _Job:
    """One resampling, the same for each channel."""

    source: Grid
    target: Grid
    sampling: Sampling
    change: ValueMap
    fill: float

    def run(
        self, stored: Array, valid: Array | None, alignment: Alignment | None
    ) -> tuple[Array, Mask | None]:
        """``(k, j, i)`` in, ``(k, j, i)`` and mask out."""
        out = np.empty(self.target.shape[::-1], result_type(stored.dtype))
        change = constants(self.change, out.dtype)
        fill = out.dtype.type(self.change(self.fill))
        if alignment is None:
            matrix = index_map(self.source, self.target)
            inside = sample_turned(stored, valid, matrix, self.sampling, change, fill, out)
            return out, None if inside.all() else inside
        return out, self._along_axes(stored, valid, alignment, change, fill, out)

    def _along_axes(
        self, stored: Array, valid: Array | None, alignment: Alignment, change: Array, fill: float, out: Array
    ) -> Mask | None:
        from scan2train.kernels.resample_masked import resample_masked

        # Source axes in the order of the target's, both as (k, j, i).
        order = tuple(2 - axis for axis in reversed(alignment.axes))
        stored = read_only(stored.transpose(order))
        tables, spline = axis_tables(alignment, self.source, self.target, self.sampling, change.dtype)
        if valid is not None:
            out_valid = np.empty(out.shape, np.bool_)
            valid = read_only(valid.transpose(order))
            cubic = self.sampling.interpolation == "cubic"
            linear = replace(self.sampling, interpolation="linear") if cubic else self.sampling
            weights, _ = axis_tables(alignment, self.source, self.target, linear, change.dtype)
            resample_masked(stored, valid, *weights, change, fill, out, out_valid)
            if cubic:
                values = np.empty_like(out)
                _resample(read_only(without_padding(stored, valid)), spline, tables, change, fill, values)
                np.copyto(out, values, where=out_valid)
            return None if out_valid.all() else out_valid
        _resample(stored, spline, tables, change, fill, out)
        inner = [tuple(int(end) for end in ends) for ends in tables[2::3]]
        if all(ends == (0, n) for ends, n in zip(inner, out.shape, strict=True)):
            return None
        out_valid = np.zeros(out.shape, np.bool_)
        out_valid[tuple(slice(*ends) for ends in inner)] = True
        return out_valid


def _resample(
    stored: Array,
    spline: tuple[bool, bool, bool],
    tables: tuple[Array, ...],
    change: Array,
    fill: float,
    out: Array,
) -> None:
    from scan2train.kernels.resample import resample
    from scan2train.kernels.resample_cubic import resample_cubic

    if any(spline):
        resample_cubic(stored, spline, *tables, change, fill, out)
    else:
        resample(stored, *tables, change, fill, out)


def axis_tables(
    alignment: Alignment, source: Grid, target: Grid, sampling: Sampling, dtype: np.dtype[np.floating]
) -> tuple[tuple[Array, ...], tuple[bool, bool, bool]]:
    """For the axes k, j, i of the target in turn: starts, weights, and (first, last) inside the source.

    And whether each axis' weights are of a spline's coefficients.
    """
    tables: list[Array] = []
    spline: list[bool] = []
    for t in (2, 1, 0):
        taps = make_taps(
            source.shape[alignment.axes[t]],
            target.shape[t],
            alignment.factors[t],
            alignment.offsets[t],
            sampling.interpolation or "linear",
            stretch=max(abs(alignment.factors[t]), 1.0) if sampling.antialias else 1.0,
        )
        tables += [taps.start, taps.weights.astype(dtype), np.array([taps.first, taps.last])]
        spline.append(taps.spline)
    return tuple(tables), (spline[0], spline[1], spline[2])
