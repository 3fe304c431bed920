"""Whether scans are of the kind that a recipe's task is about, as far as their headers say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from scan2train.recipe import Recipe

#: How a task's name begins, and the modalities that it can be about.
_MODALITIES = {
    "ct": ("CT",),
    "cta": ("CT",),
    "mr": ("MR",),
    "pet": ("PT",),
    "chest": ("CR", "DX"),
    "mammography": ("MG",),
}


def unfit(rows: Iterable[Mapping[str, Any]], recipe: Recipe) -> tuple[str, ...]:
    """A sentence for each modality among the rows of a volumes table that the recipe's task is not about.

    Rows that do not name a modality (other formats than DICOM) and tasks that nothing is known of say nothing.
    """
    meant = _MODALITIES.get(recipe.task.partition("-")[0])
    if meant is None:
        return ()
    found = Counter(row["modality"] for row in rows if row["modality"] and row["modality"] not in meant)
    return tuple(
        f"{count} {'case is' if count == 1 else 'cases are'} {modality}, "
        f"and the recipe's task, {recipe.task}, is for {' or '.join(meant)}"
        for modality, count in sorted(found.items())
    )
