"""Runs of the command that are cut off at some moment, for tests of what is left and what comes of it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
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


def command(source, out, jobs=2, store="nifti"):
    options = [
        "--recipe",
        str(source.with_suffix(".toml")),
        "--jobs",
        str(jobs),
        "--no-cache",
        "--store",
        store,
    ]
    return [sys.executable, "-m", "scan2train", "prepare", str(source), "-o", str(out), *options]


def start(source, out, jobs, store="nifti", **more):
    return subprocess.Popen(
        command(source, out, jobs, store),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **more,
    )


def finish(source, out, jobs=2, store="nifti"):
    """Run to the end; how long it took before the first case was begun, and after."""
    began = time.monotonic()
    process = start(source, out, jobs, store)
    _wait_for(out / "journal.jsonl", process)
    at_work = time.monotonic()
    said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    return at_work - began, time.monotonic() - at_work


def _wait_for(path, process):
    while not path.exists() and process.poll() is None:
        time.sleep(0.005)


def contents(out):
    files = [*(out / "cases").rglob("*"), out / "recipe.toml", out / "dataset.json"]
    return {str(file.relative_to(out)): file.read_bytes() for file in files if file.is_file()}


@dataclass
class Killed:
    """One run that was killed: how many cases were entered, and which of them that were begun were not."""

    jobs: int
    entered: dict[str, int]
    lost: set[str]


def check_kills(tmp_path, kills, cases, seed, store="nifti"):
    """Kill runs, and the runs that go on from there, at random moments: always the same bytes in the end.

    One kill in five comes before the first case is begun. No kill costs more than one case a worker, and what is
    entered in the journal is never made again.
    """
    source = tmp_path / "source"
    make_source(source, cases)
    finish(source, tmp_path / "warm-up", store=store)
    lead, span = finish(source, tmp_path / "whole", store=store)
    expected = contents(tmp_path / "whole")
    chance, killed, folders = random.Random(seed), [], 0
    while len(killed) < kills:
        out = tmp_path / f"cut-{folders}"
        for one in _cut_off(source, out, chance, lead, span / cases, store):
            killed.append(one)
            assert len(one.lost) <= one.jobs, one
            if len(killed) == kills:
                break
        before = entered(out)
        finish(source, out, chance.choice((1, 2)), store)
        assert {case: _made_at(out, case) for case in before} == before
        assert contents(out) == expected
        assert not list(out.rglob(".tmp-*"))
        folders += 1
    return killed


def _cut_off(source, out, chance, lead, a_case, store) -> Iterator[Killed]:
    """Runs into ``out``, each killed at a moment of its own, until one comes to its end."""
    while True:
        before, left, jobs = entered(out), _folders(out), chance.choice((1, 2))
        early, more, part = chance.random() < 0.2, chance.randrange(4), chance.random()
        process = start(source, out, jobs, store)
        if early:
            time.sleep(part * lead)
        else:
            while process.poll() is None and not (
                _folders(out) != left and len(entered(out)) >= len(before) + more
            ):
                time.sleep(0.002)
            time.sleep(part * a_case)
        workers = workers_of(process)
        cut = process.poll() is None
        process.kill()
        process.communicate()
        while any(alive(pid) for pid in workers):
            time.sleep(0.01)
        if not cut:
            return
        after = entered(out)
        assert {case: after[case] for case in before} == before
        # What the run before left is not of this one's beginning: it may have been killed before it swept.
        begun = {name.removeprefix(".tmp-") for name, _ in _folders(out) - left}
        yield Killed(jobs=jobs, entered=after, lost=begun - set(after))


def _folders(out):
    """The folders of cases, finished or not, each with when something was last put into it."""
    seen = set()
    for one in (out / "cases").glob("*"):
        with suppress(FileNotFoundError):  # it has got its name meanwhile
            seen.add((one.name, one.stat().st_ctime_ns))
    return seen


def entered(out):
    """The cases of the journal, each with when its image was made."""
    journal = out / "journal.jsonl"
    text = journal.read_bytes() if journal.exists() else b""
    lines = [json.loads(line) for line in text[: text.rfind(b"\n") + 1].splitlines()]
    return {line["case"]: _made_at(out, line["case"]) for line in lines if "case" in line}


def _made_at(out, case):
    return (out / "cases" / case / "account.json").stat().st_mtime_ns


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
