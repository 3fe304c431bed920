"""Reading in a process of its own, where a compressed stream that ends the process ends nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from scan2train.errors import Scan2TrainError, UnreadableFile
from scan2train.formats.registry import is_picture
from scan2train.reading.one import read_row
from scan2train.reading.options import Options
from scan2train.reading.source import only_volume
from scan2train.runners.processes import run_in_processes
from scan2train.volume import Volume

_KINDS = ("member_pixel_kind", "spare_pixel_kind")


def needs_codec(row: Mapping[str, Any]) -> bool:
    """Whether the pixels of a row are compressed.

    Codecs are native code. They are told to refuse what is broken, and yet there are streams that crash them.
    """
    if row["format"] != "dicom":
        return is_picture(row["format"])
    return any("encapsulated" in (row[name] or ()) for name in _KINDS)


def read_apart(source: Path, options: Options) -> Volume:
    """As :func:`scan2train.read.read` of a path, with a codec at work in a process of its own alone.

    Raises
    ------
    UnreadableFile
        If that process dies.
    Scan2TrainError
        As :func:`~scan2train.read.read`.
    """
    row = only_volume(source, options)
    if not needs_codec(row):
        return read_row(row, options)
    with closing(run_in_processes(partial(_read, options), [row], 1)) as outcomes:
        (outcome,) = outcomes
    if outcome.died:
        raise UnreadableFile(
            "the compressed pixels cannot be decoded",
            where=source,
            found=outcome.failure,
            advice="The file may be damaged. Fetch it again.",
        )
    if isinstance(outcome.value, Volume):
        return outcome.value
    raise outcome.value or RuntimeError(outcome.failure)


def _read(options: Options, row: Mapping[str, Any]) -> Volume | Exception:
    try:
        return read_row(row, options)
    except (Scan2TrainError, OSError, MemoryError) as error:
        return error
