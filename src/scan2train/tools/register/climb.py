"""From a start uphill without slopes: by mutual information of few places, whose hills are crooked and have ledges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from scan2train.grid import FloatArray
from scan2train.tools.register.alike import Held
from scan2train.tools.register.scan import Scan
from scan2train.tools.register.starts import Start, worth

#: First steps: degrees about each axis, mm along each.
_TURN, _SHIFT = 4.0, 6.0
_LOOKS = 400


def climb(start: Start, held: Held, moving: Scan, about: FloatArray) -> Start:
    """The start, turned about ``about`` (LPS+ mm) and moved to where the two are most alike.

    By Powell's method (The Computer Journal 7, 1964).
    """

    def moved(change: FloatArray) -> FloatArray:
        made = np.eye(4)
        made[:3, :3] = Rotation.from_rotvec(change[:3], degrees=True).as_matrix()
        made[:3, 3] = about - made[:3, :3] @ about + change[3:]
        found: FloatArray = start.matrix @ made
        return found

    steps = np.diag([_TURN] * 3 + [_SHIFT] * 3)
    found = minimize(
        lambda change: -worth(held, moving, moved(change)),
        np.zeros(6),
        method="Powell",
        options={"direc": steps, "maxfev": _LOOKS, "xtol": 0.05, "ftol": 1e-4},
    )
    return replace(start, matrix=moved(found.x), alike=-float(found.fun))
