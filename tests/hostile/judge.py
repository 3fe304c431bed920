"""What ``expect.jsonl`` of the hostile files asks of reading, judged case by case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError
from scan2train.finding import Finding, Severity
from scan2train.grid import LPS_TO_RAS
from scan2train.read import VolumeList, read_all
from scan2train.volume import Volume


def cases(folder: Path, formats: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The cases of some formats."""
    for line in (folder / "expect.jsonl").read_text().splitlines():
        case = json.loads(line)
        if case["fmt"] in formats:
            yield case


def fault(folder: Path, case: dict[str, Any]) -> str:
    """What reading a case did wrong; empty where it did as expected."""
    try:
        volumes = read_all(folder / case["path"])
    except Scan2TrainError as error:
        return "" if case["expect"] in ("reject", "warn_or_reject", "skip", "any") else f"refused: {error}"
    expect = case["expect"]
    if expect == "any":
        return ""
    if expect == "skip":
        return "read, but is no image"
    found = [one for volume in volumes for one in volume.findings]
    if expect == "reject":
        silent = case["kind"] == "dir" and _told(volumes, found)
        return "" if silent else f"read, but must be refused: {volumes} {[f.code for f in found]}"
    if expect == "warn_or_reject" and volumes.refused and not found:
        return ""
    if expect == "read" and any(one.severity is Severity.ERROR for one in found):
        return f"an error was found in a good file: {[f.code + ' ' + f.message for f in found]}"
    if expect.startswith("warn"):
        codes = {one.code for one in found} | {error.code for _, error in volumes.refused}
        if not _named(codes, case["codes"]):
            return f"not named: expected one of {case['codes']}, found {codes}"
    return _untrue(volumes, case.get("truth") or {})


def _told(volumes: VolumeList, found: list[Finding]) -> bool:
    return (
        all(any(one.severity is not Severity.INFO for one in volume.findings) for volume in volumes)
        or not found
    )


def _named(codes: set[str | None], wanted: list[str]) -> bool:
    given = {code for code in codes if code}
    if not wanted:
        return bool(given)
    return any(
        code.startswith(word[:3]) if word.endswith("+") else code == word for word in wanted for code in given
    )


def _untrue(volumes: list[Volume], truth: dict[str, Any]) -> str:
    if not truth:
        return ""
    values = np.concatenate([volume.array.astype(np.float64).ravel() for volume in volumes])
    if "n" in truth and values.size != truth["n"]:
        return f"{values.size} values, expected {truth['n']}"
    if "sha" in truth:
        sha = hashlib.sha256(np.sort(np.round(values, 3)).tobytes()).hexdigest()[:16]
        if sha != truth["sha"]:
            return f"other values: {values.min()} to {values.max()}"
    largest = max(volumes, key=lambda volume: volume.array.max())
    smallest = min(volumes, key=lambda volume: volume.array.min())
    for key, volume, at in (("hi", largest, np.argmax), ("lo", smallest, np.argmin)):
        if key in truth:
            index = np.unravel_index(at(volume.array), volume.array.shape)[:3]
            place = LPS_TO_RAS[:3, :3] @ volume.grid.to_world(np.array(index))
            if np.abs(place - truth[key]).max() > 0.05:
                return f"{key} is at {place.round(3).tolist()}, expected {truth[key]}"
    return ""
