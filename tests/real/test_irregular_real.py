"""Real series that are tilted or have holes: every value stays at its place, whatever is asked for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from scan2train.errors import IrregularSlices, SeveralVolumes
from scan2train.index import index
from scan2train.read import read, read_all
from scan2train.steps.detilt import Detilt
from scan2train.volume import Volume

TILTED = {
    "ct_tilt_philips": ("dicom/S2010", "201_STEREOTAXIS_Tilt_1.nii.gz"),
    "dicom2nifti_cases": ("failing/gantrytilting/001", "4__Tilt_1.nii.gz"),
}
#: Slices of the chest that are taken away, and how many of it are looked at.
LOST, CHEST = (17, 18, 40), 60


@pytest.mark.parametrize("name", TILTED)
def test_a_straightened_stack_lies_where_dcm2niix_puts_it(real_data: Path, name: str) -> None:
    folder, file = TILTED[name]
    told = json.loads((real_data / name / "ref_generated" / "reference.json").read_text())["folders"]
    (reference,) = (one for one in told[folder]["dcm2niix"] if one["file"] == file)
    (tilted,) = read_all(real_data / name / folder)
    made = Detilt()(tilted)
    assert list(made.grid.shape) == reference["canonical_ras_shape"]
    assert made.grid.orientation == "LPS"
    ends = np.array(made.grid.shape) - 1
    turned = made.grid.to_world([(ends[0], ends[1], 0), (0, 0, ends[2])])
    affine = np.array(reference["canonical_ras_affine"])
    canonical = np.array([(0, 0, 0), ends]) @ affine[:3, :3].T + affine[:3, 3]
    np.testing.assert_allclose(turned, canonical, atol=1e-2)  # five digits a step, over 600 steps
    assert made.valid is not None
    assert made.valid[:, :, 0].sum() == tilted.array[:, :, 0].size
    # It rounds to whole numbers there, and continues the edges here.
    air = np.where(made.valid, made.array, -1024)
    assert air.mean() == pytest.approx(reference["mean"], abs=0.5)


def test_every_voxel_of_a_tilted_head_keeps_its_place_where_itk_is_centimetres_off(real_data: Path) -> None:
    folder = real_data / "ct_tilt_philips" / "dicom" / "S2010"
    (tilted,) = read_all(folder)
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    theirs = reader.Execute()
    last = np.array(tilted.grid.shape) - 1
    place = np.array(theirs.TransformIndexToPhysicalPoint(last.tolist())) * (-1, -1, 1)
    assert np.linalg.norm(place - tilted.grid.to_world(last)) > 40
    made = Detilt()(tilted)
    # A voxel of the middle slice is found again at its place, between two rows.
    for at in ((256, 200, 27), (100, 300, 53), (400, 250, 13)):
        i, j, k = np.round(made.grid.to_index(tilted.grid.to_world(at)), 6)
        assert (i, k) == (at[0], at[2])
        low, part = int(np.floor(j)), j - np.floor(j)
        rows = tilted.grid.to_index(made.grid.to_world([(i, low, k), (i, low + 1, k)]))[:, 1]
        np.testing.assert_allclose(rows, (at[1] - part, at[1] + 1 - part), atol=1e-4)
        column = tilted.array[at[0], :, at[2]].astype(float)
        for n, row in ((low, rows[0]), (low + 1, rows[1])):
            assert made.array[int(i), n, int(k)] == pytest.approx(
                np.interp(row, np.arange(512), column), abs=1e-2
            )


@pytest.fixture(scope="module")
def chest(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Volume, Path]:
    """The first slices of a long CT, and a folder in which some of them are missing."""
    row = index(real_data / "ct_chest_lidc0314", cache=False).volumes.row(0, named=True)
    whole, holed = (tmp_path_factory.mktemp(name) for name in ("whole", "holed"))
    for k, path in enumerate(row["member_path"][:CHEST]):
        for folder in (whole, holed):
            if folder is whole or k not in LOST:
                shutil.copy(Path(row["source"]) / path, folder / Path(path).name)
    return read(whole), holed


def test_a_chest_with_holes_is_refused_and_the_words_that_help_are_named(chest: tuple[Volume, Path]) -> None:
    _, holed = chest
    with pytest.raises(IrregularSlices, match="3 volumes, of 17, 21, 19 slices") as caught:
        read(holed)
    assert "resamples to 60 slices at even distances, 3 of them invented" in str(caught.value.advice)


def test_the_parts_of_a_chest_hold_its_slices(chest: tuple[Volume, Path]) -> None:
    whole, holed = chest
    with pytest.raises(SeveralVolumes, match="17 slices, 0 to 16 of 57"):
        read(holed, irregular="split")
    parts = read_all(holed, irregular="split")
    for part, (first, end) in zip(parts, ((0, 17), (19, 40), (41, 60)), strict=True):
        np.testing.assert_array_equal(part.array, whole.array[:, :, first:end])
        np.testing.assert_allclose(part.grid.origin, whole.grid.to_world((0, 0, first)), atol=2e-3)
        np.testing.assert_allclose(part.grid.spacing, whole.grid.spacing, rtol=1e-4)
    largest = read(holed, irregular="keep-largest-regular")
    np.testing.assert_array_equal(largest.array, whole.array[:, :, 19:40])
    assert largest.meta["slices"]["first"] == 17


def test_a_resampled_chest_keeps_the_bits_of_the_slices_that_are_there(chest: tuple[Volume, Path]) -> None:
    whole, holed = chest
    made = read(holed, irregular="regrid")
    assert made.array.dtype == whole.array.dtype
    assert made.grid.distance_in_voxels(whole.grid) < 1e-3
    kept = np.setdiff1d(np.arange(CHEST), LOST)
    np.testing.assert_array_equal(made.array[:, :, kept], whole.array[:, :, kept])
    assert made.valid is not None
    assert made.valid.all(axis=(0, 1)).tolist() == [k not in LOST for k in range(CHEST)]
    assert not made.valid[:, :, list(LOST)].any()
    between = (whole.array[:, :, 39].astype(float) + whole.array[:, :, 41]) / 2
    assert np.abs(made.array[:, :, 40] - between).max() <= 0.5
    assert made.meta["slices"]["invented"] == list(LOST)
