"""From a prepared set to a network: what may know torch, MONAI and TorchIO, loaded when a name is first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scan2train.cohort.plan import Plan
    from scan2train.learn.network import UNet

#: Public name -> the module that defines it.
_HOME = {
    "Plan": "scan2train.cohort.plan",
    "UNet": "scan2train.learn.network",
}

__all__ = ["Plan", "UNet"]


def __getattr__(name: str) -> object:
    """Load a public name on its first use."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
