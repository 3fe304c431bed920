"""Random 128³ patches of a prepared set, a third around a label: scan2train beside MONAI and TorchIO, in one run.

A CT becomes several cases, prepared once by scan2train (clip to -1000..400 HU, scaled to [0, 1], steps of 0.7 HU;
``--recipe`` for another) and stored as b2nd, zarr and npy, and as NIfTI for the peers. Each reader gives float32
tensors of image and labels on one core, in a process of its own, in turns: patches a second of wall and of CPU time,
once it has seen every case, and how long the first batch took, imports not counted. What the peers keep in memory or
cache on disk before is given to them for free.

    python benchmarks/patch_speed.py [--scan FOLDER_OR_FILE] [--cases 4] [--seconds 20]

Without ``--scan`` it is a phantom of 512×512×300 voxels. Peers that are not installed are left out.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SHAPE = (128, 128, 128)
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLOSC_NTHREADS"), "1")
RECIPE = """
[[step]]
do = "clip"
low = -1000
high = 400
[[step]]
do = "rescale"
[[step]]
do = "round_to"
bits = 11
"""


def make(scan, root, cases, recipe):
    """The sets, and the bytes of the images in each."""
    import scan2train as s2t

    if scan is None:
        from pipeline_speed import SPACING, phantom

        image, lungs = phantom()
        volume = s2t.Volume.from_array(image.T, SPACING, unit="HU")
        labels = s2t.Labels.from_array(lungs.T, SPACING, names={1: "lungs"})
    else:
        volume = s2t.read(scan)
        labels = s2t.Labels(array=(volume.array > 150).astype(np.uint8), grid=volume.grid, names={1: "bone"})
    source = root / "source"
    for n in range(cases):
        for folder, one in (("images", volume), ("labels", labels)):
            (source / folder).mkdir(parents=True, exist_ok=True)
            first = source / folder / "case0.nii.gz"
            if n:
                os.link(first, source / folder / f"case{n}.nii.gz")
            else:
                s2t.write(one, first)
    loaded = s2t.Recipe.load(recipe) if recipe else s2t.Recipe.from_toml(RECIPE)
    sizes = {}
    for store in ("nifti", "npy", "b2nd", "zarr"):
        out = root / store
        s2t.prepare(
            source, loaded, out, labels=str(source / "labels"), store=store, jobs=1
        ).raise_for_failures()
        files = [one for one in out.glob("cases/*/*") if one.name.startswith("image.")]
        sizes[store] = sum(_bytes(one) for one in files)
    return sizes


def _bytes(path):
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file()) or path.stat().st_size


def by_scan2train(root, store):
    from scan2train.learn import PatchDataset, loader

    dataset = PatchDataset(root / store, shape=SHAPE, per_epoch=100_000, foreground=1 / 3, labels=True)
    return (item["image"] for item in loader(dataset, 2))


def _files(root):
    folders = sorted((root / "nifti" / "cases").iterdir())
    return [{"image": str(one / "image.nii.gz"), "label": str(one / "labels.nii.gz")} for one in folders]


def _monai(root):
    from monai import transforms as mt

    both = ["image", "label"]
    load = [mt.LoadImaged(both), mt.EnsureChannelFirstd(both), mt.EnsureTyped(both)]
    crop = mt.RandCropByPosNegLabeld(both, "label", SHAPE, pos=1, neg=2, num_samples=1)
    return load, crop, _files(root)


def by_monai_persistent(root):
    from monai.data import DataLoader, PersistentDataset
    from monai.transforms import Compose

    load, crop, files = _monai(root)
    dataset = PersistentDataset(files * 5000, Compose([*load, crop]), cache_dir=str(root / "monai"))
    for n in range(len(files)):
        dataset[n]
    return (batch["image"] for batch in DataLoader(dataset, batch_size=2, shuffle=True))


def by_monai_cache(root):
    from monai.data import CacheDataset, DataLoader
    from monai.transforms import Compose

    load, crop, files = _monai(root)
    dataset = CacheDataset(files, Compose([*load, crop]), progress=False)
    order = np.random.default_rng(0).integers(0, len(files), 20_000).tolist()
    return (batch["image"] for batch in DataLoader(dataset, batch_size=2, sampler=order))


def by_torchio_queue(root):
    import torchio as tio

    subjects = [
        tio.Subject(image=tio.ScalarImage(one["image"]), label=tio.LabelMap(one["label"]))
        for one in _files(root)
    ]
    for one in subjects:
        one.load()
    sampler = tio.LabelSampler(SHAPE, "label", label_probabilities={0: 2, 1: 1})
    queue = tio.Queue(tio.SubjectsDataset(subjects * 100), 16, 8, sampler, num_workers=0)
    return (batch["image"]["data"] for batch in tio.SubjectsLoader(queue, batch_size=2))


READERS = {
    "scan2train b2nd": lambda root: by_scan2train(root, "b2nd"),
    "scan2train zarr": lambda root: by_scan2train(root, "zarr"),
    "scan2train npy": lambda root: by_scan2train(root, "npy"),
    "MONAI PersistentDataset": by_monai_persistent,
    "MONAI CacheDataset": by_monai_cache,
    "TorchIO Queue": by_torchio_queue,
}


def used():
    times = resource.getrusage(resource.RUSAGE_SELF)
    return times.ru_utime + times.ru_stime


def measure(reader, root, seconds):
    """In a process of its own: one line of JSON."""
    import torch

    torch.set_num_threads(1)
    if reader.startswith("scan2train"):
        import scan2train.learn.patch_dataset  # noqa: F401 - imports are not counted
    started, patches = time.perf_counter(), 0
    batches = iter(READERS[reader](root))
    kept = time.perf_counter()
    if reader.startswith("scan2train"):
        kept = started  # nothing was loaded before: opening counts
    next(batches)
    first = time.perf_counter() - kept
    for _ in range(2 * len(_files(root))):
        next(batches)
    wall, cpu = time.perf_counter(), used()
    while time.perf_counter() - wall < seconds:
        patches += len(next(batches))
    wall, cpu = time.perf_counter() - wall, used() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": patches / wall, "cpu": patches / cpu, "first": first, "peak": peak}))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--scan", type=Path)
    options.add_argument("--recipe")
    options.add_argument("--cases", type=int, default=4)
    options.add_argument("--seconds", type=float, default=15)
    options.add_argument("--runs", type=int, default=2)
    options.add_argument("--one", nargs=2, metavar=("READER", "ROOT"), help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.one:
        measure(asked.one[0], Path(asked.one[1]), asked.seconds)
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        sizes = make(asked.scan, root, asked.cases, asked.recipe)
        for store, size in sizes.items():
            print(
                f"{store:>6}: {size / asked.cases / 1e6:7.1f} MB an image, {size / sizes['npy']:.0%} of npy"
            )
        made = {reader: [] for reader in READERS}
        for _ in range(asked.runs):
            for reader in READERS:
                command = [sys.executable, "-W", "ignore", __file__, "--one", reader, folder]
                done = subprocess.run(
                    [*command, "--seconds", str(asked.seconds)],
                    capture_output=True,
                    text=True,
                    check=False,
                    env={**os.environ, **ONE_THREAD},
                )
                if done.returncode == 0:
                    made[reader].append(json.loads(done.stdout.splitlines()[-1]))
                elif "ModuleNotFoundError" not in done.stderr:
                    print(f"{reader}: {done.stderr.strip().splitlines()[-1]}")
        print(f"\n{'':24} patches/s  patches/CPU-s  first batch  peak memory")
        for reader, results in made.items():
            if results:
                wall, cpu, first, peak = (
                    statistics.median(one[name] for one in results)
                    for name in ("wall", "cpu", "first", "peak")
                )
                print(f"{reader:24} {wall:9.1f} {cpu:14.1f} {first:10.2f} s {peak:9.0f} MB")


if __name__ == "__main__":
    main()
