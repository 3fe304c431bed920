"""The report of a folder of scans: indexed, checked, and each volume looked at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

from scan2train.checking.everything import everything
from scan2train.checking.items import items_of
from scan2train.cohort.splitting.together import group_values
from scan2train.finding import Finding
from scan2train.index import Index
from scan2train.knowledge.tolerances import GEO003_SILENT_MM
from scan2train.pairing import masks_of
from scan2train.reports.html.acquisitions import acquisitions, distributions
from scan2train.reports.html.case import Case, Look
from scan2train.reports.html.copies import in_words, largest_of, within_size
from scan2train.reports.html.evidence import Shown, evidence_for
from scan2train.reports.html.groups import groups_of
from scan2train.reports.html.intensities import intensities, with_unlikeness
from scan2train.reports.html.look import look_at_all, size_in_words
from scan2train.reports.html.report import Report
from scan2train.reports.summary import summary
from scan2train.rule import Rule
from scan2train.rule.load import all_rules
from scan2train.runners.progress import Progress

#: A page that lists more skipped files helps nobody.
_SKIPPED = 300
_FACTS = {
    "volume": "Volume",
    "role": "Role",
    "modality": "Modality",
    "manufacturer": "Manufacturer",
    "model": "Model",
    "description": "Description",
    "kernel": "Kernel",
    "orientation": "Axes",
    "patient_position": "Patient position",
    "thickness_mm": "Thickness, mm",
    "split_by": "Told apart by",
    "dimension_value": "Value",
    "irregular": "Irregular",
    "transfer_syntax": "Transfer syntax",
    "series_uid": "Series",
}


def report_of_source(
    index: Index,
    sources: Iterable[Path],
    *,
    rules: Iterable[str] = (),
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a source by all rules, and draw its volumes, each decoded once; its ``findings`` are those of ``check``."""
    known = all_rules(folders := tuple(rules))
    looks: dict[int, Look] = {}
    found = []
    codes = frozenset(rule.code for rule in known)
    items, workers = items_of(index), jobs or os.cpu_count() or 1
    largest = largest_of(len(items))
    for place, look, seen in look_at_all(
        items, codes, folders, largest=largest, jobs=workers, progress=progress
    ):
        looks[place] = look
        found.append(seen)
    findings = everything(index, known, found)
    shown = evidence_for(findings, index, jobs=workers)
    return _report(index, sources, findings, looks, shown, known)


def report_of_findings(
    index: Index,
    sources: Iterable[Path],
    findings: Sequence[Finding],
    *,
    rules: Iterable[Path] = (),
    jobs: int | None = None,
) -> Report:
    """The page of findings that are there already, with a picture of each volume."""
    items, workers = items_of(index), jobs or os.cpu_count() or 1
    largest = largest_of(len(items))
    drawn = look_at_all(items, frozenset(), (), largest=largest, jobs=workers, progress=None)
    looks = {place: look for place, look, _ in drawn}
    shown = evidence_for(findings, index, jobs=workers)
    return _report(index, sources, findings, looks, shown, all_rules(rules))


def _report(
    index: Index,
    sources: Iterable[Path],
    findings: Sequence[Finding],
    looks: Mapping[int, Look],
    shown: Shown,
    rules: Sequence[Rule],
) -> Report:
    of_volume: dict[str, list[Finding]] = {}
    of_series: dict[str, list[Finding]] = {}
    for one in findings:
        if one.where.volume:
            of_volume.setdefault(one.where.volume, []).append(one)
        elif one.where.series_uid:
            of_series.setdefault(one.where.series_uid, []).append(one)
    volumes = index.volumes
    paths = dict(volumes.select("volume", "path").iter_rows())
    masks = {image: [paths[one] for one in ids] for image, ids in masks_of(volumes).items()}
    cases = [
        _case(
            row,
            looks.get(place, Look()),
            [*of_volume.get(row["volume"], ()), *of_series.get(row["series_uid"] or "", ())],
            masks.get(row["volume"], ()),
        )
        for place, row in enumerate(volumes.iter_rows(named=True))
    ]
    kinds = {
        row["volume"]: (row["modality"] or row["format"], site)
        for row, site in zip(volumes.iter_rows(named=True), group_values(volumes, "site"), strict=True)
    }
    cases = with_unlikeness(cases, kinds)
    cases.sort(key=lambda case: (*(-n for n in case.oddness), case.title))
    drawn = within_size(cases)
    counts = summary(index, findings)
    names = [Path(source).resolve().name for source in sources]
    return Report(
        title=", ".join(names),
        about="What is in this folder of scans, and what is wrong with it.",
        tiles=tuple((f"{counts[name]:,}", name) for name in ("files", "series", "volumes", "skipped")),
        summary=counts["findings"],
        findings=tuple(findings),
        groups=tuple(groups_of(findings, drawn, rules, shown)),
        cases=tuple(drawn),
        acquisitions=tuple(acquisitions(index.volumes)),
        distributions=tuple(distributions(index.volumes)),
        intensities=intensities(drawn, kinds),
        copies=in_words(drawn, cases),
        skipped=tuple(
            (row["path"], row["reason"], row["message"] or "")
            for row in index.skipped.head(_SKIPPED).iter_rows(named=True)
        ),
        skipped_count=index.skipped.height,
    )


def _case(row: Mapping[str, Any], look: Look, findings: Sequence[Finding], masks: Sequence[str]) -> Case:
    places = [place for place in row["member_position_mm"] or () if place is not None and isfinite(place)]
    uneven = bool(row["irregular"]) and len(places) > 2
    gaps = tuple(b - a for a, b in pairwise(places)) if uneven else ()
    # Even gaps show nothing: two slices at one place are one place here.
    if gaps and max(gaps) - min(gaps) <= GEO003_SILENT_MM:
        gaps = ()
    subtitle = " · ".join(word for word in (row["modality"] or row["format"], size_in_words(row)) if word)
    facts = [(title, row[name]) for name, title in _FACTS.items() if row[name] not in (None, "")]
    facts += [("Mask", path) for path in masks]
    return Case(
        key=row["volume"],
        title=row["path"] if row["path"] != "." else Path(row["source"]).name,
        subtitle=subtitle,
        look=look,
        findings=tuple(findings),
        facts=tuple(
            (title, f"{value:.4g}" if isinstance(value, float) else str(value)) for title, value in facts
        ),
        gaps_mm=gaps,
    )
