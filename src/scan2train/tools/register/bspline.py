"""Deformation by cubic B-splines: slower, for two scans whose values differ in meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scan2train.grid import FloatArray
from scan2train.tools.register.alike import Metric
from scan2train.tools.register.bend import continued
from scan2train.tools.register.itk import as_transform
from scan2train.tools.register.linear import Told, execute, for_metric, method_of, on_blocks, watch
from scan2train.tools.register.scan import Scan
from scan2train.tools.register.threads import threads
from scan2train.volume import Mask


def bend_by_bspline(
    fixed: Scan,
    moving: Scan,
    where: Mask,
    linear: FloatArray,
    *,
    levels_mm: Sequence[float],
    control_mm: float,
    metric: Metric,
    samples: int,
    seed: int,
    rounds: int,
    told: Told,
) -> Any:
    """The displacement, as a SimpleITK vector image on the last level's grid, that comes before ``linear``.

    ``control_mm`` is how far the control points of the last level are apart; each level before has them twice as far.
    """
    import SimpleITK

    field: Any = None
    with threads(1):
        for number, level in enumerate(levels_mm):
            here, there = fixed.shrunk(level), moving.shrunk(level)
            apart = control_mm * 2 ** (len(levels_mm) - 1 - number)
            image = here.image
            spans = [
                max(1, round(size * spacing / apart))
                for size, spacing in zip(image.GetSize(), image.GetSpacing(), strict=True)
            ]
            spline = SimpleITK.BSplineTransformInitializer(image, spans, 3)
            before = SimpleITK.CompositeTransform(3)
            before.AddTransform(as_transform(linear))
            if field is not None:
                before.AddTransform(SimpleITK.DisplacementFieldTransform(continued(field)))
            compared = on_blocks(where, fixed, here)
            here, there = for_metric(here, there, compared, metric)
            method = method_of(here, there, compared, metric, samples=samples, seed=seed)
            method.SetOptimizerAsLBFGSB(
                gradientConvergenceTolerance=1e-6,
                numberOfIterations=rounds,
                maximumNumberOfFunctionEvaluations=2 * rounds,
            )
            method.SetMovingInitialTransform(before)
            method.SetInitialTransform(spline, inPlace=True)
            watch(method, f"B-spline, {level:g} mm", rounds, (number, len(levels_mm)), metric, told)
            execute(method, here, there)
            field = _together(field, spline, image)
    return field


def _together(field: Any, spline: Any, image: Any) -> Any:
    """One displacement on the grid of ``image``: first the spline, then the field of the levels before."""
    import SimpleITK

    both = SimpleITK.CompositeTransform(3)
    if field is not None:
        both.AddTransform(SimpleITK.DisplacementFieldTransform(continued(field)))
    both.AddTransform(spline)
    return SimpleITK.TransformToDisplacementField(
        both,
        SimpleITK.sitkVectorFloat64,
        image.GetSize(),
        image.GetOrigin(),
        image.GetSpacing(),
        image.GetDirection(),
    )
