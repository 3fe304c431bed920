"""Words of contrast in five languages, agents, and delays."""

import pytest

from scan2train.knowledge.contrast_words import (
    agent_given,
    contrast_told,
    may_be,
    phase_at,
    phases_of_words,
    swallowed,
)

NATIVE = """
    Abdomen nativ|CT ABD W/O CONTRAST|NON CONTRAST|non-contrast|Noncon axial|sans injection|senza mdc|sin contraste
    ohne KM|Head WO|Abd C-|precontrast|Unenhanced liver|Ca Score|plain|avant injection
    Thorax without contrast|NATIVO|c spine w/o
    Contrast: none|sin civ|pre_contrast|Nativ 5.0 B30f
"""
ARTERIAL = """
    Thorax arteriell|früh arteriell|late arterial|phase artérielle tardive|fase arterial tardía|fase arteriosa|CTA Aorta
    CTPA|C+ art|35 sec|EARLY_ARTERIAL|Spätarteriell|corticomedullary
"""
VENOUS = """
    PORTAL VENOUS|portalvenös|venös|temps portal|fase venosa|temps veineux|portovenoes|delay 70s|PVP|nephrographic|70s
"""
DELAYED = """
    delayed 5 min|Spätphase|tardif|fase tardiva|excretory|urographie|Ausscheidungsphase|Axial 5mm delay|10min|tardía
"""
SILENT = "Thorax|Lung 1.0 B70f|H31s|No gap|C-Spine|Pancreas|Liver 4 phase|AIDR 3D Enhanced|Scout|0.5 s|"


def words(text):
    return [word.strip() for line in text.strip().splitlines() for word in line.split("|")]


@pytest.mark.parametrize(
    ("texts", "phases"),
    [
        (NATIVE, ("non-contrast",)),
        (ARTERIAL, ("arterial",)),
        (VENOUS, ("portal-venous",)),
        (DELAYED, ("delayed",)),
        ("mit KM|avec injection|con mdc|post contrast|C+|CT ABD W CONTRAST|contrasté", ("given",)),
        (
            "W & W/O CONTRAST|with and without contrast|mit und ohne KM|con e senza mdc",
            ("non-contrast", "given"),
        ),
        ("nativ, arteriell", ("non-contrast", "arterial")),
        (SILENT, ()),
    ],
)
def test_words_tell_a_phase(texts, phases):
    told = {text: phases_of_words(text) for text in words(texts)}
    assert told == dict.fromkeys(told, phases)


@pytest.mark.parametrize(
    ("agents", "given"),
    [
        ("OMNIPAQUE 350|Ultravist|CE|CONTRAST|APPLIED|Iopamidol 100cc|non-ionic|Oral & IV|KM", True),
        ("NONE|no|N/A|NON CONTRAST|w/o|without contrast|ohne|Sans|-|no contrast given", False),
        ("|unknown|ORAL|Gastrografin|& WATER|removed", None),
    ],
)
def test_an_agent_is_given_or_not(agents, given):
    told = {agent: agent_given(agent) for agent in words(agents)}
    assert told == dict.fromkeys(told, given)


def test_the_route_counts():
    assert agent_given("Telebrix", "ORAL") is None
    assert swallowed("Telebrix", "ORAL")
    assert agent_given("Telebrix", "IV") is True


def test_words_and_agent_that_contradict_one_another_tell_nothing():
    assert contrast_told("Ultravist", "Leber nativ") is None
    assert contrast_told(None, "Leber nativ") is False
    assert contrast_told("Ultravist", "Leber") is True


def test_delays_name_one_phase_each():
    assert [phase_at(s) for s in (-1, 0, 49.9, 50, 129.9, 130, 3599, 3600)] == [
        *("", "arterial", "arterial", "portal-venous", "portal-venous", "delayed", "delayed", ""),
    ]


def test_a_word_bears_more_than_the_delay_that_is_typical_of_it():
    assert may_be("arterial", 60)
    assert not may_be("arterial", 70)
    assert may_be("portal-venous", 45)
    assert not may_be("delayed", 60)
    assert may_be("", 60)
