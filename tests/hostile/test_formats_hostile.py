"""Every broken or hostile NIfTI, MetaImage, NRRD and PNG: the outcome, the values, the place, memory and time."""

import hashlib
import json
import random
import sys
import time
import tracemalloc

import numpy as np
import pytest

from scan2train.errors import Scan2TrainError
from scan2train.finding import Severity
from scan2train.formats.registry import by_format
from scan2train.formats.sniff import sniff_file

FORMATS = ("nifti", "meta", "nrrd", "png")
#: The extensions that these two announce are in the files' names, not in the files. Those are sound to the byte: the
#: extension flag at 348 is 0 0 0 0, vox_offset is 352, and 16 × 12 × 3 values of 2 bytes end at byte 1504, the last.
WITHOUT_A_FAULT = ("nii_ext_lies", "nii_ext_zero")


@pytest.fixture(scope="module")
def cases(hostile):
    lines = (hostile / "expect.jsonl").read_text().splitlines()
    return [case for case in map(json.loads, lines) if case["fmt"] in FORMATS]


def outcome(path):
    try:
        word = sniff_file(path)
        return (by_format(word).read_volumes(path) if word else ()), None
    except Scan2TrainError as error:
        return (), error


def named(case, volumes, error):
    found = {finding.code for volume in volumes for finding in volume.findings}
    found |= {error.code} if error else set()
    wanted = case.get("codes") or []
    return not wanted or any(
        code == one or (one.endswith("+") and code.startswith(one[:-1])) for one in wanted for code in found
    )


def as_expected(case, volumes, error):
    noticed = [finding for volume in volumes for finding in volume.findings]
    told = bool(volumes and noticed) or error is not None
    return {
        "read": bool(volumes) and all(finding.severity is not Severity.ERROR for finding in noticed),
        "warn": bool(volumes and noticed) and named(case, volumes, error),
        "reject": not volumes and error is not None and named(case, volumes, error),
        "warn_or_reject": told and named(case, volumes, error),
        "skip": not volumes and error is None,
        "any": True,
    }[case["expect"]]


def test_outcomes(hostile, cases):
    wrong = []
    for case in cases:
        volumes, error = outcome(hostile / case["path"])
        if case["id"] in WITHOUT_A_FAULT:
            assert len(volumes) == 1
        elif not as_expected(case, volumes, error):
            wrong.append((case["id"], case["expect"], error or volumes[0].findings))
    assert not wrong


def test_values_and_places(hostile, cases):
    for case in cases:
        truth = case.get("truth")
        volumes, _ = outcome(hostile / case["path"])
        if not truth or not volumes:
            continue
        values = volumes[0].array.astype(np.float64)
        assert values.size == truth["n"], case["id"]
        digest = hashlib.sha256(np.sort(np.round(values.ravel(), 3)).tobytes()).hexdigest()
        assert digest[:16] == truth["sha"], case["id"]
        for key, pick in (("hi", np.argmax), ("lo", np.argmin)):
            if key in truth:
                place = volumes[0].grid.to_world(np.unravel_index(pick(values), values.shape)[:3])
                assert np.abs(place * (-1, -1, 1) - truth[key]).max() <= 0.05, case["id"]


def test_memory_and_time(hostile, cases):
    tracemalloc.start()
    try:
        for case in cases:
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            start = time.perf_counter()
            outcome(hostile / case["path"])
            took = time.perf_counter() - start
            held = (tracemalloc.get_traced_memory()[1] - before) / (1 << 20)
            assert took <= case["max_s"], case["id"]
            assert held <= case["max_mem_mb"], case["id"]
    finally:
        tracemalloc.stop()


def test_nothing_outside_the_cases_own_folder_is_opened(hostile, cases):
    opened = []
    watching = [True]
    # An audit hook cannot be taken away again, only told to be quiet.
    sys.addaudithook(
        lambda event, about: opened.append(str(about[0])) if watching[0] and event == "open" else None
    )
    try:
        for case in cases:
            path = hostile / case["path"]
            opened.clear()
            outcome(path)
            outside = [
                name for name in opened if not name.startswith(str(path.parent)) and "/venv/" not in name
            ]
            outside = [
                name for name in outside if not name.endswith((".py", ".pyc", ".so")) and not name.isdigit()
            ]
            assert not outside, case["id"]
    finally:
        watching[0] = False


def test_sources_stay_as_they_were(hostile, cases):
    def state():
        return {path: path.stat().st_mtime_ns for path in hostile.rglob("*")}

    before = state()
    for case in cases:
        outcome(hostile / case["path"])
    assert state() == before


def test_damage_anywhere_raises_nothing_but_the_packages_own_errors(hostile, cases, tmp_path):
    seeds = [(hostile / case["path"]).read_bytes() for case in cases if (case["bytes"] or 9999) < 5000]
    junk = [
        b"\xff" * 4,
        b"\0" * 4,
        b"\xff\xff\xff\x7f",
        b"nan ",
        b"-1",
        b"1e999",
        b"99999999999",
        b"%d",
        b"\n",
        b"=",
    ]
    draw = random.Random(7)
    path = tmp_path / "a"
    for _ in range(2000):
        data = bytearray(draw.choice(seeds))
        for _ in range(draw.choice([1, 1, 2, 4])):
            at = draw.randrange(max(1, min(len(data), draw.choice([60, 400, len(data)]))))
            part = draw.choice([*junk, bytes([draw.randrange(256)])])
            data[at : at + draw.choice([0, 1, len(part), 20])] = part
        path.write_bytes(data)
        outcome(path)
