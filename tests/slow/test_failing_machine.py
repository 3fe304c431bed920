"""Full disks, killed workers, interrupts at any moment, two runs at once: real processes, real signals, a real disk."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "preparing"))

from prepare_kills import (
    alive,
    command,
    contents,
    entered,
    finish,
    interrupt,
    make_source,
    start,
    workers_of,
)

pytestmark = pytest.mark.slow

#: Every store that ``prepare`` writes.
STORES = ("nifti", "zarr", "b2nd", "npy")

#: Mount a small disk, run, make it larger, run again, and take what is there. In a name space of its own.
_ON_A_SMALL_DISK = """
disk=$1 size=$2 taken=$3; shift 3
mount -t tmpfs -o size=$size tmpfs "$disk"
"$@" 2> "$taken.said"; echo $?
find "$disk" -name '.tmp-*'
cp -r "$disk/out/cases" "$taken.cut"
mount -o remount,size=1g tmpfs "$disk"
"$@" > /dev/null; echo $?
cp -r "$disk/out" "$taken"
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("machine") / "source"
    make_source(folder, 10)
    return folder


@pytest.fixture(scope="module", params=STORES)
def whole(source, request):
    """The store, what an uninterrupted run in it gives, and how long one takes."""
    out = source.parent / f"whole-{request.param}"
    finish(source, source.parent / f"warm-up-{request.param}", store=request.param)
    times = finish(source, out, store=request.param)
    return request.param, contents(out), sum(times)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_ends_the_run_with_the_path_and_it_goes_on_later(source, tmp_path, whole, jobs):
    store, expected, _ = whole
    disk, taken = tmp_path / "disk", tmp_path / "taken"
    disk.mkdir()
    size = sum(map(len, expected.values())) // 3
    run = ["unshare", "-rm", "sh", "-c", _ON_A_SMALL_DISK, "sh", disk, str(size), taken]
    done = subprocess.run(
        [*run, *command(source, disk / "out", jobs, store)], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["2", "0"], done
    said = (tmp_path / "taken.said").read_text()
    assert "No space left on device" in said
    assert str(disk / "out") in said
    assert contents(taken) == expected
    # What was finished before the disk was full stayed.
    kept = [file.name for file in (tmp_path / "taken.cut").iterdir()]
    assert 0 < len(kept) < 11


def test_a_limit_of_the_size_of_files_is_a_full_disk(source, tmp_path, whole):
    store, expected, _ = whole
    largest = max(map(len, expected.values()))

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest - 1, largest - 1))

    process = start(source, tmp_path / "out", 2, store, preexec_fn=limit)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 2
    assert "File too large" in said
    assert str(tmp_path / "out") in said
    finish(source, tmp_path / "out", store=store)
    assert contents(tmp_path / "out") == expected


def test_a_killed_worker_costs_one_case(source, tmp_path, whole):
    store, expected, _ = whole
    out = tmp_path / "out"
    process = start(source, out, 2, store)
    while len(entered(out)) < 2:
        assert process.poll() is None
        time.sleep(0.002)
    os.kill(workers_of(process)[0], signal.SIGKILL)
    said = process.communicate(timeout=300)
    assert process.returncode == 1, said
    states = pl.read_parquet(out / "cases.parquet")
    (error,) = states.filter(pl.col("state") == "failed")["error"]
    assert "SIGKILL" in error
    finish(source, out, store=store)
    assert contents(out) == expected


def test_an_interrupt_at_any_moment_ends_everything_within_two_seconds(source, tmp_path, whole):
    store, expected, lasts = whole
    chance, ended = random.Random(5), []
    for number in range(20):
        out, jobs = tmp_path / f"out-{number}", chance.choice((1, 2))
        process = start(source, out, jobs, store)
        time.sleep(chance.uniform(0.1, 1.0) * lasts)
        workers = workers_of(process)
        began = time.monotonic()
        interrupt(process)
        said = process.communicate(timeout=60)
        took = time.monotonic() - began
        # Before the program is loaded, and after its work is done, Python itself ends: a shell calls that 130, too.
        idle = not out.exists() or (out / "dataset.json").exists()
        assert process.returncode in ((130, 0, -signal.SIGINT) if idle else (130,)), said
        assert took < 2
        assert not [pid for pid in workers if alive(pid)]
        assert not list(out.rglob(".tmp-*"))
        ended.append(process.returncode)
        if number % 5 == 0:
            finish(source, out, store=store)
            assert contents(out) == expected
    assert ended.count(130) >= 8


def test_of_two_runs_at_once_the_second_is_refused_at_once(source, tmp_path, whole):
    store, expected, _ = whole
    out = tmp_path / "out"
    first = start(source, out, 2, store)
    while not (out / "journal.jsonl").exists():
        assert first.poll() is None
        time.sleep(0.002)
    os.kill(first.pid, signal.SIGSTOP)
    # A source that is not there would be told first, were the folder not looked at before the sources are.
    shutil.copy(source.with_suffix(".toml"), tmp_path / "gone.toml")
    second = start(tmp_path / "gone", out, 2, store)
    _, said = second.communicate(timeout=60)
    os.kill(first.pid, signal.SIGCONT)
    assert second.returncode == 2
    assert f"a lock held by process {first.pid}" in said
    first.communicate(timeout=300)
    assert first.returncode == 0
    assert contents(out) == expected
