"""Names and colours of labels, kept beside a mask whose format has no place for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from scan2train.errors import WrongUse
from scan2train.formats.atomic import replacing
from scan2train.labelling.legend import Label

_LARGEST_BYTES = 1 << 22


def sidecar_of(path: Path) -> Path:
    """``liver.labels.json`` for ``liver.nii.gz``."""
    return path.with_name(path.name.removesuffix(".gz").removesuffix(".nii") + ".labels.json")


def write_sidecar(path: Path, labels: Sequence[Label]) -> None:
    """Write the names beside the mask at ``path``; whole or not at all."""
    about = {"labels": [{"value": one.value, "name": one.name, "colour": one.colour} for one in labels]}
    with replacing(sidecar_of(path)) as file:
        file.write(json.dumps(about, indent=1, ensure_ascii=False).encode() + b"\n")


def read_sidecar(path: Path) -> tuple[Label, ...] | None:
    """The labels that are named beside the mask at ``path``; ``None`` where no such file can be made sense of."""
    beside = sidecar_of(path)
    try:
        if not beside.is_file() or beside.stat().st_size > _LARGEST_BYTES:
            return None
        found = json.loads(beside.read_bytes())
        return tuple(
            Label(int(one["value"]), str(one["name"]), str(one["colour"])) for one in found["labels"]
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError, WrongUse):
        return None
