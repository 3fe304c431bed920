"""A chest CT made from ellipsoids and rods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scan2train.grid import Grid, parse_orientation
from scan2train.testing.phantoms.canvas import Canvas, Capsule, Ellipsoid, Point
from scan2train.volume import Labels, Volume

if TYPE_CHECKING:
    import numpy.typing as npt

    from scan2train.volume import Array

_INF = float("inf")

#: HU of each tissue, plausible for 120 kV without contrast agent.
AIR, LUNG, FAT, MUSCLE, BLOOD, LIVER, BONE, MARROW = -1000, -850, -95, 45, 40, 58, 700, 180

RIGHT_LUNG = Ellipsoid(centre=(72, 4, 0), radii=(57, 80, 132), power=2.4)
LEFT_LUNG = Ellipsoid(centre=(-72, 4, 4), radii=(52, 78, 126), power=2.4)
_HILUM_MM = 22.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ribs:
    """Slanted rings in the wall of the chest, falling towards the front."""

    outer: Ellipsoid
    inner: Ellipsoid
    pitch_mm: float = 27.0
    height_mm: float = 11.0
    slope: float = 0.45

    @property
    def box(self) -> tuple[Point, Point]:
        return self.outer.box

    def inside(self, x: Array, y: Array, z: Array) -> npt.NDArray[np.bool_]:
        wall = self.outer.inside(x, y, z) & ~self.inner.inside(x, y, z)
        return np.asarray(wall & ((z + self.slope * y) % self.pitch_mm < self.height_mm))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Discs:
    """Gaps between vertebrae."""

    spine: Ellipsoid
    pitch_mm: float = 26.0
    height_mm: float = 6.0

    @property
    def box(self) -> tuple[Point, Point]:
        return self.spine.box

    def inside(self, x: Array, y: Array, z: Array) -> npt.NDArray[np.bool_]:
        return np.asarray(self.spine.inside(x, y, z) & (z % self.pitch_mm < self.height_mm))


def chest_ct(
    shape: tuple[int, int, int] = (160, 132, 72),
    spacing: tuple[float, float, float] = (2.4, 2.6, 4.0),
    *,
    seed: int = 0,
    orientation: str = "LPS",
    grid: Grid | None = None,
    noise_hu: float = 12.0,
    table: bool = True,
    lesion_centre_mm: Point | None = (78.0, 14.0, 34.0),
    lesion_radius_mm: float = 12.0,
    organs: bool = False,
    blood_hu: float | None = None,
) -> tuple[Volume, Labels]:
    """An adult's chest, head first and supine, with a lesion in the right lung.

    Body, lungs (the right one larger), heart towards the left, trachea and vessels, liver under the right lung, stomach
    bubble on the left, spine, ribs, sternum, and a table below the back. The anatomy is given in RAS+ mm around
    the origin, so that any grid shows the same patient; half a metre wide fields of view show air around.

    Parameters
    ----------
    shape, spacing
        Voxels and mm along ``i, j, k``; the grid is centred on the patient.
    seed
        Of noise and vessels.
    orientation
        Directions of the axes; ``"LPS"`` as in an axial CT.
    grid
        Takes the place of ``shape``, ``spacing`` and ``orientation``; may be oblique or sheared.
    noise_hu
        Standard deviation of the noise.
    table
        Whether the patient lies on one.
    lesion_centre_mm, lesion_radius_mm
        RAS+ mm; ``None`` for a healthy patient.
    organs
        Label the lungs, too.
    blood_hu
        Of heart and vessels: 150 and more show contrast agent; ``None`` is blood without.

    Returns
    -------
    Volume, Labels
        int16 HU from −1024 to 3071; uint8 with 1 lesion (and 2 right lung, 3 left lung). Both are views of
        ``(k, j, i)`` arrays in C order.
    """
    where = grid if grid is not None else centred_grid(shape, spacing, orientation)
    rng = np.random.default_rng(seed)
    blood = BLOOD if blood_hu is None else blood_hu
    canvas = Canvas.blank(where, AIR)
    if table:
        _paint_table(canvas)
    _paint_wall(canvas)
    for lung, side in ((RIGHT_LUNG, 1.0), (LEFT_LUNG, -1.0)):
        canvas.paint(lung, LUNG)
        _paint_vessels(canvas, lung, side, rng, blood)
    paint_middle(canvas, blood)
    lungs = canvas.values < LUNG / 2
    labels = np.zeros(canvas.values.shape, dtype=np.uint8)
    names = {1: "lesion"}
    if organs:
        names |= {2: "right lung", 3: "left lung"}
        labels[canvas.mask(RIGHT_LUNG) & lungs] = 2
        labels[canvas.mask(LEFT_LUNG) & lungs] = 3
    if lesion_centre_mm is not None:
        lesion = Ellipsoid(centre=lesion_centre_mm, radii=(lesion_radius_mm,) * 3)
        canvas.paint(lesion, 35)
        labels[canvas.mask(lesion)] = 1
    values = canvas.values
    values += rng.standard_normal(values.shape, dtype=np.float32) * np.float32(noise_hu)
    np.clip(np.rint(values, out=values), -1024, 3071, out=values)
    volume = Volume(array=values.astype(np.int16).T, grid=where, unit="HU", meta={"modality": "CT"})
    return volume, Labels(array=labels.T, grid=where, names=names)


def centred_grid(
    shape: tuple[int, int, int], spacing: tuple[float, float, float], orientation: str = "RAS"
) -> Grid:
    """A grid along the patient's axes whose middle is the origin."""
    direction = np.zeros((3, 3))
    for axis, (world, sign) in enumerate(parse_orientation(orientation)):
        direction[world, axis] = sign
    middle = (np.asarray(shape) - 1) / 2 * np.asarray(spacing)
    return Grid.from_axes(shape, spacing_mm=spacing, origin_mm=-direction @ middle, direction=direction)


def _paint_table(canvas: Canvas) -> None:
    top = (_INF, -96.0, _INF)
    shell = Ellipsoid(centre=(0, -96, 0), radii=(225, 48, _INF), high=top)
    foam = Ellipsoid(centre=(0, -96, 0), radii=(220, 43, _INF), high=top)
    mattress = Ellipsoid(centre=(0, -88, 0), radii=(220, 38, _INF), high=top)
    canvas.paint(shell, -180)
    canvas.paint(foam, -930)
    canvas.paint(mattress, AIR)


def _paint_wall(canvas: Canvas) -> None:
    canvas.paint(Ellipsoid(centre=(0, 0, 0), radii=(168, 118, 430), power=2.4), FAT)
    canvas.paint(Ellipsoid(centre=(0, 0, 0), radii=(153, 105, 415), power=2.4), MUSCLE)
    outer = Ellipsoid(centre=(0, 2, 0), radii=(143, 96, 205), power=2.3)
    inner = Ellipsoid(centre=(0, 2, 0), radii=(135, 88, 197), power=2.3)
    canvas.paint(_Ribs(outer=outer, inner=inner), BONE)
    canvas.paint(Ellipsoid(centre=(0, 94, 30), radii=(19, 6, 95)), MARROW + 150)


def _paint_vessels(
    canvas: Canvas, lung: Ellipsoid, side: float, rng: np.random.Generator, blood: float
) -> None:
    root = np.array((side * _HILUM_MM, 0.0, -4.0))
    for _ in range(26):
        away = rng.standard_normal(3)
        away *= rng.uniform(0.72, 0.9) / np.linalg.norm(away)
        tip = np.array(lung.centre) + away * np.array(lung.radii) * 0.9
        knee = root + (tip - root) * rng.uniform(0.4, 0.6) + rng.normal(0, 8, 3)
        for start, end, radius in ((root, knee, 3.2), (knee, tip, 1.9)):
            canvas.paint(Capsule(start=tuple(start), end=tuple(end), radius=radius), blood)


def paint_middle(canvas: Canvas, blood: float) -> None:
    """Mediastinum, heart, great vessels, spine, organs below the lungs, and the airways."""
    mediastinum = Ellipsoid(centre=(0, 6, 0), radii=(31, 84, 400), power=2.6)
    canvas.paint(mediastinum, 20)
    canvas.paint(Ellipsoid(centre=(66, 4, -142), radii=(86, 84, 78)), LIVER)
    canvas.paint(Ellipsoid(centre=(-70, 4, -150), radii=(74, 80, 68)), MUSCLE)
    canvas.paint(Ellipsoid(centre=(-66, 36, -128), radii=(30, 24, 22)), -960)
    canvas.paint(Ellipsoid(centre=(-26, 34, -46), radii=(66, 46, 58)), blood)
    aorta = Ellipsoid(centre=(-24, -44, 0), radii=(13, 13, _INF))
    canvas.paint(aorta, blood + 5)
    canvas.paint(Capsule(start=(6, 26, 0), end=(6, 22, 62), radius=15), blood + 5)
    canvas.paint(Capsule(start=(6, 22, 62), end=(-24, -44, 66), radius=13), blood + 5)
    spine = Ellipsoid(centre=(0, -66, 0), radii=(21, 17, _INF))
    canvas.paint(spine, BONE - 200)
    canvas.paint(Ellipsoid(centre=(0, -66, 0), radii=(18, 14, _INF)), MARROW)
    canvas.paint(_Discs(spine=spine), 90)
    canvas.paint(Ellipsoid(centre=(0, -91, 0), radii=(17, 12, _INF)), BONE - 150)
    canvas.paint(Ellipsoid(centre=(0, -89, 0), radii=(9, 7, _INF)), 30)
    trachea = Capsule(start=(0, -8, 36), end=(0, -2, 400), radius=9)
    canvas.paint(trachea, AIR)
    for side in (1.0, -1.0):
        canvas.paint(Capsule(start=(0, -8, 36), end=(side * 44, -10, 2), radius=6), AIR)
