"""Units dealt out to parts so that each part has its share of everything that is counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Passes over all units in which each may change its part, or its place with another.
_PASSES = 4
#: More units than this are not exchanged in pairs: the greedy deal is close by then.
_PAIRS = 1500


def deal(counts: Floats, shares: Floats, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """The part of each unit.

    What is made small is Σ (count − wanted)² / wanted over all parts and all that is counted (Pearson's χ²): a rare
    class weighs as much as the number of cases. Units are dealt largest and rarest first, each to where it fits best,
    and then moved and exchanged as long as that helps.

    Parameters
    ----------
    counts
        ``(units, features)``: how much each unit has of each feature; the first is its number of cases.
    shares
        ``(parts,)``: the part of everything that each part is to have; their sum is 1.
    rng
        Decides between equals, and so draws one of many splits that are equally good.

    Returns
    -------
    ``(units,)``: numbers of parts. No part is empty, as long as there are as many units as parts.
    """
    kept = counts[:, counts.sum(axis=0) > 0]
    wanted = shares[:, None] * kept.sum(axis=0)
    weight = 1 / wanted
    weight[:, 0] *= kept.shape[1]  # the number of cases counts as much as all that is balanced beside it
    mixed = rng.permutation(len(kept))
    hardness = (kept / kept.sum(axis=0)).max(axis=1)
    order = mixed[np.argsort(-hardness[mixed], kind="stable")]
    part = np.full(len(kept), -1, dtype=np.int64)
    held = np.zeros_like(wanted)
    for unit in order:
        change = (weight * ((held + kept[unit] - wanted) ** 2 - (held - wanted) ** 2)).sum(axis=1)
        part[unit] = int(np.argmin(change))
        held[part[unit]] += kept[unit]
    for _ in range(_PASSES):
        moved = [_improve(unit, kept, part, held, wanted, weight) for unit in order]
        if not any(moved):
            break
    _fill_empty(part, len(shares), kept[:, 0])
    return part


def _improve(
    unit: int, kept: Floats, part: npt.NDArray[np.int64], held: Floats, wanted: Floats, weight: Floats
) -> bool:
    """Move a unit, or exchange it with another, if that makes the sum smaller; says whether it did."""
    own = int(part[unit])
    off = held - wanted
    # Of every other part: what it costs to take the unit, and what its own part gains by giving it away.
    gain = float((weight[own] * (off[own] ** 2 - (off[own] - kept[unit]) ** 2)).sum())
    cost = (weight * ((off + kept[unit]) ** 2 - off**2)).sum(axis=1)
    cost[own] = np.inf
    best, target = float(cost.min()) - gain, int(np.argmin(cost))
    partner = -1
    if len(kept) <= _PAIRS:
        others = np.flatnonzero(part != own)
        shift = kept[others] - kept[unit]
        theirs = part[others]
        both = (weight[own] * ((off[own] + shift) ** 2 - off[own] ** 2)).sum(axis=1)
        both += (weight[theirs] * ((off[theirs] - shift) ** 2 - off[theirs] ** 2)).sum(axis=1)
        if len(others) and float(both.min()) < best:
            at = int(np.argmin(both))
            best, partner, target = float(both[at]), int(others[at]), int(theirs[at])
    if best > -1e-9:
        return False
    moved: Any = kept[unit] - (0 if partner < 0 else kept[partner])
    held[own] -= moved
    held[target] += moved
    part[unit] = target
    if partner >= 0:
        part[partner] = own
    return True


def _fill_empty(part: npt.NDArray[np.int64], parts: int, sizes: Floats) -> None:
    """Give each empty part the smallest unit of the part with the most of them."""
    for empty in range(parts):
        if (part == empty).any():
            continue
        most = int(np.argmax(np.bincount(part, minlength=parts)))
        those = np.flatnonzero(part == most)
        if len(those) > 1:
            part[those[int(np.argmin(sizes[those]))]] = empty
