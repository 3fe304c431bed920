"""Training on a prepared set: data sets and loaders for PyTorch, bridges to MONAI and TorchIO, seeds.

Nothing here loads torch until a name that needs it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from scan2train.errors import WrongUse

if TYPE_CHECKING:
    from scan2train.learn.as_transform import as_transform
    from scan2train.learn.loader import Shuffled, loader
    from scan2train.learn.monai_images import from_monai, to_monai
    from scan2train.learn.patch_dataset import PatchDataset
    from scan2train.learn.prepared_dataset import PreparedDataset
    from scan2train.learn.seed_everything import seed_everything
    from scan2train.learn.torchio_images import from_torchio, to_torchio

#: Public name -> the module that defines it.
_HOME = {
    "PatchDataset": "patch_dataset",
    "PreparedDataset": "prepared_dataset",
    "Shuffled": "loader",
    "as_transform": "as_transform",
    "from_monai": "monai_images",
    "from_torchio": "torchio_images",
    "loader": "loader",
    "seed_everything": "seed_everything",
    "to_monai": "monai_images",
    "to_torchio": "torchio_images",
}
#: Packages that do not come with scan2train -> the extra that brings them.
_EXTRAS = {"torch": "torch", "monai": "monai", "torchio": "torchio"}

__all__ = [
    "PatchDataset",
    "PreparedDataset",
    "Shuffled",
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
        value: object = getattr(import_module(f"{__name__}.{home}"), name)
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
