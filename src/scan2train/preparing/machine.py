"""What this machine has: memory, room on a disk, cores, and how fast one of them is."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from statistics import median

import numpy as np

#: Bytes that are compressed to see how fast a core is, and the seconds that takes where costs were measured.
_SAMPLE, _SAMPLE_S = 4 << 20, 0.025
_TRIES = 5
#: Where a container's limit stands, and what is used of it (cgroup 2, cgroup 1).
_LIMITS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_free() -> int | None:
    """Bytes of memory that can still be had, within a container's limit; ``None`` where the system does not say."""
    found = []
    with suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    for limit, used in _LIMITS:
        with suppress(OSError, ValueError):  # no limit is the word "max"
            found.append(int(Path(limit).read_text("ascii")) - int(Path(used).read_text("ascii")))
    return max(0, min(found)) if found else None


def disk_free(folder: Path) -> int | None:
    """Bytes that can still be written where ``folder`` is or will be; ``None`` where the system does not say."""
    for place in (folder, *folder.parents):
        if place.exists():
            with suppress(OSError):
                return shutil.disk_usage(place).free
    return None


def pace() -> float:
    """How many times longer a core takes here, now, than where the costs were measured; takes a tenth of a second."""
    from isal import isal_zlib

    sample = np.random.default_rng(0).random(_SAMPLE // 4, dtype=np.float32).tobytes()
    taken = []
    for _ in range(_TRIES):
        start = time.perf_counter()
        isal_zlib.compress(sample, 1)
        taken.append(time.perf_counter() - start)
    # Not the fastest: what else runs here now will run beside the cases, too.
    return median(taken) / _SAMPLE_S
