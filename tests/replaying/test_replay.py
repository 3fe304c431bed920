"""The same bytes once more, from the sources and the accounts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "preparing"))

from hospital import contents, grid_of, run, write_image, write_labels, write_series

import scan2train.replaying.compare as compared
from scan2train import CasesFailed, OutputDamaged, OutputInUse, Recipe, WrongUse, prepare, replay, verify
from scan2train.preparing.lock import hold

#: A choice that looks at values, one that draws, and a source whose unit must be taken for granted.
RECIPE = Recipe.from_toml(
    """
    task = "ct-lung"
    [[step]]
    do = "reorient"
    to = "LPS"
    [[step]]
    do = "resample"
    spacing_mm = [1.1, 1.3, 1.7]
    [[step]]
    do = "clip_percentile"
    [[step]]
    do = "crop_to_foreground"
    above = -500
    """,
    name="replayed",
)


@pytest.fixture
def source(tmp_path):
    """A series, a pair in the source, an image whose labels lie elsewhere, and a pair that cannot be made."""
    folder = tmp_path / "hospital"
    write_series(folder / "pacs" / "DOE^JANE")
    write_image(folder / "volume-2.nii", (16, 23, 11), seed=2)
    write_labels(folder / "segmentation-2.nii", (16, 23, 11), seed=2)
    write_image(folder / "volume-3.nii", seed=3)
    write_labels(folder / "segmentation-3.nii", grid=grid_of((19, 17, 13), (900, 0, 0)))
    return folder


def ready(source, **more):
    out = source.parent / "ready"
    run(source, out, recipe=RECIPE, seed=7, **more)
    return out


def test_every_byte_is_the_same_though_all_have_moved(source, tmp_path):
    ready(source)
    (tmp_path / "ready").rename(tmp_path / "archive")
    source.rename(tmp_path / "scans")
    code = (
        "import sys, scan2train as s2t\n"
        "made = s2t.replay(*sys.argv[1:3], source=sys.argv[3], jobs=2)\n"
        "made.raise_for_changes(); assert made.n_same == 2, made"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "archive", "again", "scans"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "again") == contents(tmp_path / "archive")
    assert verify(tmp_path / "again", sources=True).same
    states = dict(pl.read_parquet(tmp_path / "again/cases.parquet").select("case", "state").iter_rows())
    assert states["volume-3"] == "failed"


def test_labels_that_lie_elsewhere_are_found_again(source, tmp_path):
    write_labels(tmp_path / "masks" / "deep" / "volume-2.nii", (16, 23, 11), seed=5)
    out = ready(source, labels=tmp_path / "masks", where="path = 'volume-2.nii'")
    made = replay(out, tmp_path / "again", jobs=1)
    made.raise_for_changes()
    assert contents(tmp_path / "again") == contents(out)
    home = tmp_path / "moved"
    home.mkdir()
    for name in ("masks", "hospital"):
        (tmp_path / name).rename(home / name)
    with pytest.raises(WrongUse, match="--source"):
        replay(out, tmp_path / "third")
    assert replay(out, tmp_path / "third", source=home, jobs=1).same


def test_the_accounts_are_followed_and_not_the_recipe(source, tmp_path, monkeypatch):
    out = ready(source)

    def refuse(*_):
        raise AssertionError("a choice was asked again")

    from scan2train.steps.crop_to_foreground import CropToForeground

    monkeypatch.setattr(CropToForeground, "become", refuse)
    assert replay(out, tmp_path / "again", jobs=1).same


def test_only_the_cases_that_are_named(source, tmp_path):
    out = ready(source)
    made = replay(out, tmp_path / "again", cases=["volume-2"], jobs=1)
    assert (made.same, made.n_same) == (True, 1)
    assert [folder.name for folder in (tmp_path / "again/cases").iterdir()] == ["volume-2"]
    with pytest.raises(WrongUse, match="no such case"):
        replay(out, tmp_path / "third", cases=["volume-9"])


@pytest.mark.parametrize("whose", ["volume-2.nii", "segmentation-2.nii", "a slice"])
def test_a_source_that_changed_is_refused_and_the_rest_goes_on(source, tmp_path, whose):
    out = ready(source)
    file = min((source / "pacs").rglob("*.dcm")) if whose == "a slice" else source / whose
    data = bytearray(file.read_bytes())
    data[-2] ^= 1
    file.write_bytes(data)
    made = replay(out, tmp_path / "again", jobs=1)
    ((case, error),) = made.failed.items()
    assert (case == "volume-2") == (whose != "a slice")
    assert "not what it was" in error
    assert file.name in error
    assert made.n_same == 1
    assert not (tmp_path / "again/cases" / case).exists()
    with pytest.raises(CasesFailed, match="1 of 2 cases could not be replayed"):
        made.raise_for_changes()


def test_a_source_that_is_gone_costs_its_case(source, tmp_path):
    out = ready(source)
    (source / "volume-2.nii").unlink()
    made = replay(out, tmp_path / "again", jobs=1)
    assert "not in the sources any more" in made.failed["volume-2"]
    assert str(source / "volume-2.nii") in made.failed["volume-2"]
    assert "--source" in made.failed["volume-2"]
    assert made.n_same == 1


def test_an_account_or_a_recipe_that_was_changed_is_not_followed(source, tmp_path):
    out = ready(source)
    account = out / "cases/volume-2/account.json"
    account.write_text(account.read_text().replace('"to": "LPS"', '"to": "RAS"'))
    made = replay(out, tmp_path / "again", jobs=1)
    assert "was changed" in made.failed["volume-2"]
    text = (out / "recipe.toml").read_text()
    (out / "recipe.toml").write_text(text.replace("-500", "-400"))
    with pytest.raises(OutputDamaged, match="not the one"):
        replay(out, tmp_path / "third")


def test_other_versions_are_named_where_bytes_differ(source, tmp_path, monkeypatch):
    out = ready(source)
    from scan2train.preparing import account

    now = {**account.versions(), "numpy": "99.0"}
    monkeypatch.setattr(account, "versions", lambda: now)
    monkeypatch.setattr(compared, "versions", lambda: now)
    made = replay(out, tmp_path / "again", jobs=1)
    assert {change.path.rsplit("/")[-1] for change in made.changes} == {"account.json"}
    with pytest.raises(CasesFailed, match=r"numpy \S+ then, 99\.0 now"):
        made.raise_for_changes()


def test_a_replay_goes_on_where_it_stopped_and_keeps_to_its_folder(source, tmp_path):
    out = ready(source)
    told = []
    replay(out, tmp_path / "again", cases=["volume-2"], jobs=1)
    replay(out, tmp_path / "again", jobs=1, progress=lambda *one: told.append(one[2]))
    assert len(told) == 1
    assert contents(tmp_path / "again") == contents(out)
    with pytest.raises(WrongUse, match="into itself"):
        replay(out, out)
    with hold(tmp_path / "again"), pytest.raises(OutputInUse, match="another run"):
        replay(out, tmp_path / "again")


def test_two_sources_and_a_part_of_a_series(source, tmp_path):
    other = tmp_path / "more" / "hospital"
    write_series(other / "pacs")
    for slice_ in sorted((other / "pacs").rglob("*.dcm"))[4:5]:
        slice_.unlink()
    write_image(other / "volume-2.nii", seed=8)
    out = tmp_path / "ready"
    prepare([source, other], RECIPE, out, irregular="split", jobs=1, seed=7)
    made = replay(out, tmp_path / "again", jobs=1)
    made.raise_for_changes()
    assert made.n_same >= 3
    assert contents(tmp_path / "again") == contents(out)
