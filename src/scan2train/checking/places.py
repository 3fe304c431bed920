"""Where a finding lies: its source, and the file or folder itself."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import polars as pl

from scan2train.finding import Finding
from scan2train.index import Index


class Places:
    """Tells for each finding of an index which source it is about; paths in findings are relative to that."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def source_of(self, one: Finding) -> Path | None:
        """The folder that the finding's path starts from; ``None`` where it could be several, or none."""
        if len(self._roots) == 1:
            return next(iter(self._roots.values()))
        where = one.where
        for key, known in ((where.volume, "volume"), (where.series_uid, "series_uid"), (where.path, "path")):
            if key is not None:
                found = self._sources[known].get(key)
                if found is not None:
                    return self._roots[found]
        return None

    def of(self, one: Finding) -> Path | None:
        """The file or folder; the source where the finding names none; ``None`` where that is not known."""
        source = self.source_of(one)
        return source if source is None or one.where.path is None else source / one.where.path

    @cached_property
    def _roots(self) -> dict[str, Path]:
        columns = [self._index.volumes, self._index.instances, self._index.skipped]
        names = pl.concat([table["source"] for table in columns]).drop_nulls().unique().sort()
        return {name: Path(name).resolve() for name in names}

    @cached_property
    def _sources(self) -> dict[str, dict[str, str]]:
        """For each kind of key the source that has it; a key of several sources is left out."""
        volumes, files = self._index.volumes, [self._index.instances, self._index.skipped]
        paths = [table.select("path", "source") for table in (volumes, *files)]
        return {
            "volume": _only(volumes.select("volume", "source").iter_rows()),
            "series_uid": _only(volumes.select("series_uid", "source").unique().iter_rows()),
            "path": _only(pl.concat(paths).unique().iter_rows()),
        }


def _only(pairs: Iterable[tuple[str | None, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    doubtful = set()
    for key, source in pairs:
        if key is not None and found.setdefault(key, source) != source:
            doubtful.add(key)
    return {key: source for key, source in found.items() if key not in doubtful}
