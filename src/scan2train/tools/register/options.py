"""How two scans are aligned: every choice, checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any

from scan2train.errors import UnknownName, WrongUse
from scan2train.tools.register.alike import Metric
from scan2train.tools.register.starts import SIMPLE

STARTS = ("auto", *SIMPLE, "lungs")
METHODS = ("auto", "demons", "bspline")
METRICS = ("auto", *(str(one) for one in Metric))
LABELS = ("linear", "nearest")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterOptions:
    """Choices of :func:`scan2train.register`; the fields say what they mean there."""

    rigid_only: bool = False
    deformable: bool = False
    method: str = "auto"
    start: str = "auto"
    metric: str = "auto"
    label_sampling: str = "linear"
    finest_mm: float = 2.0
    control_mm: float = 30.0
    smoothing: float = 1.5
    rounds: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        for word, value, offered in (
            ("start", self.start, STARTS),
            ("method", self.method, METHODS),
            ("metric", self.metric, METRICS),
            ("label_sampling", self.label_sampling, LABELS),
        ):
            if value not in offered:
                near = get_close_matches(str(value), offered)
                raise UnknownName(
                    f"{word} {value!r} is unknown",
                    advice=f"There are: {', '.join(offered)}."
                    + (f" Did you mean {near[0]}?" if near else ""),
                )
        if self.rigid_only and self.deformable:
            raise WrongUse("rigid alone, or deformable: not both", advice="Leave one of the two out.")
        for word, number, least, most in (
            ("finest_mm", self.finest_mm, 0.2, 20.0),
            ("control_mm", self.control_mm, 5.0, 200.0),
            ("smoothing", self.smoothing, 0.5, 5.0),
            ("rounds", self.rounds, 1, 10_000),
            ("seed", self.seed, 0, 2**31 - 2),
        ):
            if not least <= number <= most:
                raise WrongUse(word, expected=f"{least:g} to {most:g}", found=repr(number))

    def to_json(self) -> dict[str, Any]:
        """In plain values."""
        return asdict(self)
