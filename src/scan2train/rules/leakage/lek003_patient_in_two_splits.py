"""One patient in two splits of the data.

What it finds
-------------
A patient, a study, an image, or the very same voxels in two of the parts that a data set is split into: training,
validation, test. Parts are folders (train, val, test and their other spellings; imagesTr and imagesTs), or what the
file says that ``--split`` names. Patients are told by Patient ID, by sub-... in names of BIDS, by the split file, and
by names such as patient012_a and patient012_b, which are no proof. An empty Patient ID is nobody. Voxels are compared
whatever the format, type and unit. Of several folds, each is judged by itself, and a test set against all of them.

Why it matters
--------------
A network recognises a patient that it has seen. What is measured on such a scan is memory and not skill, so the test
promises more than the next hospital will get. It is the most common reason why published results do not hold.

What to do
----------
Split by patient: move all scans of this one into one part, and measure again what was measured before.

References
----------
Kapoor and Narayanan, Leakage and the reproducibility crisis in machine-learning-based science, Patterns 2023; BIDS
specification, "Entities" (subject).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from scan2train.knowledge.file_names import stem
from scan2train.knowledge.patient_names import PATIENT, SUBJECT
from scan2train.measures.fingerprint import Fingerprint, fingerprint, same_picture
from scan2train.rule import Example, Hit, at, bad, error, good, near, warning
from scan2train.rule.shared_between import Parts, Shared, groups
from scan2train.rule.slices import IMAGES
from scan2train.volume import Volume

#: What tells whose a volume is, the surest first; what an earlier one has told is not said again.
_KEYS = {
    "file": "one volume is in two splits",
    "said": "one patient is in two splits",
    "patient": "one patient is in two splits",
    "subject": "one subject is in two splits",
    "study_uid": "one study is in two splits",
    "volume": "the same image is in two splits",
}
_KINDS = (*IMAGES, "picture")
_VOXELS = "the same voxels are in two splits"
_EXPECTED = "all scans of a patient in one split"
Gathered = tuple[str, str, str, Fingerprint]


def check(volumes: pl.DataFrame, splits: pl.DataFrame) -> Iterator[Hit]:
    """Group the volumes by each key, and look for groups in two parts."""
    if splits.is_empty():
        return
    keys, parts = _keys(volumes, splits), Parts(splits)
    for name, message in _KEYS.items():
        for rows in groups(keys[name]):
            shared = parts.shared(rows)
            if shared is not None and not _told(keys, shared, before=name):
                yield _hit(message, shared, volumes)
    yield from _by_names(keys, parts, volumes, splits)


def gather(volume: Volume, row: Mapping[str, Any]) -> Gathered | None:
    """What tells the picture from others."""
    own = fingerprint(volume) if row["role"] in _KINDS else None
    return None if own is None else (row["source"], row["path"], row["volume"], own)


def conclude(
    gathered: Sequence[Gathered | None], volumes: pl.DataFrame, splits: pl.DataFrame
) -> Iterator[Hit]:
    """Look for pictures that are in two parts, and were not told by what headers say."""
    if splits.is_empty():
        return
    keys, parts = _keys(volumes, splits), Parts(splits)
    places = {one: at for at, one in enumerate(volumes.select("source", "path", "volume").iter_rows())}
    own = {places[one[:3]]: one[3] for one in gathered if one is not None and one[:3] in places}
    for rows in groups({row: one.key for row, one in own.items()}):
        alike = [row for row in rows if same_picture(own[row], own[rows[0]])]
        shared = parts.shared(alike)
        if shared is not None and not _told(keys, shared):
            yield _hit(_VOXELS, shared, volumes)


def _keys(volumes: pl.DataFrame, splits: pl.DataFrame) -> dict[str, dict[int, Any]]:
    """By the name of each key, the key of every volume that is in a part."""
    said = splits.filter(pl.col("patient").is_not_null()).unique("volume_row")
    # Masks of two patients may well be the same, as those without a lesion are.
    image = pl.when(pl.col("role").is_in(_KINDS)).then("volume")
    table = volumes.select(
        "path", "patient", "study_uid", volume=image, subject=pl.col("path").str.extract(SUBJECT)
    )
    held = splits["volume_row"].unique().to_list()
    columns = {name: table[name].to_list() for name in ("patient", "subject", "study_uid", "volume")}
    return {
        "file": {row: row for row in held},
        "said": dict(said.select("volume_row", "patient").iter_rows()),
        **{name: {row: cells[row] for row in held} for name, cells in columns.items()},
    }


def _told(keys: Mapping[str, Mapping[int, Any]], shared: Shared, before: str = "") -> bool:
    """Whether a key before that one says already that these belong together."""
    (_, one), (_, other) = shared.rows
    for name, those in keys.items():
        if name == before:
            return False
        if those.get(one) not in (None, "") and those.get(one) == those.get(other):
            return True
    return False


def _by_names(
    keys: Mapping[str, Mapping[int, Any]], parts: Parts, volumes: pl.DataFrame, splits: pl.DataFrame
) -> Iterator[Hit]:
    """Names that say "patient" and a number; where the parts count anew each, these mean nothing."""
    paths = volumes["path"].to_list()
    names = {row: stem(paths[row] or "") for row in splits["volume_row"].unique().to_list()}
    told = {row: found[1] for row, name in names.items() if (found := PATIENT.match(name))}
    for rows in groups(told):
        shared = parts.shared(rows)
        if shared is None or _told(keys, shared):
            continue
        times = Counter(names[row] for row in rows)
        again = parts.shared(row for row in rows if times[names[row]] > 1)
        if again is None:
            yield _hit("names in two splits are those of one patient", shared, volumes, severity=warning)


def _hit(message: str, shared: Shared, volumes: pl.DataFrame, severity: Any = error) -> Hit:
    seen = "; ".join(f"{split}: {volumes['path'][row] or '.'}" for split, row in shared.rows)
    row = volumes.select("path", "series_uid", "volume").row(shared.rows[-1][1], named=True)
    hit: Hit = severity(
        message, seen=seen, expected=_EXPECTED, where=at(row), scope="dataset", affects=shared.affects
    )
    return hit


def examples() -> Iterator[Example]:
    """Patients, studies and voxels that are in one part, and in two."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, body, small_nifti, small_series, together

    def ct(below: str, patient: str = "", n: int = 1, **more: Any) -> Build:
        return small_series(
            below=below,
            patient=patient,
            series_number=n,
            seed=n,
            values=lambda array: array + _bumps(n),
            **more,
        )

    def nifti(name: str, n: int = 1, **more: Any) -> Build:
        return small_nifti(name, values=lambda array: array + _bumps(n), **more)

    def flipped(_: Any) -> Any:
        """The series of number 1, on the axes of RAS."""
        return (body("LPS", (13, 11, 8), (1.3, 1.7, 2.5), 0.0, 0.0, "CT").array + _bumps(1))[::-1, ::-1]

    yield good("other patients", together(ct("train/a", "A"), ct("test/b", "B", 2)))
    yield good("no splits", together(ct("a", "A"), ct("b", "A", 2)))
    yield bad("one patient", together(ct("train/a", "A"), ct("test/b", "A", 2)), Severity.ERROR)
    yield bad(
        "one patient, sagittal MR, in other words",
        together(
            ct("d/Training/a", "A", orientation="PIR", modality="MR"),
            ct("d/validation/b", "A", 2, orientation="PIR", modality="MR"),
        ),
        Severity.ERROR,
    )
    study = {"StudyInstanceUID": "1.2.826.0.1.3680043.8.498.7"}
    yield bad(
        "one study, without a Patient ID",
        together(ct("train/a", tags=study), ct("test/b", n=2, tags=study)),
        Severity.ERROR,
    )
    yield bad(
        "a series, and its copy as NIfTI with flipped axes",
        together(ct("train/a", "A"), small_nifti("test/b.nii.gz", values=flipped)),
        Severity.ERROR,
    )
    yield bad(
        "the same, scaled to [0, 1]",
        together(
            nifti("imagesTr/a_0000.nii.gz"),
            small_nifti("imagesTs/b_0000.mha", values=lambda array: (array + _bumps(1) + 1000) / 2000.0),
        ),
        Severity.ERROR,
    )
    yield bad(
        "a subject of BIDS",
        together(nifti("train/sub-03/anat/sub-03_T1w.nii.gz"), nifti("test/sub-03/sub-03_T2w.nii.gz", 2)),
        Severity.ERROR,
    )
    yield bad(
        "names of one patient",
        together(nifti("train/patient007_frame01.nii.gz"), nifti("test/patient007_frame12.nii.gz", 2)),
        Severity.WARNING,
    )
    yield near(
        "numbers that begin anew in each part",
        together(
            *(
                nifti(f"{part}/patient00{n}_ct.nii.gz", n + 5 * (part == "test"))
                for part in ("train", "test")
                for n in (1, 2)
            )
        ),
    )
    yield near(
        "the masks of two patients are one",
        together(
            nifti("train/images/a.nii.gz"),
            small_nifti("train/labels/a.nii.gz", values=lambda array: array * 0),
            nifti("test/images/b.nii.gz", 2),
            small_nifti("test/labels/b.nii.gz", values=lambda array: array * 0),
        ),
    )
    yield near("an empty Patient ID", together(ct("train/a"), ct("test/b", n=2)))
    yield near(
        "one patient in one part", together(ct("train/a", "A"), ct("train/b", "A", 2), ct("test/c", "B", 3))
    )


def _bumps(n: int) -> Any:
    """Noise of its own for each number, on the examples' shape."""
    import numpy as np

    return np.random.default_rng(n).integers(0, 40, (13, 11, 8)).astype(np.int16)
