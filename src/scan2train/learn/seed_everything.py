"""One seed for every generator that a training draws from."""

from __future__ import annotations

import os
import random
import sys
from importlib.util import find_spec
from typing import Any

import numpy as np

from scan2train.errors import WrongUse

#: What NumPy's old generator takes.
_MOST = 1 << 32


def seed_everything(seed: int, *, deterministic: bool = False) -> dict[str, Any]:
    """Seed Python, NumPy, torch with all its GPUs, and TensorFlow where it is loaded.

    Parameters
    ----------
    seed
        A whole number from 0, below 2³².
    deterministic
        Whether torch refuses operations that give other sums on each run, and cuDNN does not look for the fastest
        algorithm. Slower; to be said before the GPU is first used.

    Returns
    -------
    What was done, to be written down beside the training: the seed, and of each library that was seeded its version.

    Notes
    -----
    ``PYTHONHASHSEED`` is set for processes that are started from now on; this one's order of sets is settled already.
    The data sets of :mod:`scan2train.learn` do not need any of it: they draw by their own seed.
    """
    if type(seed) is not int or not 0 <= seed < _MOST:
        raise WrongUse("a seed is a whole number from 0, below 2³²", found=repr(seed))
    os.environ["PYTHONHASHSEED"] = str(seed)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - for whoever draws from the old generator
    seeded = {"python": sys.version.split()[0], "numpy": np.__version__}
    if find_spec("torch") is not None:
        seeded["torch"] = _torch(seed, deterministic=deterministic)
    if (tensorflow := sys.modules.get("tensorflow")) is not None:
        tensorflow.random.set_seed(seed)
        if deterministic:
            tensorflow.config.experimental.enable_op_determinism()
        seeded["tensorflow"] = str(tensorflow.__version__)
    return {"seed": seed, "deterministic": deterministic, "seeded": seeded}


def _torch(seed: int, *, deterministic: bool) -> str:
    import torch

    torch.manual_seed(seed)  # of the CPU and of every GPU, those that are not in use yet included
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(mode=True)
        torch.backends.cudnn.benchmark = False
    return str(torch.__version__)
