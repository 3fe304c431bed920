"""Structure sets and DICOM segmentations of an index, and the images that they were drawn on, which they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scan2train.formats.dicom.label_links import links_of
from scan2train.knowledge.sop_classes import SEGMENTATIONS
from scan2train.reading.label_objects import STRUCTURES

if TYPE_CHECKING:
    import polars as pl

    from scan2train.index import Index


def objects_in(found: Index) -> list[Path]:
    """The files of an index that are structure sets or segmentations, sorted."""
    structures = found.skipped.select("source", "path", "reason").iter_rows(named=True)
    files = {_file(one["source"], one["path"]) for one in structures if one["reason"] == STRUCTURES}
    return sorted(files | set(segmentation_rows(found.volumes)))


def segmentation_rows(volumes: pl.DataFrame) -> dict[Path, list[int]]:
    """The files of the segmentations of a volumes table, each with its rows there: one a segment, or all as one."""
    rows: dict[Path, list[int]] = defaultdict(list)
    about = volumes.with_row_index("at").filter(volumes["sop_class_uid"].is_in(SEGMENTATIONS))
    for at, source, members in about.select("at", "source", "member_path").iter_rows():
        rows[_file(source, members[0])].append(at)
    return rows


def pair_objects(volumes: pl.DataFrame, files: Iterable[Path]) -> Mapping[int, tuple[Path, ...]]:
    """For each row of a volumes table those of ``files`` that were drawn on it.

    An object belongs to the volumes of the series that it names; where it names images that are in some of these
    only, to those. Files that are no such objects, or cannot be read, belong to none.
    """
    by_series: dict[str, list[int]] = defaultdict(list)
    for at, (uid, role) in enumerate(volumes.select("series_uid", "role").iter_rows()):
        if uid and role != "labels":
            by_series[uid].append(at)
    found: dict[int, list[Path]] = defaultdict(list)
    for file in files:
        links = links_of(file)
        if links is None:
            continue
        rows = [at for uid in sorted(links.series_uids) for at in by_series.get(uid, ())]
        named = [at for at in rows if links.image_uids.intersection(volumes["member_uid"][at])]
        for at in named or rows:
            found[at].append(file)
    return {at: tuple(those) for at, those in found.items()}


def _file(source: str, path: str) -> Path:
    own = Path(source)
    return own / path if own.is_dir() else own
