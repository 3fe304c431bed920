"""Where rules come from: the files of this package, packages that offer some, and a lab's own folder."""

from __future__ import annotations

import importlib.util
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from scan2train.errors import Scan2TrainError, UnknownName, WrongUse
from scan2train.rule.inputs import AT_READING
from scan2train.rule.rule import FILE_NAME, Rule, rule_of

#: Entry points of this group name a module that is a rule, or a package whose modules are.
GROUP = "scan2train.rules"
_NAMES = "abc123_what_it_finds.py"
_CHECK = re.compile(rb"^def check\(", re.MULTILINE)


@cache
def built_in() -> tuple[Rule, ...]:
    """The rules of this package, by code."""
    return tuple(sorted(map(rule_of, _below("scan2train.rules")), key=lambda rule: rule.code))


@cache
def at_reading() -> tuple[Rule, ...]:
    """Those of them that judge one volume by what reading it shows anyway."""
    return tuple(rule for rule in built_in() if rule.looks_at(AT_READING))


def all_rules(folders: Iterable[str | Path] = ()) -> tuple[Rule, ...]:
    """The rules of this package, of installed packages, and of these folders, by code.

    Raises
    ------
    WrongUse
        If a folder is none, a file in it is no rule, or a code comes twice.
    """
    found = [*built_in(), *_installed()]
    for folder in folders:
        found.extend(_in_folder(Path(folder)))
    by_code: dict[str, Rule] = {}
    for rule in found:
        if rule.code in by_code:
            raise WrongUse(
                f"the code {rule.code} is taken by {by_code[rule.code].name}",
                where=rule.module.__file__,
                advice="Give the rule a code of its own: three letters of your lab and a number.",
            )
        by_code[rule.code] = rule
    return tuple(by_code[code] for code in sorted(by_code))


def find_rule(code: str, rules: Iterable[Rule]) -> Rule:
    """The rule of that code or name.

    Raises
    ------
    UnknownName
        If there is none; lists the near ones.
    """
    known = list(rules)
    for rule in known:
        if code.upper() == rule.code or code.lower() == rule.name:
            return rule
    words = [rule.code for rule in known] + [rule.name for rule in known]
    near = get_close_matches(code.upper(), words, 4) + get_close_matches(code.lower(), words, 4)
    near = near or [rule.code for rule in known if rule.code[:3] == code[:3].upper()]
    raise UnknownName(
        f"there is no rule {code!r}",
        advice=f"Near: {', '.join(near)}."
        if near
        else "List them: explain --all; rules of your own need --rules DIR.",
    )


def _below(package: str) -> Iterator[ModuleType]:
    for one in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        if FILE_NAME.fullmatch(one.name.rpartition(".")[2]):
            yield import_module(one.name)


def _installed() -> Iterator[Rule]:
    for entry in entry_points(group=GROUP):
        try:
            module = entry.load()
        except Exception as error:
            raise WrongUse(f"the rules of {entry.value} cannot be loaded", found=error) from error
        modules = _below(module.__name__) if hasattr(module, "__path__") else [module]
        yield from map(rule_of, modules)


def _in_folder(folder: Path) -> Iterator[Rule]:
    if not folder.is_dir():
        raise WrongUse("there is no such folder of rules", where=folder)
    paths = []
    for path in sorted(folder.rglob("*.py")):
        if FILE_NAME.fullmatch(path.stem):
            paths.append(path)
        elif _CHECK.search(path.read_bytes()):
            # Passed over, it would seem to find nothing.
            raise WrongUse("a file with a function check is no rule by its name", where=path, expected=_NAMES)
    if not paths:
        raise WrongUse("the folder holds no rule", where=folder, expected=f"files named {_NAMES}")
    for path in paths:
        yield rule_of(_from_file(path))


def _from_file(path: Path) -> ModuleType:
    # Two folders may hold files of one name; a name by the whole path keeps their modules apart.
    name = f"scan2train_rules_{sha256(str(path.resolve()).encode()).hexdigest()[:12]}_{path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise WrongUse("this file cannot be imported", where=path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Scan2TrainError:
        raise
    except Exception as error:
        del sys.modules[name]
        raise WrongUse(
            "the rule cannot be imported", where=path, found=f"{type(error).__name__}: {error}"
        ) from error
    return module
