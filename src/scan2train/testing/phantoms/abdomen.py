"""An abdomen for CT, from the liver to the bladder, in one of the phases of a contrast agent."""

from __future__ import annotations

import numpy as np

from scan2train.errors import WrongUse
from scan2train.grid import Grid
from scan2train.testing.phantoms.canvas import Canvas, Capsule, Ellipsoid, Point
from scan2train.testing.phantoms.chest import AIR, BONE, FAT, MARROW, MUSCLE, centred_grid
from scan2train.volume import Volume

_INF = float("inf")

#: Phase -> HU of aorta, veins, liver, spleen, renal cortex, medulla and pelvis, and bladder.
ABDOMEN_HU = {
    "non-contrast": (42, 40, 58, 48, 33, 31, 8, 6),
    "arterial": (310, 85, 67, 125, 172, 78, 10, 7),
    "portal-venous": (155, 150, 112, 121, 186, 168, 60, 9),
    "delayed": (104, 102, 85, 92, 138, 141, 640, 430),
}


def abdomen_ct(
    phase: str = "portal-venous",
    shape: tuple[int, int, int] = (96, 74, 66),
    spacing: tuple[float, float, float] = (4.1, 3.8, 6.2),
    *,
    orientation: str = "LPS",
    grid: Grid | None = None,
    noise_hu: float = 12.0,
    brighter: float = 1.0,
    seed: int = 0,
) -> Volume:
    """An adult's abdomen, supine, in HU.

    Parameters
    ----------
    phase
        A key of :data:`ABDOMEN_HU`.
    shape, spacing, orientation, grid, noise_hu, seed
        As :func:`~scan2train.testing.phantoms.chest.chest_ct`.
    brighter
        By how much more the agent brightens everything than usual: another dose, or another kV.

    Raises
    ------
    WrongUse
        If the phase has no such name.
    """
    if phase not in ABDOMEN_HU:
        raise WrongUse("a phantom has one of the known phases", expected=", ".join(ABDOMEN_HU), found=phase)
    where = grid if grid is not None else centred_grid(shape, spacing, orientation)
    plain = np.array(ABDOMEN_HU["non-contrast"], dtype=np.float64)
    aorta, veins, liver, spleen, cortex, medulla, pelvis, bladder = (
        plain + brighter * (np.array(ABDOMEN_HU[phase]) - plain)
    ).tolist()
    canvas = Canvas.blank(where, AIR)

    def paint(centre: Point, radii: Point, hu: float, power: float = 2.0) -> None:
        canvas.paint(Ellipsoid(centre=centre, radii=radii, power=power), hu)

    paint((0, 0, 0), (168, 118, _INF), FAT, 2.4)
    paint((0, 0, 0), (156, 106, _INF), MUSCLE, 2.4)
    paint((0, 14, -30), (138, 80, 400), FAT, 2.2)
    for side in (1, -1):
        paint((side * 34, -58, 0), (19, 22, _INF), MUSCLE)  # beside the spine
        paint((side * 108, -10, -130), (13, 46, 46), BONE - 150)  # the wings of the pelvis
        paint((side * 107, -10, -130), (8, 40, 40), MARROW)
    for height in range(-180, 181, 40):
        paint((-20.0, 46.0, float(height)), (52, 24, 15), 25)  # bowel
    paint((0, -56, 0), (22, 18, _INF), BONE - 200)
    paint((0, -56, 0), (19, 15, _INF), MARROW)
    paint((0, -84, 0), (17, 11, _INF), BONE - 150)
    paint((70, 14, 118), (72, 74, 72), liver)
    paint((-84, -18, 124), (32, 36, 44), spleen)
    canvas.paint(Capsule(start=(-12, -26, -40), end=(-12, -26, 400), radius=11), aorta)
    canvas.paint(Capsule(start=(17, -25, -40), end=(17, -25, 400), radius=12), veins)
    canvas.paint(Capsule(start=(0, 0, 60), end=(48, 6, 96), radius=7.5), veins)
    for side in (1, -1):
        middle = (side * 66.0, -38.0, 18.0 + 12 * side)
        paint(middle, (40, 34, 68), FAT)
        paint(middle, (27, 24, 54), cortex)
        paint(middle, (18, 15, 43), medulla)
        paint((side * 58.0, -36.0, middle[2]), (8, 8, 15), pelvis)
    paint((0, 18, -158), (40, 34, 30), bladder)
    values = canvas.values
    rng = np.random.default_rng(seed)
    values += rng.standard_normal(values.shape, dtype=np.float32) * np.float32(noise_hu)
    stored = np.clip(np.rint(values), -1024, 3071).astype(np.int16)
    return Volume(array=stored.T, grid=where, unit="HU", meta={"modality": "CT"})
