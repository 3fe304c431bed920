"""What a person decides of images, as a table that ``prepare --choices`` reads, written at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final, Literal

from scan2train.choosing.fault import ACCEPT, REJECT, fault_of_choices, fault_of_columns
from scan2train.errors import OutputDamaged, WrongUse
from scan2train.formats.atomic import replacing

Choice = Literal["accept", "reject", ""]

CHOICES: Final = (ACCEPT, REJECT, "")
_COLUMNS: Final = ("volume", "choice", "remark", "name")
#: A spreadsheet carries out what begins so; there an apostrophe stands in front.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_LONGEST: Final = 4000


@dataclass(frozen=True, slots=True)
class Decision:
    """``choice`` is accept, reject or nothing, or what else a person wrote; the remark may stand alone."""

    choice: str = ""
    remark: str = ""


def require_csv(path: Path) -> None:
    """See that decisions go into a file whose name says what it holds.

    Raises
    ------
    WrongUse
        If it ends otherwise: by another suffix it would be read as something else.
    """
    if path.suffix.lower() != ".csv":
        raise WrongUse(
            "decisions are kept as CSV",
            where=path,
            expected="a name that ends in .csv",
            found=path.suffix or "none",
            advice="Name another file with --choices FILE.csv.",
        )


class Decisions:
    """The table of one file: rows and columns that somebody else put there stay as they are.

    Parameters
    ----------
    path
        A CSV file; need not be there.
    sources
        Folders that are never written into.
    """

    def __init__(self, path: Path, sources: tuple[Path, ...] = ()) -> None:
        self.path = path
        self._sources = sources
        self._lock = Lock()
        self._known: dict[str, Decision] = {}
        self._wrong: WrongUse | None = None
        self._read_at: tuple[int, int] | None = None

    def all(self) -> Mapping[str, Decision]:
        """Every decision, by volume id.

        Raises
        ------
        WrongUse
            If the file is there and is no such table.
        """
        with self._lock:
            self._look()
            return dict(self._known)

    def wrong(self) -> WrongUse | None:
        """Why ``prepare --choices`` would refuse the table as it stands; ``None`` where it would not."""
        with self._lock:
            try:
                self._look()
            except WrongUse as error:
                return error
            return self._wrong

    def decide(self, volume: str, choice: str, remark: str, name: str) -> None:
        """Write one decision, in every row of its volume; with neither choice nor remark, take it back.

        Raises
        ------
        WrongUse
            If the choice is another word, the remark is too long, or the file lies in a source or is no such table.
        OutputDamaged
            If it cannot be written.
        """
        if choice not in CHOICES:
            raise WrongUse("a decision is accept or reject", found=repr(choice)[:40])
        if len(remark) > _LONGEST:
            raise WrongUse(f"a remark has at most {_LONGEST} characters", found=len(remark))
        self._require_outside()
        with self._lock:
            rows, columns = _load(self.path)
            mine = [row for row in rows if row["volume"] == volume]
            if not mine and not choice and not remark:
                return
            if not choice and not remark:
                rows = [row for row in rows if row["volume"] != volume]
            elif not mine:
                rows.append(
                    {"volume": volume, "choice": choice, "remark": _safe(remark), "name": _safe(name)}
                )
            for row in mine:
                row.update(choice=choice, remark=_safe(remark))
            self._write(rows, [*columns, *(one for one in _COLUMNS if one not in columns)])
            self._read_at = None

    def _look(self) -> None:
        """Read the file if it is another than it was."""
        try:
            found = self.path.stat()
        except OSError:
            self._known, self._wrong, self._read_at = {}, None, None
            return
        stamp = (found.st_mtime_ns, found.st_size)
        if stamp != self._read_at:
            rows, _ = _load(self.path)
            self._known = {
                row["volume"]: Decision(row["choice"], _unsafe(row.get("remark", ""))) for row in rows
            }
            self._wrong = fault_of_choices(((row["volume"], row["choice"]) for row in rows), self.path)
            self._read_at = stamp

    def _require_outside(self) -> None:
        place = self.path.resolve()
        for source in self._sources:
            root = source.resolve()
            if place == root or (source.is_dir() and place.is_relative_to(root)):
                raise WrongUse(
                    "decisions would be written into a source",
                    where=self.path,
                    found=f"the source {source}",
                    advice="Sources are never written: start again with --choices FILE, a place outside of it.",
                )

    def _write(self, rows: list[dict[str, str]], columns: list[str]) -> None:
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, columns, restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        try:
            with replacing(self.path) as file:
                file.write(text.getvalue().encode(errors="replace"))
        except OSError as error:
            raise OutputDamaged(
                "decisions cannot be written", where=self.path, found=error.strerror or error
            ) from error


def _load(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    """Rows and columns of a table of choices; none where there is no such file."""
    if not path.exists():
        return [], []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            columns = list(table.fieldnames or ())
            rows = [{name: value or "" for name, value in row.items() if name is not None} for row in table]
    except (OSError, UnicodeError, csv.Error) as error:
        raise WrongUse(
            "this table of choices cannot be read", where=path, expected="CSV", found=error
        ) from error
    if rows and (fault := fault_of_columns(columns, path)):
        raise fault
    for row in rows:
        row["choice"] = row["choice"].strip()
    return rows, columns


def _safe(text: str) -> str:
    """One line that a spreadsheet shows and does not carry out."""
    line = " ".join(text.split())
    return f"'{line}" if _FORMULA.match(line) else line


def _unsafe(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text
