"""What is prepared, what is left out, and what is refused before anything is done."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hospital import case_of, run, write_image

from scan2train import prepare
from scan2train.errors import NoImages, UnknownName, WrongUse
from scan2train.formats import nifti
from scan2train.grid import Grid
from scan2train.index import index
from scan2train.pairing import masks_of
from scan2train.preparing.choosing import without_rejected
from scan2train.recipe import Recipe
from scan2train.testing.small_films import small_chest_film
from scan2train.volume import Volume


def test_only_what_was_chosen_is_prepared(source, tmp_path):
    choices = tmp_path / "choices.csv"
    (volume,) = index(source, cache=False).volumes.filter(pl.col("format") == "dicom")["volume"]
    choices.write_text(f"volume,choice\n{volume},reject\n")
    made = run(source, tmp_path / "ready", where="size_i = 16 OR format = 'dicom'", choices=choices)
    assert made.cases["case"].to_list() == ["volume-2"]
    reasons = dict(
        made.skipped.filter(pl.col("reason").is_in(["rejected", "not-chosen"]))
        .select("path", "reason")
        .rows()
    )
    assert reasons == {"pacs/DOE^JANE": "rejected", "imagesTr/liver_10_0000.nii.gz": "not-chosen"}


def test_nothing_to_prepare_is_said(source, tmp_path):
    with pytest.raises(NoImages, match="not-chosen"):
        run(source, tmp_path / "ready", where="modality = 'PT'")
    assert not (tmp_path / "ready").exists()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"recipe": "ct-lungs"}, UnknownName),
        ({"irregular": "regird"}, UnknownName),
        ({"store": "zarrr"}, UnknownName),
        ({"layout": "plian"}, UnknownName),
        ({"irregular": None}, WrongUse),
        ({"store": 3}, WrongUse),
        ({"layout": None}, WrongUse),
        ({"seed": -1}, WrongUse),
        ({"seed": 1.0}, WrongUse),
        ({"seed": "7"}, WrongUse),
        ({"seed": True}, WrongUse),
        ({"where": "colour = 1"}, WrongUse),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_written(source, tmp_path, change, kind):
    with pytest.raises(kind):
        run(source, tmp_path / "ready", **change)
    assert not (tmp_path / "ready").exists()


def test_a_dry_run_says_what_would_be_made_and_writes_nothing(source, tmp_path):
    out = tmp_path / "ready"
    planned = run(source, out, dry_run=True)
    assert not out.exists()
    made = run(source, out)
    columns = ["case", "volume", "size_i", "size_j", "size_k", "orientation", "source_size_k", "affine"]
    plan, result = (table.select(columns).to_dicts() for table in (planned.cases, made.cases))
    for one, other in zip(plan, result, strict=True):
        assert one.pop("affine") == pytest.approx(other.pop("affine"), abs=1e-4)
        assert one == other
    voxels = [row["size_i"] * row["size_j"] * row["size_k"] for row in made.cases.to_dicts()]
    labelled = [row["labels_sha256"] != "" for row in made.cases.to_dicts()]
    assert planned.n_bytes == sum(n * (5 if has else 4) for n, has in zip(voxels, labelled, strict=True))


def test_a_dry_run_records_what_cannot_be_made_and_goes_on(source, tmp_path):
    pixels = Grid((9, 11, 5), np.eye(4), physical=False)
    nifti.write(Volume(array=np.ones(pixels.shape, np.int16), grid=pixels), source / "pixels.nii")
    planned = run(source, tmp_path / "ready", dry_run=True, where="format = 'nifti' AND role IS NOT NULL")
    states = dict(planned.cases.select("case", "state").rows())
    assert states == {"liver_10": "planned", "pixels": "failed", "volume-2": "planned"}
    assert planned.n_failed == 1
    assert "millimetres" in case_of(planned, "pixels")["error"]


def test_an_output_that_holds_a_source_or_lies_in_one_is_refused(source, tmp_path, monkeypatch):
    before = sorted(source.rglob("*"))
    for out in (source, source.parent):
        with pytest.raises(WrongUse, match="holds a source"):
            run(source, out)
    (tmp_path / "link").symlink_to(source)
    monkeypatch.chdir(source)
    for place, out in ((source, source / "x"), (tmp_path / "link", source / "x"), (Path(), Path("x/y"))):
        with pytest.raises(WrongUse, match="lies in a source"):
            prepare(place, "ct-lung", out, jobs=1)
    with pytest.raises(WrongUse, match="lies in a source"):
        run(source, source / "x")  # an index of it
    with pytest.raises(WrongUse, match="lies in a source"):
        run(source, tmp_path / "x", labels=tmp_path)
    assert sorted(source.rglob("*")) == before


def test_a_set_that_lies_in_its_own_source_is_no_source(tmp_path):
    source = tmp_path / "scans"
    write_image(source / "a.nii.gz")
    run(source, tmp_path / "ready")
    (tmp_path / "ready").rename(source / "ready")  # as if it had been made there
    made = run(source, tmp_path / "again")
    assert made.cases["case"].to_list() == ["a"]
    assert made.skipped["reason"].to_list() == ["prepared-set"]
    beside = run(source / "a.nii.gz", source / "beside")  # a file has nothing in it
    assert beside.n_done == 1


def test_a_check_leaves_out_rejected_images_with_the_masks_that_are_of_nothing_else(source, tmp_path):
    volumes = index(source, cache=False).volumes
    masks = masks_of(volumes)
    image, (mask, *_) = next(iter(sorted(masks.items())))
    choices = tmp_path / "choices.csv"
    choices.write_text(f"volume,choice\n{image},reject\n")
    left = set(without_rejected(volumes, choices)["volume"])
    assert set(volumes["volume"]) - left == {image, mask}
    choices.write_text(f"volume,choice\n{image},reject\n{mask},accept\n")
    assert set(volumes["volume"]) - set(without_rejected(volumes, choices)["volume"]) == {image}


def test_a_recipe_for_films_takes_single_pictures_and_others_say_how(tmp_path):
    small_chest_film()(tmp_path / "films")
    made = prepare(tmp_path / "films", "chest-xray", tmp_path / "out", jobs=1)
    assert (made.n_done, made.n_failed) == (1, 0)
    other = Recipe.from_toml('[[step]]\ndo = "clip_percentile"\n')
    with pytest.raises(NoImages, match="role = 'picture'"):
        prepare(tmp_path / "films", other, tmp_path / "none", jobs=1)
    taken = prepare(tmp_path / "films", other, tmp_path / "asked", where="role = 'picture'", jobs=1)
    assert taken.n_done == 1
