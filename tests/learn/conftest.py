"""A prepared set of three phantoms, in each store that patches are read from."""

from __future__ import annotations

import json
import shutil

import pytest

from scan2train import Recipe, prepare, write
from scan2train.preparing.prepared import prepared_cases
from scan2train.preparing.stored import stored_image, stored_labels
from scan2train.testing.phantoms import chest_ct
from scan2train.testing.phantoms.chest import centred_grid

RECIPE = Recipe.from_toml(
    """
    [[step]]
    do = "take_as"
    measured_in = "HU"
    [[step]]
    do = "resample"
    spacing_mm = [11.0, 13.0, 17.0]
    [[step]]
    do = "clip"
    low = -1000
    high = 400
    [[step]]
    do = "rescale"
    """
)


@pytest.fixture(scope="package")
def prepared(tmp_path_factory):
    """The set as ``prepare`` writes it: NIfTI."""
    root = tmp_path_factory.mktemp("learn")
    for folder in ("images", "labels"):
        (root / "hospital" / folder).mkdir(parents=True)
    for n, shape in enumerate(((34, 26, 20), (31, 28, 22), (36, 25, 19))):
        volume, labels = chest_ct(
            grid=centred_grid(shape, (12.0, 14.0, 17.0), "LPS"), organs=True, seed=n, lesion_radius_mm=30.0
        )
        write(volume, root / "hospital" / "images" / f"case{n}.nii.gz")
        write(labels, root / "hospital" / "labels" / f"case{n}.nii.gz")
    made = prepare(root / "hospital", RECIPE, root / "out", jobs=1, labels=str(root / "hospital" / "labels"))
    assert (made.n_done, made.n_failed) == (3, 0)
    return root / "out"


@pytest.fixture(scope="package")
def stores(prepared, tmp_path_factory):
    """Store -> the set in it."""
    made = {"nifti": prepared}
    for store in ("b2nd", "npy", "zarr"):
        out = tmp_path_factory.mktemp("learn") / store
        shutil.copytree(prepared, out)
        for case in prepared_cases(out).values():
            account = json.loads((case.folder / "account.json").read_bytes())
            for part, volume in (("image", stored_image(case)), ("labels", stored_labels(case))):
                write(volume, case.folder / f"{part}.{store}")
                (case.folder / f"{part}.nii.gz").unlink()
                account["files"][f"{part}.{store}"] = account["files"].pop(f"{part}.nii.gz")
            (case.folder / "account.json").write_text(json.dumps(account))
        made[store] = out
    return made
