"""Which finding of the audit tells why a reader returned something else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from scan2train.cohort.parity.place import Place, Row
from scan2train.cohort.parity.row import UNEXPLAINED
from scan2train.finding import Finding

#: What happened -> the findings that are its cause where they were made, the likeliest first.
CAUSES = {
    "shear": ("GEO006", "NII002", "GEO013"),
    "slice-spacing": (
        "GEO004",
        "GEO003",
        "GEO005",
        "SER001",
        "SER006",
        "GEO006",
        "GEO008",
        "GEO007",
        "FIL006",
    ),
    "slice-order": ("SER001", "SER006", "GEO007", "GEO005"),
    "pixel-spacing": ("GEO009", "NII003", "SER006", "FIL006"),
    "mirrored": ("NII001", "NII002", "SER006", "GEO001", "FIL006"),
    "direction": ("NII001", "NII002", "GEO013", "GEO002", "SER006", "FIL006"),
    "origin": ("NII001", "NII002", "SER006", "GEO002", "GEO001", "FIL006"),
    "no-place": ("GEO001", "SER006"),
    "values": (
        *("PIX003", "PIX012", "PIX001", "PIX008", "PIX004", "PIX002", "PIX013", "NII003"),
        *("SER001", "SER006", "PIX009", "FIL006"),
    ),
    "rounded": ("PIX012", "PIX003", "NII003"),
    "padding": ("PIX006", "PIX005"),
    "padding-kept": ("PIX006", "PIX005"),
    "slices-more": ("FIL004", "GEO005", "GEO002", "SER003", "SER001", "SER002", "SER006", "FIL001"),
    "slices-missing": ("FIL004", "GEO005", "GEO002", "SER003", "SER001", "SER006"),
    "channels": ("PIX013", "SER006"),
    "shape": ("SER006", "ACQ007", "SER003", "SER001", "SER002", "GEO005", "FIL004", "FIL006"),
    "refused": (
        "FIL003",
        "SER003",
        "SER006",
        "SER001",
        "SER002",
        "GEO007",
        "FIL005",
        "FIL007",
        "NII002",
        "FIL001",
    ),
}

#: A reader that is asked for one file of a name may open another: ITK takes ``a.nii`` for ``a.nii.gz``.
_SUFFIX = re.compile(r"\.(nii|hdr|img|mha|mhd|nrrd|nhdr)(\.gz)?$")


class Explanations:
    """The findings about each volume of a source."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._findings = tuple(findings)

    def code(self, kind: str, place: Place, row: Row, noticed: Sequence[str] = ()) -> str:
        """The code that explains what happened to a volume; ``unexplained`` where none of its findings does.

        ``noticed`` are the codes of what reading it noticed.
        """
        made = {*noticed, *(one.code for one in self._findings if _concerns(one, place, row))}
        return next((code for code in CAUSES.get(kind, ()) if code in made), UNEXPLAINED)


def _concerns(one: Finding, place: Place, row: Row) -> bool:
    where = one.where
    if where.volume:
        mine = {other["volume"] for other in place.rows}
        return where.volume == row["volume"] or (where.volume in mine and one.scope != "volume")
    if where.series_uid and place.series_uid:
        return where.series_uid == place.series_uid
    if not where.path or one.scope == "dataset":
        return False
    # One finding stands for all files that go by a name, at the first of them.
    if one.code == "FIL006" and _bare(where.path) == _bare(row["path"]):
        return True
    return where.path in row["member_path"] or where.path in {
        str(parent) for parent in PurePosixPath(row["path"]).parents
    }


def _bare(path: str) -> str:
    return _SUFFIX.sub("", path.lower())
