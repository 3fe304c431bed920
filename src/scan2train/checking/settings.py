"""What a settings file may say of an audit, and nothing else: every key is known, and has its type."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from scan2train.errors import WrongUse

#: Ways to print the findings.
FORMATS: Final = ("text", "json", "html", "sarif", "junit", "github")
#: From which severity on a run has failed.
FAIL_ON: Final = ("error", "warning", "info", "never")

#: A key of ``[check]`` -> the kind of its value.
KEYS: Final[dict[str, str | tuple[str, ...]]] = {
    "select": "words",
    "ignore": "words",
    "per-path-ignores": "table",
    "fail-on": FAIL_ON,
    "task": "task",
    "baseline": "path",
    "rules": "paths",
    "pixels": "flag",
    "format": FORMATS,
}
_KINDS = {
    "words": 'a list of texts, as ["GEO012"]',
    "table": 'a table of lists, as "legacy/**" = ["GEO012"]',
    "task": "a text, a task's name or its TOML file",
    "path": "a text, the name of a file",
    "paths": 'a list of texts, as ["our-rules"]',
    "flag": "true or false",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What stands in one settings file; what it does not say is empty or ``None``.

    ``per_path_ignores`` are pairs of a pattern and the codes that are not told of what it matches. Files and folders
    are taken from the folder of ``file``.
    """

    file: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_path_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fail_on: str | None = None
    task: str | None = None
    baseline: Path | None = None
    rules: tuple[Path, ...] = ()
    pixels: bool | None = None
    format: str | None = None

    @property
    def folder(self) -> Path:
        """What patterns are seen from: the folder of the file, or the working folder."""
        return Path.cwd() if self.file is None else self.file.parent


def settings_of(text: str, file: Path) -> Settings:
    """Read ``scan2train.toml``, or the table ``tool.scan2train`` of ``pyproject.toml``.

    Raises
    ------
    WrongUse
        If it is not TOML, a key is unknown, or a value is of another type; names file, key and the near keys.
    """
    try:
        told: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongUse("the settings are not TOML", where=file, found=error) from None
    place = ""
    if file.name == "pyproject.toml":
        place = "tool.scan2train."
        told = _table(told.get("tool", {}), "tool", file).get("scan2train", {})
    told = _table(told, place.rstrip("."), file)
    for key in told:
        if key != "check":
            meant = f"check.{key}" if key in KEYS else next(iter(get_close_matches(key, ("check",))), "")
            raise _unknown(place + key, f"{place}check", place + meant if meant else "", file)
    return _check(_table(told.get("check", {}), f"{place}check", file), f"{place}check.", file)


def _check(told: Mapping[str, Any], place: str, file: Path) -> Settings:
    values: dict[str, Any] = {}
    for key, value in told.items():
        if key not in KEYS:
            near = get_close_matches(key.replace("_", "-"), KEYS, 3)
            raise _unknown(place + key, ", ".join(KEYS), ", ".join(near), file)
        values[key.replace("-", "_")] = _value(value, KEYS[key], place + key, file)
    return Settings(file=file, **values)


def _value(value: Any, kind: str | tuple[str, ...], key: str, file: Path) -> Any:
    if isinstance(kind, tuple):
        if value not in kind:
            near = get_close_matches(value, kind, 1) if isinstance(value, str) else []
            raise _wrong(key, " or ".join(kind), value, file, f"Did you mean {near[0]!r}?" if near else None)
        return value
    if kind == "flag" and isinstance(value, bool):
        return value
    if kind == "task" and isinstance(value, str):
        return str(file.parent / value) if value.endswith(".toml") else value
    if kind == "path" and isinstance(value, str) and value:
        return file.parent / value
    if kind in {"words", "paths"} and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value if kind == "words" else (file.parent / one for one in value))
    if kind == "table" and isinstance(value, dict):
        return tuple(
            (pattern, _value(words, "words", f"{key}.{pattern!r}", file)) for pattern, words in value.items()
        )
    raise _wrong(key, _KINDS[kind], value, file)


def _table(value: Any, key: str, file: Path) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise _wrong(key, "a table", value, file)


def _wrong(key: str, expected: str, value: object, file: Path, advice: str | None = None) -> WrongUse:
    return WrongUse(
        f"the setting {key} cannot be meant", where=file, expected=expected, found=repr(value), advice=advice
    )


def _unknown(key: str, known: str, near: str, file: Path) -> WrongUse:
    return WrongUse(
        f"there is no setting {key}", where=file, expected=known, advice=f"Near: {near}." if near else None
    )
