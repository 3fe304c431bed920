"""One volume, and what a reader returned for it: how far it was moved, which values differ, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.cohort.parity.displaced import displaced
from scan2train.cohort.parity.given import Given, in_order
from scan2train.cohort.parity.same_voxel import Same, by_content, by_index, by_place
from scan2train.volume import Volume

Array = npt.NDArray[Any]

#: Rounding of positions in headers, mm; as that of GEO003.
MOVED_MM = 0.02
#: Rounding of values in single precision, as a share of the largest value.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What was found: :class:`~scan2train.cohort.parity.row.Parity` without the names and the code."""

    verdict: str
    kind: str = ""
    note: str = ""
    moved_mm: float | None = None
    value_max: float | None = None
    value_p99: float | None = None
    how: str = ""


def compare(truth: Volume, given: Given, nth: int = 0, of: int = 1) -> Compared:
    """Compare one volume with what a reader returned.

    Parameters
    ----------
    truth
        The volume as it is.
    given
        What the reader returned for the file or series that it lies in.
    nth, of
        Which of how many volumes of that file or series it is.
    """
    colours = truth.array.shape[3] if truth.array.ndim == 4 else 1
    array = in_order(given.array, truth.grid.shape, colours)
    if array is None:
        return _shape(f"returns an array of {len(given.shape)} dimensions")
    if colours > 1 and array.shape[3] != colours:
        return _shape(f"returns {_count(array.shape[3], 'channel')} in place of {colours}", "channels")
    tolerance = ROUNDING * (1 + _largest(truth.array))
    point, same = _found(truth, array, given.affine, tolerance, colours)
    if same is None:
        point = nth if colours == 1 and array.shape[3] == of else 0
        same = _otherwise(truth, array[..., point], given.affine)
    if same is None:
        return _shape(f"returns a shape of {_times(array.shape[:3])} in place of {_times(truth.grid.shape)}")
    values = _values(truth, array if colours > 1 else array[..., point : point + 1], same)
    return _judged(truth, array, given, same, values, tolerance)


def _found(
    truth: Volume, array: Array, affine: Any, tolerance: float, colours: int
) -> tuple[int, Same | None]:
    """The point of a fourth axis that shows the volume, and its voxels there."""
    mine = truth.array[..., 0] if colours > 1 else truth.array
    points = range(1 if colours > 1 else array.shape[3])
    if affine is not None and truth.grid.physical:
        place = by_place(truth.grid, affine, array.shape[:3])
        if place is not None and tuple(map(len, place.of)) == truth.grid.shape:
            for point in points:
                if _agree(mine, array[..., point], place, tolerance):
                    return point, place
    for pattern in (False, True):
        for point in points:
            same = by_content(mine, array[..., point], tolerance, pattern=pattern)
            if same is not None:
                return point, same
    return 0, None


def _otherwise(truth: Volume, array: Array, affine: Any) -> Same | None:
    """By place where the grids allow it, else by index."""
    if affine is not None and truth.grid.physical:
        place = by_place(truth.grid, affine, array.shape)
        if place is not None:
            return place
    return by_index(truth.grid.shape, array.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    largest: float
    p99: float
    differing: float
    padding_only: bool
    whole: bool  # less than 1, and the reader has whole numbers where the two differ
    odd: int  # finite in one of the two only


def _values(truth: Volume, array: Array, same: Same) -> _Values:
    """Absolute differences of all voxels that the two share; those of padding only where no other differs."""
    apart, real, whole = [], [], True
    for mine, theirs, valid in _slices(truth, array, same):
        whole = whole and np.array_equal(theirs, np.rint(theirs))
        apart.append(np.abs(mine - theirs).astype(np.float32).ravel())
        real.append(valid.ravel())
    difference, within = np.concatenate(apart), np.concatenate(real)
    odd = ~np.isfinite(difference)
    difference[odd] = 0.0
    inside = difference[within]
    padding_only = not inside.any() and bool(difference.any())
    counted = difference if padding_only or not inside.size else inside
    return _Values(
        largest=float(counted.max()),
        p99=float(np.percentile(counted, 99)),
        differing=float((counted > 0).mean()),
        padding_only=padding_only,
        whole=whole and float(counted.max()) < 1,
        odd=int(odd.sum()),
    )


def _slices(truth: Volume, array: Array, same: Same) -> Iterator[tuple[Array, Array, Array]]:
    turned = array.transpose((*same.order, 3))
    mine = np.ix_(same.of[0], same.of[1])
    theirs = np.ix_(same.at[0], same.at[1])
    for k, other in zip(same.of[2], same.at[2], strict=True):
        one = truth.array[:, :, k][mine].astype(np.float64)
        two = turned[:, :, other][theirs].astype(np.float64)
        one = one if one.ndim == 3 else one[..., None]
        gone = ~np.isfinite(one) & ~np.isfinite(two)
        one[gone] = two[gone] = 0.0
        valid = np.ones(one.shape, dtype=np.bool_)
        if truth.valid is not None:
            valid &= truth.valid[:, :, k][mine][..., None]
        yield one, two, valid


def _judged(
    truth: Volume, array: Array, given: Given, same: Same, values: _Values, tolerance: float
) -> Compared:
    moved, kind, note = displaced(truth.grid, given.affine, same)
    numbers = {
        "moved_mm": moved,
        "value_max": values.largest,
        "value_p99": values.p99,
        "how": same.how,
    }
    found = [note] if moved is not None and moved > MOVED_MM else []
    if values.largest > tolerance or values.odd:
        found.insert(0, _about_values(truth.unit, values, same.how))
    plane = tuple(array.shape[axis] for axis in same.order[:2])
    if plane != truth.grid.shape[:2] and found:
        # What lies at the same place by chance says nothing.
        return _shape(f"returns a shape of {_times(array.shape[:3])} in place of {_times(truth.grid.shape)}")
    lost = truth.grid.shape[2] - len(same.of[2])
    more = array.shape[same.order[2]] - len(set(same.at[2].tolist()))
    if lost or more or plane != truth.grid.shape[:2]:
        text = [f"lacks {_count(lost, 'slice')} of {truth.grid.shape[2]}"] * bool(lost)
        text += [f"has {_count(more, 'slice')} more"] * bool(more)
        text = text or [
            f"returns a shape of {_times(array.shape[:3])} in place of {_times(truth.grid.shape)}"
        ]
        word = "slices-missing" if lost else "slices-more" if more else "shape"
        return Compared(verdict="other-shape", kind=word, note="; ".join([*text, *found]), **numbers)  # type: ignore[arg-type]
    if values.largest > tolerance or values.odd:
        word = "padding" if values.padding_only else "rounded" if values.whole else "values"
        return Compared(verdict="other-values", kind=word, note="; ".join(found), **numbers)  # type: ignore[arg-type]
    if found:
        return Compared(verdict="moved", kind=kind, note=note, **numbers)  # type: ignore[arg-type]
    kind, note = _padding(truth)
    return Compared(verdict="same", kind=kind, note=note, **numbers)  # type: ignore[arg-type]


def _padding(truth: Volume) -> tuple[str, str]:
    """What is no data, and has come back as values: the same values, and yet a reader that masks it has none there."""
    if truth.valid is None or truth.valid.all():
        return "", ""
    share = 1 - truth.valid.mean()
    values = truth.array[~truth.valid]
    return "padding-kept", f"returns padding as {values.min():g} {truth.unit}, in {share:.1%} of the voxels"


def _about_values(unit: str, values: _Values, how: str) -> str:
    where = {"content": "", "place": " at the same place", "index": " at the same index"}[how]
    text = f"{values.differing:.0%} of the values differ{where}, by up to {values.largest:.4g} {unit}"
    if values.whole:
        text = f"has whole numbers in place of fractions{where}, by up to {values.largest:.4g} {unit}"
    elif values.padding_only:
        text = f"padding differs{where}, by up to {values.largest:.4g} {unit}"
    return text + (f"; {values.odd} values are finite on one side only" if values.odd else "")


def _agree(mine: Array, theirs: Array, same: Same, tolerance: float) -> bool:
    turned = theirs.transpose(same.order)
    pick = np.ix_(same.at[0], same.at[1])
    for k, other in zip(same.of[2], same.at[2], strict=True):
        one, two = mine[:, :, k].astype(np.float64), turned[:, :, other][pick].astype(np.float64)
        if not np.allclose(one, two, rtol=0, atol=tolerance, equal_nan=True):
            return False
    return True


def _largest(array: Array) -> float:
    finite = np.abs(array[np.isfinite(array)].astype(np.float64)) if array.dtype.kind == "f" else None
    if finite is not None:
        return float(finite.max(initial=0.0))
    return float(max(abs(int(array.max())), abs(int(array.min()))))


def _shape(note: str, kind: str = "shape") -> Compared:
    return Compared(verdict="other-shape", kind=kind, note=note)


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _times(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
