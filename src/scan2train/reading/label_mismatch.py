"""What is said of labels that do not lie as their image does: LAB001, wherever it is noticed."""

from __future__ import annotations

from scan2train.finding import Finding, Severity, Where
from scan2train.grid import Grid
from scan2train.knowledge.rule_names import RULE_NAMES

_CODE = "LAB001"


def mismatch(
    severity: Severity,
    message: str,
    seen: str,
    expected: str = "",
    *,
    advice: str,
    where: Where = Where(),
    affects: int = 1,
) -> Finding:
    """The finding; ``where`` may be left to whoever knows it."""
    return Finding(
        code=_CODE,
        name=RULE_NAMES[_CODE],
        severity=severity,
        scope="volume",
        message=message,
        where=where,
        advice=advice,
        seen=seen,
        expected=expected,
        affects=affects,
    )


def extent_told(grid: Grid) -> str:
    """Where a grid reaches to in the world, in words."""
    corners = grid.corners()
    ends = zip("xyz", corners.min(axis=0), corners.max(axis=0), strict=True)
    return ", ".join(f"{axis} {low:.1f}..{high:.1f}" for axis, low, high in ends) + " mm"
