"""One resampling alone, in memory: scan2train beside torch, nnU-Net's default resampler, and a copy of the result.

A CT of 250×250×150 voxels (int16) of 0.7×0.7×1.5 mm, drawn from a formula, onto 1 mm. Linear beside
torch.nn.functional.interpolate (trilinear, of float32 that was made before); cubic beside what nnU-Net v2 calls for
images whose spacings differ by no more than three times: skimage.transform.resize of order 3 in float64, mode edge,
without antialiasing. CPU seconds, the least of several runs after a warm one, and the error against the formula
8 voxels from the faces.

    python benchmarks/resample_speed.py [--runs 5]

Peers that are not installed are left out.
"""

import argparse
import time

import numpy as np

SHAPE, SPACING = (250, 250, 150), (0.7, 0.7, 1.5)
TARGET = (175, 175, 225)


def formula(shape, spacing):
    """Waves of 9 to 15 mm, -1000 to 1000; centred on the same place whatever the spacing."""
    x, y, z = np.ogrid[tuple(slice(0, n) for n in shape)]
    a, b, c = ((axis - (n - 1) / 2) * mm for axis, n, mm in zip((x, y, z), shape, spacing, strict=True))
    waves = np.sin(2 * np.pi * a / 9) * np.cos(2 * np.pi * b / 11) * np.sin(2 * np.pi * c / 15 + 0.4)
    return 1000 * waves


def scan2train(array, interpolation):
    from scan2train import Volume
    from scan2train.steps.resample import Resample

    step = Resample(spacing_mm=(1.0, 1.0, 1.0), interpolation=interpolation, antialias=False)
    volume = Volume.from_array(array, SPACING)
    return lambda: step(volume).array


def torch_linear(array):
    import torch

    volume = torch.from_numpy(np.ascontiguousarray(array.T, dtype=np.float32))[None, None]

    def run():
        made = torch.nn.functional.interpolate(volume, TARGET[::-1], mode="trilinear", align_corners=False)
        return made[0, 0].numpy().T

    return run


def nnunet_cubic(array):
    from skimage.transform import resize

    stored = np.ascontiguousarray(array.T)

    def run():
        made = resize(stored.astype(float), TARGET[::-1], 3, mode="edge", anti_aliasing=False)
        return made.astype(np.float32).T

    return run


def copied(_):
    made = np.zeros(TARGET[::-1], np.float32)
    return lambda: made.copy().T


TOOLS = {
    "scan2train, linear": lambda array: scan2train(array, "linear"),
    "torch interpolate": torch_linear,
    "scan2train, cubic": lambda array: scan2train(array, "cubic"),
    "nnU-Net's default": nnunet_cubic,
    "a copy of the result": copied,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    stored = np.ascontiguousarray(formula(SHAPE, SPACING).T.astype(np.int16))
    truth = formula(TARGET, (1.0, 1.0, 1.0))
    inside = (slice(8, -8),) * 3
    for tool, make in TOOLS.items():
        try:
            run = make(stored.T)
            made = run()
        except ImportError:
            print(f"{tool:22} not installed")
            continue
        spent = []
        for _ in range(options.runs):
            start = time.process_time()
            run()
            spent.append(time.process_time() - start)
        off = np.abs(made - truth)[inside]
        told = "" if tool.startswith("a copy") else f"  error mean {off.mean():8.4f}, most {off.max():8.3f}"
        print(f"{tool:22} CPU {min(spent):7.4f} s{told}")


if __name__ == "__main__":
    main()
