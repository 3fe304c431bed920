"""Columns that a table of features carries along: what batches are told by, and what ComBat is to keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from scan2train.cohort.splitting.together import SITE
from scan2train.errors import UnknownName, WrongUse
from scan2train.knowledge.file_names import names_in_path, stem
from scan2train.preparing.of_prepared import paths_before
from scan2train.tables.volumes import VOLUMES

if TYPE_CHECKING:
    from scan2train.preparing.job import Job

#: What can be carried beside the columns of the volumes table: which scanner it was, and where the scan lies.
PLACES: Final = ("site", "folder")
_CASE: Final = "case"
#: So many names are shown where nothing fits.
_SHOWN: Final = 3


def require_columns(columns: Iterable[str]) -> None:
    """Refuse a column that the volumes table does not have, or that is a list there.

    Raises
    ------
    UnknownName
        With the near ones.
    """
    there = (*PLACES, *(one.name for one in VOLUMES.columns if not one.kind.endswith("s")))
    for name in columns:
        if name not in there:
            near = get_close_matches(name, there)
            raise UnknownName(
                f"there is no column {name!r} to carry",
                expected=f"{', '.join(PLACES)}, or a column of volumes.parquet of one value a row",
                advice=f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(there)}.",
            )


def of_scan(row: Mapping[str, Any], path: str, columns: Iterable[str]) -> dict[str, Any]:
    """These columns of a scan; ``None`` where nothing is known.

    Parameters
    ----------
    row
        Its row in the volumes table.
    path
        Where it lay below its source before anything was made of it.
    """
    return {name: _cell(row, path, name) for name in columns}


def _cell(row: Mapping[str, Any], path: str, name: str) -> Any:
    if name == "site":
        station, *make = (row.get(one) for one in SITE)
        found: Any = station or "; ".join(one for one in make if one)
    elif name == "folder":
        first, *below = PurePosixPath(path).parts or ("",)
        # The path of a series is its folder, that of another image its file.
        found = first if below or stem(first) == first else ""
    else:
        found = row.get(name)
    return None if found == "" else found


def read_cases(path: Path, taken: Iterable[str]) -> tuple[tuple[str, ...], dict[str, dict[str, Any]]]:
    """The columns of a table but ``case``, and for each case their values.

    Parameters
    ----------
    taken
        Names that columns of the table of features have already.

    Raises
    ------
    WrongUse
        If it cannot be read, has no column ``case`` or one that is taken, or names a case twice.
    """
    import polars as pl

    from scan2train.tools.harmonize.feature_table import read_table

    table = read_table(path)
    if _CASE not in table.columns:
        raise WrongUse(
            "the table has no column case",
            where=path,
            expected="case, and the columns that are to come along",
            found=", ".join(table.columns),
            advice="A case is the name that features shows, a file's name without its suffix, or a folder's.",
        )
    columns = tuple(name for name in table.columns if name != _CASE)
    both = sorted({*columns} & {*taken})
    if both:
        raise WrongUse(
            "the table of features has columns of these names already",
            where=path,
            found=", ".join(both),
            advice="Name them otherwise, such as diagnosis in place of label.",
        )
    own = pl.selectors
    plain = table.with_columns(
        own.float().fill_nan(None), (own.all() - own.numeric() - own.boolean()).cast(pl.String)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in plain.drop_nulls(_CASE).iter_rows(named=True):
        name = str(row.pop(_CASE))
        if name.casefold() in found:
            raise WrongUse(
                "the table names a case twice", where=path, found=name, advice="Leave one row a case."
            )
        found[name.casefold()] = row
    return columns, found


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """What comes along for the cases of a folder: columns of the volumes table, and a table of cases."""

    columns: tuple[str, ...] = ()
    table: Path | None = None

    def of(
        self, jobs: Sequence[Job], taken: Iterable[str]
    ) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
        """For each case the columns that come along, and the cases that the table does not name.

        Raises
        ------
        WrongUse
            As :func:`read_cases`; or if the table names none of the cases.
        """
        paths = paths_before(job.row for job in jobs)
        found = {
            job.case: of_scan(job.row, path, self.columns) for job, path in zip(jobs, paths, strict=True)
        }
        if self.table is None:
            return found, ()
        names, known = read_cases(self.table, {*taken, *self.columns})
        rows = {job.case: row_of(job.case, path, known) for job, path in zip(jobs, paths, strict=True)}
        if jobs and not any(rows.values()):
            raise WrongUse(
                "the table names none of the cases",
                where=self.table,
                expected=f"names such as {', '.join(list(rows)[:_SHOWN])}, or of their folders",
                found=", ".join(list(known)[:_SHOWN]),
            )
        for case, row in rows.items():
            found[case] |= dict.fromkeys(names) | row
        return found, tuple(case for case, row in rows.items() if not row)


def row_of(case: str, path: str, known: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """What a table says of a case: by its name, that of its file, or the innermost folder that the table names."""
    names = map(str.casefold, (case, *names_in_path(path)))
    return next((known[name] for name in names if name in known), {})
