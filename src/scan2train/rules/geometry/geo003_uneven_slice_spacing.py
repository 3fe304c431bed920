"""The gaps between slices differ.

What it finds
-------------
Stacks whose slices do not follow one another at even distances, measured along the slices' normal; and stacks of even
distances whose slices are shifted within their planes. Differences of a few hundredths of a millimetre are rounding
and are not told; up to 0.2 mm and 5 % of the usual gap the mean step is used; beyond either, the volume is refused.

Why it matters
--------------
A volume in memory has one spacing. If the scan has several, everything behind the odd gap lies at the wrong place:
lengths, volumes in ml, and masks drawn on the true positions no longer fit.

What to do
----------
Look at the slices on either side of the gaps that are named: usually files of another reconstruction were mixed in, or
some were replaced. Where the gaps are real, --irregular split reads the even parts as volumes of their own, and
--irregular regrid resamples to even gaps from the true places.

Neither Slice Location nor Slice Thickness plays a part: Image Position (Patient) alone can be relied on.

References
----------
DICOM PS3.3 C.7.6.2.1.1 (Image Position and Image Orientation).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from scan2train.knowledge.tolerances import GEO003_INFO_MM, GEO003_INFO_PART
from scan2train.measures.gaps import Gaps, gaps_between
from scan2train.rule import Example, Hit, bad, error, good, info, near
from scan2train.rule.slices import IMAGES
from scan2train.rule.suspects import uneven

_EVEN = "slices at even distances along their normal"
#: What the gaps of these volumes are is said by another rule.
_OTHERS = ("missing-slices", "no-geometry", "bad-orientation")

SUSPECT = uneven()


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Judge every gap against the usual one."""
    gaps = gaps_between(row["member_position_mm"]) if row["physical"] else None
    if gaps is None or row["format"] != "dicom":
        return
    severity = error if row["role"] in IMAGES else info
    if row["irregular"] == "shifted-slices":
        yield severity(
            "slices are shifted within their planes, out of the line of the others",
            seen=f"{len(gaps.places)} slices at even distances of {gaps.usual:.4g} mm",
            expected="positions on one straight line",
            affects=row["n_slices"],
        )
    elif row["irregular"] == "uneven-spacing":
        yield _uneven(gaps, severity)
    elif row["irregular"] not in _OTHERS and gaps.audible.any() and not gaps.beyond.any():
        yield info(
            "the gaps between slices differ a little; the mean step was used",
            seen=gaps.told(gaps.audible),
            expected=_EVEN,
            affects=int(gaps.audible.sum()),
        )


def _uneven(gaps: Gaps, severity: Callable[..., Hit]) -> Hit:
    if gaps.beyond.any():
        return severity(
            "the gaps between slices differ",
            seen=gaps.told(gaps.beyond),
            expected=_EVEN,
            affects=int(gaps.beyond.sum()),
        )
    off = np.abs(gaps.drift)
    limit = max(GEO003_INFO_MM, GEO003_INFO_PART * gaps.usual)
    return severity(
        "small differences of the gaps add up until slices lie at the wrong place",
        seen=f"slice {int(off.argmax())} is {off.max():.3g} mm from its place among even steps of "
        f"{(gaps.places[-1] - gaps.places[0]) / (len(gaps.places) - 1):.4g} mm",
        expected=f"at most {limit:.3g} mm",
        affects=int((off > limit).sum()),
    )


def examples() -> Iterator[Example]:
    """Gaps on either side of each threshold, along several directions."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series
    from scan2train.testing.small_places import shifted_slice

    def moved(k: int, mm: float, gap: float = 2.5, orientation: str = "LPS", **more: Any) -> Any:
        """All slices from ``k`` on lie ``mm`` further: one gap is that much wider."""
        spacing = (1.3, 1.7, gap)
        return small_series(orientation, spacing=spacing, place=lambda n: n + mm / gap * (n >= k), **more)

    yield good("even gaps", small_series())
    yield good("even gaps of an oblique, tilted stack", small_series("PIR", turned_deg=23, tilt=0.6))
    yield good("two slices have one gap", small_series(shape=(13, 11, 2)))
    yield good(
        "no number or location tells of an uneven gap",
        small_series(numbers="shuffled", tags=lambda k: {"SliceLocation": str(k * k)}),
    )
    yield bad("one gap of 1.3 times the usual one", moved(4, 0.75), Severity.ERROR)
    yield bad(
        "one gap of half the usual one, sagittal MR",
        moved(3, -1.25, orientation="PIR", modality="MR"),
        Severity.ERROR,
    )
    yield bad(
        "one slice shifted within its plane",
        shifted_slice(small_series(turned_deg=15), 4, 1.1),
        Severity.ERROR,
    )
    yield bad(
        "gaps that drift",
        small_series(shape=(9, 7, 30), place=lambda k: k + 0.04 * max(0, k - 15)),
        Severity.ERROR,
    )
    yield near("0.018 mm", moved(4, 0.018))
    yield near("0.4 % of a wide gap", moved(4, 0.036, gap=9.0))
    yield near("0.022 mm", moved(4, 0.022, orientation="RPI"), Severity.INFO)
    yield near("4.8 %, 0.12 mm", moved(4, 0.12, turned_deg=40), Severity.INFO)
    yield near("5.2 %, though only 0.13 mm", moved(4, 0.13), Severity.ERROR)
    yield near("0.19 mm, 3.8 %", moved(4, 0.19, gap=5.0), Severity.INFO)
    yield near("0.21 mm, though only 4.2 %", moved(4, 0.21, gap=5.0), Severity.ERROR)
    yield near("a missing slice is told by GEO004", small_series(drop=(3,)))
