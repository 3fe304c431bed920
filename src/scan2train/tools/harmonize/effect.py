"""The effect of a harmonisation as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from scan2train.figures.curves import Curve, Panel, draw_boxes, draw_panels
from scan2train.figures.sheet import save
from scan2train.measures.sharpness import Sharpness
from scan2train.tools.harmonize.batch_effect import BatchEffect
from scan2train.tools.harmonize.batches import batches_of
from scan2train.tools.harmonize.feature_table import matrix_of_features
from scan2train.tools.harmonize.histogram import Matched
from scan2train.tools.harmonize.smooth import Smoothed
from scan2train.volume import Array

#: So many scans, features and batches are still told apart.
_MOST_SCANS, _MOST_FEATURES, _MOST_BATCHES = 7, 5, 12


def draw_smoothed(target_mm: float, scans: Sequence[Smoothed], path: Path) -> None:
    """Edge profiles, modulation transfer and noise power of up to seven scans, before and after."""
    shown = [one for one in scans if one.before is not None][:_MOST_SCANS]
    frequency = np.linspace(0, 1.2, 121)
    goal = Curve(
        x=frequency, y=np.exp(-2 * (np.pi * target_mm * frequency) ** 2), name=f"target {target_mm:.2f} mm", dashed=True
    )  # fmt: skip
    rows = []
    for word in ("before", "after"):
        edges, transfers, noises = [], [], []
        for number, one in enumerate(shown):
            sharp = one.before if word == "before" else one.after
            noise = one.noise_before if word == "before" else one.noise_after
            if sharp is not None:
                edges.append(Curve(x=sharp.profile.distance_mm, y=sharp.profile.value, number=number))
                transfers.append(
                    Curve(
                        x=frequency, y=sharp.transfer(frequency), number=number, name=_called(one.name, sharp)
                    )
                )
            if noise is not None:
                noises.append(Curve(x=noise.frequency, y=noise.power, number=number))
        rows.append(
            [
                Panel(title=f"Edges, {word}", x="mm into the tissue", y="share of the step", curves=edges),
                Panel(title=f"Modulation transfer, {word}", x="1/mm", y="MTF", curves=[*transfers, goal]),
                Panel(title=f"Noise power, {word}", x="1/mm ", y="HU² mm²", curves=noises),
            ]
        )
    save(draw_panels(rows, "Sharpness within slices"), path)


def draw_matched(scans: Sequence[Matched], reference: Sequence[float], path: Path) -> None:
    """Histograms of up to seven scans, before and after, and the reference's landmarks."""
    shown = [one for one in scans if one.before is not None][:_MOST_SCANS]
    panels = []
    for word in ("before", "after"):
        pairs = [(n, one, one.before if word == "before" else one.after) for n, one in enumerate(shown)]
        curves = [
            Curve(x=pair[0], y=pair[1], name=one.name, number=n) for n, one, pair in pairs if pair is not None
        ]
        top = max((float(curve.y.max()) for curve in curves), default=1.0)
        curves += [
            Curve(x=np.array([mark, mark]), y=np.array([0, 0.04 * top]), dashed=True) for mark in reference
        ]
        panels.append(
            Panel(title=f"Histograms, {word}", x=f"value {word}", y="share per unit", curves=curves)
        )
    save(draw_panels([panels], "Histograms; the ticks are the reference's landmarks"), path)


def draw_batches(
    before: pl.DataFrame, after: pl.DataFrame, batch: str, effects: Sequence[BatchEffect], path: Path
) -> None:
    """The features that told most of the batch, by batch, before and after."""
    worst = sorted(effects, key=lambda one: -(one.batch_f or 0.0))[:_MOST_FEATURES]
    names = [one.feature for one in worst]
    batches = batches_of(before, batch)
    shown = np.unique(batches)[:_MOST_BATCHES].tolist()
    groups = [_by_batch(table, names, batches, shown) for table in (before, after)]
    save(draw_boxes(names, shown, groups[0], groups[1], f"Features by {batch}"), path)


def _by_batch(
    table: pl.DataFrame, names: Sequence[str], batches: Array, shown: Sequence[str]
) -> list[list[Array]]:
    values = matrix_of_features(table, names)
    return [
        [column[(batches == one) & np.isfinite(column)] for one in shown] for column in values.T
    ]  # fmt: skip


def _called(name: str, sharp: Sharpness) -> str:
    return f"{name} {sharp.sigma_mm:.2f} mm"
