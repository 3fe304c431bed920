"""Whether the values of a CT can be Hounsfield units, by where its air and its soft tissue lie.

Air is −1000 HU and water 0 HU by definition; lung is −950 to −600, fat about −100, muscle about 50 (PS3.3 C.11.1.1.2
gives the unit). Where a picture shows no air, or no tissue, nothing follows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scan2train.knowledge.tolerances import (
    PIX007_AIR_HU,
    PIX007_CLIPPED_PART,
    PIX007_RANGE_TOP_HU,
    PIX007_SHIFT_HU,
    PIX007_TISSUE_HU,
)
from scan2train.measures.hu_peaks import HuPeaks

#: From this share on the ring about the body is of one class.
_AROUND = 0.4
_COMPACT = 0.5
#: Values that no file gives a unit are HU if air, or lung, lies below, and tissue within so much of water.
_AS_AIR_HU, _AS_TISSUE_HU = -600.0, 250.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with the scale, in a sentence; what was seen; and whether the values may still be used."""

    message: str
    seen: str
    doubtful: bool = False


def scale_fault(peaks: HuPeaks) -> Fault | None:
    """The first thing that speaks against Hounsfield units."""
    seen = f"air at {peaks.low:.0f}, soft tissue at {peaks.high:.0f}"
    least, most = float(peaks.values[0]), float(peaks.values[-1])
    if least >= -1.01 and most <= 1.01:
        return Fault(message=SCALED, seen=f"values from {least:.3g} to {most:.3g}")
    if _is_inverted(peaks):
        return Fault(message=INVERTED, seen=f"air at {peaks.high:.0f}, soft tissue at {peaks.low:.0f}")
    if _is_twice(peaks):
        return Fault(message=TWICE, seen=seen)
    if peaks.ring_low >= _AROUND:
        return _surrounded(peaks, seen, least, most)
    if _is_dense_throughout(peaks):
        return Fault(message=LIFTED, seen=f"soft tissue at {_main(peaks):.0f}, and nothing below {least:.0f}")
    return None


SCALED = "CT whose values were scaled or cut to another range: they are no HU"
INVERTED = "CT in which air is brighter than tissue: the values are inverted, and no HU"
TWICE = "CT whose air and soft tissue lie a thousand too low, as if the rescale had been applied twice"
LIFTED = "CT whose air and soft tissue lie a thousand too high, as if the rescale had been left out"
ELSEWHERE = "CT whose air and soft tissue do not lie where HU puts them"
SHIFTED = "CT whose air and soft tissue lie off the HU scale by a constant"
NO_AIR = "CT in which what surrounds the body is one value, and not that of air"


def far_below(peaks: HuPeaks) -> Fault | None:
    """The one fault that tells itself where nobody says that a file is a CT: nothing else lies so low."""
    if peaks.low < 1.5 * PIX007_AIR_HU[0] + 300.0 and _is_twice(peaks):
        seen = f"air at {peaks.low:.0f}, soft tissue at {peaks.high:.0f}"
        return Fault(message=TWICE, seen=seen, doubtful=True)
    return None


def _surrounded(peaks: HuPeaks, seen: str, least: float, most: float) -> Fault | None:
    """Judge a body in air: the ring is of the low class."""
    low, high = peaks.low, peaks.high
    gap = high - low
    soft = PIX007_TISSUE_HU[0] <= high <= PIX007_TISSUE_HU[1]
    if soft and _is_shifted(peaks):
        return Fault(message=SHIFTED, seen=seen, doubtful=True)
    if PIX007_AIR_HU[0] <= low <= PIX007_AIR_HU[1]:
        if soft:
            return None
        unlike = peaks.share(*PIX007_TISSUE_HU) < 0.03 and peaks.high_compact >= _COMPACT
        return Fault(message=ELSEWHERE, seen=seen) if unlike else None
    if low < PIX007_AIR_HU[0]:
        # With tissue in its place that is padding, which has a rule of its own.
        return None if soft or peaks.share(*PIX007_TISSUE_HU) > 0.03 else Fault(message=ELSEWHERE, seen=seen)
    if peaks.share(least, low - 0.25 * gap) > 0.01:
        return None
    if gap >= 600.0:
        if peaks.high_compact < _COMPACT:
            return None
        message = LIFTED if abs(gap - 1050.0) < 250.0 and abs(low) < 150.0 else ELSEWHERE
        return Fault(message=message, seen=seen)
    even = peaks.ring_same >= 0.5 and peaks.ring_value == least
    if least >= 0.0 and most <= 255.0 and low < 60.0 and (even or most >= 100.0):
        return Fault(message=SCALED, seen=f"values from {least:.0f} to {most:.0f}, {seen}")
    if even:
        doubtful = soft and least <= 0.0
        return Fault(
            message=NO_AIR if doubtful else ELSEWHERE,
            seen=f"{least:.0f} around the body, soft tissue at {high:.0f}",
            doubtful=doubtful,
        )
    return None


def lie_as_hu(peaks: HuPeaks) -> bool:
    """Whether air and tissue lie so near to where HU put them that values of no known unit can be nothing else."""
    return peaks.low < _AS_AIR_HU and abs(peaks.high) < _AS_TISSUE_HU and scale_fault(peaks) is None


def _is_shifted(peaks: HuPeaks) -> bool:
    """Both peaks off to the same side, and the lower one as sharp as only air is, which lung never is."""
    air, tissue = peaks.low + 1000.0, peaks.high - 20.0
    apart = 850.0 <= peaks.high - peaks.low <= 1200.0
    far = min(abs(air), abs(tissue)) > PIX007_SHIFT_HU and (air > 0) == (tissue > 0)
    return apart and far and peaks.ring_sharp >= 0.7


def _is_inverted(peaks: HuPeaks) -> bool:
    """The high class surrounds the low one, as compact as only air is."""
    around = 1.0 - peaks.ring_low >= 0.5
    gap = peaks.high - peaks.low
    if peaks.ring_same >= 0.6 and peaks.ring_value == peaks.values[-1] and around:
        return True
    compact = peaks.high_compact >= 0.6 and peaks.low_compact >= 0.45
    return around and compact and gap >= 600.0 and peaks.high >= 500.0


def _is_twice(peaks: HuPeaks) -> bool:
    """Tissue where air belongs, and what is lighter far below, or masked since nothing is so low."""
    if not PIX007_AIR_HU[0] <= peaks.high <= -850.0 and not PIX007_AIR_HU[0] <= peaks.low <= -850.0:
        return False
    if peaks.share(-300.0, 300.0) > 0.02:
        return False
    if 700.0 <= peaks.high - peaks.low <= 1300.0 and peaks.low < PIX007_AIR_HU[0]:
        return True
    return peaks.masked >= 0.05 and peaks.share(-2200.0, -1090.0) >= 0.05


def _main(peaks: HuPeaks) -> float:
    return float(np.median(peaks.values))


def _is_dense_throughout(peaks: HuPeaks) -> bool:
    """A picture with nothing but soft tissue, all of it at a thousand and more; bone never is so even."""
    main = _main(peaks)
    even = peaks.share(main - 150.0, main + 150.0) >= 0.6
    return 800.0 <= main <= 1300.0 and even and peaks.share(-5000.0, 350.0) < 0.01


def clipped(peaks: HuPeaks, *, whole: bool) -> Fault | None:
    """Values piled up at the upper end, inside the body and not at the end of what scanners store.

    A pile counts where it is five times what the values just below it would give, and these are there without a gap: a
    phantom without noise has few values, and none was cut off.
    """
    values = peaks.values
    top = float(values[-1])
    if top >= PIX007_RANGE_TOP_HU or peaks.high - peaks.low < 50.0:
        return None
    inside = values[np.searchsorted(values, (peaks.low + peaks.high) / 2) :]
    piled = int(inside.size - np.searchsorted(inside, np.float32(top)))
    step = max((top - float(inside[0])) / 100.0, 1.0 if whole else 0.0)
    edges = top - step * np.arange(21, -1, -1)
    before = np.histogram(inside[: inside.size - piled], bins=edges)[0]
    rising = bool((before[:-1] > 0).all()) and piled >= 5 * before.max()
    # All that is denser than lung may lie in the pile; air then shows that there is noise.
    most_of_it = piled > 0.5 * inside.size and peaks.ring_same < 0.5
    if piled < PIX007_CLIPPED_PART * inside.size or not (rising or most_of_it):
        return None
    return Fault(
        message="CT whose high values were cut off",
        seen=f"{100 * piled / inside.size:.0f} % of the body at {top:.0f}, the highest value",
        doubtful=True,
    )
