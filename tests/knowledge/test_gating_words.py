"""Cardiac phases in words."""

import pytest

from scan2train.knowledge.gating_words import percent_of_words


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("CorCTA 0.75 Bv36 BestDiast 71 %", 71),
        ("CARDIAC 75%", 75),
        ("Coronary 78,5%", 78.5),
        ("Herz 0% - 90%", 0),
        ("Cardiac ASiR-V 40%", None),
        ("Cardiac 40% ASiR", None),
        ("Thorax 50%", None),
        ("Heart 175%", None),
    ],
)
def test_the_percentage_is_that_of_a_heart(text, percent):
    assert percent_of_words(text) == percent


def test_a_scan_known_to_be_cardiac_needs_no_word_of_it():
    assert percent_of_words("0.5mm 40%", cardiac=True) == 40
