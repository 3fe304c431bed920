"""Does anything but the picture tell the label? Attributes, names and words, one by one and together."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from scan2train.cohort.case_files import cases_of
from scan2train.cohort.case_labels import as_labels, read_labels
from scan2train.cohort.levels import block_of
from scan2train.cohort.permuted import LabelColumns, Tested, test_labels
from scan2train.cohort.tellings import tellings_of
from scan2train.cohort.traits import Trait, traits_of
from scan2train.errors import WrongUse
from scan2train.finding import Finding
from scan2train.index import Index, index
from scan2train.knowledge.tolerances import LEK002_P
from scan2train.rule.load import built_in
from scan2train.rule.telling import Telling

_CODES = ("LEK002", "LEK004")


def leaks(
    source: Index | str | os.PathLike[str],
    labels: Mapping[str, str] | str | os.PathLike[str],
    *,
    seed: int = 0,
    permutations: int = 10_000,
) -> list[Finding]:
    """Find what tells the label of a case without a look at its picture.

    Tested are every attribute of the header of one file of each series (nested ones and private ones, too), header
    fields of other formats, names of files and folders, sizes, spacings and counts; of each its value, whether it is
    there, its number, prefix, first letters, length, last digit and parity, the words in it, the weekday, hour and
    order of dates and times, and the roots of UIDs. An identifier that every case has of its own tells nothing as a
    value, and is never found; how it is built can be.

    Parameters
    ----------
    source
        An index, or a folder to be indexed. The files must still be there: their headers are read again.
    labels
        A CSV file with the columns ``case`` and ``label``, or a mapping. A case is a file's stem, a folder's name, or
        a PatientID. Labels are classes; or numbers, where there are more than twelve of them.
    seed
        Of the shuffling: the same seed gives the same result.
    permutations
        How often labels are shuffled over the cases. With p < 0.01 to be told, 2,000 are the least that makes sense.

    Returns
    -------
    Findings of LEK002 (identifiers, names, words, dates, and all together) and LEK004 (site, scanner, protocol): errors
    with p < 0.01, corrected for everything that was tested. On data where nothing tells the label, one run in a hundred
    gives any. Values that identify are never part of a finding. Where these cases are too few for p < 0.01, one
    finding (info) says so.

    Raises
    ------
    WrongUse
        If the table cannot be read, no case has files, or the labels are all the same.
    NoImages
        If the source holds no image.

    Notes
    -----
    The unit is the case, whatever it holds; cases of one patient with one label count once. Correction is by the
    largest statistic of each shuffling (Westfall & Young 1993), which allows for features that depend on one another;
    the best single feature and all features together (ridge regression, leave one out) are corrected as two tests.
    """
    found = source if isinstance(source, Index) else index(source)
    given = dict(labels) if isinstance(labels, Mapping) else read_labels(Path(labels))
    cases, without = cases_of(found, {case: str(label) for case, label in given.items()})
    if not cases:
        raise WrongUse(
            "no case of the table has files",
            expected="file stems, folder names or PatientIDs of the source",
            found=f"{without} cases, none of which is there",
            advice="Compare the column case with the names below the source.",
        )
    known = as_labels([case.label for case in cases])
    alike, tested = _tested(list(traits_of(cases)), known.columns, seed, permutations)
    if tested is None:
        return []
    told = tellings_of(alike, tested, known)
    if tested.reachable >= LEK002_P:
        told = [Telling(kind="text", name="", cases=len(cases), p=tested.reachable, enough=False)]
    return concluded(told)


def concluded(told: Sequence[Telling]) -> list[Finding]:
    """What the rules make of it, the surest first."""
    rules = [rule for rule in built_in() if rule.code in _CODES]
    found = [finding for rule in rules for finding in rule.run({"told": list(told)})]
    return sorted(found, key=lambda one: (-one.severity.rank, one.code))


def _tested(
    traits: Sequence[Trait], labels: LabelColumns, seed: int, permutations: int
) -> tuple[list[list[Trait]], Tested | None]:
    """Traits that part the cases in one way are one feature."""
    same: dict[bytes, list[Trait]] = defaultdict(list)
    blocks = {}
    for trait in traits:
        made = block_of(trait.levels, numeric=trait.numeric)
        if made is not None:
            same[made.key].append(trait)
            blocks[made.key] = made
    if not blocks:
        return [], None
    columns = [made.columns for made in blocks.values()]
    freedoms = [made.freedom for made in blocks.values()]
    return list(same.values()), test_labels(columns, freedoms, labels, seed, permutations)
