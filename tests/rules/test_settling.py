"""Which rules are chosen, and how what they said becomes one list."""

from __future__ import annotations

import random

import pytest

from scan2train.checking.choose import choose
from scan2train.checking.settle import settle
from scan2train.checking.with_pixels import with_pixels
from scan2train.errors import UnknownName
from scan2train.finding import Finding, Severity, Where
from scan2train.rule.load import built_in, find_rule

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


def said(code="GEO003", severity=WARNING, *, volume="v", series="s", path="p", scope="volume", **more):
    return Finding(
        code=code,
        name="a-name",
        severity=severity,
        scope=scope,
        message=more.pop("message", "m"),
        where=Where(path=path, series_uid=series, volume=volume),
        **more,
    )


def chosen(select=(), ignore=()):
    return {rule.code for rule in choose(built_in(), select, ignore)}


EVERY = {rule.code for rule in built_in()}
FILES = {code for code in EVERY if code.startswith("FIL")}


@pytest.mark.parametrize(
    ("select", "ignore", "left"),
    [
        ((), (), EVERY),
        (("FIL",), (), FILES),
        (("fil",), ("FIL003",), FILES - {"FIL003"}),
        (("FIL003",), ("FIL",), {"FIL003"}),
        (("FIL", "FIL003"), ("FIL00",), {"FIL003"}),
        (("FIL003",), ("FIL003",), set()),
        ((), ("F",), EVERY - FILES),
        (("FIL003", "F"), (), FILES),
        (("decoder-missing",), ("FIL",), {"FIL003"}),
        (("FIL",), ("decoder-missing",), FILES - {"FIL003"}),
    ],
)
def test_the_longer_word_wins(select, ignore, left):
    assert chosen(select, ignore) == left


@pytest.mark.parametrize("word", ["ZZZ", "FIL999", "decoder", "", "  "])
def test_a_word_that_names_no_rule_is_refused(word):
    with pytest.raises(UnknownName):
        chosen(select=(word,))
    with pytest.raises(UnknownName):
        chosen(ignore=(word,))


def test_what_is_said_of_a_series_is_said_once():
    found = [said(scope="series", volume=str(n), seen=str(n), affects=n) for n in (1, 2, 3)]
    (one,) = settle([*found, *found[:1]])
    assert one.affects == 7
    assert one.where == Where(path="p", series_uid="s")
    assert len(settle([*found, said(scope="series", series="t")])) == 2
    assert len(settle([*found, said(scope="series", message="other")])) == 2


def test_what_is_said_of_volumes_stays_but_for_repetitions():
    assert len(settle([said(volume="a"), said(volume="b"), said(volume="a")])) == 2


@pytest.mark.parametrize(
    ("specific", "general", "left"),
    [
        (said("GEO004"), said("GEO003"), {"GEO004"}),
        (said("GEO004", volume="w"), said("GEO003"), {"GEO003", "GEO004"}),
        (said("SER001", scope="series"), said("GEO005"), {"SER001"}),
        (said("SER001", scope="series", series="t"), said("GEO005"), {"SER001", "GEO005"}),
        (
            said("FIL002", path="a", volume=None, series=None, scope="file"),
            said("FIL001", path="a", volume=None, series=None, scope="file"),
            {"FIL002"},
        ),
        (
            said("FIL002", path="a", volume=None, series=None, scope="file"),
            said("FIL001", path="b", volume=None, series=None, scope="file"),
            {"FIL001", "FIL002"},
        ),
        (said("PIX012"), said("PIX003"), {"PIX012"}),
        # A milder word hides nothing.
        (said("SER001", INFO, scope="series"), said("GEO005", ERROR), {"SER001", "GEO005"}),
        (said("GEO004", ERROR), said("GEO003", ERROR), {"GEO004"}),
        # A volume may have several faults of its files; a file that gave no image has one.
        (said("FIL002"), said("FIL005"), {"FIL002", "FIL005"}),
        (said("GEO002", ERROR, scope="series"), said("SER002", scope="series"), {"GEO002", "SER002"}),
        (said("PIX003"), said("GEO003"), {"PIX003", "GEO003"}),
    ],
)
def test_the_specific_word_stands_for_the_general_one(specific, general, left):
    assert {one.code for one in settle([general, specific])} == left


def test_the_same_word_of_files_of_one_name_counts_both():
    one = said("FIL001", ERROR, path="IM7.dcm", volume=None, series=None, scope="file")
    assert [finding.affects for finding in settle([one, one])] == [2]


def test_a_rule_that_failed_hides_no_other_that_failed():
    failures = [said("RUL001", ERROR, volume=None, series=None, path=None, message=word) for word in "abc"]
    joined = with_pixels(failures[:1], failures[1:], built_in())
    assert {one.message for one in joined} == {"a", "b", "c"}


def test_the_worst_comes_first_whatever_the_order():
    found = [
        said(code, severity, path=path, volume=path)
        for code in ("GEO001", "PIX009")
        for severity in Severity
        for path in "ba"
    ]
    mixed = random.Random(3).sample(found, len(found))
    settled = settle(mixed)
    assert settled == settle(found)
    assert [one.severity for one in settled] == [ERROR] * 4 + [WARNING] * 4 + [INFO] * 4
    assert [one.code + one.where.path for one in settled[:4]] == ["GEO001a", "GEO001b", "PIX009a", "PIX009b"]


def test_pixels_say_nothing_twice_and_the_worse_word_counts():
    rules = built_in()
    header = [said("GEO003", WARNING), said("GEO003", INFO, message="n"), said("GEO008", volume="w")]
    assert with_pixels(header, [said("GEO003", WARNING, message="pixels")], rules) == header
    worse = said("GEO003", ERROR, message="pixels")
    assert with_pixels(header, [worse], rules) == [header[2], worse]
    new = said("GEO003", INFO, volume="w")
    assert with_pixels(header, [new], rules) == [*header, new]


def test_a_rule_that_looked_again_takes_its_first_word_back():
    rules = [find_rule("FIL004", built_in())]
    header, pixels = said("FIL004", WARNING, message="headers"), said("FIL004", INFO, message="pixels")
    assert with_pixels([header], [pixels], rules) == [pixels]
    assert with_pixels([header], [], rules) == [header]


def test_which_of_a_series_findings_speaks_for_all_does_not_hang_on_their_order():
    several = [said(scope="series", path=path, volume=path, seen=f"seen in {path}") for path in "cab"]
    (one,) = settle(several)
    assert settle(several[::-1]) == [one]
    assert (one.where.path, one.seen, one.affects) == ("a", "seen in a", 3)
