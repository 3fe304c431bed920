"""Items are what the set holds, in every store; what is drawn depends on seed, epoch, case and step alone."""

from __future__ import annotations

import itertools
import json
import pickle
import shutil
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
import torch

from scan2train import Grid, Labels, Recipe, UnknownName, Volume, WrongUse, prepare, write
from scan2train.learn import PatchDataset, PreparedDataset, loader
from scan2train.learn.draw_seed import Draw
from scan2train.preparing.prepared import prepared_cases
from scan2train.preparing.stored import stored_image, stored_labels

pytestmark = pytest.mark.filterwarnings("ignore:.*can only be read whole")

SHAPE = (12, 10, 9)
AUGMENT = Recipe.from_toml(
    """
    [[step]]
    do = "random_flip"
    [[step]]
    do = "random_affine"
    p = 0.7
    [[step]]
    do = "random_noise"
    p = 0.7
    [[step]]
    do = "random_gamma"
    p = 0.7
    """
)


def digest(batch):
    """Everything in a batch, exactly."""
    return [
        (name, value.numpy().tobytes() if isinstance(value, torch.Tensor) else tuple(value))
        for name, value in sorted(batch.items())
    ]


def test_whole_volumes_are_those_of_the_set(stores):
    for out in stores.values():
        dataset = PreparedDataset(out)
        assert [case.name for case in dataset.cases] == ["case0", "case1", "case2"]
        for item, case in zip(dataset, prepared_cases(out).values(), strict=True):
            volume, labels = stored_image(case), stored_labels(case)
            assert item["case"] == case.name
            assert item["image"].dtype == torch.float32
            np.testing.assert_array_equal(item["image"][0].numpy(), volume.array.astype(np.float32))
            assert item["labels"].dtype == torch.uint8
            np.testing.assert_array_equal(item["labels"][0].numpy(), labels.array)
            np.testing.assert_array_equal(item["affine"].numpy(), volume.grid.affine)
            assert item["valid"].all()
            assert item["image"].is_contiguous()


def test_a_patch_is_a_piece_of_its_volume_and_knows_where_it_lies(stores):
    for out in stores.values():
        wholes = {item["case"]: item for item in PreparedDataset(out)}
        patches = PatchDataset(out, shape=SHAPE, per_volume=4, seed=3)
        assert len(patches) == 12
        starts = set()
        for patch in patches:
            whole = wholes[patch["case"]]
            corner = patch["affine"].numpy()[:, 3]
            start = np.linalg.solve(whole["affine"].numpy(), corner)[:3].round(6).astype(int)
            box = (slice(None), *(slice(a, a + n) for a, n in zip(start, SHAPE, strict=True)))
            starts.add((patch["case"], *start.tolist()))
            for part in ("image", "labels"):
                assert patch[part].shape == (1, *SHAPE)
                assert torch.equal(patch[part], whole[part][box])
        assert len(starts) > 9


def test_all_stores_give_the_same_patches(stores):
    made = {
        store: [
            digest(item) for item in PatchDataset(out, shape=SHAPE, per_volume=2, recipe=AUGMENT, margin=3)
        ]
        for store, out in stores.items()
    }
    for store, items in made.items():
        assert items == made["nifti"], store


def test_a_volume_shorter_than_the_patch_is_padded_and_says_so(stores):
    for out in stores.values():
        item = PatchDataset(out, shape=(64, 8, 8), foreground=0)[0]
        whole = PreparedDataset(out)[0]["image"].shape[1]
        real = item["valid"][0].all(dim=2).all(dim=1)
        assert int(real.sum()) == whole
        assert int(real.nonzero()[0]) == -((whole - 64) // 2)
        assert (item["image"][~item["valid"]] == 0).all()
        assert (item["labels"][~item["valid"]] == 0).all()


def test_patches_are_balanced_by_class(stores):
    patches = PatchDataset(stores["b2nd"], shape=(5, 5, 5), per_volume=40, foreground=1.0, seed=1)
    middles = np.array([int(item["labels"][0, 2, 2, 2]) for item in patches])
    # At the border of the volume the patch is moved inwards, so that a few middles lie beside their voxel.
    assert (middles > 0).mean() > 0.9
    assert all((middles == value).mean() > 0.2 for value in (1, 2, 3))
    anywhere = PatchDataset(stores["b2nd"], shape=(5, 5, 5), per_volume=40, foreground=0.0, seed=1)
    assert np.mean([int(item["labels"][0, 2, 2, 2]) == 1 for item in anywhere]) < 0.1
    lesion = PatchDataset(stores["b2nd"], shape=(5, 5, 5), foreground=1.0, classes=[1])
    assert all((item["labels"] == 1).any() for item in lesion)


def test_the_same_batches_with_any_number_of_workers_and_after_a_restart(stores):
    def run(workers, first, **more):
        patches = PatchDataset(stores["b2nd"], shape=SHAPE, per_epoch=5, recipe=AUGMENT, seed=11)
        loading = loader(patches, 2, workers=workers, epoch=first, **more)
        return [[digest(batch) for batch in loading] for _ in range(first, 3)]

    alone = run(0, 0)
    assert [len(epoch) for epoch in alone] == [3, 3, 3]
    assert alone[0] != alone[1]
    for workers in (1, 4):
        assert run(workers, 0) == alone, workers
    assert run(0, 2) == alone[2:]


@pytest.mark.slow
def test_workers_that_are_spawned_give_the_same(stores):
    patches = PatchDataset(stores["b2nd"], shape=SHAPE, per_epoch=5, recipe=AUGMENT, seed=11)
    spawned = loader(patches, 2, workers=1, multiprocessing_context="spawn")
    assert [digest(batch) for batch in spawned] == [digest(batch) for batch in loader(patches, 2)]


def test_a_draw_depends_on_what_names_it_alone(stores):
    def item(names, index, epoch=0, seed=0, recipe=AUGMENT):
        dataset = PreparedDataset(stores["b2nd"], cases=names, recipe=recipe, seed=seed)
        dataset.set_epoch(epoch)
        return digest(dataset[index])

    assert item(["case1", "case2"], 0) == item(["case1"], 0) == item(["case0", "case1"], 1)
    assert item(["case1"], 0) != item(["case1"], 0, epoch=1)
    assert item(["case1"], 0) != item(["case1"], 0, seed=1)
    dataset = PreparedDataset(stores["b2nd"], recipe=AUGMENT)
    assert digest(dataset[Draw(1, 1)]) == item(["case1"], 0, epoch=1)


def test_workers_that_live_on_hear_of_the_epoch(stores):
    dataset = PreparedDataset(
        stores["b2nd"], recipe=Recipe.from_toml('[[step]]\ndo = "random_noise"\np = 1.0')
    )
    own = torch.utils.data.DataLoader(dataset, None, num_workers=1, persistent_workers=True)
    made = []
    for epoch in (0, 1):
        dataset.set_epoch(epoch)
        made.append([digest(item) for item in own])
    assert made[0] != made[1]
    assert made[1] == [digest(dataset[n]) for n in range(3)]


def test_nothing_open_is_pickled(stores):
    for out in stores.values():
        dataset = PatchDataset(out, shape=SHAPE)
        before = digest(dataset[0])
        data = pickle.dumps(dataset)
        assert len(data) < 20_000
        assert digest(pickle.loads(data)[0]) == before


def test_a_recipe_that_changes_the_shape_leaves_a_patch(stores):
    recipe = Recipe.from_toml('[[step]]\ndo = "crop"\nstart = [2, 0, 1]\nsize = [9, 10, 8]')
    item = PatchDataset(stores["npy"], shape=SHAPE, recipe=recipe)[0]
    assert item["image"].shape == (1, *SHAPE)
    assert int(item["valid"].sum()) == 9 * 10 * 8


def test_metadata_are_named_numbers(stores):
    out = stores["npy"]
    for n, case in enumerate(prepared_cases(out).values()):
        account = json.loads((case.folder / "account.json").read_bytes())
        account["scan"] = {"kernel_class": ("sharp", "smooth", "sharp")[n], "thickness_mm": 1.25}
        if n == 2:
            account["scan"] = {"phase": "venous"}
        (case.folder / "account.json").write_text(json.dumps(account))
    wanted = ("spacing_mm", "kernel_class", "phase", "thickness_mm")
    dataset = PreparedDataset(out, metadata=wanted)
    assert dataset.metadata_names == (
        *("spacing_mm[0]", "spacing_mm[1]", "spacing_mm[2]"),
        *("kernel_class=sharp", "kernel_class=smooth", "phase=venous", "thickness_mm"),
    )
    made = [item["metadata"].tolist() for item in dataset]
    assert made[0] == [11, 13, 17, 1, 0, 0, 1.25]
    assert made[1] == [11, 13, 17, 0, 1, 0, 1.25]
    assert made[2][:6] == [11, 13, 17, 0, 0, 1]
    assert np.isnan(made[2][6])
    later = PreparedDataset(out, cases=["case1"], metadata=wanted, metadata_words=dataset.metadata_words)
    assert later.metadata_names == dataset.metadata_names
    assert later[0]["metadata"].tolist() == made[1]
    for name in ("patient", "study_uid", "kernel_clas"):
        with pytest.raises(UnknownName, match="kernel_class"):
            PreparedDataset(out, metadata=(name,))


def test_metadata_of_one_name_is_a_list_all_the_same(stores):
    with pytest.raises(WrongUse, match="a list of names"):
        PreparedDataset(stores["b2nd"], metadata="phase")


def test_the_cases_of_a_split(stores):
    out = stores["npy"]
    folds = [{"train": ["case0"], "val": ["case1"]}, {"train": ["case1"], "val": ["case0"]}]
    (out / "split.json").write_text(
        json.dumps({"seed": 1, "by": "patient", "folds": folds, "test": ["case2"]})
    )

    def names(*split):
        return [case.name for case in PreparedDataset(out, *split).cases]

    assert names("train") == names("train", 0) == names("val", 1) == ["case0"]
    assert names("train", 1) == ["case1"]
    assert names("test") == ["case2"]
    with pytest.raises(WrongUse, match="expected 0 to 1"):
        names("train", 2)
    with pytest.raises(WrongUse, match="train or val or test"):
        names("training")
    with pytest.raises(WrongUse, match="scan2train split"):
        PreparedDataset(stores["nifti"], "train")
    with pytest.raises(WrongUse, match="case9"):
        PreparedDataset(out, cases=["case9"])


def test_without_split_json_the_split_counts_that_the_set_was_prepared_with(stores, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(stores["b2nd"], out)
    table = pl.read_parquet(out / "cases.parquet")
    parts = pl.when(pl.col("case") == "case1").then(pl.lit("val")).otherwise(pl.lit("train"))
    table.with_columns(split=parts).write_parquet(out / "cases.parquet")
    assert [case.name for case in PreparedDataset(out, "train").cases] == ["case0", "case2"]
    assert [case.name for case in PreparedDataset(out, "val").cases] == ["case1"]
    with pytest.raises(WrongUse, match="part test of the split holds no case"):
        PreparedDataset(out, "test")
    with pytest.raises(WrongUse, match="prepared with one split") as told:
        PreparedDataset(out, "train", 0)
    assert "Leave out fold" in told.value.advice


def test_a_fold_of_no_split_and_an_empty_part_of_one_are_told(stores, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(stores["b2nd"], out)
    with pytest.raises(WrongUse, match="no split of folds"):
        PreparedDataset(out, "train", 0)
    folds = [{"train": ["case0", "case2"], "val": ["case1"]}]
    (out / "split.json").write_text(json.dumps({"seed": 1, "by": "patient", "folds": folds, "test": []}))
    with pytest.raises(WrongUse, match=r"split\.json: the part test .*none in fold 0"):
        PreparedDataset(out, "test", 0)


def test_a_set_with_some_labels_asks_what_is_meant(stores):
    account = prepared_cases(stores["zarr"])["case1"].folder / "account.json"
    before = account.read_bytes()
    told = json.loads(before)
    del told["files"]["labels.zarr"]
    account.write_text(json.dumps(told))
    try:
        with pytest.raises(WrongUse, match="labels=False"):
            PreparedDataset(stores["zarr"])
        assert "labels" not in PreparedDataset(stores["zarr"], labels=False)[1]
    finally:
        account.write_bytes(before)


def test_a_store_that_is_read_whole_says_so(stores):
    with pytest.warns(UserWarning, match="--store b2nd"):
        PatchDataset(stores["nifti"], shape=SHAPE)[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": (0, 4, 4)},
        {"shape": SHAPE, "foreground": 1.5},
        {"shape": SHAPE, "margin": 2},
        {"shape": (4, 4)},
        {"shape": SHAPE, "classes": (77, 78)},
    ],
)
def test_what_cannot_be_meant_is_refused(stores, wrong):
    with pytest.raises(WrongUse):
        PatchDataset(stores["b2nd"], **wrong)
    with pytest.raises(WrongUse, match="num_workers"):
        loader(PreparedDataset(stores["b2nd"]), num_workers=3)


@pytest.mark.parametrize(
    ("values", "kind"),
    [([0, 255], torch.uint8), ([-1, 2], torch.int32), ([0, 256], torch.int32), ([1, 1 << 31], torch.int64)],
)
def test_labels_come_in_a_type_that_holds_every_value(tmp_path, values, kind):
    grid = Grid((6, 5, 4), np.diag([1.0, 1.2, 1.4, 1.0]))
    array = np.resize(np.array(values, np.int64), grid.shape)
    (tmp_path / "set").mkdir()
    write(Volume(array=array.astype(np.float32), grid=grid), tmp_path / "set" / "a.nii.gz")
    write(Labels(array=array, grid=grid), tmp_path / "set" / "a_seg.nii.gz")
    recipe = Recipe.from_toml('[[step]]\ndo = "reorient"\nto = "RAS"\n')
    prepare(tmp_path / "set", recipe, tmp_path / "out", jobs=1).raise_for_failures()
    (item,) = PreparedDataset(tmp_path / "out")
    assert (item["labels"].dtype, item["labels"].unique().tolist()) == (kind, values)


def test_a_class_that_only_other_cases_have_may_be_named(stores):
    patches = PatchDataset(stores["b2nd"], shape=SHAPE, foreground=1.0, classes=(1, 77))
    assert all((item["labels"] == 1).any() for item in patches)


@pytest.mark.parametrize("workers", [0, 1])
def test_a_batch_of_several_shapes_says_what_to_do(stores, workers):
    whole = PreparedDataset(stores["b2nd"])
    assert len({item["image"].shape for item in whole}) > 1
    with pytest.raises(WrongUse, match="pad_or_crop"):
        next(iter(loader(whole, workers=workers)))
    assert len(list(loader(whole, 1, workers=workers))) == len(whole)


def test_functions_are_functions_though_their_modules_were_imported_first():
    names = ("as_transform", "loader", "seed_everything")
    code = "".join(f"import scan2train.learn.{name}\n" for name in names) + (
        "from scan2train.learn import Shuffled, loader\n"
        "import scan2train.learn as learn\n"
        f"assert all(callable(getattr(learn, name)) for name in {names}) and callable(loader)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_importing_learn_loads_no_torch_and_says_what_is_missing():
    code = (
        "import sys, scan2train.learn as learn\n"
        "assert not {'torch', 'monai', 'torchio', 'numpy'} & set(sys.modules)\n"
        "sys.modules['torch'] = None\n"
        "from scan2train import WrongUse\n"
        "for name in ('PatchDataset', 'loader'):\n"
        "    try: getattr(learn, name)\n"
        "    except WrongUse as error: assert 'pip install scan2train[torch]' in str(error), error\n"
        "    else: raise AssertionError(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_item_is_a_patch_of_its_own(stores):
    patches = PatchDataset(stores["b2nd"], shape=SHAPE, per_volume=3, foreground=0, recipe=AUGMENT)
    for one, other in itertools.combinations([digest(item) for item in patches], 2):
        assert one != other
