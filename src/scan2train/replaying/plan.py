"""The plan of a replay: each case as its account says, with the row of the volumes table that it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from scan2train.preparing.job import Again, Failed, Job
from scan2train.preparing.of_prepared import with_facts
from scan2train.preparing.parts import in_parts
from scan2train.preparing.plan import Plan
from scan2train.preparing.prepared import labels_files_of
from scan2train.preparing.roots import file_in
from scan2train.preparing.sources import source_files

if TYPE_CHECKING:
    from scan2train.index import Index
    from scan2train.preparing.request import Request
    from scan2train.verifying.said import Said

#: What can be done about files that are gone.
_FETCH = (
    "Fetch its files as they were, or say with --source where they lie now: the folder that was prepared."
)
_NO_ACCOUNT = Failed(error="its account is missing or was changed", advice="See with verify what else was.")


def plan_again(
    said: Said, cases: Iterable[str], found: Index, places: Mapping[str, Path], request: Request
) -> Plan:
    """Plan to make once more the cases that were made, and to tell once more of those that failed.

    Parameters
    ----------
    said
        What the prepared set says of itself.
    cases
        Their names, in the order of the set.
    found
        An index of the sources as they lie now.
    places
        Where each source lies, by its name.
    request
        What the set was made with.
    """
    volumes, _ = in_parts(found.volumes, request.reading.irregular)
    volumes = with_facts(volumes)
    shelf = _Shelf.of(volumes, places)
    jobs, undecided = [], {}
    for case in cases:
        row, account = (said.rows or {}).get(case, {}), said.accounts.get(case)
        failed = row.get("state") == "failed"
        if failed:
            at, undecided[case] = shelf.find(row["source"], row["volume"]), Failed(error=row["error"])
        elif account is None:
            at, undecided[case] = None, _NO_ACCOUNT
        else:
            at = shelf.find_source(account)
        if at is None and not failed:
            undecided.setdefault(case, _gone(account, places))
        job = shelf.job(case, at)
        job = job if case in undecided or account is None else _as_told(job, account, places)
        jobs.append(replace(job, split=row.get("split", "")))
    names = {job.at: job.case for job in jobs}
    return Plan(
        volumes=volumes, names=names, roots=shelf.roots, jobs=tuple(jobs), undecided=undecided, left_out=[]
    )


def _gone(account: Mapping[str, Any] | None, places: Mapping[str, Path]) -> Failed:
    first = account["sources"][0] if account else None
    where = (
        f" ({file_in(places[first['source']], first['path'])})" if first and first["source"] in places else ""
    )
    error = f"the volume that the case was made from is not in the sources any more{where}"
    return Failed(error=f"{error}. {_FETCH}", advice=_FETCH)


def _as_told(job: Job, account: Mapping[str, Any], places: Mapping[str, Path]) -> Job:
    """The job with all that the account says of how the case was made."""
    labels = labels_files_of(account)
    again = Again(steps=account["done"], sources=account["sources"], labels=labels)
    job = replace(job, seed=account["seed"], again=again)
    if not labels:
        return job
    root, path = labels[0]["source"], labels[0]["path"]
    names = {int(value): name for value, name in account["labels"]["names"].items()}
    file = str(file_in(places[root], path))
    return replace(job, labels=file, labels_root=root, labels_path=path, names=names)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The rows of the volumes table by what accounts call them."""

    volumes: pl.DataFrame
    rows: pl.DataFrame
    roots: Mapping[str, str]
    by_volume: Mapping[tuple[str, str], list[int]]
    by_path: Mapping[tuple[str, str], list[int]]

    @classmethod
    def of(cls, volumes: pl.DataFrame, places: Mapping[str, Path]) -> _Shelf:
        names = {str(path): name for name, path in places.items()}
        roots = {source: names[str(Path(source).resolve())] for source in volumes["source"].unique()}
        by_volume: dict[tuple[str, str], list[int]] = {}
        by_path: dict[tuple[str, str], list[int]] = {}
        for at, (source, volume, path) in enumerate(volumes.select("source", "volume", "path").iter_rows()):
            by_volume.setdefault((roots[source], volume), []).append(at)
            by_path.setdefault((roots[source], path), []).append(at)
        rows = volumes.drop(pl.selectors.starts_with("member_"))
        return cls(volumes, rows, {**roots, **_beside(places, roots)}, by_volume, by_path)

    def find(self, root: str, volume: str) -> int | None:
        return next(iter(self.by_volume.get((root, volume), [])), None)

    def find_source(self, account: Mapping[str, Any]) -> int | None:
        """The row of the account's volume; of a file that has changed, and so its volume, that of its path."""
        first, paths = account["sources"][0], {one["path"] for one in account["sources"]}
        mine = self.by_volume.get((first["source"], account["volume"]), [])
        if len(mine) > 1:
            mine = [at for at in mine if set(source_files(self.volumes.row(at, named=True))) == paths]
        return next(iter(mine or self.by_path.get((first["source"], first["path"]), [])), None)

    def job(self, case: str, at: int | None) -> Job:
        """A job for a row; for none, one that can only be told of."""
        if at is None:
            row: Mapping[str, Any] = dict.fromkeys(self.rows.columns)
            return Job(case=case, row={**row, "path": "", "volume": ""}, seed=0)
        row = self.rows.row(at, named=True)
        return Job(case=case, row=row, seed=0, at=at, root=self.roots[row["source"]])


def _beside(places: Mapping[str, Path], roots: Mapping[str, str]) -> dict[str, str]:
    """Places that hold labels only; no volume comes from them."""
    return {str(path): name for name, path in places.items() if name not in roots.values()}
