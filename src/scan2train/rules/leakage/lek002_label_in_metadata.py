"""Attributes, names or words tell the label.

What it finds
-------------
Words of diagnoses in the study's and the series' description, the protocol's name, image comments, and names of files
and folders: carcinoma, BI-RADS 5, covid, fracture, healthy. Names of protocols and questions are none: "stroke
protocol", "tumor follow-up", "rule out fracture".

With the labels at hand, ``scan2train leaks SRC --labels CSV`` tests every attribute, name and word, and how ids, names,
dates and times are built: which of them predict the label better than chance allows.

Why it matters
--------------
What the header or the file's name knows, somebody's loader will feed to the network, or the curation of the data has
used: all cancers were numbered in one go, controls were scanned on Saturdays. The network scores well on this data and
fails on the next, and nothing in the scores shows it.

What to do
----------
Keep the text away from training: read pixels only, give files and folders names that mean nothing, and take the text
out with clean --strip-leaks.

Where ids, dates or times tell the label, the cases and the controls were collected in different ways: draw both from
one period and one source, or hold out a part of the data where they do not differ. ``scan2train leaks`` says when it
is gone.

References
----------
Kaufman et al., Leakage in Data Mining, ACM TKDD 6(4), 2012; Roberts et al., Common pitfalls … COVID-19, Nature Machine
Intelligence 3, 2021; DICOM PS3.15 table E.1-1. Correction for many features: Westfall & Young 1993.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from scan2train.finding import Where
from scan2train.knowledge.diagnosis_words import diagnosis_words
from scan2train.knowledge.file_names import stem, without_label_word
from scan2train.knowledge.tolerances import LEK002_P
from scan2train.rule import Example, Hit, at, bad, error, good, info, near, warning
from scan2train.rule.telling import Telling

#: Columns of texts, and what they are called; whether groups such as "normal" count there: they are doses as well.
_TEXTS = {
    "study_description": ("the study's description", False),
    "description": ("the series' description", False),
    "protocol": ("the protocol's name", False),
    "image_comments": ("image comments", True),
}
_CLASSES = "folders are named after classes: a way to give labels, as long as no network sees the paths"
_SHOWN = 5


def check(
    instances: pl.DataFrame | None = None,
    volumes: pl.DataFrame | None = None,
    told: Sequence[Telling] | None = None,
) -> Iterator[Hit]:
    """Look for words; or judge what ``leaks`` has tested."""
    if instances is not None:
        yield from _texts(instances)
    if volumes is not None:
        yield from _names(volumes)
    for one in told or ():
        if not one.enough:
            yield info(
                f"there are too few cases to tell whether anything predicts the label with p below {LEK002_P:g}",
                seen=f"{one.cases} cases; what told every label would have p {one.p:.2g}",
                expected="more cases of each label",
                advice="Add cases and run it again. That nothing is reported means nothing here.",
                scope="dataset",
            )
        elif one.kind == "text":
            yield _judged(one)


def _judged(one: Telling) -> Hit:
    seen = one.sentence + (f"; so do {', '.join(one.others)}" if one.others else "")
    if one.layout:
        return info(_CLASSES, seen=seen, scope="dataset", affects=one.cases)
    advice = "" if not one.stripped else "Take it out: clean --strip-leaks does, or read pixels only."
    return error(
        "an attribute, a name or a word tells the label",
        seen=seen,
        expected=f"no p below {LEK002_P:g} after correction",
        advice=advice,
        scope="dataset",
        affects=one.cases,
    )


def _texts(instances: pl.DataFrame) -> Iterator[Hit]:
    series = instances.filter(pl.col("format") == "dicom")
    n_patients = series["patient"].n_unique()
    for name, (called, groups) in _TEXTS.items():
        words = {text: diagnosis_words(text, groups=groups) for text in series[name].unique().drop_nulls()}
        telling = [text for text, found in words.items() if found]
        if not telling:
            continue
        chosen = pl.col(name).is_in(telling)
        severity = (
            info if n_patients > 1 and series.select(chosen.fill_null(value=False).all()).item() else warning
        )
        firsts = (
            series.filter(chosen)
            .group_by("source", "series_uid", name, maintain_order=True)
            .agg(pl.col("path").first(), pl.len().alias("n"))
        )
        for row in firsts.iter_rows(named=True):
            shown = ", ".join(words[row[name]][:_SHOWN])
            yield severity(
                f"{called} names a diagnosis",
                seen=shown,
                expected="text that says how the scan was made",
                where=at(row),
                scope="series",
                affects=row["n"],
            )


def _names(volumes: pl.DataFrame) -> Iterator[Hit]:
    rows = [
        row
        for row in volumes.filter(pl.col("role") != "labels")
        .select(
            "source",
            "path",
            "format",
            "volume",
            "series_uid",
            pl.col("member_path").list.first().alias("file"),
        )
        .iter_rows(named=True)
        if row["file"] or row["path"]
    ]
    yield from _folders(rows)
    found = [(row, _words_of_name(row)) for row in rows]
    if not _part_cases([words for _, words in found]):
        found = [(row, []) for row, _ in found]
    every = len(rows) > 1 and all(words for _, words in found)
    for row, words in found:
        if words:
            yield (info if every else warning)(
                "the file's name names a diagnosis",
                seen=", ".join(words[:_SHOWN]),
                expected="a name that means nothing",
                advice="Give files names that mean nothing, and keep labels in a table.",
                where=at(row),
                scope="volume",
            )


def _part_cases(found: Sequence[Sequence[str]]) -> bool:
    """Whether words make classes: one names a disease or health, or two differ. By itself, "control" may be a check."""
    every = {word for words in found for word in words}
    return len(every) > 1 or any(diagnosis_words(word, groups=False) for word in every)


def _words_of_name(row: dict[str, Any]) -> list[str]:
    own = stem(row["file"] or row["path"])
    # A mask without its image is named after what it outlines.
    return [] if without_label_word(own) is not None else diagnosis_words(own)


def _folders(rows: Sequence[dict[str, Any]]) -> Iterator[Hit]:
    """Folders beside one another, of which at least one has the name of a diagnosis."""
    below: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows:
        parts = PurePosixPath(row["file"] or row["path"]).parts[:-1]
        for level, part in enumerate(parts):
            names = below.setdefault((row["source"], "/".join(parts[:level])), {})
            names[part] = names.get(part, 0) + 1
    for (_, parent), names in sorted(below.items()):
        telling = {name: words for name in names if (words := diagnosis_words(name))}
        if len(names) > 1 and _part_cases(list(telling.values())):
            shown = sorted({word for words in telling.values() for word in words})
            yield info(
                _CLASSES,
                seen=", ".join(shown[:_SHOWN]),
                where=Where(path=parent or "."),
                scope="dataset",
                affects=sum(names[name] for name in telling),
            )


def examples() -> Iterator[Example]:
    """Descriptions, comments and names with and without diagnoses."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_nifti, small_series, together

    def told(**tags: str) -> Build:
        return small_series(shape=(7, 6, 3), tags=tags)

    def files(*names: str) -> Build:
        return together(*(small_nifti(name, shape=(3, 4, 5)) for name in names))

    yield good("a plain series", small_series())
    yield good("names of cases", files("case_001.nii.gz", "case_002.nii.gz"))
    yield bad(
        "carcinoma in the study", told(StudyDescription="CT Thorax Bronchialkarzinom"), Severity.WARNING
    )
    yield bad("covid in the series", told(SeriesDescription="COVID19 pneumonia 1.0 B60f"), Severity.WARNING)
    yield bad("BI-RADS in comments", told(ImageComments="BI-RADS 5, left"), Severity.WARNING)
    yield bad("a comment that says normal", told(ImageComments="normal"), Severity.WARNING)
    yield bad("names of files", files("malignant_01.nii.gz", "x_02.nii.gz"), Severity.WARNING)
    yield bad("folders as classes", files("covid/a.nii.gz", "normal/b.nii.gz"), Severity.INFO)
    yield near("a stroke protocol", told(StudyDescription="CT HEAD STROKE PROTOCOL"))
    yield near(
        "a tumor in follow-up", told(StudyDescription="Tumor follow-up", SeriesDescription="Normal dose")
    )
    yield near("a screening program", told(StudyDescription="Lung nodule screening", ProtocolName="Normal"))
    yield near("a question", told(StudyDescription="MR Knie, fractur?", ProtocolName="r/o embolism"))
    yield bad("cases and controls", files("positive_1.nii.gz", "negative_2.nii.gz"), Severity.INFO)
    yield near("a control by itself", files("control.nii.gz", "control/b.nii.gz", "x/c.nii.gz"))
    yield near("masks of tumors", small_nifti("a/tumor_mask.nii.gz", labels=True, shape=(3, 4, 5)))
    yield near("one folder for all", files("lung_cancer/a_01.nii.gz", "lung_cancer/a_02.nii.gz"))
