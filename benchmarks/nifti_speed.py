"""How fast a DICOM series becomes ``.nii.gz``, next to SimpleITK and dcm2niix, and is read again, next to nibabel.

Converts one series (a CT that is named, or a noisy phantom of 300 slices) with each in turn, warm cache, after one
untimed round, and prints medians in CPU seconds, sizes of the files, and whether the voxels agree:

    python benchmarks/nifti_speed.py [SERIES] [--rounds 3] [--dcm2niix PATH]
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import SimpleITK

from scan2train.grid import LPS_TO_RAS, Grid
from scan2train.read import read
from scan2train.testing.dicom_series import write_dicom_series
from scan2train.volume import Volume
from scan2train.write import convert


def main() -> None:
    """Run the comparison."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("series", nargs="?", type=Path)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--dcm2niix", default=shutil.which("dcm2niix"))
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        out.mkdir()
        series = given.series or _phantom(Path(folder, "series"))
        runs: dict[str, Callable[[], object]] = {
            "scan2train": lambda: convert(series, out / "scan2train.nii.gz"),
            "SimpleITK": lambda: _simpleitk(series, out / "SimpleITK.nii.gz"),
        }
        if given.dcm2niix:
            command = [given.dcm2niix, "-z", "i", "-b", "n", "-w", "1", "-f", "dcm2niix", "-o", out, series]
            runs["dcm2niix"] = lambda: subprocess.run(command, check=True, capture_output=True)
        times = _medians(runs, given.rounds)
        ours = read(out / "scan2train.nii.gz")
        size = (out / "scan2train.nii.gz").stat().st_size
        for name, taken in times.items():
            path = out / f"{name}.nii.gz"
            same = np.array_equal(_canonical(path), _canonical(out / "scan2train.nii.gz"))
            print(
                f"{name:11} {taken:6.2f} s {taken / times['scan2train']:5.1f} ×  {path.stat().st_size / 1e6:7.1f} MB"
                f" (ours {size / path.stat().st_size - 1:+.1%})  voxels equal: {same}"
            )
        reads: dict[str, Callable[[], object]] = {
            "scan2train": lambda: read(out / "scan2train.nii.gz"),
            "nibabel": lambda: np.asanyarray(nibabel.load(out / "scan2train.nii.gz").dataobj),
        }
        taken = _medians(reads, given.rounds)
    print(f"reading {ours.grid}: {taken['scan2train']:.2f} s, nibabel {taken['nibabel']:.2f} s,", end=" ")
    print(f"{taken['nibabel'] / taken['scan2train']:.1f} ×   (all in CPU seconds)")


def _phantom(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    i, j = np.mgrid[:512, :512].astype(np.float32) - 256
    body = np.where((i / 200) ** 2 + (j / 150) ** 2 < 1, 40, -1000)
    values = np.empty((300, 512, 512), np.int16)
    for plane in values:
        noisy = np.clip(np.rint(body + rng.normal(0, 25, body.shape)), -1024, 3071)
        plane[...] = np.where(i**2 + j**2 < 256**2, noisy, -1024).T
    grid = Grid((512, 512, 300), LPS_TO_RAS @ np.diag([0.7, 0.7, 1.5, 1.0]))
    write_dicom_series(Volume(array=values.T, grid=grid, unit="HU"), folder, bits_stored=12)
    return folder


def _simpleitk(series: Path, target: Path) -> None:
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(series)))
    SimpleITK.WriteImage(reader.Execute(), str(target))


def _canonical(path: Path) -> np.ndarray:
    return np.asanyarray(nibabel.as_closest_canonical(nibabel.load(path)).dataobj)


def _medians(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Medians of each, run in turn so that all meet the same machine; processes that they start are counted."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(rounds + 1):
        for name, run in runs.items():
            begin = _cpu()
            run()
            if turn:
                times[name].append(_cpu() - begin)
    return {name: statistics.median(taken) for name, taken in times.items()}


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
