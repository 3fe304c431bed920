"""Training on a prepared set: data sets and loaders for PyTorch, bridges to MONAI and TorchIO, seeds.

Nothing here loads torch until a name that needs it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from scan2train._names_stay import names_stay
from scan2train.errors import WrongUse

if TYPE_CHECKING:
    from scan2train.cohort.plan import Plan
    from scan2train.learn.as_transform import as_transform
    from scan2train.learn.loader import Shuffled, loader
    from scan2train.learn.monai_images import from_monai, to_monai
    from scan2train.learn.network import UNet
    from scan2train.learn.patch_dataset import PatchDataset
    from scan2train.learn.prepared_dataset import PreparedDataset
    from scan2train.learn.seed_everything import seed_everything
    from scan2train.learn.torchio_images import from_torchio, to_torchio

#: Public name -> the module that defines it.
_HOME = {
    "PatchDataset": "scan2train.learn.patch_dataset",
    "Plan": "scan2train.cohort.plan",
    "PreparedDataset": "scan2train.learn.prepared_dataset",
    "Shuffled": "scan2train.learn.loader",
    "UNet": "scan2train.learn.network",
    "as_transform": "scan2train.learn.as_transform",
    "from_monai": "scan2train.learn.monai_images",
    "from_torchio": "scan2train.learn.torchio_images",
    "loader": "scan2train.learn.loader",
    "seed_everything": "scan2train.learn.seed_everything",
    "to_monai": "scan2train.learn.monai_images",
    "to_torchio": "scan2train.learn.torchio_images",
}
#: Packages that do not come with scan2train -> the extra that brings them.
_EXTRAS = {"torch": "torch", "monai": "monai", "torchio": "torchio"}

__all__ = [
    "PatchDataset",
    "Plan",
    "PreparedDataset",
    "Shuffled",
    "UNet",
    "as_transform",
    "from_monai",
    "from_torchio",
    "loader",
    "seed_everything",
    "to_monai",
    "to_torchio",
]


def __getattr__(name: str) -> object:
    """Load a public name on its first use.

    Raises
    ------
    WrongUse
        If it needs a package that is not installed.
    """
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value: object = getattr(import_module(home), name)
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".", maxsplit=1)[0]
        if package not in _EXTRAS:
            raise
        raise WrongUse(
            f"scan2train.learn.{name} needs {package}, which is not installed",
            advice=f"pip install scan2train[{_EXTRAS[package]}]",
        ) from error
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


names_stay(__name__, _HOME)
