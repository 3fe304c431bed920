"""Standardised uptake values: by what the values of a PET are multiplied, by the rules of every vendor.

After the vendor-neutral pseudo-code of the QIBA FDG-PET/CT committee: what is missing is never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scan2train.errors import NonconformingHeader
from scan2train.formats.dicom.uptake_header import (
    INJECTION,
    PHILIPS_ACTIVITY,
    PHILIPS_SUV,
    UptakeHeader,
    read_uptake_headers,
)
from scan2train.formats.dicom.uptake_times import corrected_to, injected
from scan2train.formats.dicom.uptake_units import units_of
from scan2train.knowledge.suv_types import BQML, CNTS, CORRECTED, DECAYS, STORED, SUV_TYPES
from scan2train.knowledge.tolerances import (
    ACQ008_DOSE_BQ,
    ACQ008_HALF_LIFE_S,
    ACQ008_HEIGHT_M,
    ACQ008_MOST_HALF_LIVES,
    ACQ008_WEIGHT_KG,
)
from scan2train.measures.uptake import body_surface_m2, lean_body_mass_kg, remaining

_FORMULAS = {"bw": "body weight", "lbm": "lean body mass, Janmahasatian", "bsa": "body surface, DuBois"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptake:
    """``uptake = factor * value`` for each slice, in order of k; ``about`` says where the factors come from."""

    factors: tuple[float, ...]
    about: Mapping[str, Any]


def uptake_of(row: Mapping[str, Any], base: Path, kind: str) -> Uptake:
    """Find the factors of a PET volume.

    Parameters
    ----------
    row
        A row of the volumes table, of format ``"dicom"`` and modality ``"PT"``.
    base
        The folder that its paths are relative to.
    kind
        ``"bw"``, ``"lbm"`` or ``"bsa"``.

    Raises
    ------
    NonconformingHeader
        If an attribute that the value follows from is missing or cannot be meant; names it.
    """
    return _of_headers(_headers(row, base), row, kind)


def told_uptake(row: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """What a volume remembers, so that its values can become uptake later.

    Returns
    -------
    For each of ``bw``, ``lbm`` and ``bsa`` that follows: the factor of all slices; and why not in ``"lacks"``, by kind.
    """
    told: dict[str, Any] = {}
    lacks: dict[str, str] = {}
    headers: tuple[UptakeHeader, ...] | None = None
    for kind in SUV_TYPES:
        try:
            headers = headers or _headers(row, base)
            factors = set(_of_headers(headers, row, kind).factors)
        except NonconformingHeader as error:
            lacks[kind] = str(error)
            continue
        if len(factors) == 1:
            told[kind] = factors.pop()
        else:
            lacks[kind] = f"its slices have factors of their own: read it with suv={kind!r}"
    return {**told, "lacks": lacks} if lacks else told


def _headers(row: Mapping[str, Any], base: Path) -> tuple[UptakeHeader, ...]:
    return read_uptake_headers([base / name for name in row["member_path"]], row["member_frame"])


def _of_headers(headers: Sequence[UptakeHeader], row: Mapping[str, Any], kind: str) -> Uptake:
    first = headers[0]
    _require_corrected(first)
    _require_one_injection(first)
    units, suv_type = units_of(headers, row)
    if units in STORED:
        return _stored(first, units, suv_type, kind, len(headers))
    if units not in (BQML, CNTS):
        raise first.lacks("Units", "BQML, CNTS, GML or CM2ML", found=units or None)
    scales = (1.0,) * len(headers)
    if units == CNTS:
        if kind == "bw" and all(header.private_number(PHILIPS_SUV) for header in headers):
            factors = tuple(header.private_number(PHILIPS_SUV) or 0.0 for header in headers)
            return Uptake(factors=factors, about=_about(kind, factors, source="Philips SUV scale factor"))
        scales = _activity(headers)
    seconds, reference = _decay(headers, part=bool(row["split_by"] or row["dimension"]))
    half_life = _half_life(first)
    if not 0 <= seconds <= ACQ008_MOST_HALF_LIVES * half_life:
        raise first.lacks(
            "RadiopharmaceuticalStartDateTime"
            if first.text("RadiopharmaceuticalStartDateTime")
            else "RadiopharmaceuticalStartTime",
            f"an injection before the {reference}, by at most {ACQ008_MOST_HALF_LIVES} half-lives",
            found=f"{seconds:.0f} s before it, with a half-life of {half_life:g} s",
        )
    dose = first.within("RadionuclideTotalDose", *ACQ008_DOSE_BQ, "Bq")
    per_activity = _norm(first, kind) / (dose * remaining(seconds, half_life))
    factors = tuple(scale * per_activity for scale in scales)
    return Uptake(
        factors=factors, about=_about(kind, factors, decay_s=seconds, source=f"dose, decayed to {reference}")
    )


def _about(kind: str, factors: Sequence[float], **more: Any) -> dict[str, Any]:
    return {"kind": kind, "by": _FORMULAS[kind], "factor": (min(factors), max(factors)), **more}


def _require_corrected(first: UptakeHeader) -> None:
    """Attenuation and decay must be corrected: as words of Corrected Image, or in enhanced objects one by one."""
    found = first.words("CorrectedImage")
    if not found and first.text("DecayCorrected"):
        for keyword in ("AttenuationCorrected", "DecayCorrected"):
            if first.text(keyword) != "YES":
                raise first.lacks(keyword, "YES", found=first.text(keyword) or None)
        if not first.text("DecayCorrectionDateTime"):
            raise first.lacks("DecayCorrectionDateTime", "the time to which decay was corrected")
        return
    for names in CORRECTED:
        if not found & names:
            raise first.lacks(
                "CorrectedImage",
                f"{' or '.join(sorted(names))} among its values",
                found=", ".join(sorted(found)) or None,
            )
    correction = first.text("DecayCorrection")
    if correction not in DECAYS:
        raise first.lacks("DecayCorrection", " or ".join(DECAYS), found=correction or None)


def _require_one_injection(first: UptakeHeader) -> None:
    """Of several injections nothing says which part of the activity is whose."""
    items = first.items("RadiopharmaceuticalInformationSequence")
    told = {tuple(str(item.get(keyword) or "") for keyword in INJECTION) for item in items}
    if len(told) > 1:
        raise first.lacks(
            "RadiopharmaceuticalInformationSequence", "one injection", found=f"{len(told)} that differ"
        )


def _stored(first: UptakeHeader, units: str, suv_type: str, kind: str, n: int) -> Uptake:
    if suv_type != SUV_TYPES[kind]:
        raise first.lacks(
            "SUVType",
            f"{SUV_TYPES[kind]} for suv={kind!r}: values that are uptake already are taken as they are, or not at all",
            found=f"{suv_type} of values in {units}",
        )
    factors = (1.0,) * n
    return Uptake(factors=factors, about=_about(kind, factors, source=f"stored as {units}"))


def _activity(headers: Sequence[UptakeHeader]) -> tuple[float, ...]:
    """Philips' factor from counts to Bq/ml, on each slice."""
    found = [header.private_number(PHILIPS_ACTIVITY) for header in headers]
    for header, scale in zip(headers, found, strict=True):
        if scale is None:
            raise header.lacks(
                "Units",
                "Philips' SUV scale factor (7053,1000) or activity scale factor (7053,1009), above 0",
                found="CNTS, without either",
                more=", for counts alone have no activity",
            )
    return tuple(scale for scale in found if scale is not None)


def _decay(headers: Sequence[UptakeHeader], *, part: bool) -> tuple[float, str]:
    """Seconds from the injection to the time that values are corrected to, and what that is."""
    first = headers[0]
    if first.text("DecayCorrection") == "ADMIN" and not first.text("DecayCorrectionDateTime"):
        return 0.0, "time of administration"
    half_life = _half_life(first)
    scan, reference = corrected_to(headers, half_life, part=part)
    return (scan - injected(first, scan, half_life)).total_seconds(), reference


def _half_life(first: UptakeHeader) -> float:
    return first.within("RadionuclideHalfLife", *ACQ008_HALF_LIFE_S, "s")


def _norm(first: UptakeHeader, kind: str) -> float:
    """Grams of body or of lean body, or cm² of its surface."""
    weight_kg = first.within("PatientWeight", *ACQ008_WEIGHT_KG, "kg")
    if kind == "bw":
        return 1000.0 * weight_kg
    height_m = first.within("PatientSize", *ACQ008_HEIGHT_M, "m")
    if kind == "bsa":
        return 1e4 * body_surface_m2(weight_kg, height_m)
    sex = first.text("PatientSex")
    if sex not in ("M", "F"):
        raise first.lacks("PatientSex", "M or F, which lean body mass depends on", found=sex or None)
    return 1000.0 * lean_body_mass_kg(weight_kg, height_m, sex)
