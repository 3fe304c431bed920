"""Header text would do harm where it is shown as it is.

What it finds
-------------
Text of headers with control characters or marks that turn the direction of writing, with markup that a web page would
obey, that a spreadsheet would compute, or that leads out of a folder where it becomes a file's name.

Why it matters
--------------
Descriptions and station names end in tables, logs, pages and folder names. Opened in a spreadsheet, a description
``=HYPERLINK(…)`` sends the other cells away; in a page, a script runs with the reader's rights; in a terminal, escape
sequences hide lines; and ``../../x`` as a folder's name writes where it must not.

What to do
----------
Never use this text in names of files, nor in pages or tables, without escaping it. Here it is shown escaped, and
comments not at all.

Find out who wrote it: scanners do not. ``scan2train clean --set`` replaces it.

References
----------
DICOM PS3.5 section 6.2 (characters of each value representation); OWASP: CSV injection, cross-site scripting, path
traversal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.unsafe_text import harmless, unsafe
from scan2train.rule import Example, Hit, at, bad, good, near, warning

#: Columns of the volumes table whose text reports show.
_OF_VOLUMES = (
    *(
        "description",
        "manufacturer",
        "model",
        "station",
        "kernel",
        "contrast",
        "image_type",
        "view",
        "laterality",
    ),
    *("patient_position", "modality", "rescale_type", "units", "series_uid", "study_uid"),
)
#: And of the instances table, beyond those.
_OF_INSTANCES = (
    *(
        "software",
        "study_description",
        "protocol",
        "body_part",
        "image_comments",
        "scan_options",
        "sequence_name",
    ),
    *("scanning_sequence", "conversion_type", "identity_removed", "sop_instance_uid"),
)
#: Of these, texts that may have several lines (LT).
_LINES = ("image_comments",)
#: And those in which people write what they like, of patients as well: never shown.
_PRIVATE = ("image_comments",)
_PLAIN_UID = r"^[0-9.]*$"

SUSPECT = pl.any_horizontal(
    pl.col(name).str.contains(r"[^A-Za-z0-9 ._,;()\[\]^*+\\-]|^\s*[=@+-]|\.\.").fill_null(value=False)
    for name in _OF_VOLUMES
)


def check(row: Mapping[str, Any] | None = None, instances: pl.DataFrame | None = None) -> Iterator[Hit]:
    """Look at each distinct text once: a volume's own, and what only the instances table keeps."""
    if row is not None:
        for text in dict.fromkeys(row[name] for name in _OF_VOLUMES):
            what = unsafe(text) if text else ""
            if what:
                names = [name for name in _OF_VOLUMES if row[name] == text]
                yield _hit(", ".join(names), what, text)
    if instances is not None:
        for name in _OF_INSTANCES:
            yield from _of_instances(name, instances)


def _hit(name: str, what: str, text: str, **more: Any) -> Hit:
    message = f"{name.replace('_', ' ')} holds {what}: text that must not be shown as it is"
    seen = f"{len(text)} characters, which are not shown" if name in _PRIVATE else harmless(text)
    return warning(message, seen=seen, **more)


def _of_instances(name: str, instances: pl.DataFrame) -> Iterator[Hit]:

    texts = instances[name]
    if name.endswith("uid"):
        texts = texts.filter(~texts.str.contains(_PLAIN_UID))
    found = {text: unsafe(text, several_lines=name in _LINES) for text in texts.unique().drop_nulls()}
    harmful = [text for text, what in found.items() if what]
    if not harmful:
        return
    places = (
        instances.lazy()
        .filter(pl.col(name).is_in(harmful))
        .group_by("source", "series_uid", name)
        .agg(pl.col("path").min(), pl.len().alias("count"))
        .sort("source", "path", name)
        .collect()
    )
    for one in places.iter_rows(named=True):
        yield _hit(name, found[one[name]], one[name], where=at(one), scope="series", affects=one["count"])


def examples() -> Iterator[Example]:
    """Attacks, and what clinics write every day."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_nifti, small_series

    def told(text: str, **more: Any) -> Any:
        return small_series(tags={"SeriesDescription": text}, **more)

    yield good("plain text", small_series())
    german = {"SpecificCharacterSet": "ISO_IR 100", "SeriesDescription": "Schädel 3D (ax)"}
    yield good("umlauts, MR", small_series(modality="MR", tags=german))
    yield good("a NIfTI", small_nifti())
    yield bad("a script", told("<script>alert(1)</script>"), Severity.WARNING)
    yield bad("a picture with a handler", told("T1 <img src=x onerror=alert(1)"), Severity.WARNING)
    yield bad("a formula", told('=HYPERLINK("http://x";"CT")', manufacturer="SIEMENS"), Severity.WARNING)
    yield bad("a link to a program", told("+1+cmd|' /C calc'!A0"), Severity.WARNING)
    yield bad(
        "colours of a terminal, sagittal MR",
        told("\x1b[31mT1", orientation="PIR", modality="MR"),
        Severity.WARNING,
    )
    yield bad("a way out of the folder", small_series(tags={"StationName": "../../x"}), Severity.WARNING)
    yield bad("a formula in the protocol", small_series(tags={"ProtocolName": "@SUM(1+1)"}), Severity.WARNING)
    yield bad("a script in the comments", small_series(tags={"ImageComments": "<script>"}), Severity.WARNING)
    yield near("contrast", told("T1 +C", modality="MR"))
    yield near("contrast first", told("+C (venous)"))
    yield near("no contrast", told("-C"))
    yield near("a comparison", told("CT <3mm> THORAX a<b"))
    yield near("ranges as Siemens names them", told("Thorax <MPR Range[1]>", manufacturer="SIEMENS"))
    yield near("comments of several lines", small_series(tags={"ImageComments": "one\r\ntwo"}))
    yield near("dots and slashes", told("Abd./Pelvis 5.0 .../..."))
