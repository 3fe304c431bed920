"""What may be set of each stage of the segmentation of lungs."""

from __future__ import annotations

from dataclasses import dataclass, fields

from scan2train.errors import WrongUse


@dataclass(frozen=True, slots=True, kw_only=True)
class LungOptions:
    """Each stage has its number; all have a default that suits a chest CT of an adult.

    Parameters
    ----------
    below_hu
        Air and lung lie below, tissue above. Halfway between the two puts the border where the lung ends.
    closing_mm
        Vessels, and nodules at the pleura, up to twice this wide become part of their lung; 0 leaves them out.
    main_bronchus_mm
        Airways whose lumen is at least this wide are main bronchi and no part of a lung.
    wall_mm
        How much of their wall is taken away with them.
    airways
        Keep trachea and bronchi apart from the lungs; ``False`` leaves them in.
    split
        Tell the right lung from the left; ``False`` gives both the value 1.
    step_mm
        Blocks on which lungs are found; their border is drawn on the voxels of the scan.

    Raises
    ------
    WrongUse
        If a number cannot be meant.
    """

    below_hu: float = -400.0
    closing_mm: float = 10.0
    main_bronchus_mm: float = 8.0
    wall_mm: float = 1.5
    airways: bool = True
    split: bool = True
    step_mm: float = 2.5

    def __post_init__(self) -> None:
        bounds = {
            "below_hu": (-800.0, -100.0),
            "closing_mm": (0.0, 40.0),
            "main_bronchus_mm": (2.0, 20.0),
            "wall_mm": (0.0, 5.0),
            "step_mm": (1.0, 5.0),
        }
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name in bounds:
                low, high = bounds[one.name]
                if not low <= value <= high:
                    raise WrongUse(
                        f"{one.name} cannot be {value!r}", expected=f"a number from {low:g} to {high:g}"
                    )
