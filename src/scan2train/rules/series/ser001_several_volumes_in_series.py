"""One series holds several volumes.

What it finds
-------------
Series whose slices make several volumes: phases of the heart, echoes, b-values, time points, reconstructions, or a
scan that was repeated. An attribute tells them apart; it is named. A warning, where two attributes would tell them
apart, each otherwise, or where only the files' folders or numbers do. An error, where most places hold several
slices and nothing tells which of them belong together.

Why it matters
--------------
A reader that takes a series for one volume piles the phases up, or lets the slices of two of them alternate. The
result has the right shape and looks like anatomy in every slice.

What to do
----------
Choose which of its volumes you want, by the attribute that is named; each is a row of the volumes table of its own.
Where nothing tells them apart, fetch the series again: an export has dropped the attribute that did.

References
----------
DICOM PS3.3 A.1.2.3 (what a series is), C.7.6.16.2 (dimensions of multi-frame objects).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from scan2train.measures.twins import doubled_slices, twins_are_copies
from scan2train.rule import Example, Hit, bad, error, good, info, near, warning

#: What files are, and not what they show.
_WEAK = frozenset(("folder", "transfer_syntax", "instance_number"))

SUSPECT = (pl.col("irregular") == "duplicate-positions") | (pl.col("siblings").list.len() > 0)


def check(row: Mapping[str, Any]) -> Iterator[Hit]:
    """Look at what told the volume from the others of its series."""
    if row["role"] not in ("volume", "derived"):
        return
    names = [name for name in (row["split_by"] or "").split("+") if name]
    if row["irregular"] == "duplicate-positions":
        held = _held(row)
        doubled = len(held) > 1 and (held > 1).mean() > 1 / 2
        # Copies of every slice are one volume, of which GEO005 speaks.
        if doubled and not twins_are_copies(row):
            yield error(
                "a series holds several volumes, and no attribute tells their slices apart",
                seen=f"{held.sum()} slices at {len(held)} places",
                expected="an attribute with one value for each volume",
                scope="series",
            )
    elif row["role"] not in (row["siblings"] or ()) or not names or _lost(row, names):
        return
    elif row["rival"]:
        yield warning(
            "a series holds several volumes, and two attributes would tell them apart, each otherwise",
            seen=f"{', '.join(names)}, which was believed, and {row['rival']}",
            expected="one attribute that tells them apart",
            scope="series",
        )
    elif _WEAK.issuperset(names):
        yield warning(
            "a series holds several volumes, and nothing that they show tells them apart",
            seen=f"{', '.join(names)}, which was believed",
            expected="an attribute with one value for each volume",
            scope="series",
        )
    elif names == ["file"]:
        yield info("a series holds several volumes, each of them in a file of its own", scope="series")
    else:
        yield info(
            "a series holds several volumes, which an attribute tells apart",
            seen=", ".join(names),
            scope="series",
        )


def _lost(row: Mapping[str, Any], names: Sequence[str]) -> bool:
    """Whether a slice stands by itself because it has no place, and not because its file holds a whole volume."""
    return names == ["file"] and row["irregular"] != "mosaic" and max(row["member_frames"]) == 1


def _held(row: Mapping[str, Any]) -> npt.NDArray[np.int64]:
    """How many slices each place holds, one or more."""
    held = np.ones(row["n_slices"], dtype=np.int64)
    np.add.at(held, doubled_slices(row), 1)
    return held


def examples() -> Iterator[Example]:
    """Several volumes that an attribute tells apart well, doubtfully, or not at all."""
    from scan2train.finding import Severity
    from scan2train.testing.small import small_series, together
    from scan2train.testing.small_several import several

    yield good("one volume in a series", small_series())
    yield good("two series of one study", together(small_series(), small_series(below="b", series_number=2)))
    yield good("two views of a chest in one series", several({}, {}, modality="DX", shape=(13, 11, 1)))
    unnamed = {"SeriesInstanceUID": None, "StudyInstanceUID": None}
    yield good(
        "two scans in two folders, without any UIDs of series and study",
        together(
            small_series(tags=unnamed),
            small_series(tags=unnamed, patient="OTHER", seed=1, below="other"),
        ),
    )
    yield bad(
        "two phases of a heart",
        several({"NominalPercentageOfCardiacPhase": 40}, {"NominalPercentageOfCardiacPhase": 75}),
        Severity.INFO,
    )
    yield bad(
        "three echoes, oblique",
        several({"EchoTime": "4.6"}, {"EchoTime": "9.2"}, {"EchoTime": "13.8"}, modality="MR", turned_deg=20),
        Severity.INFO,
    )
    yield bad(
        "acquisition number and energy contradict one another, sagittal",
        several(
            lambda k: {"AcquisitionNumber": 1, "KVP": "80" if k % 2 else "140"},
            lambda k: {"AcquisitionNumber": 2, "KVP": "140" if k % 2 else "80"},
            orientation="PIR",
        ),
        Severity.WARNING,
    )
    yield bad("only the folders tell", several({}, {}, folders=("a", "b")), Severity.WARNING)
    yield bad("nothing tells", several({"InstanceNumber": None}, {"InstanceNumber": None}), Severity.ERROR)
    yield near(
        "one slice has lost its place",
        small_series(tags=lambda k: {"ImagePositionPatient": None} if k == 7 else None),
    )
    yield near(
        "one place of eight is doubled",
        several({}, {"InstanceNumber": None}, drops=((), (0, 1, 2, 4, 5, 6, 7))),
    )
