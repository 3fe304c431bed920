"""Attributes that identify a patient, a person or a place are filled.

What it finds
-------------
Of each series, the attributes of PS3.15 table E.1-1 that are filled, in sequences as well. Where Patient Identity
Removed is YES, those that the declared options of the De-identification Method Code Sequence let stay are fine: 113100
pseudonyms, 113105 cleaned descriptions, 113106 and 113107 dates, 113108 sex, age and weight, 113109 devices, 113110
UIDs, 113112 institutions. Where nothing is declared, names, birth dates, addresses, telephones, hospitals, numbers that
hospitals give, and the like count. Stand-ins such as ANONYMOUS, or a name that only repeats the id, never do.

One file of each series is read, of at most 500 series; values are neither shown nor kept. JSON sidecars of images are
read as well.

Why it matters
--------------
Names in a training set are a breach of privacy that cannot be called back: they go into caches, logs, model cards and
other people's copies. Often they sit in a nested sequence that the de-identification did not enter.

What to do
----------
De-identify before the data go anywhere: clean --strip-leaks takes these attributes out, private ones and free text
too, and keeps what training needs.

Look at the list of names first: where only the institution or the station is left, and that is meant, declare it
(De-identification Method Code Sequence with 113112 or 113109).

References
----------
DICOM PS3.15 annex E, table E.1-1; PS3.16 CID 7050; PS3.3 C.7.1.1 (Patient Identity Removed).
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from scan2train.rule import Example, Hit, at, bad, good, near, warning

_SHOWN = 12
_FILLED = "attributes that identify a patient, a person or a place are filled"
_LEFT = f"{_FILLED}, though the header says that identities were removed"


def check(identifying: pl.DataFrame) -> Iterator[Hit]:
    """One hit for each series that still says who."""
    for row in identifying.iter_rows(named=True):
        names = row["names"]
        more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        yield warning(
            _LEFT if row["removed"] else _FILLED,
            seen=", ".join(names[:_SHOWN]) + more,
            expected="nothing, a stand-in, or an option that is declared",
            where=at(row),
            scope="series" if row["series_uid"] else "file",
            affects=row["n"],
        )


def examples() -> Iterator[Example]:
    """Headers with names, without, and de-identified with several options."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_nifti, small_series, small_text, together
    from scan2train.testing.small_identities import declared, nested

    def told(patient: str = "P7", **tags: object) -> Build:
        return small_series(shape=(7, 6, 3), patient=patient, tags=tags)

    clean = {"PatientName": "P7", "PatientSex": "F", "PatientWeight": "61.5", "StationName": "CT01"}
    options = declared("113100", "113107", "113108", "113109", "113110")
    yield good("a phantom", small_series())
    yield good("a pseudonym, with dates", told(**clean, PatientBirthDate=""))
    yield good("de-identified as declared", told(**clean, **options))
    yield bad(
        "a name and a birth date", told(PatientName="Doe^Jane", PatientBirthDate="19520317"), Severity.WARNING
    )
    yield bad(
        "a physician and a hospital",
        told(**clean, ReferringPhysicianName="Roe^Richard", InstitutionName="St. Elsewhere"),
        Severity.WARNING,
    )
    yield bad("a name in a sequence", told(**clean, **nested(), **options), Severity.WARNING)
    yield bad(
        "a name left, declared as removed", told(**options, PatientName="Mustermann^Erika"), Severity.WARNING
    )
    yield bad(
        "a hospital, and no option for it",
        told(**clean, **options, InstitutionName="Elsewhere"),
        Severity.WARNING,
    )
    yield bad(
        "dates, and no option for them", told(**declared("113100", "113108", "113109")), Severity.WARNING
    )
    yield bad(
        "a sidecar with a name",
        together(
            small_nifti("a.nii.gz", shape=(3, 4, 5)), small_text("a.json", '{"PatientName": "Doe^John"}')
        ),
        Severity.WARNING,
    )
    yield near(
        "stand-ins",
        told(PatientName="Anonymous", ReferringPhysicianName="UNKNOWN", PatientBirthDate="19000101"),
    )
    yield near(
        "a hospital that may stay", told(**clean, **declared(*OPTIONS_OF_ALL), InstitutionName="Elsewhere")
    )
    yield near(
        "a sidecar of a scanner",
        together(
            small_nifti("a.nii.gz", shape=(3, 4, 5)), small_text("a.json", '{"InstitutionName": "Elsewhere"}')
        ),
    )


#: All options that the examples declare at once.
OPTIONS_OF_ALL = ("113100", "113105", "113107", "113108", "113109", "113110", "113112")
