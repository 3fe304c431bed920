"""One case before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scan2train.demo.hospital import SCANS
from scan2train.figures import before_after
from scan2train.read import read
from scan2train.volume import Labels

if TYPE_CHECKING:
    from pathlib import Path

    from scan2train.index import Index
    from scan2train.preparing.result import Prepared

#: The series to show: the one that changes most.
_SHOWN = SCANS[1]
#: Centre and width that show what the recipe keeps: -1000 to 400 HU before, 0 to 1 after.
_BEFORE, _AFTER = (-300.0, 1400.0), (0.5, 1.0)


def draw_case(found: Index, prepared: Prepared, path: Path) -> None:
    """Draw the sagittal series as it came and as it was made."""
    rows = found.volumes.filter(found.volumes["path"] == _SHOWN.folder)
    row = rows.row(0, named=True)
    case = prepared.cases.filter(prepared.cases["volume"] == row["volume"])["case"].item()
    ready = prepared.out / "cases" / case
    before_after(
        read(row),
        read(ready / "image.nii.gz"),
        source_labels=_lesion(f"{row['source']}/{_SHOWN.folder}_seg.nii.gz"),
        prepared_labels=_lesion(ready / "labels.nii.gz"),
        source_window=_BEFORE,
        prepared_window=_AFTER,
        captions=("As it came", "Training-ready"),
        title="scan2train · recipe ct-lung",
        path=path,
    )


def _lesion(path: str | Path) -> Labels:
    labels = read(path, as_labels=True)
    assert isinstance(labels, Labels)
    return labels.replace(names={1: "lesion"})
