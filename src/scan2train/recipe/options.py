"""Options of a step, from plain data and back, each checked against the field's type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from scan2train.errors import UnknownName, WrongUse


def check_options(kind: type, word: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """``options`` in the types of ``kind``'s fields: lists become tuples, whole numbers become floats.

    Raises
    ------
    UnknownName
        For an option that does not exist; lists the near ones.
    WrongUse
        For a missing option or a value of the wrong type.
    """
    known = {one.name: one for one in fields(kind)}
    for name in options:
        if name not in known:
            near = get_close_matches(name, known, n=3) or sorted(known)
            raise UnknownName(
                f"{word} has no option {name!r}", advice=f"Did you mean {', '.join(near)}?" if near else None
            )
    for name, one in known.items():
        if name not in options and one.default is MISSING and one.default_factory is MISSING:
            raise WrongUse(f"{word} needs the option {name!r}")
    hints = get_type_hints(kind)
    return {name: _fit(value, hints[name], f"{word}: {name}") for name, value in options.items()}


def plain(value: Any) -> Any:
    """A field's value as JSON and TOML know it."""
    return [plain(one) for one in value] if isinstance(value, tuple) else value


def _fit(value: Any, hint: Any, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):  # the only unions are "or nothing at all"
        return (
            None
            if value is None
            else _fit(value, next(one for one in arguments if one is not NoneType), where)
        )
    if origin is Literal:
        if value in arguments:
            return value
        raise WrongUse(where, expected=" or ".join(repr(one) for one in arguments), found=repr(value))
    if origin is tuple:
        return _fit_tuple(value, arguments, where)
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if hint in (str, bool) and isinstance(value, hint):
        return value
    raise WrongUse(where, expected=getattr(hint, "__name__", str(hint)), found=repr(value))


def _fit_tuple(value: Any, arguments: tuple[Any, ...], where: str) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise WrongUse(where, expected="a list", found=repr(value))
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(_fit(one, arguments[0], where) for one in value)
    if len(value) != len(arguments):
        raise WrongUse(where, expected=f"{len(arguments)} values", found=f"{len(value)}: {value!r}")
    return tuple(_fit(one, hint, where) for one, hint in zip(value, arguments, strict=True))
