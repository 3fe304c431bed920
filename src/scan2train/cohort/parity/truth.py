"""The truth about one volume: as scan2train reads it, or why it refuses it, with the parts that it can vouch for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scan2train.errors import Scan2TrainError
from scan2train.volume import Volume


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Truth:
    """``parts`` is the volume itself, or the regular parts of one that is refused; ``codes`` what reading noticed."""

    parts: tuple[Volume, ...] = ()
    codes: tuple[str, ...] = ()
    code: str = ""
    refused: str = ""


def truth_of(row: Mapping[str, Any]) -> Truth:
    """Read a row of the volumes table."""
    from scan2train.read import read

    try:
        volume = read(row)
    except Scan2TrainError as error:
        return Truth(parts=_parts(row), code=error.code or "", refused=error.message)
    except MemoryError:
        return Truth(refused="there is not enough memory to read it")
    except OSError as error:
        return Truth(code="FIL001", refused=f"the system cannot read it: {error}")
    return Truth(parts=(volume,), codes=tuple(one.code for one in volume.findings))


def _parts(row: Mapping[str, Any]) -> tuple[Volume, ...]:
    """Regular parts of slices that are uneven or missing: each lies where its slices say."""
    from scan2train.read import read
    from scan2train.reading.settled import settled

    try:
        return tuple(read(part) for part in settled([row], "split") if part["part_of"])
    except Scan2TrainError:
        return ()
