"""Decisions: written at once into a table that ``prepare --choices`` reads, and that a person may edit."""

from __future__ import annotations

import csv

import pytest

from scan2train.errors import WrongUse
from scan2train.preparing.choosing import choose
from scan2train.tables import VOLUMES
from scan2train.viewing.decisions import Decision, Decisions
from scan2train.viewing.describe import describe_set
from scan2train.viewing.start import start
from scans_to_view import planted


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_decision_is_in_the_file_at_once_and_read_again(tmp_path):
    path = tmp_path / "choices.csv"
    decisions = Decisions(path)
    assert decisions.all() == {}
    decisions.decide("aa", "accept", "", "case 1")
    decisions.decide("bb", "reject", 'motion,\n "ghosts"', "case 2")
    assert rows_of(path) == [
        {"volume": "aa", "choice": "accept", "remark": "", "name": "case 1"},
        {"volume": "bb", "choice": "reject", "remark": 'motion, "ghosts"', "name": "case 2"},
    ]
    assert Decisions(path).all() == {"aa": Decision("accept"), "bb": Decision("reject", 'motion, "ghosts"')}
    decisions.decide("aa", "", "look again", "case 1")
    decisions.decide("bb", "", "", "case 2")
    assert decisions.all() == {"aa": Decision("", "look again")}
    assert [one.name for one in tmp_path.iterdir()] == ["choices.csv"]


def test_prepare_takes_the_table_and_leaves_the_undecided_to_itself(tmp_path):
    path = tmp_path / "choices.csv"
    decisions = Decisions(path)
    for volume, choice in (("aa", "reject"), ("bb", "accept"), ("cc", "")):
        decisions.decide(volume, choice, "a remark", volume)
    volumes = VOLUMES.frame([{"volume": one, "role": "volume"} for one in ("aa", "bb", "cc", "dd")])
    taken, left = choose(volumes, "volume != 'dd'", path)
    assert taken["volume"].to_list() == ["bb", "cc"]
    assert dict(left.select("volume", "reason").iter_rows()) == {"aa": "rejected", "dd": "not-chosen"}


def test_what_a_person_wrote_between_two_decisions_stays(tmp_path):
    path = tmp_path / "choices.csv"
    path.write_text("choice,volume,rank,reason\nreject,zz,2,too thick\naccept,aa,1,\n")
    decisions = Decisions(path)
    assert decisions.all()["zz"] == Decision("reject")
    decisions.decide("aa", "reject", "metal", "a")
    path.write_text(path.read_text() + "accept,yy,,,,\n")
    decisions.decide("bb", "accept", "", "b")
    assert rows_of(path) == [
        {"choice": "reject", "volume": "zz", "rank": "2", "reason": "too thick", "remark": "", "name": ""},
        {"choice": "reject", "volume": "aa", "rank": "1", "reason": "", "remark": "metal", "name": ""},
        {"choice": "accept", "volume": "yy", "rank": "", "reason": "", "remark": "", "name": ""},
        {"choice": "accept", "volume": "bb", "rank": "", "reason": "", "remark": "", "name": "b"},
    ]
    assert set(decisions.all()) == {"zz", "aa", "yy", "bb"}


def test_a_spreadsheet_carries_nothing_out(tmp_path):
    path = tmp_path / "choices.csv"
    decisions = Decisions(path)
    decisions.decide("aa", "accept", "=cmd|' /C calc'!A0", "@SUM(1)")
    decisions.decide("bb", "accept", "'quoted'", "b")
    rows = rows_of(path)
    assert rows[0]["remark"].startswith("'=")
    assert rows[0]["name"].startswith("'@")
    assert decisions.all()["aa"].remark == "=cmd|' /C calc'!A0"
    assert decisions.all()["bb"].remark == "'quoted'"


def test_nothing_is_written_into_a_source(tmp_path):
    source = tmp_path / "scans"
    (source / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(source)
    for place in (source / "c.csv", source / "deep" / "c.csv", tmp_path / "link" / "c.csv"):
        with pytest.raises(WrongUse, match="into a source"):
            Decisions(place, (source,)).decide("aa", "accept", "", "a")
        assert not place.exists()


@pytest.mark.parametrize(
    "content", [b"a,b\n1,2\n", b"\xff\xfe\x00", b'volume,choice\n"aa', b"choice\naccept\n"]
)
def test_another_file_is_not_written_over(tmp_path, content):
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    decisions = Decisions(path)
    if content.endswith(b'"aa'):  # a table that is cut off can be read, and is kept
        decisions.decide("bb", "accept", "", "b")
        assert [row["volume"] for row in rows_of(path)] == ["aa", "bb"]
        return
    with pytest.raises(WrongUse):
        decisions.decide("bb", "accept", "", "b")
    assert path.read_bytes() == content


def test_words_are_read_as_prepare_reads_them_and_what_it_would_refuse_is_told(tmp_path):
    path = tmp_path / "choices.csv"
    decisions = Decisions(path)
    assert decisions.wrong() is None
    path.write_text("volume,choice\naa, accept \nbb,reject\t\ncc,  \n")
    assert decisions.all() == {"aa": Decision("accept"), "bb": Decision("reject"), "cc": Decision()}
    assert decisions.wrong() is None
    path.write_text("volume,choice\naa,Accept\nbb,reject\n")
    volumes = VOLUMES.frame([{"volume": one, "role": "volume"} for one in ("aa", "bb")])
    with pytest.raises(WrongUse, match="else than accept or reject") as refused:
        choose(volumes, None, path)
    told = decisions.wrong()
    assert str(told) == str(refused.value)  # what is told at the start is what ``prepare`` will say
    assert (told.where, told.found) == (str(path), "'Accept'")
    assert "accept or reject" in told.message
    assert decisions.all()["aa"] == Decision("Accept")
    decisions.decide("aa", "accept", "", "a")
    assert decisions.wrong() is None
    path.write_text("volume\nbb\n")
    assert "volume and choice" in decisions.wrong().message


def test_a_volume_that_is_there_twice_is_decided_in_both_rows(tmp_path):
    path = tmp_path / "choices.csv"
    path.write_text("volume,choice,who\naa,accept,x\naa,accept,y\nbb,accept,z\n")
    decisions = Decisions(path)
    assert "twice" in decisions.wrong().message
    decisions.decide("aa", "reject", "metal", "a")
    assert [(row["choice"], row["who"]) for row in rows_of(path)] == [
        ("reject", "x"),
        ("reject", "y"),
        ("accept", "z"),
    ]
    assert decisions.all()["aa"] == Decision("reject", "metal")
    decisions.decide("aa", "", "", "a")
    assert [row["volume"] for row in rows_of(path)] == ["bb"]
    assert decisions.wrong() is None


@pytest.mark.parametrize("name", ["choices.parquet", "choices.xlsx", "choices"])
def test_decisions_go_into_no_file_that_would_be_read_as_something_else(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"PAR1")
    with pytest.raises(WrongUse, match="as CSV") as refused:
        start(planted(tmp_path).path, choices=path, cache=False)
    assert refused.value.found == (path.suffix or "none")
    assert path.read_bytes() == b"PAR1"


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "volume\nbb\n", "volume,choice\n{id},perhaps\n"])
def test_scans_are_listed_whatever_stands_in_the_table(tmp_path, content):
    choices = tmp_path / "choices.csv"
    session = start(planted(tmp_path).path, choices=choices, cache=False)
    choices.write_text(content.format(id=session.open))
    told = describe_set(session)
    assert [one["decision"] for one in told["images"]] == ["perhaps" if "perhaps" in content else None]
    assert told["choices"]["path"] == str(choices)
    assert str(choices) in told["choices"]["wrong"]
    choices.unlink()
    assert describe_set(session)["choices"]["wrong"] == ""


def test_a_word_that_is_none(tmp_path):
    with pytest.raises(WrongUse, match="accept or reject"):
        Decisions(tmp_path / "c.csv").decide("aa", "perhaps", "", "a")


def test_a_table_that_a_spreadsheet_saved_is_read(tmp_path):
    path = tmp_path / "choices.csv"
    path.write_text("volume,choice,remark\naa,reject,ghosts\n", encoding="utf-8-sig")
    assert Decisions(path).all() == {"aa": Decision("reject", "ghosts")}
