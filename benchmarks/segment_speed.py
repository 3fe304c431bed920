"""Lungs of one CT of 512×512×300: scan2train beside the same steps in SimpleITK and in scikit-image, in one run.

The phantom of a chest, 0.7×0.7×1 mm. All find air within the body, leave out the trachea, part right from left, close
each lung with a ball of 10 mm, and fill its cavities. The peers do so plainly, on all voxels and in one thread:
threshold, connected components, the trachea grown from a seed that they are given, closing by distances in the lungs'
boxes (a ball of that size is out of reach as morphology), holes filled. They know nothing of lungs that touch, of main
bronchi, bowel gas or doubts. CPU seconds, the least of the runs, ours after a warm one; the smaller Dice of the two
lungs with what was painted, and with ours; the most memory of the process.

    python benchmarks/segment_speed.py [--runs 2] [--shrink 1] [--peers simpleitk,scikit-image]

``--shrink 2`` halves each axis. Each runs in a process of its own; peers that are not installed are left out.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SHAPE, SPACING = (512, 512, 300), (0.7, 0.7, 1.0)
BELOW, LUMEN, BALL_MM, WALL_MM = -400, -900, 10.0, 2.5


def with_scan2train(volume):
    from scan2train import segment_lungs

    def run():
        return segment_lungs(volume).labels.array

    run()  # compiles
    return run


def with_simpleitk(volume):
    import SimpleITK as sitk  # noqa: N813 - its own documentation calls it so

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    spacing = volume.grid.spacing
    image = sitk.GetImageFromArray(volume.array.T)
    image.SetSpacing(spacing)
    seed, size = trachea_seed(volume), volume.array.shape

    def wider(mask, by):
        return sitk.SignedMaurerDistanceMap(mask, squaredDistance=False, useImageSpacing=True) <= by

    def box_of(shape, label, by):
        first, reach = shape.GetBoundingBox(label)[:3], shape.GetBoundingBox(label)[3:]
        margin = [int(by / one) + 2 for one in spacing]
        low = [max(a - m, 0) for a, m in zip(first, margin, strict=True)]
        high = [min(a + n + m, top) for a, n, m, top in zip(first, reach, margin, size, strict=True)]
        return [b - a for a, b in zip(low, high, strict=True)], low

    def run():
        shape = sitk.LabelShapeStatisticsImageFilter()
        # What is connected to the four sides is the air around.
        parts = sitk.ConnectedComponent(image < BELOW)
        shape.Execute(parts)
        boxes = {n: shape.GetBoundingBox(n) for n in shape.GetLabels()}
        around = [n for n, b in boxes.items() if any(b[a] == 0 or b[a] + b[a + 3] == size[a] for a in (0, 1))]
        air = sitk.ChangeLabel(parts, dict.fromkeys(around, 0)) > 0
        airway = sitk.ConnectedThreshold(image, [seed], lower=-2000, upper=LUMEN)
        shape.Execute(airway)
        region, low = box_of(shape, 1, WALL_MM)
        wall = wider(sitk.RegionOfInterest(airway, region, low), WALL_MM)
        air = sitk.Paste(
            air, sitk.And(sitk.RegionOfInterest(air, region, low), wall == 0), region, [0, 0, 0], low
        )
        parts = sitk.RelabelComponent(sitk.ConnectedComponent(air), sortByObjectSize=True)
        shape.Execute(parts)
        out = sitk.Image(size, sitk.sitkUInt8)
        out.CopyInformation(image)
        for label in (1, 2):
            region, low = box_of(shape, label, BALL_MM)
            lung = sitk.RegionOfInterest(parts, region, low) == label
            grown = wider(lung, BALL_MM)
            outside = sitk.SignedMaurerDistanceMap(grown == 0, squaredDistance=False, useImageSpacing=True)
            filled = sitk.BinaryFillhole(sitk.Or(lung, outside > BALL_MM))
            value = 1 if on_the_right(volume, shape.GetCentroid(label)[0] / spacing[0]) else 2
            there = sitk.RegionOfInterest(out, region, low)
            out = sitk.Paste(out, sitk.Maximum(there, filled * value), region, [0, 0, 0], low)
        return sitk.GetArrayFromImage(out).T

    return run


def with_scikit_image(volume):
    from scipy.ndimage import binary_fill_holes, distance_transform_edt
    from skimage import measure, segmentation

    array, seed, spacing = volume.array.T, tuple(trachea_seed(volume)[::-1]), volume.grid.spacing[::-1]

    def box_of(box, by):
        return tuple(
            slice(max(a - int(by / s) - 2, 0), b + int(by / s) + 2)
            for a, b, s in zip(box[:3], box[3:], spacing, strict=True)
        )

    def run():
        parts = measure.label(array < BELOW, connectivity=1)
        keep = np.ones(parts.max() + 1, dtype=bool)
        keep[np.unique(parts[:, [0, -1]])] = keep[np.unique(parts[:, :, [0, -1]])] = keep[0] = False
        air = keep[parts]
        airway = segmentation.flood((array < LUMEN).view(np.uint8), seed, connectivity=1)
        box = box_of(measure.regionprops(airway.view(np.uint8))[0].bbox, WALL_MM)
        air[box] &= distance_transform_edt(~airway[box], sampling=spacing) > WALL_MM
        parts = measure.label(air, connectivity=1)
        out = np.zeros(array.shape, dtype=np.uint8)
        for one in sorted(measure.regionprops(parts), key=lambda one: -one.area)[:2]:
            box = box_of(one.bbox, BALL_MM)
            lung = parts[box] == one.label
            grown = distance_transform_edt(~lung, sampling=spacing) <= BALL_MM
            filled = binary_fill_holes(lung | (distance_transform_edt(grown, sampling=spacing) > BALL_MM))
            out[box][filled] = 1 if on_the_right(volume, (one.bbox[2] + one.bbox[5]) / 2) else 2
        return out.T

    return run


TOOLS = {"scan2train": with_scan2train, "simpleitk": with_simpleitk, "scikit-image": with_scikit_image}


def trachea_seed(volume):
    """A voxel of the phantom's trachea, which the peers are told."""
    return [round(float(one)) for one in np.ravel(volume.grid.to_index(np.array([[0.0, -4.0, 100.0]])))]


def on_the_right(volume, i):
    return volume.grid.to_world(np.array([[i, 0.0, 0.0]]))[0, 0] > 0


def dice(one, other):
    return min(
        2 * ((one == n) & (other == n)).sum() / ((one == n).sum() + (other == n).sum()) for n in (1, 2)
    )


def measured(name, runs, shrink, place):
    from scan2train.testing.phantoms import chest_ct, chest_lungs

    shape = tuple(n // shrink for n in SHAPE)
    volume = chest_ct(shape, tuple(one * shrink for one in SPACING), lesion_centre_mm=None)[0]
    truth = chest_lungs(volume.grid).array
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run, times = TOOLS[name](volume), []
    for _ in range(runs):
        began = time.process_time()
        labels = run()
        times.append(time.process_time() - began)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    np.save(place / f"{name}.npy", labels)
    return {"cpu_s": min(times), "dice": float(dice(labels, truth)), "gb": most / 2**20, "held": held / 2**20}


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--runs", type=int, default=2)
    asked.add_argument("--shrink", type=int, default=1)
    asked.add_argument("--peers", default="simpleitk,scikit-image")
    asked.add_argument("--one", choices=TOOLS, help=argparse.SUPPRESS)
    asked.add_argument("--place", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.one:
        print(json.dumps(measured(given.one, given.runs, given.shrink, given.place)))
        return
    ours = None
    with tempfile.TemporaryDirectory() as place:
        for name in ("scan2train", *given.peers.split(",")):
            command = [sys.executable, __file__, "--one", name, "--place", place]
            command += ["--runs", str(given.runs), "--shrink", str(given.shrink)]
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
            if ran.returncode:
                print(f"{name:14} left out: {(ran.stderr.strip() or 'no reason').splitlines()[-1]}")
                continue
            got = json.loads(ran.stdout.splitlines()[-1])
            ours = ours or (got["cpu_s"], np.load(Path(place) / f"{name}.npy"))
            beside = dice(np.load(Path(place) / f"{name}.npy"), ours[1])
            print(
                f"{name:14} {got['cpu_s']:7.2f} s CPU ({got['cpu_s'] / ours[0]:4.1f}×)  Dice {got['dice']:.4f} with "
                f"the truth, {beside:.4f} with ours  {got['gb']:.2f} GB at most ({got['held']:.2f} GB before)",
                flush=True,
            )


if __name__ == "__main__":
    main()
