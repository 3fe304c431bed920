"""Stored values are the same, to the bit, whether compiled loops make them or NumPy does."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scan2train.formats.dicom import stored_bits
from scan2train.formats.dicom.cell import Cell


@st.composite
def layouts(draw: st.DrawFn) -> Cell:
    allocated = draw(st.sampled_from([8, 16, 32]))
    stored = draw(st.integers(1, allocated))
    high = draw(st.integers(stored - 1, allocated - 1))
    return Cell(rows=3, columns=5, allocated=allocated, stored=stored, high=high, signed=draw(st.booleans()))


def words_of(cell: Cell, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    words = generator.integers(0, 1 << cell.allocated, 3 * 5, dtype=np.uint64)
    if seed % 2:  # spare bits that hold nothing, or the sign
        words = (words >> np.uint64(cell.shift)) & np.uint64(cell.mask)
        if cell.signed:
            words = ((words.astype(np.int64) ^ cell.sign) - cell.sign).astype(np.uint64)
        words <<= np.uint64(cell.shift)
    return words.astype(cell.word)


@settings(max_examples=100, deadline=None)
@given(layouts(), st.integers(0, 999), st.sampled_from([0, -1024, 7]), st.booleans())
def test_values_plus_a_number(cell: Cell, seed: int, add: int, alone: bool) -> None:
    cell = Cell(
        **{name: getattr(cell, name) for name in ("rows", "columns", "allocated", "stored", "signed")},
        high=cell.stored - 1,
    )
    kind = np.dtype(f"i{cell.word.itemsize}")
    results = []
    for loaded in (False, True):
        words = words_of(cell, seed).view(kind)
        out = words if alone else np.empty_like(words)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stored_bits, "compiled_is_loaded", lambda loaded=loaded: loaded)
            odd = stored_bits.shift(words, out, cell, add)
        results.append((odd, out.tolist()))
    assert results[0] == results[1]


@settings(max_examples=100, deadline=None)
@given(layouts(), st.integers(0, 999), st.integers(-300, 300), st.integers(0, 200))
def test_padding(cell: Cell, seed: int, low: int, more: int) -> None:
    words = words_of(cell, seed)
    results = []
    for loaded in (False, True):
        valid = np.empty(words.size, np.bool_)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stored_bits, "compiled_is_loaded", lambda loaded=loaded: loaded)
            count = stored_bits.mark_padding(words, valid, cell, low, low + more)
        results.append((count, valid.tolist()))
    assert results[0] == results[1]


def test_a_series_of_an_index_is_read_without_loading_compiled_code(tmp_path) -> None:
    import scan2train as s2t
    from scan2train.testing.dicom_series import write_dicom_series

    values = np.random.default_rng(0).integers(0, 2000, (9, 8, 5)).astype(np.int16)
    scan = s2t.Volume.from_array(values, (0.7, 0.8, 2.5), unit="HU")
    write_dicom_series(scan, tmp_path / "series", padding_value=77)
    s2t.index(tmp_path / "series").save(tmp_path / "index")
    script = (
        "import sys; from scan2train.viewing.start import start; "
        f"session = start({str(tmp_path / 'index')!r}); "
        "print(session.image(session.open).result().volume.array.sum(), 'numba' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert told == [str(s2t.read(tmp_path / "series").array.sum()), "False"]
