"""The stages of an alignment, one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.grid import FloatArray
from scan2train.tools.register.alike import SAME, Held, Metric
from scan2train.tools.register.bend import composite, continued, jacobian
from scan2train.tools.register.bspline import bend_by_bspline
from scan2train.tools.register.choose_start import choose_start
from scan2train.tools.register.demons import bend_by_demons
from scan2train.tools.register.linear import Told, align, on_blocks
from scan2train.tools.register.options import RegisterOptions
from scan2train.tools.register.patient import around, patient_in
from scan2train.tools.register.report import Known
from scan2train.tools.register.result import Stage
from scan2train.tools.register.scan import Scan
from scan2train.volume import Labels, Mask, Volume

#: Held places; half a per cent of a correlation is seen with them.
_HELD = 30_000
#: Places that the optimiser draws at each level; those of a B-spline, which has thousands of parameters.
_SAMPLES, _SAMPLES_BENT = 30_000, 30_000
#: Demons suit scans whose values agree so well after the affine stage.
_AGREE = 0.7
#: Less of the fixed patient that the moving scan covers is a chance meeting; a moving mask covers what it covers.
_LEAST_COVERED = 0.15
_RAN_AWAY = "the affine stage ran away, for want of overlap or structure: it was left out"
#: Demons go on to the finest blocks, where they move little and take most of the time.
_ROUNDS_DEMONS, _ROUNDS_BSPLINE = (50, 50, 25), 25


def aligned(
    volumes: tuple[Volume, Volume],
    masks: tuple[Labels | None, Labels | None],
    options: RegisterOptions,
    jobs: int,
    told: Told,
) -> Known:
    """Every stage that ``options`` ask for, from the start that they name, and what was found.

    Raises
    ------
    WrongUse, GeometryError, Scan2TrainError
        As :func:`scan2train.tools.register.register.register`.
    """
    here, there = (
        Scan.of(volume, mask, options.finest_mm) for volume, mask in zip(volumes, masks, strict=True)
    )
    body, other = (
        scan.seen if mask is not None else patient_in(scan)
        for scan, mask in zip((here, there), masks, strict=True)
    )
    where = here.seen if masks[0] is not None else around(here, body)
    metric = _metric(volumes, options)
    held = Held.drawn(here, where, metric, _HELD, options.seed)
    start, tried = choose_start(volumes, (here, there), (body, other), where, metric, options, told)
    stages: list[Stage] = []
    notes: list[str] = []
    linear: FloatArray = start.matrix
    at = held.alike(there, held.through(linear))[0]
    if np.isnan(at):
        raise Scan2TrainError(
            "the two scans do not overlap where the alignment would start",
            expected="the same part of the body in both",
            found=f"the start {start.word!r} lays them apart",
            advice="Take --start auto, geometry or body.",
        )
    least_covered = _LEAST_COVERED if masks[1] is None else 0.0
    levels = [options.finest_mm * 2**power for power in (2, 1, 0)]

    def judged(matrix: FloatArray) -> float:
        return held.alike(there, held.through(matrix))[0]

    for kind in ("rigid",) if options.rigid_only else ("rigid", "affine"):
        try:
            found = align(
                here,
                there,
                where,
                linear,
                kind=kind,
                levels_mm=levels if kind == "rigid" else levels[1:],
                metric=metric,
                samples=_SAMPLES,
                seed=options.seed,
                rounds=options.rounds,
                told=told,
                alike=None if metric is Metric.CORRELATION else judged,
            )
        except Scan2TrainError:
            if kind == "rigid":
                raise
            notes.append(_RAN_AWAY)
            continue
        after, seen = held.alike(there, held.through(found))
        stages.append(Stage(name=kind, before=at, after=after))
        if kind == "affine" and _ran_away(found, at, after, covered=bool(seen.mean() >= least_covered)):
            notes.append(_RAN_AWAY)
            continue
        linear, at = found, after
    field, method, cells = None, None, None
    if options.deformable:
        method = options.method
        if method == "auto":
            method = "demons" if _agree(held, here, there, linear) else "bspline"
        field, cells = _bent((here, there), where, linear, method, metric, options, jobs, told)
        before, at = at, held.alike(there, held.through(composite(linear, field)))[0]
        stages.append(Stage(name=method, before=before, after=at))
    return Known(
        fixed=here,
        moving=there,
        where=where,
        body=body,
        held=held,
        start=start,
        tried=tried,
        stages=tuple(stages),
        linear=linear,
        field=field,
        jacobian=jacobian(linear, field, cells),
        least_covered=least_covered,
        notes=tuple(notes),
    )


def _bent(
    scans: tuple[Scan, Scan],
    where: Mask,
    linear: FloatArray,
    method: str,
    metric: Metric,
    options: RegisterOptions,
    jobs: int,
    told: Told,
) -> tuple[Any, Mask]:
    """The displacement, and in which of its cells the patient lies."""
    here, there = scans
    levels = [options.finest_mm * 4, options.finest_mm * 2]
    if method == "demons":
        field = bend_by_demons(
            here,
            there,
            linear,
            levels=list(zip((*levels, options.finest_mm), _ROUNDS_DEMONS, strict=True)),
            kept_mm=levels[-1],
            smoothing=options.smoothing,
            jobs=jobs,
            told=told,
        )
    else:
        field = bend_by_bspline(
            here,
            there,
            where,
            linear,
            levels_mm=levels,
            control_mm=options.control_mm,
            metric=metric,
            samples=_SAMPLES_BENT,
            seed=options.seed,
            rounds=_ROUNDS_BSPLINE,
            told=told,
        )
    cells = np.pad(on_blocks(where, here, here.shrunk(levels[-1])), 3)
    return continued(field), cells


def _ran_away(linear: FloatArray, before: float, after: float, *, covered: bool) -> bool:
    """Whether an affine stage made nothing better, or blew the patient up or down by more than anybody differs."""
    volume = float(np.linalg.det(linear[:3, :3]))
    return not after > before - SAME or not covered or not 0.5 < volume < 2.0


def _agree(held: Held, fixed: Scan, moving: Scan, linear: FloatArray) -> bool:
    """Whether values of the two mean the same: they are HU, and correlate.

    Two MR correlate as well, but demons leave half of what is bent in the brain, which has few edges and many voxels of
    noise; a B-spline leaves a sixth.
    """
    if not fixed.unit == moving.unit == "HU":
        return False
    plain = Held(points=held.points, values=held.values, metric=Metric.CORRELATION)
    return bool(plain.alike(moving, plain.through(linear))[0] > _AGREE)


def _metric(volumes: tuple[Volume, Volume], options: RegisterOptions) -> Metric:
    """Correlation for two CT, whose values mean the same; mutual information for all others."""
    if options.metric != "auto":
        return Metric(options.metric)
    same = all(volume.unit == "HU" or volume.meta.get("modality") == "CT" for volume in volumes)
    return Metric.CORRELATION if same else Metric.INFORMATION
