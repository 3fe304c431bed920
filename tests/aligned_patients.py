"""One patient on several grids, turned and moved, and how far an alignment is from the truth."""

from __future__ import annotations

from functools import cache

import numpy as np
from typer.testing import CliRunner

import scan2train as s2t
from scan2train.cli.app import app_of
from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.testing.phantoms import chest_ct
from scan2train.tools.register.itk import through

#: Everything in these tests is coarse: a voxel is some 8 mm.
SHAPE, SPACING = (66, 50, 31), (6.6, 7.4, 9.1)
COARSE = {"finest_mm": 8.0}


def rigid(angles_deg, shift_mm):
    """4×4 in RAS+ mm: turned about the three axes, then moved."""
    made = np.eye(4)
    for axis, angle in enumerate(np.radians(angles_deg)):
        turn = np.eye(4)
        a, b = (one for one in range(3) if one != axis)
        turn[[a, a, b, b], [a, b, a, b]] = np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)
        made = turn @ made
    made[:3, 3] = shift_mm
    return made


def grid_of(turn=(0, 0, 0), flips=(1, 1, 1), shear=0.0, shape=SHAPE, spacing=SPACING):
    """About the middle of the phantom's world."""
    affine = rigid(turn, (0, 0, 0)) @ np.diag([*np.multiply(spacing, flips), 1.0])
    affine[:3, 2] += shear * affine[:3, 1]
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    return Grid(shape, affine)


@cache
def patient(grid, seed=0):
    return chest_ct(grid=grid, seed=seed, organs=True)


def moved(what, matrix):
    """The same picture where ``matrix`` takes it."""
    return what.replace(grid=Grid(what.grid.shape, matrix @ what.grid.affine))


FIXED = grid_of(flips=(-1, -1, 1))
MOVE = rigid((6, -11, 14), (24, -29, 18))


def body_points(grid=FIXED):
    """LPS+ mm of places in the phantom's body, and on its table."""
    index = np.argwhere(patient(grid)[0].array > -500)[::97]
    return (LPS_TO_RAS[:3, :3] @ grid.to_world(index).T).T


def wrong_by(transform, matrix, grid=FIXED):
    """Mean target error in mm, against a rigid 4×4 in RAS+."""
    points = body_points(grid)
    true = LPS_TO_RAS @ matrix @ LPS_TO_RAS
    return np.linalg.norm(through(transform, points) - points @ true[:3, :3].T - true[:3, 3], axis=1).mean()


@cache
def aligned(jobs=1):
    """Two acquisitions of one patient, the second turned and moved, on another grid."""
    other = moved(patient(grid_of((4, 9, -7), shape=(58, 61, 36), spacing=(7.3, 6.0, 7.9)), 1)[0], MOVE)
    return s2t.register(patient(FIXED)[0], other, jobs=jobs, **COARSE)


def write_both(folder, matrix=MOVE):
    """Both acquisitions as files."""
    fixed, moving = folder / "fixed.nii.gz", folder / "moving.nii.gz"
    s2t.write(patient(FIXED)[0], fixed)
    s2t.write(moved(patient(grid_of((0, 0, 5)), 1)[0], matrix), moving)
    return fixed, moving


def command(fixed, moving, out, *more):
    """The command on two files."""
    asked = ["register", str(fixed), str(moving), "-o", str(out), "--finest-mm", "8", "--start", "body"]
    return CliRunner().invoke(app_of(["register", "header"]), [*asked, "--metric", "correlation", *more])
