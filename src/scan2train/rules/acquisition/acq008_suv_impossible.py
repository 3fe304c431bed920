"""PET without what standardised uptake values need.

What it finds
-------------
PET volumes whose headers lack something that SUV follows from: units that can be converted, corrections for attenuation
and decay, the time to which decay was corrected, the patient's weight, and dose, half-life and time of the injection.
A dose that is far from any number of Bq, such as one in MBq, counts as none. Whether the weight can be meant is seen
when the volume is read with ``suv``.

Why it matters
--------------
Activity per millilitre depends on how much was injected into whom, and how long ago: the same lesion has other values
in every patient. Networks and thresholds for PET expect SUV, and tools that fill gaps with a usual weight, dose or time
give numbers that look right and are not.

What to do
----------
Look the missing attribute up in the department's records and correct the header, or leave the volume out; read and
prepare refuse it with ``--suv``.

References
----------
QIBA FDG-PET/CT profile, vendor-neutral pseudo-code for SUV; DICOM PS3.3 C.8.9.1 (PET Series), C.8.9.2 (PET Isotope).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.sop_classes import ENHANCED_PET
from scan2train.knowledge.suv_types import BQML, CNTS, CORRECTED, DECAYS, STORED
from scan2train.knowledge.tolerances import ACQ008_DOSE_BQ, ACQ008_HALF_LIFE_S
from scan2train.rule import Example, Hit, bad, good, near, warning
from scan2train.rule.slices import IMAGES

FACTS = {
    "units": pl.col("units").first(),
    "corrected": pl.col("corrected_image").first(),
    "decay": pl.col("decay_correction").first(),
    "weighed": pl.col("weight_filled").all(),
    "dose_bq": pl.col("dose_bq").min(),
    "half_life_s": pl.col("half_life_s").min(),
    "timed": (pl.col("injection_time_filled") | pl.col("injection_datetime_filled")).all(),
    "scanned": pl.col("series_time").is_not_null().all(),
    "to_uptake": pl.col("philips_suv_factor").min(),
    "to_activity": pl.col("philips_activity_factor").min(),
}
SUSPECT = pl.col("modality") == "PT"


def check(row: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Hit]:
    """Name what is missing."""
    # Enhanced objects say all of this in functional groups, which the index does not keep.
    if row["modality"] != "PT" or row["role"] not in IMAGES or row["sop_class_uid"] in ENHANCED_PET:
        return
    missing = [*_uncorrected(facts), *_unconverted(facts)]
    if missing:
        yield warning(
            "uptake values (SUV) do not follow from this PET",
            seen="without " + ", ".join(missing),
            expected="units, corrections, weight, dose, half-life and time of the injection",
            scope="series",
        )


def _uncorrected(facts: Mapping[str, Any]) -> Iterator[str]:
    words = {word.strip().upper() for word in (facts["corrected"] or "").split("\\")}
    if any(not words & names for names in CORRECTED):
        yield "ATTN and DECY in CorrectedImage (0028,0051)"
    if (facts["decay"] or "").upper() not in DECAYS:
        yield f"{' or '.join(DECAYS)} in DecayCorrection (0054,1102)"


def _unconverted(facts: Mapping[str, Any]) -> Iterator[str]:
    units = (facts["units"] or "").upper()
    if units in STORED or (units == CNTS and (facts["to_uptake"] or 0) > 0):
        return
    if units == CNTS and not (facts["to_activity"] or 0) > 0:
        yield "Philips' factors (7053,1000) and (7053,1009)"
    elif units not in (BQML, CNTS):
        yield "Units (0054,1001) that can be converted"
    if not facts["weighed"]:
        yield "PatientWeight (0010,1030)"
    yield from _impossible("RadionuclideTotalDose (0018,1074)", facts["dose_bq"], ACQ008_DOSE_BQ, "Bq")
    # Values that were corrected to the injection need neither its time nor that of the scan.
    if (facts["decay"] or "").upper() != "ADMIN":
        yield from _impossible(
            "RadionuclideHalfLife (0018,1075)", facts["half_life_s"], ACQ008_HALF_LIFE_S, "s"
        )
        if not facts["timed"]:
            yield "RadiopharmaceuticalStartDateTime (0018,1078)"
        if not facts["scanned"]:
            yield "SeriesTime (0008,0031)"


def _impossible(name: str, value: float | None, within: tuple[float, float], unit: str) -> Iterator[str]:
    if value is None or value <= 0:
        yield name
    elif not within[0] <= value <= within[1]:
        yield f"a {name} that may be meant: it is {value:g} {unit}"


def examples() -> Iterator[Example]:
    """PET of several vendors, whole and with one thing missing."""
    from scan2train.finding import Severity
    from scan2train.testing.pet_header import pet_tags
    from scan2train.testing.small import Build, small_series

    def pet(
        orientation: str = "LPS", vendor: Any = "plain", turned_deg: float = 0.0, **changes: Any
    ) -> Build:
        tags = pet_tags(vendor, **changes)
        return small_series(orientation, modality="PT", turned_deg=turned_deg, tags=tags)

    yield good("all that is needed", pet())
    yield good("GE, made again later", pet("PIR", "ge"))
    yield good("Philips counts with a factor", pet("LPS", "philips", PatientWeight=None))
    yield good("CT", small_series())
    yield bad("no weight", pet(PatientWeight=None), Severity.WARNING)
    yield bad("a dose of 0, oblique", pet(turned_deg=20, RadionuclideTotalDose="0"), Severity.WARNING)
    yield bad("a dose in MBq, sagittal", pet("PIR", RadionuclideTotalDose="287.5"), Severity.WARNING)
    yield near("the least dose", pet(RadionuclideTotalDose="1000000"))
    yield bad(
        "no time of injection", pet("RPI", "siemens", RadiopharmaceuticalStartTime=None), Severity.WARNING
    )
    yield bad("counts of another vendor", pet("LPS", "siemens", Units="CNTS"), Severity.WARNING)
    yield bad(
        "not corrected for attenuation", pet("LPS", "ge", CorrectedImage=["DECY", "NORM"]), Severity.WARNING
    )
    yield near("uptake already", pet(Units="GML", PatientWeight=None, RadionuclideTotalDose=None))
    yield near("corrected to the injection", pet(DecayCorrection="ADMIN", RadiopharmaceuticalStartTime=None))
