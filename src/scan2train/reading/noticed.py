"""What reading a DICOM volume noticed: findings from its row of the index and from its pixels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from scan2train.finding import Finding, Severity, Where
from scan2train.formats.dicom.pixels import Pixels
from scan2train.knowledge.rule_names import RULE_NAMES
from scan2train.rule import Decoded
from scan2train.rule.load import at_reading

_APART = {"localizer": "SER003", "capture": "SER004", "derived": "SER005"}
#: Attributes that slices of a series share unless two series were mixed.
_MIXED = (
    *("patient", "modality", "frame_of_reference_uid", "rows", "columns", "pixel_spacing", "bits_allocated"),
    *("pixel_representation", "photometric", "samples", "kernel"),
)

_INFO, _WARNING, _ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR


def noticed(row: Mapping[str, Any], pixels: Pixels, copies: int = 0) -> tuple[Finding, ...]:
    """All findings about a volume that was read, ``copies`` of whose slices were there once more."""
    place = Where(path=row["path"], series_uid=row["series_uid"], volume=row["volume"])

    def finding(code: str, severity: Severity, message: str, **more: Any) -> Finding:
        return Finding(
            code=code,
            name=RULE_NAMES[code],
            severity=severity,
            scope="volume",
            message=message,
            where=place,
            **more,
        )

    told = [*_series(row)]
    inputs = {"row": row, "decoded": _decoded(pixels, copies)}
    judged = [one for rule in at_reading() for one in rule.run(inputs, place)]
    legacy = tuple(finding(code, severity, message, **more) for code, severity, message, more in told)
    return (*legacy, *judged)


def noticed_of_file(row: Mapping[str, Any], told: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Findings of a file that is not DICOM: what its reader ``told``, and what the rules say of its row besides."""
    place = Where(path=row["path"], series_uid=row["series_uid"], volume=row["volume"])
    known = {one.code for one in told}
    rules = (rule for rule in at_reading() if rule.code not in known and rule.looks_at({"row"}))
    return (*told, *(one for rule in rules for one in rule.run({"row": row}, place)))


def _decoded(pixels: Pixels, copies: int) -> Decoded:
    return Decoded(
        declared_rescale=pixels.declared_rescale,
        spare_bits=pixels.spare_bits,
        odd=pixels.odd,
        fault=pixels.fault,
        padded=pixels.padded,
        longer_by=pixels.longer_by,
        copies=copies,
        not_finite=_not_finite(pixels),
    )


def _not_finite(pixels: Pixels) -> int:
    """How many values are NaN or infinite, slice by slice, padding aside."""
    if pixels.array.dtype.kind != "f":
        return 0
    valid = [...] * len(pixels.array) if pixels.valid is None else pixels.valid
    return sum(int((~np.isfinite(one[real])).sum()) for one, real in zip(pixels.array, valid, strict=True))


Told = tuple[str, Severity, str, dict[str, str]]


def _series(row: Mapping[str, Any]) -> Iterator[Told]:
    if row["role"] in _APART:
        yield _APART[row["role"]], _INFO, f"the image is a {row['role']}", {}
    siblings = row["siblings"] or ()
    for role, code in _APART.items():
        if role in siblings and role != row["role"]:
            yield code, _INFO, f"the series also holds a {role}; it was set apart", {}
    if row["role"] in siblings and row["split_by"]:
        names = row["split_by"].split("+")
        mixed = [name for name in names if name in _MIXED]
        if mixed:
            yield (
                "SER002",
                _WARNING,
                f"the series mixes images that differ in {', '.join(mixed)}",
                {"seen": row["split_by"]},
            )
        message = f"one of several volumes of its series, told apart by {', '.join(names)}"
        yield "SER001", _INFO, message, {"seen": row["dimension_value"] or row["split_by"]}
