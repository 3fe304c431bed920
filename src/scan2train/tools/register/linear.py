"""Rigid and affine alignment, from coarse to fine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.grid import FloatArray
from scan2train.tools.register.alike import SAME, Metric
from scan2train.tools.register.itk import as_matrix, inverse_of
from scan2train.tools.register.patient import centre
from scan2train.tools.register.scan import Scan
from scan2train.tools.register.threads import threads
from scan2train.volume import Array, Mask

#: Called with the step's name, how much of it is done (0 to 1), and how alike the two are.
Told = Callable[[str, float, float], None]
_BINS = 32
#: Steps shrink to this share of a level's voxel before a level ends.
_LAST_STEP = 0.02
#: And get shorter by this factor where the slope turns round.
_SHORTER = 0.7


def align(
    fixed: Scan,
    moving: Scan,
    where: Mask,
    start: FloatArray,
    *,
    kind: str,
    levels_mm: Sequence[float],
    metric: Metric,
    samples: int,
    seed: int,
    rounds: int,
    told: Told,
    alike: Callable[[FloatArray], float] | None = None,
) -> FloatArray:
    """The 4×4 from the fixed world to the moving one that makes the two most alike where ``where`` is true.

    ``kind`` is ``"rigid"`` or ``"affine"``; what is found is a change before ``start``, which is rigid, about the
    middle of ``where``. A level after which the two are less alike than before it, by ``alike``, is taken back: a
    metric of what overlaps may grow while the scans drift apart.

    Raises
    ------
    Scan2TrainError
        If the two do not overlap.
    """
    import SimpleITK

    change = SimpleITK.Euler3DTransform() if kind == "rigid" else SimpleITK.AffineTransform(3)
    change.SetCenter(centre(fixed, where).tolist())
    best = -np.inf if alike is None else alike(start)
    with threads(1):
        for number, level in enumerate(levels_mm):
            # Given as a transform, the start would upset ITK's estimate of what a step of each parameter does.
            here, there = fixed.shrunk(level), moving.shrunk(level).placed(inverse_of(start))
            compared = on_blocks(where, fixed, here)
            here, there = for_metric(here, there, compared, metric)
            method = method_of(here, there, compared, metric, samples=samples, seed=seed)
            method.SetOptimizerAsRegularStepGradientDescent(
                learningRate=level / 2,
                minStep=level * _LAST_STEP,
                numberOfIterations=rounds,
                relaxationFactor=_SHORTER,
                gradientMagnitudeTolerance=1e-7,
            )
            method.SetOptimizerScalesFromPhysicalShift()
            method.SetInitialTransform(change, inPlace=True)
            watch(method, f"{kind}, {level:g} mm", rounds, (number, len(levels_mm)), metric, told)
            before = change.GetParameters()
            execute(method, here, there)
            if alike is not None:
                now = alike(start @ as_matrix(change))
                if not now > best - SAME:
                    change.SetParameters(before)
                best = max(best, now)
    found: FloatArray = start @ as_matrix(change)
    return found


def for_metric(fixed: Scan, moving: Scan, where: Mask, metric: Metric) -> tuple[Scan, Scan]:
    """The two as a metric wants them: without extremes where it is one of histograms."""
    if metric is not Metric.INFORMATION:
        return fixed, moving
    return fixed.clipped(where), moving.clipped(moving.seen)


def method_of(fixed: Scan, moving: Scan, where: Mask, metric: Metric, *, samples: int, seed: int) -> Any:
    """SimpleITK's registration method with metric, masks and samples; the same for the same ``seed``."""
    import SimpleITK

    method = SimpleITK.ImageRegistrationMethod()
    if metric is Metric.CORRELATION:
        method.SetMetricAsCorrelation()
    else:
        method.SetMetricAsMattesMutualInformation(_BINS)
    method.SetMetricFixedMask(fixed.mask_image(where))
    if not moving.seen.all():
        method.SetMetricMovingMask(moving.mask_image(moving.seen))
    # The share is one of all voxels; those outside of the mask are dropped from it. 0 would be the clock's seed.
    share = samples / max(int(where.sum()), 1)
    if share < 1:
        method.SetMetricSamplingStrategy(method.RANDOM)
        method.SetMetricSamplingPercentage(share, seed=seed + 1)
    # Slopes are taken between neighbours where they are asked for: of whole pictures they would be most of the work.
    method.SetMetricUseFixedImageGradientFilter(False)
    method.SetMetricUseMovingImageGradientFilter(False)
    method.SetInterpolator(SimpleITK.sitkLinear)
    return method


def watch(method: Any, name: str, rounds: int, part: tuple[int, int], metric: Metric, told: Told) -> None:
    """Have ``told`` called in each round; ``part`` is which level of how many."""
    import SimpleITK

    def tell() -> None:
        share = (part[0] + min(method.GetOptimizerIteration() / rounds, 1.0)) / part[1]
        value = float(method.GetMetricValue())
        # ITK's correlation is squared and turned over; its mutual information is turned over, in nats.
        alike = np.sqrt(abs(value)) if metric is Metric.CORRELATION else np.sqrt(1 - np.exp(-2 * abs(value)))
        told(name, share, float(alike))

    method.AddCommand(SimpleITK.sitkIterationEvent, tell)


def execute(method: Any, fixed: Scan, moving: Scan) -> None:
    """Run it; what ITK raises becomes an error of ours."""
    try:
        method.Execute(fixed.image, moving.image)
    except RuntimeError as error:
        said = str(error)
        apart = "outside" in said or "overlap" in said
        raise Scan2TrainError(
            "the two scans do not overlap enough to be aligned"
            if apart
            else "SimpleITK gave the alignment up",
            expected="the same part of the body in both",
            found=said.strip().splitlines()[-1][:200],
            advice="Try another --start, or masks of what both scans show (--fixed-mask, --moving-mask).",
        ) from None


def on_blocks(where: Mask, fine: Scan, coarse: Scan) -> Mask:
    """``where``, of ``fine``, on the blocks of a coarser copy: by the voxel in their middle."""
    made: Array = where
    steps = np.rint(coarse.spacing / fine.spacing).astype(int)[::-1]
    for axis, (step, size) in enumerate(zip(steps, coarse.values.shape, strict=True)):
        made = made.take(np.arange(size) * step + step // 2, axis=axis)
    found: Mask = made & coarse.seen
    return found if found.any() else coarse.seen
