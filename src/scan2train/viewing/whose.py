"""Which images a finding is about: by volume, by series, or by the path that it names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from scan2train.finding import Finding
from scan2train.viewing.entry import Entry


class Whose:
    """Images by what findings name them with. A finding about labels is one about their image, too."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._volumes: dict[str, list[str]] = defaultdict(list)
        self._series: dict[str, list[str]] = defaultdict(list)
        self._paths: dict[str, list[str]] = defaultdict(list)
        for one in entries:
            for volume in (*one.volumes, *(labels.id for labels in one.labels)):
                self._volumes[volume].append(one.id)
            if one.about["series_uid"]:
                self._series[one.about["series_uid"]].append(one.id)
            if one.about.get("path"):
                self._paths[one.about["path"]].append(one.id)

    def images_of(self, finding: Finding) -> tuple[str, ...]:
        """Ids of the images; none where it is about the set."""
        where = finding.where
        for name, known in (
            (where.volume, self._volumes),
            (where.series_uid, self._series),
            (where.path, self._paths),
        ):
            if name and name in known:
                return tuple(known[name])
        if where.path is None:
            return ()
        # A file of a series: the series is called after the folder that it lies in.
        folder = where.path.rpartition("/")[0]
        return tuple(self._paths.get(folder, ()))
