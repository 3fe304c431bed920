"""Real scans, prepared by a preset and stored in every way, as other libraries read them."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import blosc2
import nibabel
import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK
import torchio
import zarr
from monai.data import load_decathlon_datalist
from monai.transforms import LoadImage

from scan2train.formats import nifti
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.prepare import prepare
from scan2train.preparing.prepared import prepared_cases
from scan2train.preparing.stored import part_of, stored_image, stored_labels
from scan2train.read import read
from scan2train.volume import Volume

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def cut(volume: Volume, begin: tuple[int, ...], size: int) -> Volume:
    """A cube of a volume, where it lies."""
    place = tuple(slice(at, at + size) for at in begin)
    affine = volume.grid.affine.copy()
    affine[:3, 3] = volume.grid.to_world(begin)
    array = volume.array[place]
    return volume.replace(array=array, grid=Grid(array.shape, affine), valid=None)


def sources(real_data: Path, folder: Path, size: int | None) -> Path:
    """Two cases as a raw folder of nnU-Net's: a CT with labels, and a chest CT; or cubes of them, with some air."""
    small = real_data / "nifti_totalseg_sm"
    image, labels = read(small / "example_ct_sm.nii.gz"), read(small / "example_seg.nii.gz", as_labels=True)
    chest = read(real_data / "ct_chest_lidc0314")
    if size:
        image, labels = (cut(one, (8, 56, 3), size) for one in (image, labels))
        chest = cut(chest, (110, 260, 150), size)
    for name, part, one in (
        ("ct", "imagesTr", image),
        ("chest", "imagesTs", chest),
        ("ct", "labelsTr", labels),
    ):
        (folder / part).mkdir(parents=True, exist_ok=True)
        end = "" if part == "labelsTr" else "_0000"
        nifti.write(one, folder / part / f"{name}{end}.nii.gz")
    return folder


@pytest.fixture(scope="module")
def small(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sources(real_data, tmp_path_factory.mktemp("small"), 24)


@pytest.fixture(scope="module")
def whole(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sources(real_data, tmp_path_factory.mktemp("whole"), None)


def by_nibabel(path: Path) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    image = nibabel.load(path)
    return np.asarray(image.dataobj), image.affine


def by_simpleitk(path: Path) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Its axes and origin count in LPS."""
    image = SimpleITK.ReadImage(str(path))
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    return SimpleITK.GetArrayFromImage(image).T, LPS @ affine


def by_monai(path: Path) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    image = LoadImage(image_only=True)(path)
    return image.numpy(), image.affine.numpy()


def by_torchio(path: Path) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    image = torchio.ScalarImage(path)
    return image.data[0].numpy(), np.asarray(image.affine)


def by_zarr(path: Path) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    group = zarr.open_group(path, mode="r")
    (scales,) = group.attrs["ome"]["multiscales"]
    assert [axis["name"] for axis in scales["axes"]] == ["z", "y", "x"]
    scale, shift = scales["datasets"][0]["coordinateTransformations"]
    affine = np.array(group.attrs["scan2train"]["affine"])
    # The recipe leaves LPS, and there a scale and a shift are all there is to say.
    told = np.diag([*scale["scale"][::-1], 1.0])
    told[:3, 3] = shift["translation"][::-1]
    np.testing.assert_allclose(LPS @ told, affine, atol=1e-5)
    return group["0"][:].T, affine


def by_blosc2(path: Path) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    array = blosc2.open(str(path), mode="r")
    return array[:], np.array(array.schunk.vlmeta["scan2train"]["affine"])


def by_numpy(path: Path) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    affine = json.loads(path.with_suffix(".json").read_text())["grid"]["affine"]
    return np.load(path, mmap_mode="r"), np.reshape(affine, (4, 4))


READERS = {
    "nifti": (by_nibabel, by_simpleitk, by_monai, by_torchio),
    "zarr": (by_zarr,),
    "b2nd": (by_blosc2,),
    "npy": (by_numpy,),
}


def check_store(source: Path, out: Path, store: str, recipe: str = "ct-lung") -> None:
    prepare(index(source, cache=False), recipe, out, jobs=1, store=store).raise_for_failures()
    cases = prepared_cases(out)
    assert set(cases) == {"ct", "chest"}
    for case in cases.values():
        image, labels = stored_image(case), stored_labels(case)
        assert image.grid.orientation == "LPS"
        for load in READERS[store]:
            for part, ours in (("image", image), ("labels", labels)):
                if ours is None:
                    continue
                values, affine = load(part_of(case, part))
                np.testing.assert_array_equal(values, ours.array)
                # Headers of NIfTI hold float32, and a quaternion where a reader prefers it.
                np.testing.assert_allclose(affine, ours.grid.affine, atol=0 if store != "nifti" else 2e-4)
    assert stored_labels(cases["ct"]) is not None
    assert stored_labels(cases["chest"]) is None


@pytest.mark.parametrize("store", READERS)
def test_a_cube_is_read_by_other_libraries_as_it_was_made(small: Path, tmp_path: Path, store: str) -> None:
    check_store(small, tmp_path / "out", store)


@pytest.mark.slow
@pytest.mark.parametrize("store", READERS)
def test_whole_scans_are_read_by_other_libraries_as_they_were_made(
    whole: Path, tmp_path: Path, store: str
) -> None:
    check_store(whole, tmp_path / "out", store)


def check_decathlon(source: Path, out: Path) -> None:
    prepare(index(source, cache=False), "ct-lung", out, jobs=1, layout="msd").raise_for_failures()
    task = out / "Task900_ct-lung"
    (training,) = load_decathlon_datalist(task / "dataset.json", True, "training", task)
    (test,) = load_decathlon_datalist(task / "dataset.json", True, "test", task)
    cases = prepared_cases(out)
    for path, ours in (
        (training["image"], stored_image(cases["ct"])),
        (training["label"], stored_labels(cases["ct"])),
        (test["image"], stored_image(cases["chest"])),
    ):
        assert ours is not None
        values, affine = by_monai(Path(path))
        np.testing.assert_array_equal(values, ours.array)
        np.testing.assert_allclose(affine, ours.grid.affine, atol=2e-4)


def test_a_cube_in_the_decathlon_s_layout_is_read_by_monai(small: Path, tmp_path: Path) -> None:
    check_decathlon(small, tmp_path / "out")


@pytest.mark.slow
def test_whole_scans_in_the_decathlon_s_layout_are_read_by_monai(whole: Path, tmp_path: Path) -> None:
    check_decathlon(whole, tmp_path / "out")


VERIFY = """
import sys
from nnunetv2.experiment_planning.verify_dataset_integrity import verify_dataset_integrity
if __name__ == "__main__":
    verify_dataset_integrity(sys.argv[1], 1)
"""


@pytest.mark.slow
@pytest.mark.skipif(find_spec("nnunetv2") is None, reason="nnU-Net is not installed")
def test_nnunet_finds_nothing_wrong_with_its_layout(whole: Path, tmp_path: Path) -> None:
    prepare(index(whole, cache=False), "ct-lung", tmp_path / "out", jobs=1, layout="nnunet")
    (tmp_path / "verify.py").write_text(VERIFY)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "verify.py"), str(tmp_path / "out" / "Dataset900_ct-lung")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "verify_dataset_integrity Done" in done.stdout
