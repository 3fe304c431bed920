"""A small hospital of files, and runs of the main job over it."""

from __future__ import annotations

import numpy as np

from scan2train.formats import nifti
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.prepare import prepare
from scan2train.recipe import Recipe
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Labels, Volume

RECIPE = Recipe.from_toml(
    """
    about = "small"
    [[step]]
    do = "reorient"
    to = "LPS"
    [[step]]
    do = "resample"
    spacing_mm = [1.1, 1.3, 1.7]
    [[step]]
    do = "clip"
    low = -1000
    high = 400
    [[step]]
    do = "rescale"
    to = [0.0, 1.0]
    """,
    name="small",
)


def grid_of(shape=(19, 17, 13), origin=(-12.5, 3.25, 40.0)):
    return Grid.from_axes(shape, spacing_mm=(0.7, 0.9, 2.5), origin_mm=origin)


def write_image(path, shape=(19, 17, 13), seed=0, origin=(-12.5, 3.25, 40.0)):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(-1024, 1500, shape, dtype=np.int16)
    nifti.write(Volume(array=values, grid=grid_of(shape, origin)), path)


def write_labels(path, shape=(19, 17, 13), grid=None, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 3, shape, dtype=np.uint8)
    nifti.write(Labels(array=values, grid=grid or grid_of(shape)), path)


def write_series(folder):
    grid = Grid.from_axes((21, 15, 9), spacing_mm=(0.8, 0.8, 3.0), origin_mm=(-5, 7, 100))
    values = np.random.default_rng(9).integers(-1000, 1000, grid.shape).astype(np.int16)
    write_dicom_series(Volume(array=values, grid=grid, unit="HU"), folder)


def run(source, out, recipe=RECIPE, jobs=1, **more):
    return prepare(index(source, cache=False), recipe, out, jobs=jobs, **more)


def contents(out, also=("recipe.toml", "dataset.json")):
    """Every byte that must be the same whatever the machine and the number of jobs."""
    files = [file for file in (out / "cases").rglob("*") if file.is_file()] + [out / name for name in also]
    return {str(file.relative_to(out)): file.read_bytes() for file in files}


def case_of(made, part):
    (row,) = (row for row in made.cases.to_dicts() if part in row["case"])
    return row
