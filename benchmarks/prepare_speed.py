"""From DICOM on disk to stored cases, end to end: scan2train beside pipelines by hand of MONAI and of SimpleITK.

CT series of 512×512×70 to 130 voxels, unequal spacings, with noise, are read, turned to LPS, resampled to 1 mm (linear,
not antialiased, as the peers do), clipped to -1000..400 HU, scaled to [0, 1], cropped to the body and stored as
``.nii.gz``, by two processes. scan2train does more on the way: it indexes and judges the headers, hashes the sources,
forces every file to the disk, reads it back, and writes accounts. CPU seconds are those of all processes; the peak is
that of the largest one.

    python benchmarks/prepare_speed.py [--series 20] [--folder DIR] [--only scan2train simpleitk monai] [--repeat 1]

Peers that are not installed are left out. ``--peers PYTHON`` names an interpreter that has them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pipeline_speed

JOBS = 2
GOALS = {"monai": 8.0, "simpleitk": 4.0}
RECIPE = pipeline_speed.RECIPE.format(antialias="false")


def make_series(folder: Path, number: int) -> None:
    """One CT: a noisy body with two lungs on a table, unlike the others in size and spacing."""
    from scan2train import Grid, Volume
    from scan2train.testing.dicom_series import write_dicom_series

    rng = np.random.default_rng(number)
    depth = int(rng.integers(70, 131))
    spacing = (*[float(rng.uniform(0.62, 0.86))] * 2, float(rng.uniform(1.0, 3.0)))
    ii, jj, kk = np.ogrid[:512, :512, :depth]
    body = ((ii - 256) / 210) ** 2 + ((jj - 250) / 150) ** 2 < 1
    lungs = ((np.abs(ii - 256) - 95) / 70) ** 2 + ((jj - 250) / 100) ** 2 + (
        (kk / depth - 0.5) / 0.4
    ) ** 2 < 1
    image = np.full((512, 512, depth), -1000, np.float32, order="F")
    image[np.broadcast_to(body, image.shape)] = 40
    image[np.broadcast_to((jj > 420) & (jj < 426) & (abs(ii - 256) < 200), image.shape)] = 150
    image[lungs & body] = -850
    image += rng.standard_normal(image.shape, np.float32).T.reshape(image.shape, order="F") * 18
    values = np.clip(np.rint(image), -1024, 3071).astype(np.int16)
    grid = Grid.from_axes(values.shape, spacing_mm=spacing, origin_mm=(-180.0, -170.0, 20.0 * number))
    write_dicom_series(Volume(array=values, grid=grid, unit="HU"), folder, seed=number)


def by_scan2train(source: Path, out: Path) -> None:
    import scan2train as s2t

    found = s2t.index(source, cache=False, jobs=JOBS)
    s2t.prepare(found, s2t.Recipe.from_toml(RECIPE), out, jobs=JOBS).raise_for_failures()


def by_simpleitk(source: Path, out: Path) -> None:
    _spread("simpleitk", source, out)


def by_monai(source: Path, out: Path) -> None:
    _spread("monai", source, out)


def _spread(name: str, source: Path, out: Path) -> None:
    """One worker a core, each with every other series, and with one thread."""
    folders = sorted(str(one) for one in source.iterdir())
    code = f"import prepare_speed as p; import sys; p.one_{name}(sys.argv[1], sys.argv[2:])"
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(out), *folders[part::JOBS]], cwd=Path(__file__).parent
        )
        for part in range(JOBS)
    ]
    if any(worker.wait() for worker in workers):
        raise RuntimeError(f"{name} failed")


def one_simpleitk(out: str, folders: list[str]) -> None:
    """As a careful user writes it."""
    import SimpleITK as sitk  # noqa: N813

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    reader = sitk.ImageSeriesReader()
    for folder in folders:
        reader.SetFileNames(reader.GetGDCMSeriesFileNames(folder))
        turned = sitk.DICOMOrient(reader.Execute(), "LPS")
        spacing = turned.GetSpacing()
        size = [round(n * s) for n, s in zip(turned.GetSize(), spacing, strict=True)]
        origin = turned.TransformContinuousIndexToPhysicalPoint([0.5 / s - 0.5 for s in spacing])
        made = sitk.Resample(
            turned,
            size,
            sitk.Transform(),
            sitk.sitkLinear,
            origin,
            (1, 1, 1),
            turned.GetDirection(),
            -1000,
            sitk.sitkFloat32,
        )
        stats = sitk.LabelShapeStatisticsImageFilter()
        stats.ComputePerimeterOff()
        stats.Execute(made > -500)
        box = stats.GetBoundingBox(1)
        scaled = sitk.IntensityWindowing(made, -1000, 400, 0, 1)
        cropped = sitk.RegionOfInterest(scaled, box[3:], box[:3])
        sitk.WriteImage(cropped, str(Path(out) / f"{Path(folder).name}.nii.gz"))


def one_monai(out: str, folders: list[str]) -> None:
    """The chain of its tutorials."""
    import torch
    from monai import transforms as mt

    torch.set_num_threads(1)
    chain = mt.Compose(
        [
            mt.LoadImaged("image"),
            mt.EnsureChannelFirstd("image"),
            mt.Orientationd("image", axcodes="LPS"),
            mt.Spacingd("image", pixdim=(1.0, 1.0, 1.0), mode="bilinear"),
            mt.ScaleIntensityRanged("image", -1000, 400, 0, 1, clip=True),
            mt.CropForegroundd("image", source_key="image", select_fn=_is_body, margin=10),
            mt.SaveImaged("image", output_dir=out, output_postfix="", separate_folder=False, print_log=False),
        ]
    )
    for folder in folders:
        chain({"image": folder})


def _is_body(image: np.ndarray) -> np.ndarray:
    return image > 0.357  # -500 HU


def main() -> int:
    """Print a line for each tool; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=20)
    parser.add_argument("--folder", type=Path, help="where the series are kept for the next time")
    parser.add_argument("--only", nargs="+", default=["scan2train", "simpleitk", "monai"])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        return _measured(*options.run)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        for number in range(options.series):
            if not (folder / "dicom" / f"s{number:02d}").exists():
                make_series(folder / "dicom" / f"s{number:02d}", number)
        source = folder / f"first{options.series}"
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir()
        for number in range(options.series):
            shutil.copytree(
                folder / "dicom" / f"s{number:02d}", source / f"s{number:02d}", copy_function=os.link
            )
        cpu = {name: _turns(name, options, source, folder / "out") for name in options.only}
    missed = False
    for name, goal in GOALS.items():
        if cpu.get(name) and cpu.get("scan2train"):
            ratio = cpu[name] / cpu["scan2train"]
            print(f"{name}: {ratio:.1f} times the CPU seconds of scan2train (goal {goal:g})")
            missed |= ratio < goal
    return int(missed)


def _turns(name: str, options: argparse.Namespace, source: Path, out: Path) -> float:
    python = sys.executable if name == "scan2train" else options.peers
    best = 0.0
    for _ in range(options.repeat):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        command = [python, __file__, "--run", name, str(source), str(out)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            print(f"{name:11s} left out")
            return 0.0
        found = json.loads(done.stdout.splitlines()[-1])
        size = sum(file.stat().st_size for file in out.rglob("*.nii.gz"))
        print(
            f"{name:11s} {found['cpu']:7.1f} CPU s  {found['wall']:7.1f} s wall  {found['peak'] / 1e6:6.0f} MB peak  "
            f"{size / 1e6:6.0f} MB stored",
            flush=True,
        )
        best = min(best or found["cpu"], found["cpu"])
    shutil.rmtree(out, ignore_errors=True)
    return best


def _measured(name: str, source: str, out: str) -> int:
    start = time.perf_counter()
    globals()[f"by_{name}"](Path(source), Path(out))
    wall = time.perf_counter() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    print(json.dumps({"cpu": cpu, "wall": wall, "peak": 1024 * max(one.ru_maxrss for one in used)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
