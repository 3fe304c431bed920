"""Text that must not be shown as it is, and text that looks like it."""

from __future__ import annotations

import time

import pytest

from scan2train.knowledge.unsafe_text import harmless, unsafe


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a\x1b[31m", "control characters"),
        ("a\nb", "control characters"),
        ("a\x85b", "control characters"),
        ("a\u202eb", "marks of direction"),
        ("<script>x</script>", "markup"),
        ("<SCRIPT src=//x>", "markup"),
        ("</b>", "markup"),
        ("<svg/onload=alert(1)>", "markup"),
        ("<x onclick=y", "markup"),
        ("<!-- x", "markup"),
        ("=1+1", "a formula"),
        ("  =cmd", "a formula"),
        ("@SUM(1)", "a formula"),
        ("-SUM(A1)", "a formula"),
        ("+cmd|' /C calc'!A0", "a formula"),
        ("../x", "a path"),
        ("a\\..\\b", "a path"),
        ("/etc/passwd", "a path"),
        ("C:\\x", "a path"),
    ],
)
def test_what_harms_is_named(text, what):
    assert unsafe(text) == what


@pytest.mark.parametrize(
    "text",
    [
        *(
            "T1 +C",
            "+C",
            "-C",
            "- C",
            "+C (venous)",
            "+5 mm",
            "-500..1300 HU",
            "CT <3mm>",
            "a<b",
            "x < y > z",
        ),
        *(
            "<MPR Range[1]>",
            "<b1000>",
            "ABD <VENOUS>",
            "A = B",
            "e@x",
            "THORAX 1.0/0.8",
            "...",
            "Abd./Pelvis",
        ),
        *(
            "ORIGINAL\\PRIMARY\\AXIAL",
            "/AX T1/",
            "Schädel",
            "日本語",
            "1.2.840.10008",
            "T2* w/ fat sat",
            "a\tb",
        ),
    ],
)
def test_what_clinics_write_is_harmless(text):
    assert unsafe(text) == ""


def test_lines_are_for_texts_of_lines():
    assert unsafe("a\r\nb", several_lines=True) == ""
    assert unsafe("a\x1bb", several_lines=True) == "control characters"


def test_shown_text_has_nothing_left_that_harms():
    shown = harmless("=<b>\x1b\u202e" + "x" * 300)
    assert shown.startswith(r"'=\x3cb\x3e\x1b\u202exxx")
    assert len(shown) == 121
    assert unsafe(shown) == ""


@pytest.mark.parametrize(
    "text",
    [
        "+" + "|" * 100_000,
        "+" + "a" * 100_000,
        "<a" + " on" * 30_000,
        "<a " * 30_000,
        "<a on" + " " * 100_000,
    ],
)
def test_no_text_takes_long(text):
    since = time.process_time()
    unsafe(text)
    assert time.process_time() - since < 1
