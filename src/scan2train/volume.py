"""Voxels, and where they are: the one value that every part of the package passes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from scan2train.errors import WrongUse
from scan2train.finding import Finding
from scan2train.grid import LPS_TO_RAS, Grid

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Volume:
    """An image with its place in the world. Frozen: a step returns a new one.

    Parameters
    ----------
    array
        ``(i, j, k)``, or ``(i, j, k, c)`` for colour or several channels. Kept read-only. A DICOM stack is
        stored as ``(k, j, i)`` in C order; the array is then its transposed view, without a copy.
    grid
        Shape and affine (RAS+ mm, voxel centres).
    unit
        Unit of the values: ``"HU"``, ``"Bq/ml"``, ``"SUVbw"``, ``"Gy"``, ``"a.u."``, …
    valid
        Boolean ``(i, j, k)`` mask of real data, ``False`` on padding and invented voxels; ``None`` where all is real.
    findings
        What reading noticed.
    meta
        Where it came from and how it was acquired; plain values, no patient's name.
    """

    array: Array
    grid: Grid
    unit: str = "a.u."
    valid: Mask | None = None
    findings: tuple[Finding, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.array.shape[:3] != self.grid.shape or self.array.ndim not in (3, 4):
            raise WrongUse("array and grid disagree", expected=self.grid.shape, found=self.array.shape)
        if self.array.dtype.kind not in "biuf":
            raise WrongUse("a volume holds real numbers", found=f"an array of {self.array.dtype}")
        if self.valid is not None and self.valid.shape != self.grid.shape:
            raise WrongUse("mask and grid disagree", expected=self.grid.shape, found=self.valid.shape)
        object.__setattr__(self, "array", _read_only(self.array))
        if self.valid is not None:
            object.__setattr__(self, "valid", _read_only(self.valid))
        object.__setattr__(self, "meta", MappingProxyType(dict(self.meta)))

    @classmethod
    def from_array(
        cls,
        array: npt.ArrayLike,
        spacing: npt.ArrayLike = (1.0, 1.0, 1.0),
        origin: npt.ArrayLike = (0.0, 0.0, 0.0),
        direction: npt.ArrayLike | None = None,
        convention: Literal["RAS", "LPS"] = "RAS",
        unit: str = "a.u.",
        **more: Any,
    ) -> Self:
        """Make a volume from an ``(i, j, k[, c])`` array and its geometry.

        Parameters
        ----------
        array
            ``(i, j, k)`` or ``(i, j, k, c)``.
        spacing
            mm along i, j, k.
        origin
            Centre of the first voxel in mm, in ``convention``.
        direction
            3×3, its columns the unit vectors of i, j, k in ``convention``; the identity if not given.
        convention
            ``"RAS"`` (NIfTI, nibabel) or ``"LPS"`` (DICOM, ITK): which way ``origin`` and ``direction`` count.
        unit
            Unit of the values.
        **more
            Further fields of the class: ``valid``, ``findings``, ``meta``, and ``names`` for labels.

        Raises
        ------
        WrongUse, GeometryError
            If the array is not three- or four-dimensional, or the geometry is not usable.
        """
        values = np.asarray(array)
        if values.ndim not in (3, 4):
            raise WrongUse("a volume needs an (i, j, k) or (i, j, k, c) array", found=f"shape {values.shape}")
        if convention not in ("RAS", "LPS"):
            raise WrongUse("unknown convention", expected="'RAS' or 'LPS'", found=repr(convention))
        shape = (values.shape[0], values.shape[1], values.shape[2])
        try:
            grid = Grid.from_axes(shape, spacing_mm=spacing, origin_mm=origin, direction=direction)
        except (TypeError, ValueError) as error:
            raise WrongUse(
                "spacing and origin are three numbers, direction is a 3×3 matrix", found=error
            ) from error
        if convention == "LPS":
            grid = Grid(grid.shape, LPS_TO_RAS @ grid.affine)
        return cls(array=values, grid=grid, unit=unit, **more)

    def __reduce__(self) -> tuple[Any, ...]:
        # Volumes cross process borders; a read-only mapping cannot be pickled as it is.
        state = {one.name: getattr(self, one.name) for one in fields(self)}
        plain = {name: dict(v) if isinstance(v, MappingProxyType) else v for name, v in state.items()}
        return (_rebuild, (type(self), plain))

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; the rest, the type included, stays."""
        return replace(self, **changes)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.grid!r}, {self.array.dtype} {self.unit})"

    def _repr_png_(self) -> bytes:
        """What a notebook shows: three planes."""
        from scan2train.figures.in_notebook import as_png

        return as_png(self)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Labels(Volume):
    """A volume whose values are names and not amounts, so that it is never blended or averaged.

    ``names`` maps a value to its meaning, such as ``{1: "liver"}``; 0 is the background.
    """

    unit: str = "label"
    names: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.array.ndim != 3:
            raise WrongUse("labels have one value a voxel", expected="(i, j, k)", found=self.array.shape)
        if self.array.dtype.kind not in "iub":
            raise WrongUse(
                "labels must be whole numbers",
                expected="an integer array",
                found=str(self.array.dtype),
                advice="Round them first if they are whole numbers stored as floats.",
            )
        object.__setattr__(self, "names", MappingProxyType(dict(self.names)))

    @classmethod
    def from_array(
        cls,
        array: npt.ArrayLike,
        spacing: npt.ArrayLike = (1.0, 1.0, 1.0),
        origin: npt.ArrayLike = (0.0, 0.0, 0.0),
        direction: npt.ArrayLike | None = None,
        convention: Literal["RAS", "LPS"] = "RAS",
        unit: str = "label",
        **more: Any,
    ) -> Self:
        """As :meth:`Volume.from_array`; takes ``names`` besides."""
        return super().from_array(array, spacing, origin, direction, convention, unit, **more)


def _rebuild(kind: type[Volume], state: dict[str, Any]) -> Volume:
    return kind(**state)


def _read_only(array: Array) -> Array:
    if not array.flags.writeable:
        return array
    view = array.view()
    view.setflags(write=False)
    return view
