"""How sharp a CT's slices are: what its reconstruction kernel did to edges, whatever the kernel is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from scan2train.measures.edge_profile import EdgeProfile, edge_profile
from scan2train.volume import Array, Volume

#: sigma × f50 of a Gaussian: its transfer exp(-2 π² σ² f²) is one half there.
_HALF: Final = float(np.sqrt(np.log(2) / (2 * np.pi**2)))
#: Fewer edges than this tell nothing, nor does a profile that the model misses by so much of the contrast.
_FEWEST: Final = 200
_LARGEST_REST: Final = 0.03
#: The part of the profile that is fitted, mm; pixels larger than this have too few values in it.
_FITTED_MM: Final = (-4.0, 5.0)
_LARGEST_PIXEL_MM: Final = 2.0
_SIGMA_MM: Final = (0.05, 4.0)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sharpness:
    """``sigma_mm``: of the Gaussian that blurs an ideal edge to what is seen; ``profile`` is what was seen."""

    sigma_mm: float
    profile: EdgeProfile
    model: Array

    @property
    def f50(self) -> float:
        """Where the modulation transfer falls to one half, in 1/mm."""
        return _HALF / self.sigma_mm

    def transfer(self, frequency: Array) -> Array:
        """The modulation transfer at frequencies in 1/mm."""
        curve: Array = np.exp(-2 * (np.pi * self.sigma_mm * frequency) ** 2)
        return curve


def sharpness(volume: Volume) -> Sharpness | None:
    """Measure how sharp the slices are, from edges between air or lung and tissue.

    An ideal edge with a denser layer of even thickness behind it (skin, pleura) is blurred by a Gaussian until it is
    the :func:`~scan2train.measures.edge_profile.edge_profile`; its ``sigma_mm`` is the sharpness. On phantoms it comes
    back to 3 %; of two blurs, one after the other, the squares add up.

    Parameters
    ----------
    volume
        In HU; slices along k, as scanners reconstruct them.

    Returns
    -------
    ``None`` where it cannot be told: no HU or no millimetres, pixels over 2 mm, fewer than 200 places where an even
    outside meets an even inside, or a profile of another form.
    """
    grid = volume.grid
    if not grid.physical or volume.unit != "HU" or volume.array.ndim != 3:
        return None
    if max(grid.spacing[:2]) > _LARGEST_PIXEL_MM:
        return None
    profile = edge_profile(volume)
    if profile is None or profile.edges < _FEWEST:
        return None
    return _fitted(profile)


def why_unknown(volume: Volume) -> str:
    """What keeps :func:`sharpness` from measuring a volume, in a few words."""
    if volume.unit != "HU":
        return f"values in {volume.unit}"
    if not volume.grid.physical:
        return "no millimetres"
    pixel_mm = max(volume.grid.spacing[:2])
    return (
        f"pixels of {pixel_mm:.3g} mm" if pixel_mm > _LARGEST_PIXEL_MM else "too few edges between even sides"
    )


def _fitted(profile: EdgeProfile) -> Sharpness | None:
    from scipy.optimize import least_squares

    near = (profile.distance_mm > _FITTED_MM[0]) & (profile.distance_mm < _FITTED_MM[1])
    distance, value = profile.distance_mm[near], profile.value[near]
    # Outside, first tissue, how much of it the layer was, its thickness, where the edge lies, and the blur. A layer is
    # denser than what is behind it: two steps up would be told from one blurred step by nothing.
    bounds = ([-0.1, 0.8, 0.0, 0.8, -1.0, _SIGMA_MM[0]], [0.1, 2.0, 1.0, 4.0, 1.0, _SIGMA_MM[1]])
    if value.size <= 2 * len(bounds[0]):
        return None
    tried = [
        least_squares(
            lambda p: _model(p, distance) - value, (0.0, 1.05, 0.05, thick, 0.0, 0.7), bounds=bounds
        )
        for thick in (1.2, 2.5)
    ]
    best = min(tried, key=lambda one: float(one.cost))
    sigma = float(best.x[-1])
    rest = float(np.sqrt(2 * best.cost / value.size))
    if rest > _LARGEST_REST or not 1.01 * _SIGMA_MM[0] < sigma < 0.99 * _SIGMA_MM[1]:
        return None
    return Sharpness(sigma_mm=sigma, profile=profile, model=_model(best.x, profile.distance_mm))


def _model(parameters: Array, distance: Array) -> Array:
    from scipy.special import ndtr

    outside, first, layer, thick, middle, sigma = parameters
    from_edge = (distance - middle) / sigma
    values: Array = outside + (first - outside) * ndtr(from_edge) - layer * ndtr(from_edge - thick / sigma)
    return values
