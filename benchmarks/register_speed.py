"""A CT aligned to itself, moved and turned: scan2train beside the same stage written by hand in SimpleITK, in one run.

The phantom of a chest, turned by up to 15° about each axis, moved by up to 30 mm, sampled on other voxels, with noise
of its own. Both align rigidly by mutual information of 50 bins on three levels and do not know where to begin; the peer
begins at the centres of mass, as its own examples do, and draws 10 % of the voxels. CPU seconds with everything that a
call does, the mean error of 2,000 places in the body, and the most memory of the process.

    python benchmarks/register_speed.py [--shape 256 256 150] [--seeds 3]

Each runs in a process of its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import SimpleITK as sitk  # noqa: N813 - its own documentation calls it so


def with_scan2train(fixed, moving):
    import scan2train as s2t

    return s2t.register(fixed, moving, rigid_only=True, metric="mutual-information").transform


def with_simpleitk(fixed, moving):
    one, other = (sitk.Cast(image_of(scan), sitk.sitkFloat32) for scan in (fixed, moving))
    start = sitk.CenteredTransformInitializer(
        one, other, sitk.Euler3DTransform(), sitk.CenteredTransformInitializerFilter.MOMENTS
    )
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(50)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(0.1, seed=1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(2.0, 1e-3, 200)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([4, 2, 0])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    method.SetInitialTransform(start, inPlace=True)
    method.Execute(one, other)
    return start


TOOLS = {"scan2train": with_scan2train, "simpleitk": with_simpleitk}


def image_of(scan):
    """A volume of ours on a grid that ITK holds, in LPS."""
    image = sitk.GetImageFromArray(np.ascontiguousarray(scan.array.T))
    flip = np.diag([-1.0, -1.0, 1.0])
    image.SetSpacing(scan.grid.spacing)
    image.SetDirection((flip @ scan.grid.direction).ravel().tolist())
    image.SetOrigin((flip @ scan.grid.origin).tolist())
    return image


def scans(shape, seed):
    """A chest, the same one moved, the transform from the moved world to its own, and places in the body, LPS mm."""
    import scan2train as s2t
    from scan2train.testing.phantoms import chest_ct

    spacing = tuple(360.0 / n for n in shape)
    fixed = chest_ct(shape, spacing, noise_hu=15.0)[0]
    rng = np.random.default_rng(seed)
    angles, shift = np.radians(rng.uniform(-15, 15, 3)), rng.uniform(-30, 30, 3)
    still = image_of(fixed)
    middle = still.TransformContinuousIndexToPhysicalPoint([n / 2 for n in shape])
    true = sitk.Euler3DTransform(middle, *angles.tolist(), shift.tolist())
    other = [round(n / 1.15) for n in shape]
    moved = sitk.Resample(
        still,
        other,
        true,
        sitk.sitkLinear,
        still.GetOrigin(),
        [mm * n / m for mm, n, m in zip(still.GetSpacing(), shape, other, strict=True)],
        still.GetDirection(),
        -1000.0,
        sitk.sitkFloat32,
    )
    array = sitk.GetArrayFromImage(moved).T
    array = array + rng.normal(0, 15, array.shape).astype(np.float32)
    scale = np.diag([*(n / m for n, m in zip(shape, other, strict=True)), 1.0])
    moving = s2t.Volume(array=array, grid=s2t.Grid(tuple(other), fixed.grid.affine @ scale), unit="HU")
    body = np.argwhere(fixed.array > -300)
    chosen = rng.choice(body, 2000, replace=False)
    return fixed, moving, true, fixed.grid.to_world(chosen) * (-1, -1, 1)


def measured(name, shape, seed):
    fixed, moving, true, points = scans(shape, seed)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if name == "scan2train":
        TOOLS[name](fixed, moving)  # compiles
    began = time.process_time()
    found = TOOLS[name](fixed, moving)
    took = time.process_time() - began
    back = [true.TransformPoint(found.TransformPoint(point.tolist())) for point in points]
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error = float(np.linalg.norm(np.array(back) - points, axis=1).mean())
    return {"cpu_s": took, "error_mm": error, "gb": most / 2**20, "held": held / 2**20}


def main():
    """Print a line for each."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--shape", type=int, nargs=3, default=(256, 256, 150))
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--one", choices=TOOLS, help=argparse.SUPPRESS)
    asked.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.one:
        print(json.dumps(measured(given.one, tuple(given.shape), given.seed)))
        return
    for name in TOOLS:
        found = []
        for seed in range(given.seeds):
            command = [sys.executable, __file__, "--one", name, "--seed", str(seed)]
            command += ["--shape", *map(str, given.shape)]
            ran = subprocess.run(command, capture_output=True, text=True, check=True)
            found.append(json.loads(ran.stdout.splitlines()[-1]))
        times, errors = ([one[what] for one in found] for what in ("cpu_s", "error_mm"))
        print(
            f"{name:12} {np.median(times):6.1f} s CPU  error {np.median(errors):.2f} mm, at most {max(errors):.2f} mm  "
            f"{max(one['gb'] for one in found):.2f} GB ({found[0]['held']:.2f} GB before)",
            flush=True,
        )


if __name__ == "__main__":
    main()
