"""Real CT, moved and filtered as TorchIO and MONAI do it where they mean the same; and a set of it as patches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
import torchio
from monai.transforms import Affine as MonaiAffine
from monai.transforms import Flip as MonaiFlip

from scan2train import Grid, Labels, Recipe, Volume, prepare, read, write
from scan2train.learn import PatchDataset, from_torchio, to_torchio
from scan2train.steps.affine import Affine
from scan2train.steps.flip import Flip

AUGMENT = Recipe.from_toml(
    "\n".join(
        f'[[step]]\ndo = "random_{word}"\np = 1.0'
        for word in ("flip", "affine", "elastic", "noise", "blur", "gamma", "intensity", "low_resolution")
    )
)


@pytest.fixture(scope="module")
def crop(real_data: Path) -> tuple[Volume, Labels]:
    """48 × 44 × 26 voxels of a CT and of its labels, along the axes of the world."""
    folder = real_data / "nifti_totalseg_sm"
    image, labels = read(folder / "example_ct_sm.nii.gz"), read(folder / "example_seg.nii.gz", as_labels=True)
    place = (slice(8, 56), slice(30, 74), slice(2, 28))
    grid = Grid.from_axes((48, 44, 26), spacing_mm=(2.5, 3.0, 3.5), origin_mm=(-31.0, 17.0, 240.0))
    return (
        Volume(array=image.array[place].astype(np.float32), grid=grid),
        Labels(array=labels.array[place], grid=grid),
    )


def moved(grid: Grid, matrix: np.ndarray, shift: npt.ArrayLike = (0, 0, 0)) -> tuple[np.ndarray, np.ndarray]:
    """The matrix about the middle of the grid, and which voxels' values come from among the grid's centres."""
    middle = grid.to_world((np.array(grid.shape) - 1) / 2)
    whole = np.eye(4)
    whole[:3, :3] = matrix
    whole[:3, 3] = middle - matrix @ middle + shift
    every = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1)
    index = grid.to_index((grid.to_world(every) - whole[:3, 3]) @ np.linalg.inv(matrix).T)
    return whole, ((index > 0) & (index < np.array(grid.shape) - 1)).all(axis=-1)


def test_an_affine_is_torchios(crop: tuple[Volume, Labels]) -> None:
    volume, _ = crop
    angle, scales, shift = np.deg2rad(17.0), (0.85, 1.2, 1.0), (6.0, -4.0, 3.0)
    theirs = torchio.Affine(scales=scales, degrees=(0, 0, 17), translation=shift, center="image")
    expected = from_torchio(theirs(to_torchio(volume))).array
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    # TorchIO turns and shifts first, and then scales.
    whole, sure = moved(volume.grid, np.diag(scales) @ turn, np.multiply(scales, shift))
    made = Affine(matrix=tuple(whole.ravel().tolist()))(volume)
    assert sure.mean() > 0.6
    np.testing.assert_allclose(made.array[sure], expected[sure], atol=0.02)  # float32 sums of up to 3000 HU


def test_an_affine_is_monais(crop: tuple[Volume, Labels]) -> None:
    volume, _ = crop
    even = volume.replace(grid=Grid(volume.grid.shape, np.eye(4)))  # MONAI turns voxels, whatever their size
    angle = np.deg2rad(-21.0)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    whole, sure = moved(even.grid, turn @ np.diag((1.1, 1.1, 1.1)))
    back = np.eye(4)
    back[:3, :3] = np.linalg.inv(whole[:3, :3])  # MONAI asks where values come from, about the middle
    step = MonaiAffine(affine=torch.as_tensor(back), padding_mode="zeros", image_only=True)
    expected = step(torch.from_numpy(even.array.copy())[None])[0].numpy()
    made = Affine(matrix=tuple(whole.ravel().tolist()))(even)
    assert sure.mean() > 0.6
    # MONAI's coordinates are float32: of 48 voxels to 4e-6, times steps of 2000 HU between neighbours.
    np.testing.assert_allclose(made.array[sure], expected[sure], atol=0.1)


def test_a_flip_is_monais(crop: tuple[Volume, Labels]) -> None:
    for one in crop:
        expected = MonaiFlip((0, 2))(torch.from_numpy(np.array(one.array))[None])[0].numpy()
        np.testing.assert_array_equal(Flip(axes=(0, 2))(one).array, expected)


def test_a_set_of_it_gives_patches_that_replay(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "nifti_totalseg_sm"
    for part, name in (("imagesTr", "example_ct_sm"), ("labelsTr", "example_seg")):
        (tmp_path / "raw" / part).mkdir(parents=True)
        suffix = "_0000" if part == "imagesTr" else ""
        one = read(folder / f"{name}.nii.gz", as_labels=part == "labelsTr")
        write(one, tmp_path / "raw" / part / f"a{suffix}.nii.gz")
    prepare(tmp_path / "raw", "ct-lung", tmp_path / "out", jobs=1, store="b2nd").raise_for_failures()
    shape = (40, 40, 40)
    patches = PatchDataset(
        tmp_path / "out", shape=shape, per_volume=6, foreground=1.0, margin=4, recipe=AUGMENT
    )
    again = PatchDataset(
        tmp_path / "out", shape=shape, per_volume=6, foreground=1.0, margin=4, recipe=AUGMENT
    )
    known = {0, *patches.cases[0].values}
    for number in range(6):
        item = patches[number]
        assert item["image"].shape == item["labels"].shape == item["valid"].shape == (1, *shape)
        assert torch.isfinite(item["image"]).all()
        assert set(item["labels"].unique().tolist()) <= known
        assert (item["labels"] > 0).any()
        other = again[number]
        assert all(torch.equal(item[name], other[name]) for name in ("image", "labels", "valid", "affine"))
