"""Broken and hostile DICOM files: refused, or read as they are with a word about it; never a crash."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("judge", Path(__file__).with_name("judge.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
judge = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(judge)

#: Cases that reading judges otherwise, each with the reason.
OTHERWISE = {
    "real_pydicom__693_J2KI.dcm": "the codestream is sound and ends where it says; it decodes to the expected values, "
    "and PIX009 says that it is lossy",
}


def test_every_case_is_read_or_refused_as_it_should_be(hostile: Path) -> None:
    faults = {case["id"]: judge.fault(hostile, case) for case in judge.cases(hostile, ("dicom",))}
    assert {name for name, fault in faults.items() if fault} == set(OTHERWISE), {
        name: fault for name, fault in faults.items() if fault and name not in OTHERWISE
    }
    assert len(faults) > 190


def test_sources_stay_as_they_are(hostile: Path) -> None:
    def state() -> dict[str, tuple[int, int]]:
        files = (Path(folder) / name for folder, _, names in os.walk(hostile) for name in names)
        return {str(file): (file.stat().st_size, file.stat().st_mtime_ns) for file in files}

    before = state()
    for case in judge.cases(hostile, ("dicom",)):
        judge.fault(hostile, case)
    assert state() == before


@pytest.mark.parametrize(
    "name", ["ser_dup_conflict", "ser_trunc_one", "ser_missing_slice", "ser_rows_differ"]
)
def test_a_broken_series_is_never_one_silent_volume(hostile: Path, name: str) -> None:
    from scan2train.errors import Scan2TrainError
    from scan2train.read import read

    with pytest.raises(Scan2TrainError) as caught:
        read(hostile / "synth" / "series" / name)
    assert caught.value.code in ("FIL001", "FIL004", "GEO004", "SER002")
