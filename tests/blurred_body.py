"""A body whose edges are as blurred as a test needs them."""

import numpy as np
from scipy.special import ndtr

from scan2train.grid import Grid
from scan2train.volume import Volume


def body(sigma_mm, spacing, *, skin_hu=0.0, outside=-1000, noise_hu=15.0, seed=0):
    """A cylinder of 80 mm radius with a skin of 2 mm, seen through a Gaussian: analytic, not smoothed."""
    shape = (round(220 / spacing[0]), round(210 / spacing[1]), 4)
    x, y = ((np.arange(n) - n / 2 + 0.3) * step for n, step in zip(shape[:2], spacing[:2], strict=True))
    inside = 80 - np.hypot(x[:, None], y[None, :])
    plane = outside + (40 + skin_hu - outside) * ndtr(inside / sigma_mm)
    plane -= skin_hu * ndtr((inside - 2) / sigma_mm)
    noise = np.random.default_rng(seed).normal(0, noise_hu, shape)
    array = np.rint(plane[:, :, None] + noise).astype(np.int16)
    return Volume(array=array, grid=Grid(shape, np.diag((*spacing, 1.0))), unit="HU")
