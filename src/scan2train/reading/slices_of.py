"""The slices of a row of the volumes table: some of them, and further ones put among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.measures.twins import twins_of
from scan2train.tables import VOLUMES

FloatArray = npt.NDArray[np.float64]
Row = Mapping[str, Any]

_ORIGIN = "member_origin_mm"
_MEMBERS = tuple(one.name for one in VOLUMES if one.name.startswith("member_") and one.name != _ORIGIN)
_SPARES = tuple(one.name for one in VOLUMES if one.name.startswith("spare_"))


def places_of(row: Row) -> tuple[FloatArray, FloatArray]:
    """``(n, 3)`` centres of the first voxels of a row's slices, and their unit normal; RAS+ mm."""
    affine = np.reshape(row["affine"], (4, 4))
    normal = np.cross(affine[:3, 0], affine[:3, 1])
    normal /= np.linalg.norm(normal)
    if row[_ORIGIN] is not None:
        return np.reshape(row[_ORIGIN], (-1, 3)), normal
    return affine[:3, 3] + np.outer(np.arange(len(row["member_path"])), affine[:3, 2]), normal


def only_slices(row: Row, ks: Sequence[int]) -> dict[str, Any]:
    """The row with these slices alone, in this order, and with the spares that lie on them."""
    cut = dict(row)
    for name in _MEMBERS:
        if row[name] is not None:
            cut[name] = [row[name][k] for k in ks]
    if row[_ORIGIN] is not None:
        cut[_ORIGIN] = np.reshape(row[_ORIGIN], (-1, 3))[list(ks)].ravel().tolist()
    now = {k: at for at, k in enumerate(ks)}
    kept = [at for at, k in enumerate(row["spare_of"] or ()) if k in now]
    return {**cut, "n_slices": len(ks), "size_k": len(ks), **_spares(row, kept, now)}


def with_twins(row: Row) -> dict[str, Any]:
    """The row with those of its spares as slices that are instances of their own, behind the slices they lie on."""
    twins = twins_of(row)
    if not twins:
        return dict(row)
    n = len(row["member_path"])
    on = [row["spare_of"][at] for at in twins]
    order = sorted(range(n + len(twins)), key=lambda at: (at if at < n else on[at - n], at))
    wide = dict(row)
    for name in _MEMBERS:
        if name == "member_position_mm":
            further = [row[name][k] for k in on]
        else:
            further = [row[name.replace("member_", "spare_")][at] for at in twins]
        wide[name] = [*row[name], *further]
    origin = places_of(row)[0]
    wide[_ORIGIN] = np.concatenate([origin, origin[on]]).ravel().tolist()
    rest = [at for at in range(len(row["spare_of"])) if at not in set(twins)]
    return only_slices(wide | _spares(row, rest, {k: k for k in range(n)}), order)


def as_spares(row: Row, copies: Mapping[int, int]) -> dict[str, Any]:
    """The row with some of its slices, the keys, as spares of others, the values."""
    kept = [k for k in range(len(row["member_path"])) if k not in copies]
    now = {k: at for at, k in enumerate(kept)}
    moved: dict[str, Any] = {}
    for name in _SPARES:
        old = list(row[name] or ())
        if name == "spare_of":
            moved[name] = [now[copies.get(k, k)] for k in (*old, *copies)]
        else:
            moved[name] = [*old, *(row[name.replace("spare_", "member_")][k] for k in copies)]
    return only_slices(row, kept) | moved


def _spares(row: Row, kept: Sequence[int], now: Mapping[int, int]) -> dict[str, Any]:
    if not kept:
        return dict.fromkeys(_SPARES)
    spares = {name: [row[name][at] for at in kept] for name in _SPARES}
    return spares | {"spare_of": [now[k] for k in spares["spare_of"]]}
