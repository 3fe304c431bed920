"""What an alignment leaves in its folder."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import OutputInUse, WrongUse
from scan2train.formats.atomic import replacing
from scan2train.preparing.apart import require_apart
from scan2train.tools.register.figure import figure_of
from scan2train.tools.register.report import Known
from scan2train.tools.register.result import Registration
from scan2train.volume import Labels
from scan2train.write import write

FILES = (
    *("transform.h5", "transform-inverse.h5", "moved.nii.gz", "moved-valid.nii.gz", "labels.nii.gz"),
    *("report.json", "before-after.png"),
)


def require_free(out: Path, sources: Sequence[Path]) -> None:
    """Refuse a folder within a source, and one that holds such files.

    Raises
    ------
    WrongUse, OutputInUse
        If it is one.
    """
    require_apart(sources, out.absolute())
    if out.exists() and not out.is_dir():
        raise WrongUse(
            "an alignment leaves a folder", where=out, found="a file", advice="Choose another name."
        )
    there = [name for name in FILES if (out / name).exists()]
    if there:
        raise OutputInUse(
            "the folder holds such files already",
            where=out,
            found=", ".join(there),
            advice="Choose another folder, or remove them.",
        )


def write_all(out: Path, made: Registration, known: Known) -> None:
    """Every file, each whole or not at all; the report last."""
    out.mkdir(parents=True, exist_ok=True)
    _write_transform(made.transform, out / "transform.h5")
    _write_transform(made.inverse, out / "transform-inverse.h5")
    write(made.moved, out / "moved.nii.gz")
    if made.moved.valid is not None:
        valid = Labels(array=made.moved.valid.astype(np.uint8), grid=made.moved.grid, names={1: "valid"})
        write(valid, out / "moved-valid.nii.gz")
    if made.labels is not None:
        write(made.labels, out / "labels.nii.gz")
    figure_of(known, out / "before-after.png")
    with replacing(out / "report.json") as file:
        file.write(json.dumps(made.report, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n")


def _write_transform(transform: Any, path: Path) -> None:
    """In ITK's HDF5, by a temporary name with the same suffix: ITK goes by that."""
    import SimpleITK

    hidden = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    try:
        SimpleITK.WriteTransform(transform, os.fspath(hidden))
        hidden.replace(path)
    except RuntimeError as error:
        raise WrongUse(
            "the transform cannot be written here", where=path, found=str(error).strip().splitlines()[-1]
        ) from None
    finally:
        hidden.unlink(missing_ok=True)
