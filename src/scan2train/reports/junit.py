"""Findings as JUnit XML, which most servers that run tests show: a suite a place, a case a finding.

A finding at or above the severity from which the run fails is a failure; a milder one has passed, with its text beside
it. Where nothing was found there is one case that has passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from scan2train.finding import Finding
from scan2train.reports.escape import shown

_NAME = "scan2train check"
_WHOLE = "the whole source"


def as_junit(findings: Iterable[Finding], fails_from: int) -> str:
    """The document.

    Parameters
    ----------
    findings
        What was found.
    fails_from
        The rank of severity from which a finding is a failure; above the highest for none.
    """
    ordered = sorted(findings, key=_place)
    suites = [_suite(place, list(group), fails_from) for place, group in groupby(ordered, key=_place)]
    if not suites:
        nothing = ET.Element("testsuite", name=_NAME, tests="1", failures="0", errors="0")
        ET.SubElement(nothing, "testcase", name="nothing was found", classname=_NAME)
        suites = [nothing]
    totals = {
        key: str(sum(int(one.attrib[key]) for one in suites)) for key in ("tests", "failures", "errors")
    }
    root = ET.Element("testsuites", {"name": _NAME, **totals})
    root.extend(suites)
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _place(one: Finding) -> str:
    return _xml(one.where.path or one.where.series_uid or _WHOLE)


def _suite(place: str, findings: Sequence[Finding], fails_from: int) -> ET.Element:
    failures = sum(one.severity.rank >= fails_from for one in findings)
    suite = ET.Element("testsuite", name=place, tests=str(len(findings)), failures=str(failures), errors="0")
    for one in findings:
        volume = f" [{one.where.volume}]" if one.where.volume else ""
        case = ET.SubElement(suite, "testcase", name=_xml(f"{one.code} {one.name}{volume}"), classname=place)
        if one.severity.rank >= fails_from:
            said = ET.SubElement(case, "failure", type=one.severity.value, message=_xml(one.message))
        else:
            said = ET.SubElement(case, "system-out")
        said.text = _xml_lines(one)
    return suite


def _xml_lines(one: Finding) -> str:
    lines = [
        f"{one.severity.value}: {one.message}",
        f"seen: {one.seen}" if one.seen else "",
        f"expected: {one.expected}" if one.expected else "",
        f"do: {one.advice}" if one.advice else "",
    ]
    return "\n".join(_xml(line) for line in lines if line)


def _xml(text: str) -> str:
    # XML 1.0 has no place for control characters, unpaired surrogates, or the last two of each plane: shown() leaves
    # only what can be printed.
    return shown(text)
