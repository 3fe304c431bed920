"""Runs that are killed or interrupted: what is left, and what comes of it."""

from __future__ import annotations

import time

import pytest
from prepare_kills import alive, check_kills, contents, finish, interrupt, make_source, start, workers_of


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_to_the_same_bytes(tmp_path):
    check_kills(tmp_path, kills=1, cases=4, seed=1)


@pytest.mark.parametrize("jobs", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_an_interrupt_ends_everything_within_two_seconds(tmp_path, jobs):
    source, out = tmp_path / "source", tmp_path / "ready"
    make_source(source, 6)
    finish(source, tmp_path / "whole")
    process = start(source, out, jobs)
    while not list((out / "cases").glob("*")) and process.poll() is None:
        time.sleep(0.01)
    workers = workers_of(process)
    began = time.monotonic()
    interrupt(process)
    process.communicate(timeout=10)
    assert time.monotonic() - began < 2
    assert process.returncode == 130
    assert len(workers) == (jobs if jobs > 1 else 0)
    assert not [pid for pid in workers if alive(pid)]
    assert not list(out.rglob(".tmp-*"))
    finish(source, out)
    assert contents(out) == contents(tmp_path / "whole")
