"""Machine code that was kept is not used once any source that went into it has changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scan2train.kernels import compiling

_CALLER = """
from folder.compiling import outer
from folder.callee import step

@outer
def caller(x):
    return step(x)
"""
_CALLEE = """
from folder.compiling import inner

@inner
def step(x):
    return x + {by}
"""
_RUN = """
from scan2train.kernels.first_use import told_once

with told_once():
    from folder.caller import caller

    print(caller(100))
"""


def test_a_changed_callee_is_compiled_anew_in_an_unchanged_caller(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    shutil.copy(compiling.__file__, folder)
    (folder / "__init__.py").touch()
    (folder / "caller.py").write_text(_CALLER)
    runs = [_run(tmp_path, by) for by in (1, 1, 5)]
    assert [run.stdout.strip() for run in runs] == ["101", "101", "105"]
    assert [run.stderr.count("compiling for this machine") for run in runs] == [
        1,
        0,
        1,
    ]  # two functions, said once
    kept = {path.name for path in (folder / "__pycache__").glob("caller.*.nbi")}
    assert len(kept) == 1


def _run(place: Path, by: int) -> subprocess.CompletedProcess[str]:
    (place / "folder/callee.py").write_text(_CALLEE.format(by=by))
    command = [sys.executable, "-c", _RUN]
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    return subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
