"""The start that is taken, and those that were tried."""

from __future__ import annotations

from functools import partial

import numpy as np

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.grid import FloatArray
from scan2train.tools.register.alike import FEWEST, Held, Metric
from scan2train.tools.register.climb import climb
from scan2train.tools.register.itk import RAS_TO_LPS
from scan2train.tools.register.linear import Told, align, on_blocks
from scan2train.tools.register.options import RegisterOptions
from scan2train.tools.register.patient import centre
from scan2train.tools.register.scan import Scan
from scan2train.tools.register.starts import Start, anchors, far_around, nearby, starts, worth
from scan2train.volume import Mask, Volume

#: Blocks on which starts are compared.
_COARSE_MM = 8.0
_HELD, _SAMPLES, _ROUNDS = 6_000, 8_000, 50
#: With fewer blocks to draw from, what is left where the scans overlap would say nothing.
_BLOCKS = 5 * FEWEST
#: So many upright starts are followed for a while, and so many that turn the patient.
_UPRIGHT, _TURNED = 3, 2
#: Of so many starts the neighbourhood is looked at; what is tried of it lies so far from others.
_MOVED, _FAR_MM = 2, 12.0
_CLIMBED = 5
#: The world of the files is believed unless a turn makes the scans more alike by so much.
_MUCH = 0.08
#: Scans of one patient that lie within reach of one another are more alike than this; else the best of so many others.
_LOST, _LOOKED_AT = 0.6, 20


def choose_start(
    volumes: tuple[Volume, Volume],
    scans: tuple[Scan, Scan],
    bodies: tuple[Mask, Mask],
    where: Mask,
    metric: Metric,
    options: RegisterOptions,
    told: Told,
) -> tuple[Start, list[Start]]:
    """The best start of the word that ``options`` names, or of all, each followed for a while on a coarse copy.

    Raises
    ------
    WrongUse
        If lungs are to be found in what is no CT.
    Scan2TrainError
        If they are not found.
    """
    fixed, moving = (scan.shrunk(_COARSE_MM) for scan in scans)
    coarse = on_blocks(where, scans[0], fixed)
    # A small mask has too few blocks: its places are drawn in the finer copy.
    few = int(coarse.sum()) < _BLOCKS
    held = Held.drawn(scans[0] if few else fixed, where if few else coarse, metric, _HELD, options.seed)
    if options.start == "lungs":
        pairs = {"lungs": (_lungs(volumes[0]), _lungs(volumes[1]))}
    else:
        pairs = anchors(*scans, *bodies)
        if options.start != "auto":
            pairs = {options.start: pairs[options.start]}
    automatic = options.start == "auto"
    all_ = starts(pairs, held, moving, turns=automatic)
    if not automatic:
        return all_[0], all_[:1]
    upright = _apart([one for one in all_ if not one.turned], held)[:_UPRIGHT]
    if metric is Metric.INFORMATION:
        moved = [one for best in upright[:_MOVED] for one in nearby(best, held, moving)]
        better = sorted((one for one in moved if one.alike > upright[0].alike), key=lambda one: -one.alike)
        upright += _apart(better, held, _FAR_MM)[:_MOVED]
    turned = _apart([one for one in all_ if one.turned], held)[:_TURNED]
    follow = partial(_followed, fixed, moving, coarse, held, metric, options.seed)
    trials, tried = upright + turned, []
    for number, one in enumerate(trials):
        told("looking where to start", number / len(trials), one.alike)
        tried += follow(one)
    if metric is Metric.CORRELATION and max((one.alike for one in tried), default=-1.0) < _LOST:
        # One shows a side of the patient only, or a small box: no middle of it is where that of the other is.
        found = sorted(far_around(held, moving), key=lambda one: -one.alike)
        for one in _apart(found[:_LOOKED_AT], held, _FAR_MM)[:_UPRIGHT]:
            tried += follow(one)
    if not tried:
        return upright[0], upright[:1]
    if metric is Metric.INFORMATION:
        # It may grow while the scans drift apart, and slopes lead there.
        about = centre(scans[0], where)
        hopeful = sorted(tried, key=_hopeful, reverse=True)[:_CLIMBED]
        tried = [climb(one, held, moving, about) for one in hopeful]
    return max(tried, key=_hopeful), tried


def _followed(
    fixed: Scan, moving: Scan, coarse: Mask, held: Held, metric: Metric, seed: int, one: Start
) -> list[Start]:
    """Where a start leads to; none where it leads out of the picture."""
    if one.alike <= -1:
        return []
    try:
        matrix = align(
            fixed,
            moving,
            coarse,
            one.matrix,
            kind="rigid",
            levels_mm=[_COARSE_MM],
            metric=metric,
            samples=_SAMPLES,
            seed=seed,
            rounds=_ROUNDS,
            told=lambda *_: None,
        )
    except Scan2TrainError:  # others may not
        return []
    return [Start(word=one.word, turn=one.turn, matrix=matrix, alike=worth(held, moving, matrix))]


def _hopeful(start: Start) -> float:
    return start.alike - (_MUCH if start.turned else 0.0)


def _apart(found: list[Start], held: Held, far_mm: float = _COARSE_MM / 2) -> list[Start]:
    """Without those that put the patient where an earlier one does, to a few millimetres."""
    some = held.points[:: max(1, len(held.points) // 50)]
    kept: list[tuple[Start, FloatArray]] = []
    for one in found:
        places = some @ one.matrix[:3, :3].T + one.matrix[:3, 3]
        if all(np.abs(places - other).max() > far_mm for _, other in kept):
            kept.append((one, places))
    return [one for one, _ in kept]


def _lungs(volume: Volume) -> FloatArray:
    """Middle of both lungs, LPS+ mm."""
    from scan2train.tools.lungs import segment_lungs

    if volume.unit != "HU":
        raise WrongUse(
            "lungs are found in CT only",
            expected="values in HU",
            found=volume.unit,
            advice="Take --start body.",
        )
    labels = segment_lungs(volume).labels
    index = np.array(
        [
            float(np.average(np.arange(size), weights=(labels.array != 0).sum(axis=others)))
            for size, others in zip(labels.grid.shape, ((1, 2), (0, 2), (0, 1)), strict=True)
        ]
    )
    point: FloatArray = (RAS_TO_LPS[:3, :3] @ labels.grid.to_world(index)).astype(np.float64)
    return point
