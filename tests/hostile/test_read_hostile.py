"""Broken and hostile files of every format: refused, or read as they are with a word about it; never a crash."""

from __future__ import annotations

import importlib.util
import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


judge, held = _beside("judge"), _beside("held")

FORMATS = ("dicom", "nifti", "meta", "nrrd", "png")
_SOUND = (
    "the extension that lies is in the file's name; the file itself has none, and is sound to its last byte"
)
#: Cases that reading judges otherwise, each with the reason.
OTHERWISE = {
    "nii_ext_lies": _SOUND,
    "nii_ext_zero": _SOUND,
    "real_pydicom__693_J2KI.dcm": "the codestream is sound and ends where it says; it decodes to the expected values, "
    "and PIX009 says that it is lossy",
}


@dataclass(frozen=True)
class Judged:
    """What is wrong with each case's reading, which took more than they may, and what there is besides."""

    faults: dict[str, str | None]
    over: dict[str, str]
    processes: int
    sources: dict[str, tuple[int, int]]


@pytest.fixture(scope="module")
def judged(hostile: Path) -> Judged:
    """Every case read once, and what that took."""
    cases = list(judge.cases(hostile, FORMATS))
    before = _state(hostile)
    judge.fault(hostile, cases[0])  # what is loaded and compiled once is not the case's
    faults, over = {}, {}
    for case in cases:
        begin = time.monotonic()
        with held.Held() as memory:
            faults[case["id"]] = judge.fault(hostile, case)
        taken = time.monotonic() - begin
        if memory.more_mb > case["max_mem_mb"] or taken > case["max_s"]:
            over[case["id"]] = f"{memory.more_mb:.0f} MiB, {taken:.1f} s"
    return Judged(faults, over, len(held.children()), before)


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    files = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    return {str(file): (file.stat().st_size, file.stat().st_mtime_ns) for file in files}


def test_every_case_is_read_or_refused_as_it_should_be(judged: Judged) -> None:
    faults = judged.faults
    assert {name for name, fault in faults.items() if fault} == set(OTHERWISE), {
        name: fault for name, fault in faults.items() if fault and name not in OTHERWISE
    }
    assert len(faults) == 401


def test_no_case_takes_more_memory_or_time_than_it_may(judged: Judged) -> None:
    assert judged.over == {}
    assert judged.processes <= 2, "decoders of what was read, and nothing else"


def test_sources_stay_as_they_are(hostile: Path, judged: Judged) -> None:
    assert _state(hostile) == judged.sources


@pytest.mark.parametrize(
    "name", ["ser_dup_conflict", "ser_trunc_one", "ser_missing_slice", "ser_rows_differ"]
)
def test_a_broken_series_is_never_one_silent_volume(hostile: Path, name: str) -> None:
    from scan2train.errors import Scan2TrainError
    from scan2train.read import read

    with pytest.raises(Scan2TrainError) as caught:
        read(hostile / "synth" / "series" / name)
    assert caught.value.code in ("FIL001", "FIL004", "GEO004", "SER002")
