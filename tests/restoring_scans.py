"""Scans, masks on them, and a recipe that turns, resamples and crops: what tests of restoring share."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scan2train import Labels, Volume, read, write
from scan2train.grid import Grid
from scan2train.recipe import Recipe

RECIPE = Recipe.from_toml(
    """
    [[step]]
    do = "reorient"
    to = "RAS"
    [[step]]
    do = "resample"
    spacing_mm = [0.9, 1.0, 1.1]
    [[step]]
    do = "crop"
    start = [2, 3, 1]
    size = [28, 30, 24]
    """
)


def scan(tilt_deg: float = 0.0) -> Volume:
    shape, spacing = (31, 27, 12), np.array([1.0, 1.3, 2.5])
    affine = np.diag([-spacing[0], -spacing[1], spacing[2], 1.0])
    affine[1, 2] = np.tan(np.radians(tilt_deg)) * spacing[2]
    affine[:3, 3] = (14, 17, -12)
    rng = np.random.default_rng(1)
    return Volume(array=rng.integers(-900, 900, shape).astype(np.int16), grid=Grid(shape, affine), unit="HU")


def ball(grid: Grid, radius_mm: float = 7.0) -> Labels:
    """1 within a ball about the middle of ``grid``, 2 in its core."""
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    centre = grid.to_world((np.array(grid.shape) - 1) / 2)
    away = np.linalg.norm(grid.to_world(index) - centre, axis=-1)
    values = (away < radius_mm).astype(np.uint8) + (away < radius_mm / 2)
    return Labels(array=values.astype(np.uint8), grid=grid, names={1: "shell", 2: "core"})


def sphere_on(grid: Grid, centre: np.ndarray, radius_mm: float) -> np.ndarray:
    index = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    return np.linalg.norm(grid.to_world(index) - centre, axis=-1) < radius_mm


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * float((a & b).sum()) / float(a.sum() + b.sum())


def predict(ready: Path, to: Path) -> dict[str, np.ndarray]:
    """A ball in each prepared image, in a file named after its case; gives the centres."""
    to.mkdir(exist_ok=True)
    centres = {}
    for case in sorted((ready / "cases").iterdir()):
        image = read(case / "image.nii.gz")
        write(ball(image.grid), to / f"{case.name}.nii.gz")
        centres[case.name] = image.grid.to_world((np.array(image.grid.shape) - 1) / 2)
    return centres
