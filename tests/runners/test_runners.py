from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import runner_work as work

from scan2train.errors import Scan2TrainError
from scan2train.runners.here import run_here
from scan2train.runners.processes import run_in_processes


def by_place(outcomes):
    return sorted(outcomes, key=lambda outcome: outcome.at)


def test_every_item_is_done_once_in_as_many_processes_as_asked_for():
    outcomes = by_place(run_in_processes(work.square, range(20), 2))
    assert [outcome.value for outcome in outcomes] == [n * n for n in range(20)]
    assert len({outcome.value for outcome in run_in_processes(work.pid, range(8), 2)}) <= 2


def test_here_and_processes_agree():
    items, function = list(range(7)), partial(work.scaled, 3)
    assert list(run_here(function, items)) == by_place(run_in_processes(function, items, 2))


def test_no_item_is_no_work():
    assert list(run_in_processes(work.square, [], 2)) == []
    assert list(run_here(work.square, [])) == []


@pytest.mark.parametrize(
    ("function", "says"), [(work.die_on_three, "SIGSEGV"), (work.leave_on_three, "status 7")]
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_worker_that_dies_costs_its_item_only(function, says, jobs):
    outcomes = by_place(run_in_processes(function, range(6), jobs))
    assert [outcome.value for outcome in outcomes] == [0, 1, 2, None, 4, 5]
    assert says in outcomes[3].failure


@pytest.mark.parametrize("run", [run_here, partial(run_in_processes, jobs=2)])
def test_an_exception_is_the_failure_of_its_item(run):
    outcomes = by_place(run(work.refuse_odd, list(range(4))))
    assert [bool(outcome.failure) for outcome in outcomes] == [False, True, False, True]
    assert "UnreadableFile" in outcomes[3].failure
    assert "file 3" in outcomes[3].failure


def test_a_worker_gets_its_next_item_when_the_last_was_taken(tmp_path):
    """So that no kill costs more than one item a worker."""
    outcomes = run_in_processes(work.leave_a_mark, [str(tmp_path / str(n)) for n in range(3)], 1)
    next(outcomes)
    time.sleep(0.3)
    assert [file.name for file in tmp_path.iterdir()] == ["0"]
    assert len(list(outcomes)) == 2


def test_workers_that_cannot_start_end_the_run_with_the_reason():
    with pytest.raises(Scan2TrainError, match="cannot start"):
        list(run_in_processes(_not_importable(), range(3), 2))


def test_what_workers_print_does_not_end_up_on_stdout(capfd):
    list(run_in_processes(work.pid, range(2), 1))
    assert capfd.readouterr().out == ""


def test_leaving_the_loop_ends_the_workers_at_once(tmp_path):
    outcomes = run_in_processes(work.tell_and_wait, [str(tmp_path)] * 3, 2)
    began = time.monotonic()
    import threading

    # What is started in the background of a shell ignores it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=lambda: (_until(tmp_path, 2), os.kill(os.getpid(), signal.SIGINT))).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            next(outcomes)
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - began < 20
    assert not [pid for pid in _pids(tmp_path) if _alive(pid)]


def test_workers_do_not_outlive_a_caller_that_was_killed(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import runner_work as work\n"
        "from scan2train.runners.processes import run_in_processes\n"
        "list(run_in_processes(work.tell_and_wait, [sys.argv[2]] * 2, 2))"
    )
    caller = subprocess.Popen([sys.executable, "-c", code, str(Path(__file__).parent), str(tmp_path)])
    _until(tmp_path, 2)
    caller.kill()
    caller.wait()
    deadline = time.monotonic() + 5
    while any(_alive(pid) for pid in _pids(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [pid for pid in _pids(tmp_path) if _alive(pid)]


def test_a_script_needs_no_main_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import runner_work as work\n"
        "from scan2train.runners.processes import run_in_processes\n"
        "print(sum(outcome.value for outcome in run_in_processes(work.square, range(4), 2)))\n"
    )
    done = subprocess.run([sys.executable, str(script)], check=True, capture_output=True, text=True)
    assert done.stdout == "14\n"


def test_a_file_in_the_current_folder_is_not_imported(tmp_path, monkeypatch):
    (tmp_path / "socket.py").write_text("raise SystemExit('the wrong one')")
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.chdir(tmp_path)
    assert [outcome.value for outcome in run_in_processes(work.square, [3], 1)] == [9]


class _not_importable:  # noqa: N801 - stands for a function that cannot be found again
    def __call__(self, item):
        return item

    def __reduce__(self):
        return _raise, ()


def _raise():
    raise ImportError("no such module in a worker")


def _pids(folder):
    return [int(file.name) for file in folder.iterdir()]


def _until(folder, number):
    while len(_pids(folder)) < number:
        time.sleep(0.02)


def _alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
