"""The whole chain learns: phantoms, prepare, patches, a small network, and its predictions back on the scans."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import nn

from scan2train import Recipe, prepare, read, restore, write
from scan2train.learn import PatchDataset, PreparedDataset, loader, seed_everything
from scan2train.testing.phantoms import chest_ct
from scan2train.testing.phantoms.chest import centred_grid

PREPARE = Recipe.from_toml(
    """
    [[step]]
    do = "take_as"
    measured_in = "HU"
    [[step]]
    do = "reorient"
    to = "RAS"
    [[step]]
    do = "resample"
    spacing_mm = [8.0, 8.0, 8.0]
    [[step]]
    do = "clip"
    low = -1000
    high = 400
    [[step]]
    do = "rescale"
    to = [-1.0, 1.0]
    """
)
AUGMENT = Recipe.from_toml(
    """
    [[step]]
    do = "random_affine"
    p = 0.3
    rotate_deg = [10.0, 10.0, 10.0]
    scale = [0.9, 1.1]
    [[step]]
    do = "random_noise"
    [[step]]
    do = "random_gamma"
    """
)
SHAPES = ((46, 36, 34), (44, 38, 32), (48, 35, 33), (45, 37, 35))


def network():
    """Two levels: what a voxel looks like, and what lies around it."""
    return nn.Sequential(
        nn.Conv3d(1, 12, 3, padding=1),
        nn.InstanceNorm3d(12, affine=True),
        nn.ReLU(),
        nn.Conv3d(12, 12, 3, padding=2, dilation=2),
        nn.InstanceNorm3d(12, affine=True),
        nn.ReLU(),
        nn.Conv3d(12, 12, 3, padding=4, dilation=4),
        nn.InstanceNorm3d(12, affine=True),
        nn.ReLU(),
        nn.Conv3d(12, 2, 1),
    )


@pytest.fixture
def one_thread():
    """The same sums in the same order on every machine; and neighbours keep their cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_network_learns_lungs_and_gives_them_back_on_the_scan(tmp_path, one_thread):
    hospital = tmp_path / "hospital"
    for folder in ("images", "labels"):
        (hospital / folder).mkdir(parents=True)
    truth = {}
    for n, shape in enumerate(SHAPES):
        # Unequal spacings, and scans stored in different directions.
        grid = centred_grid(shape, (8.5, 9.0, 9.5), ("LPS", "RAS", "LAS", "RPI")[n])
        volume, labels = chest_ct(grid=grid, organs=True, lesion_centre_mm=None, seed=n)
        lungs = labels.replace(array=(labels.array > 0).astype(np.uint8), names={1: "lungs"})
        write(volume, hospital / "images" / f"case{n}.nii.gz")
        write(lungs, hospital / "labels" / f"case{n}.nii.gz")
        truth[f"case{n}"] = lungs
    out = tmp_path / "out"
    prepare(hospital, PREPARE, out, jobs=1, labels=str(hospital / "labels")).raise_for_failures()
    split = {"seed": 0, "by": "patient", "folds": [{"train": ["case0", "case1", "case2"], "val": ["case3"]}]}
    (out / "split.json").write_text(json.dumps({**split, "test": []}))

    seed_everything(0)
    train = PatchDataset(
        out, "train", 0, shape=(24, 24, 24), per_epoch=24, foreground=0.5, recipe=AUGMENT, margin=4, seed=1
    )
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    losses = []
    batches = loader(train, 4)
    for _ in range(8):
        for batch in batches:
            scores = model(batch["image"])
            each = nn.functional.cross_entropy(scores, batch["labels"][:, 0].long(), reduction="none")
            loss = each[batch["valid"][:, 0]].mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss))
    assert np.mean(losses[-6:]) < 0.3 * np.mean(losses[:6])

    model.eval()
    (held_out,) = PreparedDataset(out, "val", 0)
    with torch.no_grad():
        predicted = model(held_out["image"][None]).argmax(1)[0].numpy().astype(np.uint8)
    restore(out, {held_out["case"]: predicted}, tmp_path / "restored").raise_for_failures()
    found = read(tmp_path / "restored" / "case3.nii.gz")
    assert found.grid.distance_in_voxels(truth["case3"].grid) < 1e-3
    a, b = found.array > 0, truth["case3"].array > 0
    dice = 2 * (a & b).sum() / (a.sum() + b.sum())
    assert dice > 0.9, dice
