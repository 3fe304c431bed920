"""Which readers there are, what each needs, and whether it is installed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from scan2train.cohort.parity.given import Given
from scan2train.errors import UnknownName, WrongUse

_READERS = "scan2train.cohort.parity.readers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A reader of this package: its file; what that imports, and what to install for it."""

    module: str
    needs: dict[str, str]


_MONAI = {"monai": "scan2train[monai]"}
KNOWN = {
    "simpleitk": Known(module="simpleitk", needs={"SimpleITK": "simpleitk"}),
    "monai": Known(module="monai", needs=_MONAI),
    "monai-itk": Known(module="monai_itk", needs={**_MONAI, "itk": "itk"}),
    "monai-pydicom": Known(module="monai_pydicom", needs=_MONAI),
    "torchio": Known(module="torchio", needs={"torchio": "scan2train[torchio]"}),
    "nibabel": Known(module="nibabel", needs={"nibabel": "nibabel"}),
}
#: Asked where no reader is named, if they are installed.
USUAL = ("simpleitk", "monai", "torchio", "nibabel")


def readers_named(given: Iterable[str | Callable[..., Any]]) -> tuple[str, ...]:
    """The names of readers, each once; the usual ones that are installed where none is given.

    Raises
    ------
    UnknownName
        If a reader is neither known nor ``module:function``.
    WrongUse
        If its library is not installed, or a loader cannot be imported.
    """
    from scan2train.cohort.parity.readers.own import function_named, name_of

    names = list(dict.fromkeys(one if isinstance(one, str) else name_of(one) for one in given))
    if not names:
        names = [name for name in USUAL if not _lacking(name)]
    for name in names:
        if ":" in name:
            function_named(name)
        elif name not in KNOWN:
            raise UnknownName(
                f"there is no reader {name!r}",
                advice=f"There are {', '.join(KNOWN)}; a loader of your own is named module:function.",
            )
        elif missing := _lacking(name):
            raise WrongUse(
                f"the reader {name} is not installed",
                expected=f"the package {missing[0]}",
                advice=f'Install it with: pip install "{missing[1]}"',
            )
    return tuple(names)


def reader_of(name: str) -> tuple[Callable[[Path, str], Given], frozenset[str] | None]:
    """The function of a reader, and the formats that it is made for (``None``: any)."""
    if ":" in name:
        from scan2train.cohort.parity.readers.own import function_named, read_own

        loader = function_named(name)
        return lambda path, _: read_own(loader, path), None
    module: Any = importlib.import_module(f"{_READERS}.{KNOWN[name].module}")
    for library in KNOWN[name].needs:
        importlib.import_module(library)
    return module.read, getattr(module, "FORMATS", None)


def version_of(name: str) -> str:
    """The version of a reader's library; empty for a loader of one's own."""
    if ":" in name:
        return ""
    try:
        return version(next(iter(KNOWN[name].needs)))
    except PackageNotFoundError:
        return ""


def _lacking(name: str) -> tuple[str, str] | None:
    """The first package that is missing, and what to install for it."""
    needs = KNOWN[name].needs
    return next(
        ((library, needs[library]) for library in needs if importlib.util.find_spec(library) is None), None
    )
