"""How long all header rules take, and whether their cost is linear in the number of instances.

    python benchmarks/check_speed.py [--sizes 10000 100000 1000000]

Indexes a CT series of its own making once and repeats its rows under other names, so that no file is read while rules
run. A tenth of the series has a fault. Peak memory is what the process takes beyond the index.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import polars as pl

from scan2train.checking.everything import everything
from scan2train.index import Index, index
from scan2train.rule.load import built_in
from scan2train.stack import stack
from scan2train.testing.small import small_series

SLICES = 250
GOAL_SECONDS, GOAL_BYTES, GOAL_SIZE = 5.0, 1.5e9, 100_000
#: How far from linear the time of ten times as many instances may be.
LINEAR = 13.0


def main() -> int:
    """Print a line for each size; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    base = one_series()
    missed, before = False, 0.0
    for size in options.sizes:
        found = repeated(base, max(size // SLICES, 1))
        reset_peak()
        held = resident()
        taken = [timed(found) for _ in range(options.runs)]
        seconds, findings = statistics.median(one for one, _ in taken), taken[0][1]
        beyond = peak() - held
        n = found.instances.height
        print(
            f"{n:9,} instances  {found.volumes.height:6,} volumes  {seconds:7.2f} s  {1e6 * seconds / n:6.1f} µs each  "
            f"{findings:6,} findings  {beyond / 1e6:6.0f} MB beyond the index"
        )
        if n == GOAL_SIZE:
            missed |= seconds > GOAL_SECONDS or beyond > GOAL_BYTES
        missed |= bool(before) and seconds > LINEAR * before
        before = seconds
    return int(missed)


def timed(found: Index) -> tuple[float, int]:
    """Seconds that all header rules take, and how many findings they give."""
    start = time.perf_counter()
    findings = everything(found, built_in())
    return time.perf_counter() - start, len(findings)


def one_series() -> Index:
    """A CT of 250 slices, indexed."""
    with tempfile.TemporaryDirectory() as folder:
        small_series(shape=(13, 11, SLICES))(Path(folder))
        return index(folder, cache=False)


def repeated(base: Index, times: int) -> Index:
    """The same series under ``times`` names; every tenth lies about its thickness and lost a slice."""
    parts = []
    for at in range(times):
        named = base.instances.with_columns(
            pl.lit(f"patient{at}").alias("patient"),
            *(
                (pl.col(name) + f".{at}")
                for name in ("study_uid", "series_uid", "sop_instance_uid", "frame_of_reference_uid")
            ),
            path=pl.lit(f"s{at:06d}/") + pl.col("path"),
        )
        if at % 10 == 0:
            named = named.with_columns(thickness_mm=pl.lit(1.0))[[k for k in range(SLICES) if k != 40]]
        parts.append(named)
    instances = pl.concat(parts, rechunk=True)
    volumes = stack(instances, base.frames)
    return Index(instances=instances, frames=base.frames, volumes=volumes, skipped=base.skipped)


def resident() -> float:
    """Bytes that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return float(pages * os.sysconf("SC_PAGE_SIZE"))


def reset_peak() -> None:
    """Let the system forget the most that the process has held so far (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak() -> float:
    """Most bytes that the process has held since then."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024.0 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    raise SystemExit(main())
