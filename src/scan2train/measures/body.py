"""Which voxels of a CT are the patient: skin and what lies within, lungs included, without table and air."""

from __future__ import annotations

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid, closest_axes
from scan2train.measures.foreground import coarse_foreground
from scan2train.sampling import Sampling, sample_labels
from scan2train.volume import Labels, Mask, Volume

#: Skin and fat lie above, air and blankets below.
ABOVE_HU = -500.0
#: What to do about a CT whose file does not say in which unit its values are.
SAY_HU = (
    'say so in the recipe: task = "ct-…" (values with air among them are then taken for HU), or before this step '
    'do = "take_as", measured_in = "HU". In Python volume.replace(unit="HU") does it, too.'
)


def body_on(volume: Volume, grid: Grid) -> Mask:
    """Where on ``grid``, ``(i, j, k)``, the body of the CT ``volume`` lies: its outline is exact to 4 mm.

    Holes are filled slice by slice, across the axis that runs along the patient, so that lungs and bowel belong to it.

    Raises
    ------
    WrongUse
        If the volume is no CT in HU.
    Scan2TrainError
        If there is no body in it.
    """
    if volume.unit != "HU":
        raise WrongUse(
            "the body is looked for on a calibrated CT",
            expected="values in HU",
            found=volume.unit,
            advice=f"If these are Hounsfield units, {SAY_HU} Take the foreground of other images.",
        )
    from scipy import ndimage

    mask, steps = coarse_foreground(volume, ABOVE_HU)
    along = next(axis for axis, (world, _) in enumerate(closest_axes(volume.grid)) if world == 2)
    planes = np.moveaxis(mask, along, 0)
    filled = np.moveaxis(np.stack([ndimage.binary_fill_holes(plane) for plane in planes]), 0, along)
    # A voxel more on each side, so that the copy covers the ends of the volume.
    coarse = np.pad(filled, 1, mode="edge")
    onto = np.diag([*(float(step) for step in steps), 1.0])
    onto[:3, 3] = [step // 2 - step for step in steps]
    shape = (coarse.shape[0], coarse.shape[1], coarse.shape[2])
    there = Grid(shape, volume.grid.affine @ onto, volume.grid.physical)
    body = Labels(array=coarse.astype(np.uint8), grid=there)
    made: Mask = sample_labels(body, grid, Sampling("nearest")).array.astype(np.bool_)
    return made
