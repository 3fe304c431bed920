"""How bright organs of the trunk are in each contrast phase of a CT: typical values, at 100 to 120 kV.

Sources: teaching pages of radiology; K. T. Bae, Intravenous contrast medium administration and scan timing at CT,
Radiology 256:32, 2010 (aorta 250 to 400 HU in the arterial phase, liver enhanced by 50 HU in the portal
one, contrast equal in all vessels in the delayed one). Agent, dose, kV and the heart's output shift all of them, so
that the spreads are wide.
"""

from __future__ import annotations

from typing import Final

#: Measure -> phase -> (typical, standard deviation), HU. ``kidney_apart_hu`` is cortex above medulla.
TYPICAL_HU: Final[dict[str, dict[str, tuple[float, float]]]] = {
    "blood_hu": {
        "non-contrast": (42.0, 14.0),
        "arterial": (300.0, 80.0),
        "portal-venous": (155.0, 30.0),
        "delayed": (105.0, 20.0),
    },
    "liver_hu": {
        "non-contrast": (56.0, 12.0),
        "arterial": (66.0, 14.0),
        "portal-venous": (110.0, 18.0),
        "delayed": (86.0, 15.0),
    },
    "kidney_hu": {
        "arterial": (165.0, 35.0),
        "portal-venous": (185.0, 30.0),
        "delayed": (140.0, 30.0),
    },
    "kidney_apart_hu": {
        "arterial": (80.0, 30.0),
        "portal-venous": (15.0, 20.0),
        "delayed": (5.0, 20.0),
    },
}
#: How often agent is seen in the renal pelvis or the bladder.
EXCRETED: Final = {"non-contrast": 0.02, "arterial": 0.02, "portal-venous": 0.05, "delayed": 0.8}
