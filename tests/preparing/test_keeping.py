"""Whole files, the journal, the lock."""

from __future__ import annotations

import os
import subprocess
import sys
from zlib import crc32

import pytest

from scan2train.errors import OutputDamaged, OutputInUse
from scan2train.preparing.atomic import settle, write_whole
from scan2train.preparing.journal import Entry, Journal
from scan2train.preparing.lock import hold

ASKED = {"recipe": "abc", "seed": 0}


def entry(case, **files):
    return Entry(case=case, key=f"key of {case}", files=files or {"image.nii.gz": (3, "0" * 64)})


def test_a_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "a.json"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_a_file_that_is_not_what_was_written_is_found(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"damaged")
    with pytest.raises(OutputDamaged, match="not what was written"):
        settle(path, crc32(b"written"))


def test_a_journal_gives_back_what_was_entered(tmp_path):
    path = tmp_path / "journal.jsonl"
    journal = Journal.load(path)
    assert (journal.asked, dict(journal.entries)) == (None, {})
    journal.begin(ASKED)
    for case in ("a", "b"):
        journal.add(entry(case))
    again = Journal.load(path)
    assert again.asked == ASKED
    assert again.entries == {"a": entry("a"), "b": entry("b")}


def test_the_last_word_on_a_case_counts(tmp_path):
    journal = Journal.load(tmp_path / "journal.jsonl")
    journal.begin(ASKED)
    journal.add(entry("a", old=(1, "x")))
    journal.add(entry("a", new=(2, "y")))
    assert Journal.load(journal.path).entries["a"].files == {"new": (2, "y")}


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_that_a_crash_cut_short_is_cut_off(tmp_path, cut):
    path = tmp_path / "journal.jsonl"
    journal = Journal.load(path)
    journal.begin(ASKED)
    journal.add(entry("a"))
    journal.add(entry("b"))
    path.write_bytes(path.read_bytes()[:-cut])
    again = Journal.load(path)
    assert list(again.entries) == ["a"]
    again.add(entry("c"))
    assert list(Journal.load(path).entries) == ["a", "c"]


def test_a_journal_cut_within_its_first_line_is_no_journal_yet(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"journal": 1, "ask')
    assert Journal.load(path).asked is None


@pytest.mark.parametrize(
    "text", ["not json\n", "[]\n", '{"journal": 2, "asked": {}}\n', '{"journal": 1}\n', "null\n"]
)
def test_another_s_file_is_not_taken_for_a_journal(tmp_path, text):
    path = tmp_path / "journal.jsonl"
    path.write_text(text)
    with pytest.raises(OutputInUse, match="journal"):
        Journal.load(path)
    assert path.read_text() == text


def test_an_entry_is_true_only_for_exactly_its_files(tmp_path):
    (tmp_path / "image.nii.gz").write_bytes(b"123")
    assert entry("a").still_true(tmp_path)
    assert not entry("a", **{"image.nii.gz": (4, "")}).still_true(tmp_path)
    (tmp_path / "more").touch()
    assert not entry("a").still_true(tmp_path)
    assert not entry("a").still_true(tmp_path / "gone")


def test_a_lock_is_refused_at_once_while_it_is_held_and_free_afterwards(tmp_path):
    with hold(tmp_path), pytest.raises(OutputInUse, match=f"process {os.getpid()}"), hold(tmp_path):
        pass
    with hold(tmp_path):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    code = (
        "import sys, os, signal; from pathlib import Path; from scan2train.preparing.lock import hold\n"
        "with hold(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert (tmp_path / "lock").read_text().isdigit()
    with hold(tmp_path):
        pass
