"""An index of one source, and findings with whatever a header or a name of a file may hold."""

from __future__ import annotations

from pathlib import Path

from scan2train.cli.found import nothing_found
from scan2train.finding import Finding, Severity, Where
from scan2train.index import Index
from scan2train.tables import VOLUMES

WILD = 'a%b,c:d\r\n::error::e\x1b[31m<f>&"g"\ufffe\u202e\0'

ODD = (
    Finding(
        code="GEO004",
        name="missing-slices",
        severity=Severity.ERROR,
        scope="volume",
        message="slices are missing",
        where=Where(path="a b/c:d", series_uid="1.2.3", volume="0123456789ab"),
        advice="Fetch them.",
        seen="a gap of 10 mm among 5 mm",
        expected="even gaps",
        affects=2,
    ),
    Finding(
        code="FIL008",
        name="unsafe-text",
        severity=Severity.WARNING,
        scope="file",
        message="text that is not safe",
        where=Where(path=f"x/{WILD}"),
        advice="Clean it.",
        seen=WILD,
    ),
    Finding(
        code="SET001",
        name="mixed-spacing",
        severity=Severity.INFO,
        scope="dataset",
        message="spacings are mixed",
    ),
)


def index_of(source: Path) -> Index:
    """An index that knows one volume below ``source``."""
    empty = nothing_found()
    row = {"volume": "0123456789ab", "series_uid": "1.2.3", "source": str(source), "path": "a b/c:d"}
    return Index(
        instances=empty.instances, frames=empty.frames, volumes=VOLUMES.frame([row]), skipped=empty.skipped
    )
