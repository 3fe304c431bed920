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
    spacing_mm = [10.0, 10.0, 10.0]
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


class Network(nn.Module):
    """A U-Net of three levels, as small as it can be."""

    def __init__(self, width=8):
        super().__init__()
        self.fine = self.block(1, width)
        self.middle = nn.Sequential(self.block(width, 2 * width, 2), self.block(2 * width, 2 * width))
        self.coarse = nn.Sequential(self.block(2 * width, 4 * width, 2), self.block(4 * width, 4 * width))
        self.to_middle = nn.ConvTranspose3d(4 * width, 2 * width, 2, 2)
        self.to_fine = nn.ConvTranspose3d(2 * width, width, 2, 2)
        self.again = self.block(4 * width, 2 * width)
        self.last = nn.Sequential(self.block(2 * width, width), nn.Conv3d(width, 2, 1))

    @staticmethod
    def block(before, after, stride=1):
        return nn.Sequential(nn.Conv3d(before, after, 3, stride, 1), nn.BatchNorm3d(after), nn.ReLU())

    def forward(self, image):
        sizes = image.shape[2:]
        more = [(-n) % 4 for n in sizes]
        fine = self.fine(nn.functional.pad(image, (0, more[2], 0, more[1], 0, more[0]), value=-1.0))
        middle = self.middle(fine)
        middle = self.again(torch.cat([self.to_middle(self.coarse(middle)), middle], 1))
        scores = self.last(torch.cat([self.to_fine(middle), fine], 1))
        return scores[:, :, : sizes[0], : sizes[1], : sizes[2]]


@pytest.fixture
def one_thread():
    """The same sums in the same order on every machine; and neighbours keep their cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.filterwarnings("ignore:.*can only be read whole")
def test_a_network_learns_lungs_and_gives_them_back_on_the_scan(tmp_path):
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
        out, "train", 0, shape=(32, 32, 32), per_epoch=16, foreground=0.5, recipe=AUGMENT, margin=4, seed=1
    )
    model = Network()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=48)
    losses = []
    batches = loader(train, 4)
    for _ in range(12):
        for batch in batches:
            scores = model(batch["image"])
            each = nn.functional.cross_entropy(scores, batch["labels"][:, 0].long(), reduction="none")
            loss = each[batch["valid"][:, 0]].mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
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
