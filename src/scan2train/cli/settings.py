"""Settings for a command, with a word on stderr where they came with the data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from scan2train.errors import UnknownName, WrongUse
from scan2train.reports.escape import shown

if TYPE_CHECKING:
    from scan2train.checking.settings import Settings
    from scan2train.rule import Rule


def settings_for(sources: Sequence[Path], config: Path | None, *, isolated: bool) -> Settings:
    """The settings of ``config``, or those that are found; none if ``isolated``.

    Raises
    ------
    WrongUse
        If both options are given, or as :func:`~scan2train.checking.settings_file.find_settings`.
    """
    from scan2train.checking.settings import Settings
    from scan2train.checking.settings_file import find_settings, is_own, read_settings

    if isolated:
        if config is not None:
            raise WrongUse("--isolated takes no settings, and --config names some")
        return Settings()
    if config is not None:
        return read_settings(config)
    found = find_settings(sources, Path.cwd())
    if found.file is not None and not is_own(found.file, sources, Path.cwd()):
        typer.echo(
            f"settings that came with the data hold: {shown(found.file)} (--isolated for none)", err=True
        )
    return found


def require_known_codes(settings: Settings, rules: Sequence[Rule]) -> None:
    """See that settings name rules that exist.

    Raises
    ------
    UnknownName
        If a word names none: with the file, the key and the near codes.
    """
    from scan2train.checking.choose import require_known

    lists = [("select", settings.select), ("ignore", settings.ignore)]
    lists += [(f"per-path-ignores.{pattern!r}", words) for pattern, words in settings.per_path_ignores]
    for key, words in lists:
        try:
            require_known(words, rules)
        except UnknownName as error:
            raise UnknownName(
                f"check.{key}: {error.message}", where=settings.file, found=error.found, advice=error.advice
            ) from None
