"""What identifies, given what was declared."""

import pytest

from scan2train.knowledge.leftovers import left_over
from scan2train.knowledge.pseudonyms import dummy_date, names_somebody, stands_for, stands_in

NAME, BIRTH, ID, DATE, HOSPITAL = 0x00100010, 0x00100030, 0x00100020, 0x00080020, 0x00080080
STATION, DESCRIPTION, WEIGHT, PHYSICIAN = 0x00081010, 0x0008103E, 0x00101030, 0x00081050
BASIC = ("113100",)


@pytest.mark.parametrize("text", ["Doe^Jane", "Müller, Hans", "Jane Doe", "NILSSON^ANNA", "Casey^Tess"])
def test_names_of_persons(text):
    assert names_somebody(text)
    assert not stands_for(text, "P1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ANONYMOUS",
        "Anon^Patient",
        "0",
        "0000",
        "-",
        "XXX",
        "N/A",
        "STS_002",
        "P1^Test",
        "*NO INFO NO INFO*",
    ],
)
def test_stand_ins(text):
    assert stands_for(text, "P1")


def test_a_name_that_repeats_the_id_says_nothing_more():
    assert stands_for("HFS", "hfs")
    assert not stands_for("Mustermann", "P1")


@pytest.mark.parametrize("text", ["BC Cancer Agency Kelowna", "Nilsson Klinik", "Testino"])
def test_parts_of_words_are_no_stand_ins(text):
    assert not stands_in(text)


def test_dates_that_are_none():
    assert dummy_date("19000101")
    assert dummy_date("")
    assert not dummy_date("19520317")


@pytest.mark.parametrize(
    ("tag", "vr", "text", "removed", "declared", "left"),
    [
        (NAME, "PN", "Doe^Jane", False, (), True),
        (NAME, "PN", "Doe^Jane", True, BASIC, True),
        (NAME, "PN", "P0001", True, BASIC, False),
        (BIRTH, "DA", "19520317", False, (), True),
        (BIRTH, "DA", "19520317", True, (*BASIC, "113107"), True),
        (ID, "LO", "P0001", False, (), False),
        (ID, "LO", "4711008", False, (), True),
        (ID, "LO", "4711008", True, BASIC, False),
        (DATE, "DA", "20240229", False, (), False),
        (DATE, "DA", "20240229", True, BASIC, True),
        (DATE, "DA", "20240229", True, (*BASIC, "113107"), False),
        (HOSPITAL, "LO", "Elsewhere", False, (), True),
        (HOSPITAL, "LO", "Elsewhere", True, BASIC, True),
        (HOSPITAL, "LO", "Elsewhere", True, (*BASIC, "113112"), False),
        (STATION, "SH", "CT01", True, BASIC, True),
        (STATION, "SH", "CT01", True, (*BASIC, "113109"), False),
        (STATION, "SH", "CT01", False, (), False),
        (DESCRIPTION, "LO", "Thorax", True, BASIC, False),
        (WEIGHT, "DS", "61.5", True, BASIC, True),
        (WEIGHT, "DS", "61.5", True, (*BASIC, "113108"), False),
        (PHYSICIAN, "PN", "", False, (), False),
    ],
)
def test_what_is_left_over(tag, vr, text, removed, declared, left):
    assert left_over(tag, vr, (text,) if text else (), removed=removed, declared=declared) is left
