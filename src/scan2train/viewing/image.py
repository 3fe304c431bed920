"""An image that is open: its voxels in memory, and what is known of them before one looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scan2train.errors import WrongUse
from scan2train.measures.display_window import Window, white_of, window_of_values
from scan2train.sampling.memory import for_kernels
from scan2train.viewing.planes import MODES, NAMES, Planes, planes_of
from scan2train.volume import Array, Volume


@dataclass(frozen=True, kw_only=True, eq=False)
class Image:
    """One image in memory.

    ``volume`` is ``(i, j, k)``, ``(i, j, k, c)`` for colour, or ``(i, j, k, t)`` where ``times`` is more than 1.
    """

    id: str
    name: str
    volume: Volume

    @cached_property
    def times(self) -> int:
        """How many points of its dimension there are; 1 without one."""
        return len(self.volume.meta.get("dimension_values", ())) or 1 if self.volume.array.ndim == 4 else 1

    @cached_property
    def channels(self) -> int:
        """Values a voxel: 3 or 4 for colour."""
        array = self.volume.array
        return array.shape[3] if array.ndim == 4 and self.times == 1 else 1

    @property
    def white(self) -> int:
        """What full red, green and blue are, of a picture in colour; 0 of others, whose first channel is shown."""
        return white_of(self.volume)

    @cached_property
    def planes(self) -> Mapping[str, Mapping[str, Planes]]:
        """All planes, by mode and name."""
        return {mode: {name: planes_of(self.volume.grid, mode, name) for name in NAMES} for mode in MODES}

    @cached_property
    def inverted(self) -> bool:
        """Whether small values are meant to be bright: MONOCHROME1, or a presentation that says so."""
        meta = self.volume.meta
        return meta.get("photometric") == "MONOCHROME1" or meta.get("lut_shape") == "INVERSE"

    @property
    def bytes(self) -> int:
        """What it takes of memory now."""
        array, valid = self.volume.array, self.volume.valid
        more = 0 if valid is None else valid.nbytes
        if self._other_type is not None and not np.may_share_memory(self._other_type, array):
            more += self._other_type.nbytes
        return int(array.nbytes + more)

    @property
    def _other_type(self) -> Array | None:
        """The copy for kernels, if one has been made."""
        made: Array | None = self.__dict__.get("_for_sampling")
        return made

    def values(self, t: int) -> Array:
        """``(i, j, k[, c])`` at one point of its dimension; a view.

        Raises
        ------
        WrongUse
            If there is no such point.
        """
        if not 0 <= t < self.times:
            raise WrongUse(
                "there is no such point of the dimension", expected=f"0 to {self.times - 1}", found=t
            )
        return self.volume.array[..., t] if self.times > 1 else self.volume.array

    def for_sampling(self, t: int) -> Array:
        """The same as kernels take it: ``(k, j, i)``, or ``(c, k, j, i)``; what this costs is paid once."""
        stored = self._for_sampling
        return stored[t] if self.times > 1 else stored

    @cached_property
    def _for_sampling(self) -> Array:
        return for_kernels(self.volume.array)

    @cached_property
    def window(self) -> Window:
        """Centre and width that show nearly all of its values."""
        return window_of_values(self.volume)

    @cached_property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest real value."""
        array, valid = self.volume.array, self.volume.valid
        if array.dtype.kind == "f":
            real = np.isfinite(array) if valid is None else np.isfinite(array) & _over(valid, array)
            if not real.any():
                return 0.0, 0.0
            return float(array.min(where=real, initial=np.inf)), float(array.max(where=real, initial=-np.inf))
        if array.dtype.kind == "b" or valid is None or not valid.any():
            return float(array.min()), float(array.max())
        info, real = np.iinfo(array.dtype), _over(valid, array)
        return (
            float(array.min(where=real, initial=info.max)),
            float(array.max(where=real, initial=info.min)),
        )


def _over(valid: Array, array: Array) -> Array:
    """A mask of voxels for an array that may have channels."""
    return valid if array.ndim == 3 else valid[..., None]
