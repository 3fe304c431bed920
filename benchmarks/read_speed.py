"""How fast a DICOM series becomes Hounsfield units, next to SimpleITK's series reader, in time and CPU seconds.

Writes a series of 300 uncompressed slices of 512 × 512 once, reads it with both in turn (warm cache, after one
untimed round), and prints medians, their ratio, and whether the voxels agree:

    python benchmarks/read_speed.py [--slices 300] [--rounds 7]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable

import numpy as np
import SimpleITK

from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.index import index
from scan2train.read import read
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume


def main() -> None:
    """Run the comparison."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--slices", type=int, default=300)
    options.add_argument("--rounds", type=int, default=7)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write_dicom_series(_scan(given.slices), folder, bits_stored=12, order="shuffled")
        (row,) = index(folder, cache=False).volumes.to_dicts()
        names = SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(folder)
        taken = _medians(lambda: read(row), lambda: _simpleitk(names), given.rounds)
        same = np.array_equal(read(row).array.T, SimpleITK.GetArrayFromImage(_simpleitk(names)))
    for word, (ours, theirs) in taken.items():
        print(
            f"{word:4} scan2train {ours * 1e3:7.1f} ms, SimpleITK {theirs * 1e3:7.1f} ms, {theirs / ours:5.1f} ×"
        )
    print(f"{given.slices} slices; voxels equal: {same}")


def _scan(slices: int) -> Volume:
    rng = np.random.default_rng(0)
    values = rng.integers(-1024, 3071, size=(512, 512, slices), dtype=np.int16)
    affine = LPS_TO_RAS @ np.diag([0.7, 0.7, 1.5, 1.0])
    return Volume(array=values, grid=Grid((512, 512, slices), affine), unit="HU")


def _simpleitk(names: tuple[str, ...]) -> SimpleITK.Image:
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(names)
    return reader.Execute()


def _medians(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int
) -> dict[str, tuple[float, float]]:
    """Medians of the two, in time and in CPU seconds, run in turn so that both meet the same machine."""
    clocks = {"time": time.perf_counter, "CPU": time.process_time}
    taken: dict[str, tuple[list[float], list[float]]] = {word: ([], []) for word in clocks}
    for turn in range(rounds + 1):
        for at, run in enumerate((ours, theirs)):
            begin = {word: clock() for word, clock in clocks.items()}
            run()
            if turn:
                for word, clock in clocks.items():
                    taken[word][at].append(clock() - begin[word])
    return {word: (statistics.median(a), statistics.median(b)) for word, (a, b) in taken.items()}


if __name__ == "__main__":
    main()
