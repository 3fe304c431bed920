"""Rules as files: what a rule must have, where it comes from, and what is said of one that is none."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rules.rule_files import LOUD, PAGE, write_rule
from scan2train.errors import UnknownName, WrongUse
from scan2train.rule.load import all_rules, built_in, find_rule
from scan2train.rule.page import page_of


def test_a_rule_is_named_after_its_file(tmp_path):
    write_rule(tmp_path, "boo007_what_it_finds", LOUD)
    rule = find_rule("boo007", all_rules([tmp_path]))
    assert (rule.code, rule.name, rule.page.title, rule.needs) == (
        "BOO007",
        "what-it-finds",
        "A rule",
        ("row",),
    )
    assert find_rule("what-it-finds", all_rules([tmp_path])) == rule


def test_rules_below_a_folder_are_found_and_come_in_order(tmp_path):
    write_rule(tmp_path / "b", "boo002_b", LOUD)
    write_rule(tmp_path / "a", "boo003_a", LOUD)
    (tmp_path / "shared.py").write_text("ANSWER = 42\n")
    own = [rule.code for rule in all_rules([tmp_path]) if rule.code.startswith("BOO")]
    assert own == ["BOO002", "BOO003"]
    assert len(all_rules([tmp_path])) == len(all_rules()) + 2


@pytest.mark.parametrize(
    ("name", "body", "page", "said"),
    [
        ("my_rule", LOUD, PAGE, "no rule by its name"),
        ("BOO001_loud", LOUD, PAGE, "no rule by its name"),
        ("boo001_loud", LOUD, '"""A rule."""', "no What it finds, no Why it matters, no What to do"),
        ("boo001_loud", LOUD, "", "docstring"),
        ("boo001_loud", "def check(rows):\n    yield", PAGE, "found rows"),
        ("boo001_loud", "def check():\n    yield", PAGE, "found none"),
        ("boo001_loud", "def chek(row):\n    yield", PAGE, "function check"),
        ("boo001_loud", "def check(row:\n", PAGE, "SyntaxError"),
        ("boo001_loud", "import no_such_module\n" + LOUD, PAGE, "ModuleNotFoundError"),
        ("fil001_mine", LOUD, PAGE, "the code FIL001 is taken by unreadable-file"),
    ],
)
def test_what_is_no_rule_is_refused(tmp_path, name, body, page, said):
    path = write_rule(tmp_path, name, body, page=page)
    with pytest.raises(WrongUse, match=said) as refused:
        all_rules([tmp_path])
    assert str(path) in str(refused.value)


def test_a_code_is_taken_once(tmp_path):
    write_rule(tmp_path, "boo001_one", LOUD)
    write_rule(tmp_path, "boo001_other", LOUD)
    with pytest.raises(WrongUse, match="the code BOO001 is taken by one"):
        all_rules([tmp_path])


def test_a_folder_without_rules_is_refused(tmp_path):
    with pytest.raises(WrongUse, match="holds no rule"):
        all_rules([tmp_path])


def test_an_unknown_code_lists_near_ones():
    with pytest.raises(UnknownName, match="GEO008"):
        find_rule("GEO080", built_in())
    with pytest.raises(UnknownName, match="duplicate-instance"):
        find_rule("duplicated-instance", built_in())


def test_a_page_is_taken_apart():
    text = """Title of
    two lines.

What it finds
-------------
One.

Why it matters
--------------
Two.

What to do
----------
Three,
four.

Five.

References
----------
Six.
"""
    page = page_of(text, "here")
    assert page.title == "Title of two lines"
    assert list(page.sections) == ["What it finds", "Why it matters", "What to do", "References"]
    assert page.sections["What to do"] == "Three,\nfour.\n\nFive."
    assert page.advice == "Three, four."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("A rule.", ""), "no title"),
        (("What to do", "What to be"), "no What to do"),
        (("Something.", ""), "no What it finds"),
        (("And read on.", "Notes\n-----\nMore."), "Notes"),
    ],
)
def test_a_page_without_its_sections_is_none(change, said):
    text = PAGE.format(title="A rule").strip('"\n ').replace(*change)
    with pytest.raises(WrongUse, match=said):
        page_of(text, "here")


def test_every_built_in_rule_has_its_page_and_its_name():
    from scan2train.knowledge.rule_names import RULE_NAMES

    for rule in built_in():
        assert RULE_NAMES[rule.code] == rule.name
        assert rule.page.sections["References"]


def test_rules_and_reading_load_nothing_that_computes():
    """Every read and every worker loads them: libraries of algorithms are loaded by what needs them, when it does."""
    heavy = ("SimpleITK", "cc3d", "matplotlib", "nibabel", "numba", "pydicom", "scipy", "torch")
    code = (
        "import sys, scan2train.read; from scan2train.rule.load import built_in; built_in();"
        f"print(*(name for name in {heavy!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
