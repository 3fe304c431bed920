"""By what an activity concentration is divided to become a standardised uptake value (SUV).

``SUV = concentration / (dose / norm)``: the norm is the body's weight in grams, its lean mass in grams, or its surface
in cm². The codes of PS3.16 CID 85 for the three are SUVbw (126401), SUVlbm(Janma) (126405) and SUVbsa (126403).
"""

from __future__ import annotations

#: Lean body mass by sex: ``9270 W / (a + b BMI)`` (Janmahasatian et al., Clin Pharmacokinet 44:1051, 2005), which the
#: EANM guidelines for FDG PET (2015) ask for; the older formula of James falls again with the weight of the obese.
_LEAN = {"M": (6680.0, 216.0), "F": (8780.0, 244.0)}


def lean_body_mass_kg(weight_kg: float, height_m: float, sex: str) -> float:
    """Lean body mass after Janmahasatian; ``sex`` is ``"M"`` or ``"F"``."""
    fixed, by_index = _LEAN[sex]
    return 9270.0 * weight_kg / (fixed + by_index * weight_kg / height_m**2)


def body_surface_m2(weight_kg: float, height_m: float) -> float:
    """Body surface after DuBois and DuBois, Arch Intern Med 17:863, 1916."""
    return 0.007184 * float(weight_kg**0.425) * float((100.0 * height_m) ** 0.725)


def remaining(seconds: float, half_life_s: float) -> float:
    """The part of an activity that is left after a time."""
    return float(2.0 ** (-seconds / half_life_s))
