"""Words of medicine that a rule's page uses stand explained on it."""

from __future__ import annotations

from scan2train.knowledge.plain_words import PLAIN_WORDS
from scan2train.reports.glossary import words_of
from scan2train.reports.page import as_page
from scan2train.rule.load import built_in, find_rule


def test_a_page_explains_the_words_that_it_uses_and_no_others():
    met = words_of(find_rule("NII001", built_in()))
    assert list(met) == ["ITK", "qform, sform", "voxel"]
    assert met["ITK"] == PLAIN_WORDS["ITK"]


def test_a_word_may_be_broken_by_the_end_of_a_line_and_is_no_part_of_another():
    gating = words_of(find_rule("ACQ005", built_in()))
    assert any("R wave" in words for words in gating)
    assert not any("cosine" in words for words in gating)


def test_every_word_that_is_explained_is_used_on_some_page():
    used = {word for rule in built_in() for words in words_of(rule) for word in words.split(", ")}
    idle = {words for words in PLAIN_WORDS if used.isdisjoint(words.split("|"))}
    assert not idle


def test_words_stand_before_the_examples():
    page = as_page(find_rule("GEO006", built_in()))
    assert page.index("\nWords\n-----\n") < page.index("\nExamples\n--------\n")
    assert "  gantry: the ring of the scanner" in page
    assert max(len(line) for line in page.splitlines()) <= 120
