"""The declarations that the walker's plan is built from, against the data dictionary."""

from __future__ import annotations

import pytest
from pydicom.datadict import dictionary_VR

from scan2train.formats.dicom.header_columns import (
    BINARY_VRS,
    PIXEL_TAGS,
    PRIVATE,
    frame_layout,
    instance_layout,
    number,
)
from scan2train.formats.dicom.oddities import _BITS, words
from scan2train.kernels import header_codes as codes
from scan2train.kernels.header_desk import MAX_COLUMNS, MAX_ENTRIES
from scan2train.knowledge.header_oddities import ODDITIES
from scan2train.tables import FRAMES, INSTANCES

NUMERIC_TEXT = {"DS", "IS"}
PRIVATE_TAGS = {column.tag for column in INSTANCES if column.name in PRIVATE}


def vr_of(tag: str) -> str:
    return dictionary_VR(number(tag)).split(" or ")[0]


@pytest.mark.parametrize("table", [INSTANCES, FRAMES], ids=lambda table: table.name)
def test_binary_columns_have_the_vr_of_the_dictionary(table):
    for column in table:
        if not column.tag or column.tag in PRIVATE_TAGS:
            continue
        vr = vr_of(column.tag)
        if column.kind in ("integer", "number") and vr not in NUMERIC_TEXT:
            assert BINARY_VRS[column.tag] == vr, column.name
        else:
            assert column.tag not in BINARY_VRS or BINARY_VRS[column.tag] == vr, column.name


def test_what_describes_pixels_is_us():
    assert {vr_of(tag) for tag in PIXEL_TAGS} == {"US"}


@pytest.mark.parametrize("layout", [instance_layout(), frame_layout()])
def test_the_plan_is_sorted_and_fits_on_the_desk(layout):
    top, tags = layout.n_top, layout.plan["tag"]
    assert tags[:top] == sorted(tags[:top])
    assert len(tags) <= MAX_ENTRIES
    assert len(layout.plan["item"]) <= MAX_ENTRIES
    assert max(len(layout.numbers), len(layout.texts), len(layout.flags)) <= MAX_COLUMNS
    for first, count, kind in zip(
        layout.plan["first"], layout.plan["count"], layout.plan["kind"], strict=True
    ):
        if kind == codes.SEQUENCE:
            assert top <= first <= first + count <= len(tags)
        if kind == codes.NUMBER:
            items = layout.plan["item"][first : first + count]
            assert items == sorted(items)


def test_every_column_with_a_tag_has_its_place():
    for layout, table in ((instance_layout(), INSTANCES), (frame_layout(), FRAMES)):
        placed = {column.name for column in (*layout.numbers, *layout.texts, *layout.flags)}
        assert {column.name for column in table if column.tag} <= placed


def test_every_oddity_has_a_word_and_every_word_a_meaning():
    bits = [value for name, value in vars(codes).items() if name.startswith("ODD_")]
    assert sorted(bits) == sorted(_BITS)
    assert set(words(sum(bits))) <= set(ODDITIES)
    assert all(ODDITIES.values())
