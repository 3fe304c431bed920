"""Runs of the command that are cut off at some moment, for tests of what is left and what comes of it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from scan2train.testing.dicom_series import write_dicom_series
from scan2train.testing.phantoms import chest_ct
from scan2train.volume import Volume
from scan2train.write import write

RECIPE = """
[[step]]
do = "reorient"
to = "LPS"
[[step]]
do = "resample"
spacing_mm = [4.1, 4.3, 4.7]
[[step]]
do = "clip"
low = -1000
high = 400
[[step]]
do = "crop_to_foreground"
above = -500
"""


def make_source(folder, cases):
    """Chests with labels as NIfTI, and one more as DICOM."""
    folder.mkdir()
    folder.with_suffix(".toml").write_text(RECIPE)
    for number in range(cases):
        image, labels = chest_ct((61, 53, 37), (5.1, 5.7, 7.3), seed=number)
        write(image, folder / f"volume-{number}.nii.gz")
        write(labels, folder / f"segmentation-{number}.nii.gz")
    image, _ = chest_ct((48, 52, 30), (6.5, 6.5, 9.0), seed=99)
    assert isinstance(image, Volume)
    write_dicom_series(image, folder / "series")


def start(source, out, jobs, **more):
    command = [sys.executable, "-m", "scan2train", "prepare", str(source), "-o", str(out)]
    options = ["--recipe", str(source.with_suffix(".toml")), "--jobs", str(jobs), "--no-cache"]
    return subprocess.Popen(
        command + options,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **more,
    )


def finish(source, out, jobs=2):
    """Run to the end; how long it took."""
    began = time.monotonic()
    process = start(source, out, jobs)
    said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return time.monotonic() - began


def kill_after(source, out, seconds, jobs=2):
    """Start a run and end it with SIGKILL; whether it was still running."""
    process = start(source, out, jobs)
    time.sleep(seconds)
    cut = process.poll() is None
    process.kill()
    process.communicate()
    return cut


def contents(out):
    files = [*(out / "cases").rglob("*"), out / "recipe.toml", out / "dataset.json"]
    return {str(file.relative_to(out)): file.read_bytes() for file in files if file.is_file()}


def check_kills(tmp_path, kills, cases, seed):
    """Cut runs off at random moments, each in a folder of its own, then finish each: always the same bytes."""
    source = tmp_path / "source"
    make_source(source, cases)
    finish(source, tmp_path / "warm-up")
    whole = finish(source, tmp_path / "whole")
    expected = contents(tmp_path / "whole")
    chance, cut = random.Random(seed), 0
    for number in range(kills):
        out = tmp_path / f"cut-{number}"
        # From before the first case to after the last: starting up takes about half of so short a run.
        cut += kill_after(source, out, chance.uniform(0.2, 1.0) * whole)
        if out.exists():
            left = {file.name for file in out.rglob("*") if file.is_file() and ".tmp-" not in str(file)}
            assert left <= {name.rsplit("/", 1)[-1] for name in expected} | {
                *("journal.jsonl", "lock", "cases.parquet", "findings.json")
            }
        finish(source, out)
        assert contents(out) == expected
        assert not list(out.rglob(".tmp-*"))
    assert cut >= kills // 2


def workers_of(process):
    """Process ids of those that a run has started, and that are still there."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == process.pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def alive(pid):
    try:
        return (
            Path(f"/proc/{pid}/stat")
            .read_text(encoding="ascii", errors="replace")
            .rsplit(")", 1)[1]
            .split()[0]
            != "Z"
        )
    except OSError:
        return False


def interrupt(process):
    os.kill(process.pid, signal.SIGINT)
