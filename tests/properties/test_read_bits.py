"""Whatever the layout of a pixel cell, the stored value is read, and what lies beside it is not."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scan2train as s2t
from scan2train.testing.dicom_dataset import About, apply, dataset, transfer_syntax_uid
from scan2train.testing.dicom_pixels import PixelCell
from scan2train.testing.dicom_series import save, set_pixels

#: Transfer syntaxes in which whole cells are stored, with what lies beside the stored bits.
WHOLE_CELLS = ("explicit", "implicit", "big-endian", "deflated", "encapsulated", "deflated-frames")


@st.composite
def cells(draw: st.DrawFn) -> PixelCell:
    """Any layout that there can be."""
    allocated = draw(st.sampled_from([8, 16, 32]))
    stored = draw(st.integers(1, allocated))
    return PixelCell(
        allocated=allocated,
        stored=stored,
        high=draw(st.integers(stored - 1, allocated - 1)),
        signed=draw(st.booleans()),
        junk=draw(st.booleans()),
    )


def write(stored: np.ndarray[Any, Any], cell: PixelCell, syntax: str, path: Path, **tags: Any) -> None:
    made = dataset(About(modality="OT"), cell, enhanced=False, instance="bits")
    if stored.ndim == 3:
        made.NumberOfFrames = len(stored)
    uid = transfer_syntax_uid(syntax)
    set_pixels(made, stored, cell, uid, np.random.default_rng(0))
    apply(tags, made)
    save(made, path, uid, preamble=True)


def read(path: Path) -> np.ndarray[Any, Any]:
    """``(frames, rows, columns)``, whether frames became one volume or many."""
    return np.concatenate([one.array.transpose(2, 1, 0) for one in s2t.read_all(path)])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cells(), st.sampled_from(WHOLE_CELLS), st.integers(0, 99))
def test_the_stored_bits_alone_are_the_value(cell: PixelCell, syntax: str, seed: int) -> None:
    low, high = cell.limits
    stored = np.random.default_rng(seed).integers(low, high, (3, 5), endpoint=True)
    stored[0, :2] = low, high
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.dcm"
        write(stored, cell, syntax, path)
        np.testing.assert_array_equal(read(path)[0], stored)


@pytest.mark.parametrize(("allocated", "stored", "high"), [(8, 5, 7), (8, 8, 7), (16, 12, 14), (16, 16, 15)])
def test_run_lengths_keep_whole_cells_too(tmp_path: Path, allocated: int, stored: int, high: int) -> None:
    cell = PixelCell(allocated=allocated, stored=stored, high=high, signed=True, junk=True)
    values = np.random.default_rng(0).integers(*cell.limits, (6, 8), endpoint=True)
    write(values, cell, "rle", tmp_path / "one.dcm")
    np.testing.assert_array_equal(read(tmp_path / "one.dcm")[0], values)


@pytest.mark.parametrize("syntax", ["jpeg-ls", "jpeg-lossless", "jpeg2000", "jpeg-xl"])
def test_a_stream_without_room_for_a_high_bit_is_taken_as_it_is(tmp_path: Path, syntax: str) -> None:
    cell = PixelCell(stored=12, high=15)
    values = np.random.default_rng(0).integers(0, 4096, (6, 8))
    write(values, cell, syntax, tmp_path / "one.dcm")
    volume = s2t.read(tmp_path / "one.dcm")
    np.testing.assert_array_equal(volume.array[:, :, 0].T, values)
    assert any("High Bit" in one.seen for one in volume.findings)


@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big-endian", "deflated", "deflated-frames"])
def test_single_bits_are_packed_across_frames_that_end_amid_a_byte(tmp_path: Path, syntax: str) -> None:
    stored = np.random.default_rng(0).integers(0, 2, (4, 5, 7))
    write(stored, PixelCell(allocated=1, stored=1), syntax, tmp_path / "bits.dcm")
    np.testing.assert_array_equal(read(tmp_path / "bits.dcm"), stored)


def test_an_overlay_in_the_spare_bits_is_left_out_with_a_finding(tmp_path: Path) -> None:
    cell = PixelCell(stored=12)
    values = np.random.default_rng(0).integers(0, 4096, (6, 8))
    overlay = np.random.default_rng(1).integers(0, 2, (6, 8)) << 13
    write(values, cell, "explicit", tmp_path / "one.dcm")
    data = (tmp_path / "one.dcm").read_bytes()
    (tmp_path / "one.dcm").write_bytes(data[: -values.size * 2] + (values | overlay).astype("<u2").tobytes())
    volume = s2t.read(tmp_path / "one.dcm")
    np.testing.assert_array_equal(volume.array[:, :, 0].T, values)
    assert any(one.code == "PIX004" and "beside" in one.message for one in volume.findings)


@pytest.mark.parametrize(("kind", "tag", "bits"), [("<f4", 0x7FE00008, 32), ("<f8", 0x7FE00009, 64)])
def test_floating_point_pixels_keep_every_bit_and_their_padding(
    tmp_path: Path, kind: str, tag: int, bits: int
) -> None:
    values = np.random.default_rng(0).normal(0, 1e3, (6, 8)).astype(kind)
    values[0, :3] = -9999.5
    padding = (0x00280122, "FL") if bits == 32 else (0x00280123, "FD")
    write(
        np.zeros((6, 8), dtype=np.int64),
        PixelCell(allocated=32, stored=32),
        "explicit",
        tmp_path / "one.dcm",
        PixelData=None,
        BitsAllocated=bits,
        BitsStored=None,
        HighBit=None,
        PixelRepresentation=None,
    )
    made = pydicom.dcmread(tmp_path / "one.dcm")
    made.add_new(tag, "OF" if bits == 32 else "OD", values.tobytes())
    made.add_new(*padding, -9999.5)
    made.save_as(tmp_path / "one.dcm")
    volume = s2t.read(tmp_path / "one.dcm")
    np.testing.assert_array_equal(volume.array[:, :, 0].T, values)
    assert volume.valid is not None
    np.testing.assert_array_equal(~volume.valid[:, :, 0].T, values == -9999.5)


@pytest.mark.parametrize("bits", [2, 12, 24, 64])
def test_cells_of_another_size_are_refused(tmp_path: Path, bits: int) -> None:
    write(np.zeros((6, 8), dtype=np.int64), PixelCell(), "explicit", tmp_path / "one.dcm", BitsAllocated=bits)
    with pytest.raises(s2t.Scan2TrainError):
        s2t.read(tmp_path / "one.dcm")
