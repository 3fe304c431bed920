"""Predictions scored, in memory: scan2train beside SimpleITK, MONAI and DeepMind's surface-distance, in one run.

Ten organs with rough borders on 512×512×300 voxels of 0.8×0.8×1.5 mm, and a prediction of each that is off by some
voxels. CPU seconds after a warm run, so that nobody's compilation counts; the least of several runs for scan2train,
one run for the others. SimpleITK gives Dice, and the distance between sets of voxels of one label (all would take
minutes); MONAI Dice, and the rest by voxels, as is its default; surface-distance HD95, mean distances and the
normalised surface distance.

    python benchmarks/evaluate_speed.py [--runs 3] [--shrink 1] [--peers simpleitk,monai,surface-distance]

``--shrink 2`` halves each axis. Peers that are not installed are left out.
"""

import argparse
import time

import numpy as np

SHAPE, SPACING = (512, 512, 300), (0.8, 0.8, 1.5)
CENTRES = ((100, 100), (256, 110), (410, 120), (180, 330), (350, 340))


def organs(shrink, off):
    """Ellipsoids with waves on them; ``off`` 0 or 1 is the truth or the prediction."""
    shape = tuple(n // shrink for n in SHAPE)
    out = np.zeros(shape[::-1], np.uint8).T
    random = np.random.default_rng(0)
    for label, (x, y, z) in enumerate(((x, y, z) for z in (80, 220) for x, y in CENTRES), start=1):
        centre = (np.array([x, y, z]) + random.integers(-8, 9, 3) + off * random.integers(-2, 3, 3)) / shrink
        radii = (
            np.array([60, 68, 62]) + random.integers(-8, 9, 3) + off * random.integers(-2, 3, 3)
        ) / shrink
        first = np.maximum(centre - radii * 1.1, 0).astype(int)
        past = np.minimum(centre + radii * 1.1 + 1, shape).astype(int)
        box = tuple(slice(a, b) for a, b in zip(first, past, strict=True))
        axes = np.ogrid[box]
        away = sum(((axis - c) / r) ** 2 for axis, c, r in zip(axes, centre, radii, strict=True))
        waves = sum(np.sin(axis * shrink / 7 + label) for axis in axes) * 0.03 * off
        out[box][away + waves < 1] = label
    return out


def scan2train(truth, prediction):
    import scan2train as s2t
    from scan2train.evaluating.lesions import lesion_f1  # noqa: F401 - what is imported on use must not count
    from scan2train.measures.label_pairs import overlay

    masks = [s2t.Labels.from_array(one, SPACING) for one in (prediction, truth)]
    yield "Dice and overlap", lambda: [pair.both for pair in overlay(*masks).labels.values()]

    def distances():
        from scan2train.measures.surface_distances import surface_distances

        laid, made = overlay(*masks), []
        for pair in laid.labels.values():
            found = surface_distances(
                laid.prediction, laid.truth, pair.rank, laid.along(pair.box), laid.along(SPACING)
            )
            made.append((found.hausdorff(95), found.within(2), found.masd))
        return made

    yield "HD95, NSD, mean distance", distances
    yield "all metrics", lambda: s2t.evaluate(*masks)


def simpleitk(truth, prediction):
    import SimpleITK as sitk  # noqa: N813 - its own documentation calls it so

    images = [sitk.GetImageFromArray(one.T) for one in (truth, prediction)]
    for image in images:
        image.SetSpacing(SPACING)

    def overlap():
        measured = sitk.LabelOverlapMeasuresImageFilter()
        measured.Execute(*images)
        return [measured.GetDiceCoefficient(label) for label in range(1, 11)]

    def hausdorff():
        measured = sitk.HausdorffDistanceImageFilter()
        measured.Execute(*(image == 1 for image in images))
        return [measured.GetHausdorffDistance()]

    yield "Dice and overlap", overlap
    yield "Hausdorff of sets, one label", hausdorff


def monai(truth, prediction):
    import torch
    from monai.metrics import (
        compute_average_surface_distance,
        compute_dice,
        compute_hausdorff_distance,
        compute_surface_dice,
    )

    def every():
        made = []
        for label in range(1, 11):
            p, t = (torch.from_numpy(one == label)[None, None] for one in (prediction, truth))
            how = {"include_background": True, "spacing": SPACING}
            made.append(
                (
                    compute_dice(p, t),
                    compute_hausdorff_distance(p, t, percentile=95, **how),
                    compute_surface_dice(p, t, [2.0], **how),
                    compute_average_surface_distance(p, t, symmetric=True, **how),
                )
            )
        return made

    yield "Dice; by voxels the others", every


def surface_distance(truth, prediction):
    import surface_distance as peer

    def every():
        made = []
        for label in range(1, 11):
            found = peer.compute_surface_distances(truth == label, prediction == label, SPACING)
            made.append(
                (
                    peer.compute_robust_hausdorff(found, 95),
                    peer.compute_surface_dice_at_tolerance(found, 2.0),
                    np.mean(peer.compute_average_surface_distance(found)),
                )
            )
        return made

    yield "HD95, NSD, mean distance", every


TOOLS = {
    "scan2train": scan2train,
    "simpleitk": simpleitk,
    "surface-distance": surface_distance,
    "monai": monai,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--shrink", type=int, default=1)
    parser.add_argument("--peers", default="simpleitk,monai,surface-distance")
    given = parser.parse_args()
    truth, prediction = (organs(given.shrink, off) for off in (0, 1))
    small = [np.ascontiguousarray(one[::8, ::8, ::8].T).T for one in (truth, prediction)]
    print(f"{'×'.join(map(str, truth.shape))} voxels, ten labels")
    for name, tool in TOOLS.items():
        if name != "scan2train" and name not in given.peers.split(","):
            continue
        try:
            for _, work in tool(*small):
                work()
            jobs = list(tool(truth, prediction))
        except ImportError:
            print(f"{name}: not installed")
            continue
        for what, work in jobs:
            took = []
            for _ in range(given.runs if name == "scan2train" else 1):
                begin = time.process_time()
                made = work()
                took.append(time.process_time() - begin)
            first = made[0]
            told = ", ".join(f"{float(one):.4f}" for one in first) if isinstance(first, tuple) else ""
            print(f"{name:18}{what:32}{min(took):8.3f} s   {told}", flush=True)


if __name__ == "__main__":
    main()
