"""A rule that was loaded: its code, its name, its page, and what it looks at."""

from __future__ import annotations

import inspect
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from scan2train.errors import WrongUse
from scan2train.finding import Finding, Scope, Where
from scan2train.rule.example import Example
from scan2train.rule.hit import Hit
from scan2train.rule.inputs import INPUTS, PER_VOLUME, PIXELS, TABLES
from scan2train.rule.page import Page, page_of
from scan2train.task import Task

if TYPE_CHECKING:
    import polars as pl

#: Name of a rule's file: code and name.
FILE_NAME = re.compile(r"(?P<code>[a-z]{3}\d{3})_(?P<name>[a-z0-9_]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``needs`` are the parameters of its ``check``; those in ``optional`` have a default of their own.

    ``task`` is what is to be learnt, where that is known; a rule that must know it is not called without.
    """

    code: str
    name: str
    page: Page
    needs: tuple[str, ...]
    module: ModuleType
    optional: frozenset[str] = frozenset()
    task: Task | None = None

    @property
    def facts(self) -> Mapping[str, pl.Expr]:
        """Expressions over the slices of each volume that the rule wants to see as ``facts``."""
        return getattr(self.module, "FACTS", {})

    @property
    def needs_task(self) -> bool:
        """Whether it says nothing where no task is given."""
        return "task" in self.needs and "task" not in self.optional

    @property
    def gathers(self) -> bool:
        """Whether it has something to say of all volumes together that only their pixels tell."""
        return hasattr(self.module, "gather")

    @property
    def suspect(self) -> pl.Expr | None:
        """An expression over the volumes table, and the rule's facts: where it is false, a volume is clean."""
        return getattr(self.module, "SUSPECT", None)

    @property
    def scope(self) -> Scope:
        """What its hits are about where they do not say so."""
        if PER_VOLUME & set(self.needs) or {"labels", "pair"} & set(self.needs):
            return "volume"
        return "file" if {"skipped", "files", "instances"} & set(self.needs) else "dataset"

    def examples(self) -> tuple[Example, ...]:
        """Good and bad cases: tests, documentation, and what ``explain`` shows."""
        return tuple(self.module.examples())

    def looks_at(self, offered: Container[str]) -> bool:
        """Whether it is called where these inputs are there: all that it must have, and one that it asks for."""
        asked = [name for name in self.needs if name in offered]
        known = self._known
        return bool(asked) and all(
            name in offered or name in known or name in self.optional for name in self.needs
        )

    def run(self, inputs: Mapping[str, Any], where: Where | None = None) -> list[Finding]:
        """Call ``check`` with what it asks for; ``where`` is the place of hits that name none."""
        given = {**inputs, **self._known}
        hits: Iterable[Hit] = self.module.check(**{name: given[name] for name in self.needs if name in given})
        return [self._finding(hit, where or Where()) for hit in hits]

    @property
    def gather_needs(self) -> tuple[str, ...]:
        """What its ``gather`` looks at; nothing where it has none."""
        return _parameters(self.module.gather) if self.gathers else ()

    def gathers_from(self, offered: Container[str]) -> bool:
        """Whether something is gathered where these inputs are there."""
        told = self.task is not None or "task" not in self.conclude_needs
        return self.gathers and told and all(name in offered for name in self.gather_needs)

    def gather(self, inputs: Mapping[str, Any]) -> Any:
        """Call ``gather`` with what it needs: what :meth:`conclude` shall know of one volume; can be pickled."""
        given = {**inputs, **self._known}
        return self.module.gather(**{name: given[name] for name in self.gather_needs})

    def conclude(self, gathered: Sequence[Any], named: Mapping[str, Any]) -> list[Finding]:
        """Call ``conclude`` with what was gathered of every volume that could be read, and the tables it names."""
        given = {**named, **self._known}
        tables = {name: given[name] for name in self.conclude_needs}
        hits = self.module.conclude(gathered, **tables)
        return [self._finding(replace(hit, scope=hit.scope or "dataset"), Where()) for hit in hits]

    @property
    def conclude_needs(self) -> tuple[str, ...]:
        """The tables, and the task, that its ``conclude`` looks at beside what was gathered."""
        return _parameters(self.module.conclude)[1:] if self.gathers else ()

    @property
    def _known(self) -> dict[str, Task]:
        """What it is called with wherever it looks."""
        return {} if self.task is None else {"task": self.task}

    def _finding(self, hit: Hit, where: Where) -> Finding:
        return Finding(
            code=self.code,
            name=self.name,
            severity=hit.severity,
            scope=hit.scope or self.scope,
            message=hit.message,
            where=hit.where or where,
            advice=hit.advice or self.page.advice,
            seen=_text(hit.seen),
            expected=_text(hit.expected),
            affects=hit.affects,
        )


def _text(cell: object) -> str:
    """Rules hand on cells of tables as they are: numbers, and null."""
    return "" if cell is None else str(cell)


def rule_of(module: ModuleType) -> Rule:
    """Make the rule of a module, and check that it is one.

    Raises
    ------
    WrongUse
        If the file's name, the docstring, ``check`` or ``examples`` is not as a rule's must be.
    """
    where = module.__file__ or module.__name__
    named = FILE_NAME.fullmatch(Path(where).stem)
    if named is None:
        raise WrongUse(
            "the file's name is a rule's code and name", where=where, expected="abc123_what_it_finds.py"
        )
    for name in ("check", "examples"):
        if not callable(getattr(module, name, None)):
            raise WrongUse(f"a rule has a function {name}", where=where)
    parameters = inspect.signature(module.check).parameters
    needs = tuple(parameters)
    if hasattr(module, "gather") != hasattr(module, "conclude"):
        raise WrongUse("a rule that gathers concludes, and the other way round", where=where)
    if hasattr(module, "gather"):
        _require_known(module, where)
    unknown = [name for name in needs if name not in INPUTS]
    if unknown or not needs:
        raise WrongUse(
            "the parameters of check name what the rule looks at",
            where=where,
            expected=", ".join(INPUTS),
            found=", ".join(unknown) or "none",
        )
    return Rule(
        code=named["code"].upper(),
        name=named["name"].replace("_", "-"),
        page=page_of(module.__doc__, where),
        needs=needs,
        module=module,
        optional=frozenset(name for name, one in parameters.items() if one.default is not one.empty),
    )


def _require_known(module: ModuleType, where: str) -> None:
    """See that ``gather`` and ``conclude`` name what they can be called with."""
    gathered = set(_parameters(module.gather))
    if not (gathered & PIXELS and gathered <= {*PIXELS, "row"} - {"decoded"}):
        raise WrongUse(
            "the parameters of gather name what the rule looks at in a decoded volume",
            where=where,
            expected="volume, or labels and declared; and row",
            found=", ".join(sorted(gathered)) or "none",
        )
    unknown = [name for name in _parameters(module.conclude)[1:] if name not in {*TABLES, "task"}]
    if unknown:
        raise WrongUse(
            "conclude is called with what was gathered, with tables, and with the task where check must have it",
            where=where,
            expected=", ".join(sorted({*TABLES, "task"})),
            found=", ".join(unknown),
        )


def _parameters(function: Any) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)
