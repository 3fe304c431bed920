"""A loader of the user's own: a function that takes a path."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.cohort.parity.given import Given, from_itk, ras
from scan2train.errors import WrongUse

_SHAPE = "module:function, or file.py:function"


def function_named(name: str) -> Callable[[Path], Any]:
    """The function that ``module:function`` or ``file.py:function`` names.

    Modules are looked for in the current folder, too.

    Raises
    ------
    WrongUse
        If there is none.
    """
    place, _, wanted = name.rpartition(":")
    try:
        module = _from_file(Path(place)) if place.endswith(".py") else _from_path(place)
        found: Any = module
        for part in wanted.split("."):
            found = getattr(found, part)
    except (ImportError, OSError, AttributeError, ValueError, SyntaxError) as error:
        raise WrongUse("the loader cannot be imported", where=name, expected=_SHAPE, found=error) from error
    if not callable(found):
        raise WrongUse(
            "the loader is no function", where=name, expected="load(path)", found=type(found).__name__
        )
    return found  # type: ignore[no-any-return]


def name_of(loader: Callable[..., Any]) -> str:
    """The name by which a worker process finds a function again.

    Raises
    ------
    WrongUse
        If it cannot: it stands in a script or notebook, or within another function.
    """
    module, name = getattr(loader, "__module__", ""), getattr(loader, "__qualname__", "")
    if not module or module == "__main__" or "<" in name or not name:
        raise WrongUse(
            "the loader runs in processes of its own, which cannot import it",
            expected="a function at the top level of a module",
            found=f"{module}.{name}",
            advice=f"Put it into a file, and name it as {_SHAPE}.",
        )
    return f"{module}:{name}"


def read_own(loader: Callable[[Path], Any], path: Path) -> Given:
    """Call a loader, and take what it returns for what it says that it is."""
    result = loader(path)
    if hasattr(result, "GetSpacing"):
        return from_itk(result)
    if isinstance(result, tuple):
        if len(result) < 2:
            raise ValueError("the loader returned a tuple of one; expected (array, affine)")
        array, affine, *convention = result
        lps = bool(convention) and str(convention[0]).upper() == "LPS"
    else:
        array, affine, lps = _array_of(result), getattr(result, "affine", None), False
        if affine is None:
            affine = getattr(getattr(result, "grid", None), "affine", None)
    values = np.asarray(array)
    if values.dtype.kind not in "biuf" or not 2 <= values.ndim <= 6:
        raise ValueError(f"the loader returned no image but {values.dtype} of shape {values.shape}")
    return Given(
        array=values, affine=None if affine is None else ras(_numbers(affine), lps=lps), shape=values.shape
    )


def _array_of(result: Any) -> Any:
    if hasattr(result, "get_fdata"):
        return result.get_fdata()
    if hasattr(result, "__array__"):
        return result
    for name in ("array", "data"):
        if hasattr(result, name):
            return getattr(result, name)
    return result


def _numbers(affine: Any) -> Any:
    return affine.numpy() if hasattr(affine, "numpy") else affine


def _from_path(module: str) -> Any:
    here = os.getcwd()  # noqa: PTH109 - an entry of sys.path
    sys.path.insert(0, here)
    try:
        return importlib.import_module(module)
    finally:
        sys.path.remove(here)


def _from_file(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"loader_in_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    # Its file's folder is to it what it is to a script: where its neighbours are imported from.
    sys.path.insert(0, str(path.resolve().parent))
    spec.loader.exec_module(module)
    return module
