"""Which cases must not be parted: those of one patient or study, copies, and those of one group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING

from scan2train.errors import WrongUse
from scan2train.knowledge.patient_names import whose_name

if TYPE_CHECKING:
    import polars as pl

#: What cases can be kept together by.
BY = ("patient", "study", "case")
#: Which scanner it was, the surest first: its own name, else its make.
SITE = ("station", "manufacturer", "model")


def whose(table: pl.DataFrame, by: str) -> tuple[list[list[Hashable]], list[str]]:
    """For each case the keys that it shares with what belongs to it; and in sentences, who says so."""
    said: Counter[str] = Counter()
    keys: list[list[Hashable]] = []
    columns = table.select("volume", "patient", "study_uid", "path").iter_rows()
    for volume, patient, study, path in columns:
        own: list[Hashable] = [("volume", volume)]
        name = whose_name(path or "")
        if by == "patient" and patient:
            own.append(("patient", patient))
            said["by their Patient ID"] += 1
        elif by in ("patient", "study") and study:
            said["by their study" + (": they have no Patient ID" if by == "patient" else "")] += 1
        elif by in ("patient", "study") and name is not None:
            own.append(("name", name))
            said["by their names"] += 1
        else:
            said["each by itself" + ("" if by == "case" else ": nothing says whose they are")] += 1
        if by in ("patient", "study") and study:
            own.append(("study", study))
        keys.append(own)
    return keys, [f"{n} of {table.height} cases go {how}" for how, n in said.items()]


def group_values(table: pl.DataFrame, group: str) -> list[str]:
    """The group of each case, empty where it is not known: ``site``, or a column of the cases table.

    Raises
    ------
    WrongUse
        If there is no such column.
    """
    if group == "site":
        rows = table.select(SITE).iter_rows()
        return [station or "; ".join(one for one in make if one) for station, *make in rows]
    if group not in table.columns:
        raise WrongUse(
            "there is no such column to group by",
            expected=f"site, or one of {', '.join(table.columns)}",
            found=group,
        )
    return ["" if one is None else str(one) for one in table[group]]


def units(keys: Sequence[Iterable[Hashable]]) -> list[list[int]]:
    """Rows that share a key, or share one with a row that does; each unit in order, by its first row."""
    leader = list(range(len(keys)))

    def find(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    first: dict[Hashable, int] = {}
    for row, own in enumerate(keys):
        for key in own:
            one, other = sorted((find(first.setdefault(key, row)), find(row)))
            leader[other] = one
    found: dict[int, list[int]] = {}
    for row in range(len(keys)):
        found.setdefault(find(row), []).append(row)
    return list(found.values())
