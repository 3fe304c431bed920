"""Decoding in processes that may die: what comes back, what a death costs, and that nothing is left behind."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from contextlib import closing, suppress
from pathlib import Path

import decoder_work as work
import numpy as np
import pytest

import scan2train
from scan2train.decoder import pool
from scan2train.decoder.decode import decoded
from scan2train.decoder.task import Run, Task
from scan2train.errors import HostileFile, NonconformingHeader, UnreadableFile

RUN = Run(work.fill, "common")


def tasks(count, *what, size=1000):
    return [Task((n, *what), size + n, f"file{n}") for n in range(count)]


def results(run, asked, **options):
    with closing(decoded(run, asked, **options)) as found:
        return {one.at: (one.data.copy(), one.words) for one in found}


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 100, 333])
@pytest.mark.parametrize("safe", [False, True])
def test_every_task_has_its_own_result(count, safe):
    found = results(RUN, tasks(count), safe=safe)
    assert sorted(found) == list(range(count))
    for n, (data, words) in found.items():
        assert data.dtype == np.uint8
        assert np.array_equal(data, np.full(1000 + n, n % 256))
        assert words[0] == "common"
        assert (words[1] == str(os.getpid())) == safe


def test_results_larger_than_what_is_kept_come_back_whole():
    size = 24 << 20
    found = results(RUN, [Task((n,), size, "") for n in (3, 4, 5)])
    assert [(len(data), data.min(), data.max()) for _, (data, _) in sorted(found.items())] == [
        (size, n, n) for n in (3, 4, 5)
    ]
    assert sum(os.fstat(one._memory).st_size for one in pool._pool.all) == 0


def test_the_process_is_lean_and_is_kept():
    first, second = results(RUN, tasks(1)), results(RUN, tasks(1))
    assert first[0][1][3] == ""
    assert first[0][1][1] == second[0][1][1]
    assert second[0][1][2] == "1", "what one run keeps is no other's"


def test_two_processes_where_it_is_worth_it():
    assert len({words[1] for _, words in results(RUN, tasks(7)).values()}) == 1
    assert len({words[1] for _, words in results(RUN, tasks(64)).values()}) == 2
    assert len(pool._pool.all) == 2


@pytest.mark.parametrize("count", [1, 60])
def test_a_crash_costs_its_item_and_the_next_reading_starts_anew(count):
    asked = tasks(count)
    asked[count // 2] = Task((0, "abort"), 1000, "bad file")
    with pytest.raises(UnreadableFile, match="SIGABRT") as caught:
        results(RUN, asked)
    assert caught.value.code == "FIL001"
    assert caught.value.where == "bad file"
    assert len(results(RUN, tasks(count))) == count


def test_a_decoder_that_hangs_is_ended():
    with pytest.raises(HostileFile, match="does not come to an end") as caught:
        results(RUN, [Task((0, "hang"), 1000, "slow file")])
    assert caught.value.code == "FIL002"
    assert caught.value.where == "slow file"


def test_a_decoder_cannot_take_all_memory():
    with pytest.raises(HostileFile, match="more memory") as caught:
        results(RUN, [Task((0, "eat"), 1000, "bomb")])
    assert caught.value.where == "bomb"
    assert len(results(RUN, tasks(1))) == 1


def test_a_kill_while_it_decodes_is_told():
    found = decoded(RUN, [Task((0, "wait"), 1000, "file")])
    threading.Timer(
        0.5, lambda: [os.kill(one._process.pid, signal.SIGKILL) for one in pool._pool.all]
    ).start()
    with pytest.raises(UnreadableFile, match="SIGKILL, as the system does when memory runs out"):
        next(found)


def test_a_process_that_died_idle_costs_nothing():
    results(RUN, tasks(1))
    (process,) = pool._pool.all
    os.kill(process._process.pid, signal.SIGKILL)
    process._process.wait()
    assert len(results(RUN, tasks(1))) == 1


def test_errors_come_back_as_they_are():
    with pytest.raises(NonconformingHeader) as caught:
        results(RUN, [Task((7, "refuse"), 10, "odd file")])
    error = caught.value
    assert str(error) == "odd file: is odd; expected even; found 7. Look at it."
    assert error.code == "PIX004"
    (kept,) = pool._pool.all
    with pytest.raises(FileNotFoundError, match="somewhere"):
        results(RUN, [Task((7, "missing"), 10, "file")])
    with pytest.raises(RuntimeError, match="no such thing"):
        results(RUN, [Task((7, "bug"), 10, "file")])
    assert pool._pool.all == {kept}, "an error is no reason to end a process"


def test_a_run_that_is_left_half_way_leaves_no_result_to_the_next():
    with closing(decoded(RUN, tasks(200))) as found:
        next(found)
    assert sorted(results(RUN, tasks(20))) == list(range(20))


def test_threads_share_two_processes():
    found = {}

    def read(name):
        for _ in range(5):
            found.setdefault(name, []).append(len(results(Run(work.fill, name), tasks(30))))

    threads = [threading.Thread(target=read, args=(f"thread {n}",)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert found == {f"thread {n}": [30] * 5 for n in range(4)}
    assert len(pool._pool.all) <= 2


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_has_processes_of_its_own():
    mine = {words[1] for _, words in results(RUN, tasks(1)).values()}
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            theirs = {words[1] for _, words in results(RUN, tasks(1)).values()}
            pool.end_all()
            os.write(writer, b"other" if theirs != mine else b"shared")
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    assert os.read(reader, 100) == b"other"
    os.close(reader)
    assert {words[1] for _, words in results(RUN, tasks(1)).values()} == mine


def open_files():
    return sorted(str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink())


def test_nothing_is_left_over():
    gc.collect()  # what tests before this one have left to be collected is not this one's
    before = open_files()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results(RUN, tasks(20))
        pids = [one._process.pid for one in pool._pool.all]
        pool.end_all()
        gc.collect()
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert open_files() == before


_SCRIPT = """
import sys, time
sys.path[:0] = {path!r}
import decoder_work as work
from contextlib import closing
from scan2train.decoder import pool
from scan2train.decoder.decode import decoded
from scan2train.decoder.task import Run, Task
print("main", flush=True)
with closing(decoded(Run(work.fill, "x"), [Task((n,), 10, "") for n in range(20)])) as found:
    print(*sorted({{one.words[1] for one in found}}), flush=True)
{more}
"""


def script(more):
    path = [str(Path(scan2train.__file__).parents[1]), str(Path(__file__).parent)]
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _SCRIPT.format(path=path, more=more)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


def gone(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@pytest.mark.parametrize("how", ["end", "kill", "interrupt"])
def test_processes_end_with_the_one_that_started_them(how):
    process = script(f"time.sleep({0 if how == 'end' else 60})")
    assert process.stdout.readline() == "main\n", "the caller's main module runs once"
    pids = process.stdout.readline().split()
    assert len(pids) == 2
    if how != "end":
        os.killpg(process.pid, signal.SIGKILL if how == "kill" else signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert out == ""
    assert (err == "") == (how != "interrupt"), err
    end = time.monotonic() + 30
    while not all(map(gone, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    assert all(map(gone, pids))


def test_an_interrupt_reaches_the_caller_alone():
    more = (
        "import os, signal\n"
        "try:\n    os.killpg(0, signal.SIGINT); time.sleep(5)\nexcept KeyboardInterrupt: pass\n"
        "print(all(one.alive for one in pool._pool.all), flush=True)"
    )
    out, err = script(more).communicate(timeout=60)
    assert out.splitlines()[-1] == "True", err


def test_without_memory_files_an_unnamed_file_does(monkeypatch, tmp_path):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert len(results(RUN, tasks(20))) == 20
    assert list(tmp_path.iterdir()) == []


def test_workers_decode_in_place(monkeypatch):
    monkeypatch.setattr(pool._pool, "in_place", True)
    assert {words[1] for _, words in results(RUN, tasks(20)).values()} == {str(os.getpid())}
    assert not pool._pool.all


def test_a_python_that_cannot_start_is_told(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(scan2train.Scan2TrainError, match="SCAN2TRAIN_DECODE_IN_PLACE"):
        results(RUN, tasks(1))
