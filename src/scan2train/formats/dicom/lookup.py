"""Look-up tables in a file's header: the modality LUT and the colour palette.

The only part that parses a file again.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import NonconformingHeader
from scan2train.formats.dicom.cell import Cell
from scan2train.formats.dicom.palette_segments import expand_segments


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


def lookups(
    paths: Sequence[str], cell: Cell, *, modality_lut: bool
) -> tuple[tuple[Lookup, ...] | None, np.dtype[Any] | None]:
    """The table of each slice, and the type of their values; both ``None`` where there is none.

    Every file is asked: slices of one series may have tables of their own.

    Raises
    ------
    NonconformingHeader
        If a table is missing or malformed, or palettes of 8 and of 16 bits stand side by side.
    """
    if cell.photometric == "PALETTE COLOR":
        read = _palette
    elif modality_lut and cell.samples == 1:
        read = _modality_lut
    else:
        return None, None
    by_file = {path: read(Path(path), signed=cell.signed) for path in dict.fromkeys(paths)}
    kinds = {table.values.dtype for table in by_file.values()}
    if read is _palette and len(kinds) > 1:
        raise _broken(Path(paths[0]), "the slices' palettes differ in their number of bits")
    return tuple(by_file[path] for path in paths), np.result_type(*kinds)


def _modality_lut(path: Path, *, signed: bool) -> Lookup:
    """The first item of the Modality LUT Sequence (PS3.3 C.11.1), one- or two-byte entries."""
    found = _read(path, ["ModalityLUTSequence"])
    items = found.get("ModalityLUTSequence") or []
    if not items:
        raise _broken(path, "the Modality LUT Sequence is empty")
    described, data = items[0].get("LUTDescriptor"), items[0].get("LUTData")
    return _lookup(path, described, _little(found, data), signed=signed)


def _palette(path: Path, *, signed: bool) -> Lookup:
    """Red, green and blue Palette Color Lookup Tables side by side (PS3.3 C.7.6.3.1.5 and .6), plain or segmented."""
    names = [f"{colour}PaletteColorLookupTable" for colour in ("Red", "Green", "Blue")]
    kinds = [form.format(name) for name in names for form in ("{}Descriptor", "{}Data", "Segmented{}Data")]
    found = _read(path, kinds)
    tables = []
    for name in names:
        described, data = found.get(f"{name}Descriptor"), found.get(f"{name}Data")
        if data is None:
            data = _unsegmented(path, described, _little(found, found.get(f"Segmented{name}Data")))
        tables.append(_lookup(path, described, _little(found, data), signed=signed))
    if len({(table.first, len(table.values), table.values.dtype) for table in tables}) != 1:
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


def _little(found: Any, data: Any) -> Any:
    """Bytes of a table of words as little-endian ones, whatever the file's order."""
    if isinstance(data, (bytes, bytearray)) and found.original_encoding[1] is False:
        return np.frombuffer(data[: len(data) // 2 * 2], dtype=np.uint16).byteswap().tobytes()
    return data


def _unsegmented(path: Path, described: Any, data: Any) -> Any:
    """A segmented table as numbers."""
    if data is None or described is None:
        return None
    try:
        count, bits = int(described[0]) % (1 << 16) or 1 << 16, int(described[2])
        numbers = np.frombuffer(data, dtype="u1" if bits <= 8 else "<u2").tolist()
        return expand_segments(numbers, 1 if bits <= 8 else 2, count)
    except (TypeError, ValueError, IndexError) as error:
        raise _broken(path, f"a look-up table's segments are malformed: {error}") from error


def _lookup(path: Path, descriptor: Any, data: Any, *, signed: bool) -> Lookup:
    if data is None or descriptor is None:
        raise _broken(path, "a look-up table is missing")
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
            if bits <= 8 and len(values) < count and not isinstance(data, list):
                values = values.astype("<u2").view("u1").astype(np.int64)
    except (TypeError, ValueError, OverflowError) as error:
        raise _broken(path, f"a look-up table is malformed: {error}") from error
    if len(values) < count:
        raise _broken(path, f"a look-up table has {len(values)} of {count} entries")
    wanted, mask = (np.uint8, 0xFF) if bits <= 8 else (np.uint16, 0xFFFF)
    return Lookup(first, (values[:count].astype(np.int64) & mask).astype(wanted))


def _broken(path: Path, what: str) -> NonconformingHeader:
    return NonconformingHeader(what, where=path)
