"""What lies in an output folder and is not ours is never changed."""

from __future__ import annotations

import pytest
from hospital import contents, run

from scan2train.errors import OutputInUse
from scan2train.preparing.ownership import refuse_what_is_not_ours


def everything(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_file_in_place_of_the_folder_is_said_with_what_to_do(source, tmp_path):
    (tmp_path / "f.csv").write_text("mine")
    with pytest.raises(OutputInUse, match="this is a file") as caught:
        run(source, tmp_path / "f.csv")
    assert "-o" in caught.value.advice


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lock", "my key"),
        (".tmp-notes", "notes"),
        ("findings.json", "{}"),
        ("dataset.json", "{}"),
        ("recipe.toml", ""),
        ("cases.parquet", "PAR1"),
        ("journal.jsonl", "today I went for a walk"),
        ("journal.jsonl", '{"date": "today"}\nand a torn ta'),
        ("notes.txt", "notes"),
        ("cases/mine/image.nii.gz", "voxels"),
    ],
)
def test_a_folder_with_another_s_file_is_refused_and_left_as_it_is(source, tmp_path, name, text):
    out = tmp_path / "ready"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text(text)
    before = everything(out)
    with pytest.raises(OutputInUse) as caught:
        run(source, out)
    assert caught.value.advice
    assert everything(out) == before


def test_hidden_files_of_a_desktop_are_in_nobody_s_way(source, tmp_path):
    out = tmp_path / "ready"
    out.mkdir()
    (out / ".DS_Store").write_text("places")
    run(source, out)
    for folder in (out / "cases", out / "cases" / "volume-2"):
        (folder / ".DS_Store").write_text("places")
    made = []
    assert run(source, out, progress=lambda *told: made.append(told)).n_done == 3
    assert not made
    assert len(list(out.rglob(".DS_Store"))) == 3


def test_a_link_in_the_place_of_the_lock_is_not_followed(source, tmp_path):
    out = tmp_path / "ready"
    run(source, out)
    (tmp_path / "thesis").write_text("2026")
    (out / "lock").unlink()
    (out / "lock").symlink_to(tmp_path / "thesis")
    with pytest.raises(OutputInUse, match="lock"):
        run(source, out)
    assert (tmp_path / "thesis").read_text() == "2026"


def test_another_s_files_beside_ours_stay(source, tmp_path):
    out = tmp_path / "ready"
    run(source, out)
    for name in (".tmp-notes", "notes.txt"):
        (out / name).write_text("mine")
    run(source, out)
    assert all((out / name).read_text() == "mine" for name in (".tmp-notes", "notes.txt"))


def test_another_s_unfinished_folder_among_the_cases_is_refused_and_stays(source, tmp_path):
    out = tmp_path / "ready"
    run(source, out)
    (out / "cases" / ".tmp-mine").mkdir()
    with pytest.raises(OutputInUse, match="would not make"):
        run(source, out)
    assert (out / "cases" / ".tmp-mine").exists()


@pytest.mark.parametrize(
    "left",
    [
        {"lock": ""},
        {"lock": "4711"},
        {"lock": "1", ".tmp-journal.jsonl": '{"jour'},
        {"journal.jsonl": '{"jou'},
        {".tmp-journal.jsonl": '{"journal": 1, "asked": {}}\n'},
    ],
)
def test_what_a_run_left_that_was_cut_off_at_once_is_taken_up(source, tmp_path, left):
    out = tmp_path / "ready"
    (out / "cases").mkdir(parents=True)
    for name, text in left.items():
        (out / name).write_text(text)
    refuse_what_is_not_ours(out)
    assert run(source, out).n_done == 3
    run(source, tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh")
    assert not list(out.glob(".tmp-*"))
