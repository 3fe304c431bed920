"""What a U-Net for a data set should look like, told from the cases' grids alone."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from scan2train.cohort.members import members
from scan2train.cohort.planning.grids import Floats, Grids, grids_of
from scan2train.cohort.planning.patch_and_batch import fit
from scan2train.cohort.planning.reasons import reasons_for
from scan2train.cohort.planning.target_spacing import target_spacing
from scan2train.cohort.training_cases import training_cases
from scan2train.errors import WrongUse
from scan2train.index import Index
from scan2train.preparing.ownership import DATASET, is_prepared

if TYPE_CHECKING:
    import polars as pl

Triple = tuple[float, float, float]
Levels = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Target spacing, patch, levels and batch of a U-Net, one number an axis (i, j, k of ``orientation``).

    Parameters
    ----------
    orientation
        Directions in which i, j, k grow.
    spacing_mm
        The spacing that the network sees: of the set as it is prepared, or ``target_spacing_mm``.
    target_spacing_mm
        What the scans' own spacings ask for.
    median_shape
        Of the cases at ``spacing_mm``, in voxels.
    patch_size
        Voxels; divisible by all strides together.
    strides, kernels, features
        One entry a level, the finest first: by how much it shrinks what comes in, the size of its convolutions, and
        its channels.
    batch_size
        Patches in a batch.
    memory_gb
        The budget of GPU memory, in GB, that patch and batch were fitted to.
    channels, classes
        Of the input, and of the output with the background.
    cases
        How many cases were looked at.
    reasons
        For each number, in words, why.
    """

    orientation: str
    spacing_mm: Triple
    target_spacing_mm: Triple
    median_shape: Triple
    patch_size: tuple[int, int, int]
    strides: Levels
    kernels: Levels
    features: tuple[int, ...]
    batch_size: int
    memory_gb: float
    channels: int
    classes: int
    cases: int
    reasons: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Plain values, exact when read again."""
        return json.loads(json.dumps({**asdict(self), "reasons": dict(self.reasons)}))  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of :meth:`to_json`.

        Raises
        ------
        WrongUse
            If it is no plan.
        """
        known = {one.name for one in fields(cls)}
        if set(data) != known:
            raise WrongUse(
                "this is no plan",
                expected=", ".join(sorted(known)),
                found=", ".join(sorted(map(str, data))),
            )
        return cls(**{name: value if name == "reasons" else _frozen(value) for name, value in data.items()})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a plan that ``plan --json`` printed; raises :class:`~scan2train.WrongUse` if it is none."""
        try:
            data = json.loads(Path(path).read_bytes())
        except (OSError, ValueError) as error:
            raise WrongUse("the plan cannot be read", where=path, found=error) from error
        if not isinstance(data, dict):
            raise WrongUse("this is no plan", where=path, found=type(data).__name__)
        return cls.from_json(data)


def plan(
    where: str | os.PathLike[str] | Index,
    *,
    memory_gb: float = 8.0,
    split: str | os.PathLike[str] | None = None,
    channels: int = 1,
    classes: int | None = None,
    respaced: bool = False,
) -> Plan:
    """Plan a network for a prepared set, or for a source, by nnU-Net's published rules. No voxel is read.

    Parameters
    ----------
    where
        A folder that ``prepare`` wrote; or a source, whose cases are taken as they are.
    memory_gb
        GPU memory that training may take, in GB.
    split
        A split file whose training cases are looked at alone; ``split.json`` in the set if not given.
    channels, classes
        Of input and output; ``classes`` counts the background, and is told from the set's labels if not given.
    respaced
        Plan for the cases at the target spacing, as they would be if they were prepared anew with it. Otherwise that is
        done only where the cases differ in their spacing.

    Raises
    ------
    WrongUse
        If an argument cannot be meant, the cases are neither all volumes nor all single slices, or the split holds out
        one that the set's recipe was fitted on.
    NoImages, OutputDamaged
        If there is no case, or the set's table cannot be read.
    """
    if not memory_gb > 0:
        raise WrongUse("memory is a number of GB above 0", found=memory_gb)
    asked = "as many classes as the labels have" if classes is None else f"{classes} classes"
    if channels < 1 or (classes is not None and classes < 1):
        raise WrongUse(
            "a network has at least one channel and one class",
            found=f"{channels} channels, {asked}",
            advice="Give --channels and --classes from 1 on; background is a class.",
        )
    out = Path(where) if not isinstance(where, Index) and is_prepared(Path(where)) else None
    table, _ = members(where)
    trained = training_cases(table, out, split)
    return plan_of(
        table.filter(table["case"].is_in(list(trained.names))),
        said_by=trained.said_by,
        memory_gb=float(memory_gb),
        channels=channels,
        classes=_classes(out) if classes is None else classes,
        respaced=respaced,
    )


def plan_of(
    table: pl.DataFrame, *, said_by: str, memory_gb: float, channels: int, classes: int, respaced: bool
) -> Plan:
    """Plan for the rows of a cases table; the arguments are those of :func:`plan`, ``said_by`` why just these rows."""
    grids = grids_of(table)
    target = target_spacing(
        grids.source_mm, grids.size, first=_rule_order(np.median(grids.source_mm, axis=0))[0]
    )
    keeps = grids.alike and not respaced
    a, b, c = np.median(grids.mm, axis=0).tolist()
    spacing: Triple = (a, b, c) if keeps else target.mm
    median = np.median(grids.size if keeps else grids.sizes_at(spacing), axis=0)
    used = _used_axes(grids, _rule_order(spacing))
    fitted = fit(
        [spacing[axis] for axis in used],
        [float(median[axis]) for axis in used],
        cases=table.height,
        classes=classes,
        memory_gb=memory_gb,
    )
    a, b, c = median.tolist()
    return Plan(
        orientation=grids.orientation,
        spacing_mm=spacing,
        target_spacing_mm=target.mm,
        median_shape=(a, b, c),
        patch_size=_three(fitted.topology.patch, used),
        strides=tuple(_three(one, used) for one in fitted.topology.strides),
        kernels=tuple(_three(one, used) for one in fitted.topology.kernels),
        features=fitted.features,
        batch_size=fitted.batch,
        memory_gb=memory_gb,
        channels=channels,
        classes=classes,
        cases=table.height,
        reasons=reasons_for(
            grids, target, fitted, said_by=said_by, keeps=keeps, memory_gb=memory_gb, flat=len(used) == 2
        ),
    )


def _rule_order(spacing: Sequence[float] | Floats) -> list[int]:
    """The order in which the rules go through the axes, which decides between equals: thickest, then k, j, i."""
    worst = max((2, 1, 0), key=lambda axis: float(spacing[axis]))
    return [worst, *(axis for axis in (2, 1, 0) if axis != worst)]


def _used_axes(grids: Grids, order: Sequence[int]) -> list[int]:
    """The axes that a network looks along: two for pictures."""
    single = grids.size == 1
    flat = single.all(axis=0)
    if flat.sum() == 1:
        return [axis for axis in order if not flat[axis]]
    if single.any():
        n = int(single.any(axis=1).sum())
        raise WrongUse(
            "some cases are single slices, and others are not",
            expected="volumes, or pictures alone",
            found=f"{n} single slices among {len(grids.size)} cases",
            advice='Leave the single slices out: prepare with --where "n_slices > 1".',
        )
    return list(order)


def _three(values: Sequence[int], used: Sequence[int]) -> tuple[int, int, int]:
    """Numbers of the axes that are used, on i, j, k, with 1 for what is not."""
    known = dict(zip(used, values, strict=True))
    return known.get(0, 1), known.get(1, 1), known.get(2, 1)


def _classes(out: Path | None) -> int:
    """The labels of a prepared set and the background; 2 where it has none, or is no prepared set."""
    try:
        labels = {} if out is None else json.loads((out / DATASET).read_bytes()).get("labels", {})
    except (OSError, ValueError):
        labels = {}
    return max(len(set(labels) | {"0"}), 2)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
