"""What a deformation does to space: whether it folds, how far it moves, how well it can be gone back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scan2train.grid import FloatArray
from scan2train.tools.register.itk import as_transform, inverse_of
from scan2train.volume import Mask

#: Cells that a field is continued beyond its grid, its ends held: block means leave out up to a block at the end.
_BEYOND = 3


@dataclass(frozen=True, kw_only=True)
class Jacobian:
    """Determinants of the derivative: 1 keeps volume, 0 and less folds; ``folded`` is a share, 0 to 1."""

    least: float
    p01: float
    median: float
    p99: float
    most: float
    folded: float

    def to_json(self) -> dict[str, float]:
        """Plain numbers."""
        return {
            "min": round(self.least, 5),
            "p1": round(self.p01, 5),
            "median": round(self.median, 5),
            "p99": round(self.p99, 5),
            "max": round(self.most, 5),
            "folded_share": self.folded,
        }


def continued(field: Any) -> Any:
    """A displacement, its ends held some cells beyond its grid: there the transform would be none, all of a sudden."""
    import SimpleITK

    return SimpleITK.ZeroFluxNeumannPad(field, [_BEYOND] * 3, [_BEYOND] * 3)


def composite(linear: FloatArray, field: Any | None) -> Any:
    """The whole as ITK has it: what was added last is done first, so the displacement before ``linear``."""
    import SimpleITK

    whole = SimpleITK.CompositeTransform(3)
    whole.AddTransform(as_transform(linear))
    if field is not None:
        whole.AddTransform(SimpleITK.DisplacementFieldTransform(SimpleITK.Image(field)))
    return whole


def inverse(linear: FloatArray, field: Any | None, rounds: int = 50) -> Any:
    """The way back; that of a displacement is iterated towards, so that it is near and not exact."""
    import SimpleITK

    whole = SimpleITK.CompositeTransform(3)
    if field is not None:
        back = SimpleITK.InvertDisplacementField(
            field,
            maximumNumberOfIterations=rounds,
            maxErrorToleranceThreshold=1e-4,
            meanErrorToleranceThreshold=1e-5,
            enforceBoundaryCondition=False,
        )
        whole.AddTransform(
            SimpleITK.DisplacementFieldTransform(SimpleITK.Cast(back, SimpleITK.sitkVectorFloat64))
        )
    whole.AddTransform(as_transform(inverse_of(linear)))
    return whole


def jacobian(linear: FloatArray, field: Any | None, where: Mask | None) -> Jacobian:
    """Of the whole transform; of a displacement in the cells of its grid ``where``, ``(k, j, i)``, is true."""
    import SimpleITK

    scale = float(np.linalg.det(linear[:3, :3]))
    found = np.array([scale])
    if field is not None:
        # ITK differentiates along the field's axes and leaves components in the world's: both must be the same.
        turn = np.array(field.GetDirection()).reshape(3, 3)
        own = SimpleITK.GetImageFromArray(SimpleITK.GetArrayFromImage(field) @ turn, isVector=True)
        own.SetSpacing(field.GetSpacing())
        values = SimpleITK.GetArrayFromImage(SimpleITK.DisplacementFieldJacobianDeterminant(own))
        found = scale * (values.ravel() if where is None else values[where])
    low, median, high = np.percentile(found, (1, 50, 99))
    return Jacobian(
        least=float(found.min()),
        p01=float(low),
        median=float(median),
        p99=float(high),
        most=float(found.max()),
        folded=float((found <= 0).mean()),
    )
