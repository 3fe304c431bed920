"""Look-up tables in a file's header: the modality LUT and the colour palette.

The only part that parses a file again.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import DecoderMissing, NonconformingHeader


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """``values`` (n,) or (n, channels) by stored value, the first of them for ``first``; ends go on for ever."""

    first: int
    values: npt.NDArray[Any]

    def __call__(self, stored: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        """Values of stored values; those beyond the table take its first or its last entry (PS3.3 C.11.1.1)."""
        return self.values[np.clip(stored - self.first, 0, len(self.values) - 1)]

    def passed_by(self, stored: npt.NDArray[np.int64]) -> bool:
        """Whether some stored values are beyond the table."""
        return bool(stored.min() < self.first or stored.max() >= self.first + len(self.values))


def modality_lut(path: Path, *, signed: bool) -> Lookup:
    """The first item of the Modality LUT Sequence (PS3.3 C.11.1), one- or two-byte entries."""
    items = _read(path, ["ModalityLUTSequence"]).get("ModalityLUTSequence") or []
    if not items:
        raise _broken(path, "the Modality LUT Sequence is empty")
    item = items[0]
    return _lookup(path, item.get("LUTDescriptor"), item.get("LUTData"), signed=signed)


def palette(path: Path) -> Lookup:
    """Red, green and blue Palette Color Lookup Tables side by side (PS3.3 C.7.6.3.1.5 and .6)."""
    names = [f"{colour}PaletteColorLookupTable" for colour in ("Red", "Green", "Blue")]
    found = _read(path, [f"{name}{part}" for name in names for part in ("Descriptor", "Data")])
    tables = [
        _lookup(path, found.get(f"{name}Descriptor"), found.get(f"{name}Data"), signed=False)
        for name in names
    ]
    if len({(table.first, len(table.values)) for table in tables}) != 1:
        raise _broken(path, "the palette's three tables differ in size")
    return Lookup(tables[0].first, np.stack([table.values for table in tables], axis=-1))


def _read(path: Path, names: list[str]) -> Any:
    import pydicom

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return pydicom.dcmread(path, stop_before_pixels=True, specific_tags=names, force=True)
        except Exception as error:  # whatever a broken file makes a parser raise
            raise _broken(path, f"the header cannot be parsed again: {error}") from error


def _lookup(path: Path, descriptor: Any, data: Any, *, signed: bool) -> Lookup:
    if data is None or descriptor is None:
        raise DecoderMissing(
            "a look-up table is missing, or comes in segments, which are not read", where=path
        )
    try:
        count, first, bits = (int(number) for number in descriptor)
        count = (count % (1 << 16)) or 1 << 16
        if signed and first >= 1 << 15:
            first -= 1 << 16
        if isinstance(data, (bytes, bytearray)):
            # Eight-bit entries may come packed, or one to a word.
            kind = np.dtype("u1") if bits <= 8 and len(data) < 2 * count else np.dtype("<u2")
            values = np.frombuffer(data, dtype=kind, count=min(count, len(data) // kind.itemsize))
        else:
            values = np.atleast_1d(np.asarray(data, dtype=np.int64))
            if bits <= 8 and len(values) < count:
                values = values.astype("<u2").view("u1").astype(np.int64)
    except (TypeError, ValueError, OverflowError) as error:
        raise _broken(path, f"a look-up table is malformed: {error}") from error
    if len(values) < count:
        raise _broken(path, f"a look-up table has {len(values)} of {count} entries")
    wanted, mask = (np.uint8, 0xFF) if bits <= 8 else (np.uint16, 0xFFFF)
    return Lookup(first, (values[:count].astype(np.int64) & mask).astype(wanted))


def _broken(path: Path, what: str) -> NonconformingHeader:
    return NonconformingHeader(what, where=path)
