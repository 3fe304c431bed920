"""Frames of files into slices of an array: read, decoded, masked and rescaled, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.decoder import pool
from scan2train.decoder.decode import decoded
from scan2train.decoder.task import Run, Task
from scan2train.formats.dicom.cell import Cell
from scan2train.formats.dicom.encapsulated import Place, decode_into
from scan2train.formats.dicom.float_padding import is_padding
from scan2train.formats.dicom.lookup import Lookup
from scan2train.formats.dicom.native import PixelFile, read_cells, read_words
from scan2train.formats.dicom.photometric import to_rgb
from scan2train.formats.dicom.stored_bits import mark_padding, shift
from scan2train.formats.frames_read import listener
from scan2train.knowledge.transfer_syntaxes import RLE

#: Uncompressed files from which on two threads read them: a third less time, for a fifth more work. Where other
#: processes do the same beside this one, that would be lost.
_WORTH_A_THREAD = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """Some frames of one file, and the slices that they become."""

    place: Place
    encapsulated: bool
    slices: tuple[int, ...]
    frames: tuple[int, ...]


@dataclass(slots=True)
class Seen:
    """What decoding noticed; ``valid`` holds the mask of each slice that has padding.

    ``tell`` is called after each frame.
    """

    tell: Callable[[], None]
    spare_bits: bool = False
    padded: int = 0
    longer_by: int = 0
    odd: str = ""
    fault: str = ""
    valid: dict[int, npt.NDArray[np.bool_]] = field(default_factory=dict)

    def add(self, other: Seen) -> None:
        """What was noticed elsewhere, too."""
        self.spare_bits |= other.spare_bits
        self.padded += other.padded
        self.longer_by = max(self.longer_by, other.longer_by)
        self.odd, self.fault = self.odd or other.odd, self.fault or other.fault
        self.valid |= other.valid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decoder:
    """Fills ``array`` (``(k, j, i)`` or ``(k, j, i, c)``), whose type holds every value there can be."""

    cell: Cell
    lookups: tuple[Lookup, ...] | None
    colours: bool
    padding: tuple[tuple[float, float] | None, ...]
    slopes: tuple[float, ...]
    intercepts: tuple[float, ...]
    array: npt.NDArray[Any]

    def read(self, files: Sequence[Frames]) -> Seen:
        """Read all frames of some files."""
        tell = listener()
        seen = Seen(tell)
        self._encapsulated([one for one in files if one.encapsulated], seen)
        plain = [one for one in files if not one.encapsulated]
        if len(plain) < _WORTH_A_THREAD or pool.in_place():
            seen.add(self._uncompressed(plain, tell))
            return seen
        half = len(plain) // 2
        with ThreadPoolExecutor(2) as threads:
            for part in threads.map(self._uncompressed, (plain[:half], plain[half:]), (tell, tell)):
                seen.add(part)
        return seen

    def _uncompressed(self, files: Sequence[Frames], tell: Callable[[], None]) -> Seen:
        seen = Seen(tell)
        in_place = self._fits_in_place()
        bits = self.cell.frame_bits
        for one in files:
            with one.place.open() as file:
                needed = (bits * one.place.total + 7) // 8
                seen.longer_by = max(seen.longer_by, one.place.length - needed - needed % 2)
                if in_place:
                    self._in_place(one, file, seen)
                else:
                    self._native(one, file, seen)
        return seen

    def _encapsulated(self, files: Sequence[Frames], seen: Seen) -> None:
        """Mask and rescale each frame while the next are decoded; the few native ones of such a series follow."""
        cell = self.cell
        slices = [k for one in files for k in one.slices]
        # Runs are unpacked by compiled loops of ours, which stay within their arrays.
        as_wide = self._fits_in_place()
        ours = all(one.place.syntax == RLE for one in files)
        size = cell.values * cell.word.itemsize
        tasks = [Task((one.place, frame), size, one.place.path) for one in files for frame in one.frames]
        if not tasks:
            return
        shape = (cell.rows, cell.columns, cell.samples)
        with closing(decoded(Run(decode_into, cell), tasks, safe=ours)) as frames:
            for done in frames:
                k, words = slices[done.at], done.data.view(cell.word)
                photometric, odd, fault = done.words
                seen.odd = seen.odd or odd
                seen.fault = seen.fault or fault
                if as_wide:
                    self._shift(k, words, seen)
                else:
                    self._convert(k, self._as_rgb(words.reshape(shape), photometric), seen)
                seen.tell()

    def _native(self, one: Frames, file: PixelFile, seen: Seen) -> None:
        for k, frame in zip(one.slices, one.frames, strict=True):
            cells = read_cells(file, self.cell, frame)
            self._convert(k, self._as_rgb(cells, self.cell.photometric), seen)
            seen.tell()

    def _as_rgb(self, cells: npt.NDArray[Any], photometric: str) -> npt.NDArray[Any]:
        return to_rgb(cells, photometric, self.cell.stored) if self.cell.samples == 3 else cells

    def _fits_in_place(self) -> bool:
        """Whether the cells can be read right where their values belong, and changed there."""
        cell, out = self.cell, self.array.dtype
        plain = cell.samples == 1 and cell.shift == 0 and cell.allocated >= 8 and self.lookups is None
        return plain and out.kind in "iu" and out.itemsize == cell.word.itemsize and set(self.slopes) == {1.0}

    def _in_place(self, one: Frames, file: PixelFile, seen: Seen) -> None:
        cell, array = self.cell, self.array
        for k, frame in zip(one.slices, one.frames, strict=True):
            words = array[k].reshape(-1)
            read_words(file, words, frame * words.nbytes)
            if self.padding[k] is not None:
                self._mark_padding(k, words.view(cell.word), seen)
            if shift(words, words, cell, int(self.intercepts[k])):
                seen.spare_bits = True
            seen.tell()

    def _shift(self, k: int, words: npt.NDArray[Any], seen: Seen) -> None:
        """As :meth:`_convert`, several times as fast, where cells and values are as wide."""
        cell, out = self.cell, self.array[k].reshape(-1)
        self._mark_padding(k, words, seen)
        if shift(words, out.view(cell.word), cell, int(self.intercepts[k])):
            seen.spare_bits = True

    def _convert(self, k: int, cells: npt.NDArray[Any], seen: Seen) -> None:
        """Cells of ``(rows, columns, samples)`` into the values of slice ``k``."""
        cell, out = self.cell, self.array[k]
        words, flat = cells.reshape(-1), out.reshape(-1)
        if cell.kind in ("float", "double"):
            self._mark_float_padding(k, words, seen)
            np.multiply(words, self.slopes[k], out=flat, casting="unsafe")
            flat += flat.dtype.type(self.intercepts[k])
            return
        self._mark_padding(k, words, seen)
        if self.lookups is not None:
            lookup = self.lookups[k]
            stored = np.empty(words.size, dtype=np.int64)
            seen.spare_bits |= self._rescale(words, stored, 1.0, 0.0)
            out[...] = lookup(stored).reshape(out.shape)
            if self.colours and lookup.passed_by(stored):
                seen.odd = "pixels point beyond the colour palette; they took its last colour"
        elif cell.samples > 1:
            out[...] = cells
        else:
            seen.spare_bits |= self._rescale(words, flat, self.slopes[k], self.intercepts[k])

    def _rescale(self, words: npt.NDArray[Any], out: npt.NDArray[Any], slope: float, add: float) -> bool:
        from scan2train.kernels.stored_bits import real_values, whole_values

        cell = self.cell
        if out.dtype.kind == "f":
            return bool(real_values(words, out, cell.shift, cell.mask, cell.sign, slope, add))
        return bool(whole_values(words, out, cell.shift, cell.mask, cell.sign, int(slope), int(add)))

    def _mark_float_padding(self, k: int, words: npt.NDArray[Any], seen: Seen) -> None:
        padding = self.padding[k]
        if padding is None or self.cell.samples > 1:
            return
        found = is_padding(words, padding)
        if found.any():
            seen.padded += int(found.sum())
            seen.valid[k] = ~found.reshape(self.cell.rows, self.cell.columns)

    def _mark_padding(self, k: int, words: npt.NDArray[Any], seen: Seen) -> None:
        padding = self.padding[k]
        if padding is None:
            return
        cell = self.cell
        valid = np.empty(words.size, dtype=np.bool_)
        count = mark_padding(words, valid, cell, *padding)
        if count:
            seen.padded += count
            seen.valid[k] = valid.reshape(cell.rows, cell.columns)
