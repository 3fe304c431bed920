"""The files that a case was made from, named without their place on this machine, and what they held."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scan2train.preparing.atomic import sha256_of
from scan2train.preparing.pairing import file_of


def root_name(row: Mapping[str, Any]) -> str:
    """The name of the source folder or file that a volume was found in, without the folders above it."""
    return Path(row["source"]).name


def source_files(row: Mapping[str, Any]) -> dict[str, Path]:
    """The files of a volume, in order of their names: path below the source to absolute path."""
    source = Path(row["source"])
    if source.is_file():
        return {source.name: source}
    members = row["member_path"] or [row["path"]]
    own = [row["path"]] if Path(file_of(row)).is_file() else []
    return {path: source / path for path in sorted({*own, *members})}


def describe_sources(row: Mapping[str, Any]) -> list[dict[str, str]]:
    """For each file of a volume: source, path below it, and SHA-256 of what it holds now."""
    root = root_name(row)
    return [
        {"source": root, "path": path, "sha256": sha256_of(file)} for path, file in source_files(row).items()
    ]
