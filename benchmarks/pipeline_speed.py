"""One CT to training-ready, in memory: scan2train beside SimpleITK, TorchIO and MONAI, in one run.

512×512×300 voxels of 0.7×0.7×1.5 mm with a label map are turned to LPS, resampled to 1 mm (linear, not antialiased, as
the peers do), clipped to -1000..400 HU, scaled to [0, 1] and cropped to the body. CPU seconds (user and system),
median of several runs after a warm one, each tool in a process of its own, in turns.

    python benchmarks/pipeline_speed.py [--runs 5]

Peers that are not installed are left out.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

SHAPE_KJI, SPACING = (300, 512, 512), (0.7, 0.7, 1.5)
RECIPE = """
[[step]]
do = "reorient"
to = "LPS"
[[step]]
do = "resample"
spacing_mm = [1.0, 1.0, 1.0]
antialias = {antialias}
[[step]]
do = "clip"
low = -1000
high = 400
[[step]]
do = "rescale"
[[step]]
do = "crop_to_body"
margin_mm = 10
"""


def phantom():
    """A noisy body with two lungs and a table, stored feet to head, right to left; and a mask of the lungs."""
    rng = np.random.default_rng(0)
    kk, jj, ii = np.ogrid[: SHAPE_KJI[0], : SHAPE_KJI[1], : SHAPE_KJI[2]]
    body = ((ii - 256) / 210) ** 2 + ((jj - 250) / 150) ** 2 < 1
    lungs = ((np.abs(ii - 256) - 95) / 70) ** 2 + ((jj - 250) / 100) ** 2 + ((kk - 160) / 120) ** 2 < 1
    table = (jj > 420) & (jj < 426) & (abs(ii - 256) < 200)
    image = np.full(SHAPE_KJI, -1000, np.int16)
    image[np.broadcast_to(body, SHAPE_KJI)] = 40
    image[np.broadcast_to(table, SHAPE_KJI)] = 150
    image[lungs & body] = -850
    image += rng.integers(-30, 30, SHAPE_KJI, dtype=np.int16)
    return image, (lungs & body).astype(np.uint8)


def by_scan2train(image, mask, antialias="false"):
    from scan2train import Labels, Recipe, Volume

    recipe = Recipe.from_toml(RECIPE.format(antialias=antialias))
    volume = Volume.from_array(image.T, SPACING, unit="HU")
    labels = Labels.from_array(mask.T, SPACING)

    def run():
        ready, ready_labels, _ = recipe.run_pair(volume, labels)
        return ready.array, ready_labels.array

    return run


def by_scan2train_antialiased(image, mask):
    return by_scan2train(image, mask, "true")


def by_simpleitk(image, mask):
    import SimpleITK as sitk  # noqa: N813

    volume, labels = sitk.GetImageFromArray(image), sitk.GetImageFromArray(mask)
    for one in (volume, labels):
        one.SetSpacing(SPACING)
        one.SetDirection([-1, 0, 0, 0, -1, 0, 0, 0, 1])

    def run():
        turned, turned_labels = sitk.DICOMOrient(volume, "LPS"), sitk.DICOMOrient(labels, "LPS")
        size = [round(n * s) for n, s in zip(turned.GetSize(), SPACING, strict=True)]
        made = []
        for one, how, default in (
            (turned, sitk.sitkLinear, -1000),
            (turned_labels, sitk.sitkNearestNeighbor, 0),
        ):
            shift = [0.5 * (1 - s) for s in SPACING]
            origin = one.TransformContinuousIndexToPhysicalPoint(
                [x / s for x, s in zip(shift, SPACING, strict=True)]
            )
            kind = sitk.sitkFloat32 if how == sitk.sitkLinear else sitk.sitkUInt8
            made.append(
                sitk.Resample(
                    one, size, sitk.Transform(), how, origin, (1, 1, 1), one.GetDirection(), default, kind
                )
            )
        body = sitk.BinaryThreshold(made[0], -500, 5000)
        clipped = sitk.IntensityWindowing(made[0], -1000, 400, 0, 1)
        stats = sitk.LabelShapeStatisticsImageFilter()
        stats.ComputePerimeterOff()
        stats.Execute(body)
        box = stats.GetBoundingBox(1)
        cropped = [sitk.RegionOfInterest(one, box[3:], box[:3]) for one in (clipped, made[1])]
        return [sitk.GetArrayViewFromImage(one) for one in cropped]

    return run


def by_torchio(image, mask):
    import torch
    import torchio as tio

    affine = np.diag([*SPACING, 1.0])
    chain = tio.Compose(
        [
            tio.ToCanonical(),
            tio.Resample(1),
            tio.Clamp(-1000, 400),
            tio.RescaleIntensity((0, 1), in_min_max=(-1000, 400)),
        ]
    )
    volume, labels = torch.from_numpy(image.T.copy())[None].float(), torch.from_numpy(mask.T.copy())[None]

    def run():
        subject = tio.Subject(
            image=tio.ScalarImage(tensor=volume, affine=affine),
            labels=tio.LabelMap(tensor=labels, affine=affine),
        )
        done = chain(subject)
        where = torch.nonzero(done["image"].data[0] > 500 / 1400)
        low, high = where.min(0).values, where.max(0).values + 1
        box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        return done["image"].data[0][box], done["labels"].data[0][box]

    return run


def by_monai(image, mask):
    import torch
    from monai.data import MetaTensor
    from monai.transforms import Compose, CropForegroundd, Orientationd, ScaleIntensityRanged, Spacingd

    affine = torch.diag(torch.tensor([*SPACING, 1.0], dtype=torch.float64))
    keys = ["image", "label"]
    chain = Compose(
        [
            Orientationd(keys, axcodes="LPS", labels=(("L", "R"), ("P", "A"), ("I", "S"))),
            Spacingd(keys, pixdim=(1, 1, 1), mode=("bilinear", "nearest")),
            ScaleIntensityRanged(["image"], a_min=-1000, a_max=400, b_min=0, b_max=1, clip=True),
            CropForegroundd(keys, "image", select_fn=lambda x: x > 500 / 1400, margin=10, allow_smaller=True),
        ]
    )
    volume, labels = torch.from_numpy(image.T.copy())[None].float(), torch.from_numpy(mask.T.copy())[None]

    def run():
        done = chain({"image": MetaTensor(volume, affine=affine), "label": MetaTensor(labels, affine=affine)})
        return done["image"], done["label"]

    return run


TOOLS = {
    "scan2train": by_scan2train,
    "scan2train, antialiased": by_scan2train_antialiased,
    "SimpleITK": by_simpleitk,
    "TorchIO": by_torchio,
    "MONAI": by_monai,
}


def resident_mb(key):
    """Resident memory now (VmRSS), or its peak since the last reset (VmHWM), in MB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(key)).split()[1]) / 1024


def measure(tool):
    """One warm and one counted run in this process: CPU and wall seconds, sizes, memory above the input."""
    image, mask = phantom()
    run = TOOLS[tool](image, mask)
    run()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts again from here
    held = resident_mb("VmRSS")
    start, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    made = run()
    wall, end = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_SELF)
    cpu = end.ru_utime - start.ru_utime + end.ru_stime - start.ru_stime
    sizes = [int(np.prod(tuple(one.shape))) for one in made]
    print(json.dumps({"cpu": cpu, "wall": wall, "above": resident_mb("VmHWM") - held, "sizes": sizes}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--one", choices=TOOLS)
    options = parser.parse_args()
    if options.one:
        measure(options.one)
        return
    results = {tool: [] for tool in TOOLS}
    for _ in range(options.runs):
        for tool, found in results.items():
            command = [sys.executable, __file__, "--one", tool]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                found.append(json.loads(done.stdout.splitlines()[-1]))
    ours = statistics.median(one["cpu"] for one in results["scan2train"])
    for tool, found in results.items():
        if not found:
            print(f"{tool:26} not installed, or failed")
            continue
        cpu, wall = (statistics.median(one[key] for one in found) for key in ("cpu", "wall"))
        print(
            f"{tool:26} CPU {cpu:7.3f} s  wall {wall:7.3f} s  {cpu / ours:6.1f}×"
            f"  peak above inputs {found[0]['above']:6.0f} MB  voxels {found[0]['sizes']}"
        )


if __name__ == "__main__":
    main()
