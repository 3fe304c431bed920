"""Words for what is odd about a header."""

from scan2train.knowledge.header_oddities import explained


def test_a_word_is_told_with_its_meaning():
    assert explained("no-preamble").startswith("no-preamble (the 128 bytes")


def test_a_word_of_another_version_stands_for_itself():
    assert explained("told-by-a-later-version:slope") == "told-by-a-later-version:slope"
