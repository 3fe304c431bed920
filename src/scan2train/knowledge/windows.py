"""The windows that radiologists look at a CT with, by tissue.

Lung, bone and brain are those listed by Radiopaedia, "Windowing (CT)"; soft tissue and liver are the usual ones of
reading rooms, which vary by some 20 HU. They are for the eye: presets for networks clip wider (see the recipes).
"""

from __future__ import annotations

from typing import Final

#: Tissue -> centre and width in HU.
CT_WINDOWS: Final = {
    "lung": (-600.0, 1500.0),
    "soft-tissue": (40.0, 400.0),
    "bone": (400.0, 1800.0),
    "brain": (40.0, 80.0),
    "liver": (60.0, 160.0),
}
#: Ranges that the presets for brain and for bone clip a CT to, HU. Those of the others begin below zero, and are known
#: by that.
CT_ONLY: Final = ((0.0, 80.0), (300.0, 2000.0))
