"""What was at work: the versions that a result's bytes may depend on."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from scan2train._version import __version__

#: Distributions that compute values or compress them.
_AT_WORK = ("numpy", "numba", "scipy", "imagecodecs", "isal", "blosc2", "pydicom", "connected-components-3d")


@cache
def versions() -> dict[str, str]:
    """Name to version, ourselves first."""
    return {"scan2train": __version__, **{name: version(name) for name in _AT_WORK}}
