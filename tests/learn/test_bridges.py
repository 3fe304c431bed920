"""MONAI and TorchIO get what the set holds, at its place in the world, and give it back; recipes run as transforms."""

from __future__ import annotations

import json
import random
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
import torchio as tio
from monai import transforms as monai

from scan2train import Labels, Recipe, Volume, WrongUse
from scan2train.learn import as_transform, from_monai, from_torchio, to_monai, to_torchio
from scan2train.preparing.prepared import prepared_cases
from scan2train.preparing.stored import stored_image, stored_labels
from scan2train.testing.phantoms import chest_ct
from scan2train.testing.phantoms.chest import centred_grid

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "train.md"

CHAIN = Recipe.from_toml(
    """
    [[step]]
    do = "reorient"
    to = "RAS"
    [[step]]
    do = "resample"
    spacing_mm = [11.0, 10.0, 21.0]
    [[step]]
    do = "random_affine"
    p = 1.0
    [[step]]
    do = "clip"
    low = -1000
    high = 400
    """
)


@pytest.fixture(scope="module")
def pair():
    grid = centred_grid((24, 21, 17), (13.0, 15.0, 19.0), "LPS")
    return chest_ct(grid=grid, organs=True, lesion_radius_mm=30.0)


def same(one, other):
    assert type(one) is type(other)
    np.testing.assert_array_equal(one.array, other.array)
    assert one.grid == other.grid
    assert one.unit == other.unit


def test_a_volume_goes_to_monai_and_back(pair):
    volume, labels = pair
    image = to_monai(volume)
    assert image.shape == (1, 24, 21, 17)
    same(from_monai(image), volume.replace(array=volume.array.astype(np.float32)))
    same(from_monai(to_monai(labels), as_labels=True, names=labels.names), labels)
    colour = Volume(
        array=np.arange(2 * 3 * 4 * 3.0).reshape(2, 3, 4, 3), grid=centred_grid((2, 3, 4), (1, 2, 3))
    )
    assert to_monai(colour).shape == (3, 2, 3, 4)
    same(from_monai(to_monai(colour)), colour)
    with pytest.raises(WrongUse, match="MetaTensor"):
        from_monai(torch.zeros(1, 2, 2, 2))


def test_a_volume_goes_to_torchio_and_back(pair):
    volume, labels = pair
    image = to_torchio(volume)
    assert (type(image), image.shape, image.orientation) == (
        tio.ScalarImage,
        (1, 24, 21, 17),
        ("L", "P", "S"),
    )
    same(from_torchio(image), volume.replace(array=volume.array.astype(np.float32)))
    same(from_torchio(to_torchio(labels), names=labels.names), labels)
    with pytest.raises(WrongUse, match="no image of TorchIO"):
        from_torchio(volume.array)


def test_monais_reader_finds_the_same_by_path(prepared):
    dictionaries = to_monai(prepared)
    load = monai.Compose(
        [monai.LoadImaged(["image", "label"]), monai.EnsureChannelFirstd(["image", "label"])]
    )
    for found, tensors, case in zip(
        dictionaries, to_monai(prepared, load=True), prepared_cases(prepared).values(), strict=True
    ):
        volume, labels = stored_image(case), stored_labels(case)
        for item in (load(found), tensors):
            assert item["case"] == case.name
            np.testing.assert_array_equal(item["image"][0], volume.array.astype(np.float32))
            np.testing.assert_array_equal(item["label"][0], labels.array)
            # What a NIfTI header rounds to float32.
            np.testing.assert_allclose(item["image"].affine, volume.grid.affine, rtol=1e-6, atol=1e-4)
    with pytest.raises(WrongUse, match="no case"):
        to_monai(prepared, cases=[])


def test_a_store_that_monai_cannot_read_is_told_apart(stores):
    with pytest.raises(WrongUse, match="load=True"):
        to_monai(stores["b2nd"])
    assert torch.equal(
        to_monai(stores["b2nd"], load=True)[0]["image"], to_monai(stores["nifti"], load=True)[0]["image"]
    )


def test_torchios_subjects(stores):
    for out in stores.values():
        subjects = to_torchio(out)
        for subject, case in zip(subjects, prepared_cases(out).values(), strict=True):
            volume, labels = stored_image(case), stored_labels(case)
            assert subject["case"] == case.name
            np.testing.assert_array_equal(subject["image"].data[0], volume.array.astype(np.float32))
            np.testing.assert_array_equal(subject["labels"].data[0], labels.array)
            np.testing.assert_array_equal(subject["image"].affine, volume.grid.affine)
    assert (
        next(iter(tio.SubjectsLoader(tio.SubjectsDataset(subjects), batch_size=1)))["image"]["data"].ndim == 5
    )


def test_a_recipe_as_a_transform_of_monai(pair):
    volume, labels = pair
    transform = as_transform(CHAIN, "monai").set_random_state(5)
    data = {"image": to_monai(volume), "label": to_monai(labels), "other": 3}
    data["image"].meta["filename_or_obj"] = "scan.nii.gz"
    made = transform(data)
    account = Recipe.from_json({"step": json.loads(made["account"])})
    assert account.is_account
    ready, ready_labels, _ = account.run_pair(volume.replace(array=volume.array.astype(np.float32)), labels)
    same(from_monai(made["image"]), ready.replace(valid=None))
    same(from_monai(made["label"], as_labels=True), ready_labels)
    assert (made["other"], made["image"].meta["filename_or_obj"]) == (3, "scan.nii.gz")
    again = as_transform(CHAIN, "monai").set_random_state(5)(data)
    assert again["account"] == made["account"] != transform(data)["account"]
    # MONAI's own steps take it from there, with the right affine.
    chain = monai.Compose([as_transform(CHAIN, "monai"), monai.Orientationd("image", "LPS", labels=None)])
    turned = chain(data)["image"]
    assert from_monai(turned).grid.orientation == "LPS"


def test_a_recipe_as_a_transform_of_torchio(pair):
    volume, labels = pair
    subject = tio.Subject(image=to_torchio(volume), labels=to_torchio(labels))
    torch.manual_seed(3)
    made = tio.Compose([as_transform(CHAIN, "torchio"), tio.ToCanonical()])(subject)
    account = Recipe.from_json({"step": json.loads(made["account"])})
    ready, ready_labels, _ = account.run_pair(volume.replace(array=volume.array.astype(np.float32)), labels)
    same(from_torchio(made["image"]), ready.replace(valid=None))
    same(from_torchio(made["labels"]), Labels(array=ready_labels.array, grid=ready.grid))
    same(from_torchio(subject["image"]), volume.replace(array=volume.array.astype(np.float32)))


def test_a_mask_of_real_data_counts_and_comes_along(pair):
    volume, _ = pair
    valid = np.ones(volume.grid.shape, bool)
    valid[:, :5] = False
    expected, _ = CHAIN.run(volume.replace(valid=valid))
    mask = Labels(array=valid.view(np.uint8), grid=volume.grid)
    by_monai = as_transform(CHAIN, "monai")({"image": to_monai(volume), "valid": to_monai(mask)})
    by_torchio = as_transform(CHAIN, "torchio")(tio.Subject(image=to_torchio(volume), valid=to_torchio(mask)))
    for made in (by_monai["valid"], by_torchio["valid"].data):
        assert made.shape == (1, *expected.grid.shape)
        assert 0 < int(made.sum()) < made.numel()


def test_another_kind_is_refused():
    with pytest.raises(WrongUse, match="monai or torchio"):
        as_transform(CHAIN, "keras")


def test_the_page_about_training_runs_as_it_stands(stores, tmp_path, monkeypatch):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    (tmp_path / "ready").symlink_to(stores["b2nd"])
    split = stores["b2nd"] / "split.json"
    split.write_text(
        json.dumps({"seed": 0, "by": "patient", "folds": [{"train": ["case0", "case2"], "val": []}]})
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    names = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for block in blocks:
                # Workers cannot be forked quickly from a process that has loaded all of this.
                exec(block.replace("workers=2", "workers=0"), names)
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
        torch.set_rng_state(states[2])
        split.unlink()
    assert len(names["items"]) == len(names["subjects"]) == 2
    assert names["batch"]["image"].ndim == 5
    assert names["epoch"] == 1
    assert "random" not in names["subject"]["account"]
