"""Morphological features (IBSI 3.1) of one label, in the world."""

from __future__ import annotations

from math import pi, prod, sqrt

import numpy as np
import numpy.typing as npt

from scan2train.measures.convex_hull import convex_hull
from scan2train.measures.label_shapes import LabelShape
from scan2train.volume import Array

FloatArray = npt.NDArray[np.float64]

#: The last term of the series for an ellipsoid's area.
_TERMS = 20


def morphology(
    shape: LabelShape, within: npt.NDArray[np.bool_], matrix: FloatArray
) -> dict[str, float | None]:
    """The ``morph_`` features that follow from the mask alone.

    Parameters
    ----------
    shape
        The label's shape.
    within
        The mask itself in its box.
    matrix
        The 3×3 part of the affine: mm.
    """
    volume, area = shape.volume_mm3(matrix), shape.area_mm2(matrix)
    hull = convex_hull(within, matrix)
    # Rounding may leave an eigenvalue of a flat label just below 0.
    spread = np.linalg.eigvalsh(matrix @ shape.covariance @ matrix.T).clip(min=0)
    least, minor, major = (4 * sqrt(one) for one in spread.tolist())
    sides = matrix * (np.subtract(shape.last, shape.first) + 1)
    box_area = 2 * sum(np.linalg.norm(np.cross(sides[:, a], sides[:, a - 1])) for a in range(3))
    ball = (36 * pi * volume**2) ** (1 / 3)
    return {
        "morph_volume": volume,
        "morph_vol_approx": shape.voxels * abs(float(np.linalg.det(matrix))),
        "morph_area_mesh": area,
        "morph_av": area / volume,
        "morph_comp_1": volume / (sqrt(pi) * area**1.5),
        "morph_comp_2": 36 * pi * volume**2 / area**3,
        "morph_sph_dispr": area / ball,
        "morph_sphericity": ball / area,
        "morph_asphericity": (area**3 / (36 * pi * volume**2)) ** (1 / 3) - 1,
        "morph_diam": hull.diameter,
        "morph_pca_maj_axis": major,
        "morph_pca_min_axis": minor,
        "morph_pca_least_axis": least,
        "morph_pca_elongation": minor / major if major else None,
        "morph_pca_flatness": least / major if major else None,
        "morph_vol_dens_aabb": volume / abs(float(np.linalg.det(sides))),
        "morph_area_dens_aabb": area / float(box_area),
        **_ellipsoid(volume, area, (major / 2, minor / 2, least / 2)),
        "morph_vol_dens_conv_hull": volume / hull.volume,
        "morph_area_dens_conv_hull": area / hull.area,
    }


def with_intensities(
    shape: LabelShape, values: Array, used: npt.NDArray[np.bool_], matrix: FloatArray
) -> float | None:
    """``morph_com``: how far the centre of the values lies from that of the mask, mm; ``None`` where they sum to 0.

    ``values`` and ``used``, what of the mask has a value, are those of its box.
    """
    i, j, k = (np.zeros(n) for n in values.shape)
    for at in range(len(k)):
        plane = np.where(used[:, :, at].T, values[:, :, at].T, 0).astype(np.float64)
        i += plane.sum(axis=0)
        j += plane.sum(axis=1)
        k[at] = plane.sum()
    total = float(k.sum())
    if not total:
        return None
    centre = [float(along @ np.arange(len(along))) / total for along in (i, j, k)]
    return float(np.linalg.norm(matrix @ (np.add(centre, shape.first) - shape.centroid)))


def _ellipsoid(volume: float, area: float, axes: tuple[float, float, float]) -> dict[str, float | None]:
    """Densities in the ellipsoid of these semi-axes, the longest first."""
    surface = _area_by_ibsi(*axes) if axes[0] else 0.0
    return {
        "morph_vol_dens_aee": volume / (4 / 3 * pi * prod(axes)) if prod(axes) else None,
        "morph_area_dens_aee": area / surface if surface else None,
    }


def _area_by_ibsi(a: float, b: float, c: float) -> float:
    """The series of Legendre polynomials that IBSI defines, up to its 20th term.

    It is that of a sphere's area where a = b = c, and falls short of an ellipsoid's by some per cent otherwise: by the
    consensus values it is meant so all the same.
    """
    one, two = 1 - (b / a) ** 2, 1 - (c / a) ** 2
    # (αβ)^n P_n((α² + β²) / 2αβ) by the polynomials' recurrence, which is whole where α or β is 0.
    before, term, total = 0.0, 1.0, 0.0
    for n in range(_TERMS + 1):
        total += term / (1 - 4 * n**2)
        before, term = term, ((2 * n + 1) * (one + two) / 2 * term - n * one * two * before) / (n + 1)
    return 4 * pi * a * b * total
