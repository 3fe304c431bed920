"""How fast compressed DICOM series become values, next to the bare codec and to SimpleITK's series reader.

Writes one series in each transfer syntax that there is an encoder for, reads each from a row of an index, and prints
CPU seconds of this process and its decoders together:

- `bare`: the codec alone, on streams in memory, next to ours;
- `SimpleITK`: its series reader on the same files;
- `2 jobs`: time on the clock with one decoder process, by that with two;
- `peak`: memory that a process takes to read it once all libraries are loaded, ours with all that its decoders hold
  for themselves, and SimpleITK's.

    python benchmarks/compressed_speed.py [--slices 60] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import SimpleITK
from pydicom.encaps import encapsulate, generate_frames

from scan2train.decoder import decode as decoding
from scan2train.decoder import pool
from scan2train.formats.dicom import memory
from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.index import index
from scan2train.read import read
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume

#: Name, transfer syntax, bits, encoder and decoder.
SYNTAXES = (
    ("JPEG baseline", "4.50", 8, imagecodecs.jpeg8_encode, imagecodecs.jpeg_decode),
    (
        "JPEG extended",
        "4.51",
        12,
        lambda cells: imagecodecs.jpeg8_encode(cells, bitspersample=12),
        imagecodecs.jpeg_decode,
    ),
    ("JPEG lossless", "4.70", 16, imagecodecs.ljpeg_encode, imagecodecs.jpeg_decode),
    ("JPEG-LS", "4.80", 16, imagecodecs.jpegls_encode, imagecodecs.jpegls_decode),
    (
        "JPEG 2000",
        "4.90",
        16,
        lambda cells: imagecodecs.jpeg2k_encode(cells, codecformat="J2K", reversible=True),
        imagecodecs.jpeg2k_decode,
    ),
    ("HTJ2K", "4.201", 16, imagecodecs.htj2k_encode, imagecodecs.htj2k_decode),
    ("RLE", "5", 16, None, None),
)


def main() -> None:
    """Run the comparison."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--slices", type=int, default=60)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--peak", nargs=2, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.peak:
        print(_peak(*given.peak))
        return
    print(f"{'':14s} {'ours ms':>8s} {'by bare':>8s} {'SimpleITK by ours':>18s} {'2 jobs':>7s}   peak MiB")
    with tempfile.TemporaryDirectory() as folder:
        for name, syntax, bits, encode, decode in SYNTAXES:
            place = Path(folder) / name
            # The slowest codec by far, of which less tells as much.
            slices = given.slices if name != "JPEG 2000" else max(1, given.slices // 2)
            _write(place, f"1.2.840.10008.1.2.{syntax}", bits, encode, slices)
            few = given.rounds if name != "JPEG 2000" else max(1, given.rounds // 3)
            with _quiet():
                line = _compare(name, place, decode, few)
            print(line, flush=True)


def _write(folder: Path, syntax: str, bits: int, encode: Callable[..., bytes] | None, slices: int) -> None:
    rng = np.random.default_rng(0)
    i, j, k = np.ogrid[:512, :512, :slices]
    noise = rng.normal(0, 12, (512, 512, slices))
    values = 1000 * np.sin(i / 40) * np.cos(j / 50 + k / 30) + noise
    if bits == 8:
        values = values / 16 + 128
    grid = Grid((512, 512, slices), LPS_TO_RAS @ np.diag([0.7, 0.7, 1.5, 1.0]))
    volume = Volume(
        array=values.clip(0 if bits == 8 else -1000, 255 if bits == 8 else 3000).astype(np.int16), grid=grid
    )
    layout = {"bits_stored": 8, "bits_allocated": 8, "intercept": 0.0} if bits == 8 else {"bits_stored": 12}
    for path in write_dicom_series(volume, folder, **layout):
        made = pydicom.dcmread(path)
        if encode is None:
            made.compress(syntax)
        else:
            made.PixelData = encapsulate([encode(made.pixel_array)])
            made.file_meta.TransferSyntaxUID = syntax
            made["PixelData"].VR = "OB"
            made["PixelData"].is_undefined_length = True
        made.save_as(path)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the codecs' own words: one of them says for every frame that it has to try another."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _compare(name: str, folder: Path, decode: Callable[[bytes], object] | None, rounds: int) -> str:
    (row,) = index(folder, cache=False).volumes.to_dicts()
    names = SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder))
    packed = [next(generate_frames(pydicom.dcmread(one).PixelData, number_of_frames=1)) for one in names]

    def bare() -> None:
        for frame in packed:
            decode(frame)

    def theirs() -> None:
        reader = SimpleITK.ImageSeriesReader()
        reader.SetFileNames(names)
        reader.Execute()

    runs = {"ours": lambda: read(row), "ours, one": lambda: read(row)}
    runs |= {} if decode is None else {"bare": bare}
    if name != "HTJ2K":  # which SimpleITK does not read
        runs["theirs"] = theirs
    cpu: dict[str, list[float]] = {key: [] for key in runs}
    clock: dict[str, list[float]] = {key: [] for key in runs}
    worth_a_second = decoding._WORTH_A_SECOND  # noqa: SLF001
    for turn in range(rounds + 1):
        for key, run in runs.items():
            decoding._WORTH_A_SECOND = sys.maxsize if key == "ours, one" else worth_a_second  # noqa: SLF001
            begin, ticked = _cpu(), time.perf_counter()
            run()
            if turn:
                cpu[key].append(_cpu() - begin)
                clock[key].append(time.perf_counter() - ticked)
    ours = statistics.median(cpu["ours"])
    by_bare = f"{ours / statistics.median(cpu['bare']):8.2f}" if "bare" in runs else "       –"
    by_theirs = f"{statistics.median(cpu['theirs']) / ours:16.2f} ×" if "theirs" in runs else f"{'–':>18s}"
    jobs = statistics.median(clock["ours, one"]) / statistics.median(clock["ours"])
    peaks = [_peak_apart(who, row if who == "ours" else names) for who in ("ours", "theirs") if who in runs]
    peak = " | ".join(f"{peak:.0f}" for peak in peaks)
    return f"{name:14s} {ours * 1e3:8.0f} {by_bare} {by_theirs} {jobs:5.2f} ×   {peak}"


def _cpu() -> float:
    """CPU seconds of this process and its decoders, which Linux tells of any process by its clock."""
    clocks = [(~one._process.pid << 3) | 2 for one in pool._pool.all]  # noqa: SLF001
    return time.process_time() + sum(time.clock_gettime(clock) for clock in clocks)


def _peak_apart(who: str, what: object) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(what, file, default=str)
        file.flush()
        done = subprocess.run(
            [sys.executable, __file__, "--peak", who, file.name],
            capture_output=True,
            text=True,
            check=True,
        )
    return float(done.stdout)


def _peak(who: str, file: str) -> float:
    """MiB that reading takes, once all is loaded, beyond what this process holds without the volume."""
    what = json.loads(Path(file).read_text(encoding="utf-8"))

    def run() -> None:
        if who == "ours":
            read(what)
            return
        reader = SimpleITK.ImageSeriesReader()
        reader.SetFileNames(what)
        reader.Execute()

    run()
    pool.end_all()
    memory._idle.clear()  # noqa: SLF001
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _told("self", "VmHWM")
    run()
    # Of a decoder what is its own: libraries lie in memory once, and so does what it shares with this process.
    decoders = sum(_told(one._process.pid, "RssAnon") for one in pool._pool.all)  # noqa: SLF001
    return _told("self", "VmHWM") - before + decoders


def _told(pid: object, word: str) -> float:
    """Memory of a process in MiB: the most that it has held, or what it holds."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(word)) / 1024


if __name__ == "__main__":
    main()
