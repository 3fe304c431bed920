"""Cases that hold the same picture, whatever they are called."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from scan2train.errors import Scan2TrainError
from scan2train.measures.fingerprint import Fingerprint, fingerprint, same_picture
from scan2train.preparing.plan import Plan
from scan2train.preparing.prepared import prepared_cases
from scan2train.preparing.stored import stored_image
from scan2train.reading.one import read_row
from scan2train.reading.options import Options
from scan2train.runners.progress import Progress
from scan2train.volume import Volume

if TYPE_CHECKING:
    import polars as pl


def copies(table: pl.DataFrame, read: Callable[[str], Volume], progress: Progress | None) -> dict[str, str]:
    """For each case that holds the same picture as an earlier one, the first of them.

    Only cases whose sizes are the same, in any order of axes, are read. One that cannot be read is a copy of nothing.
    """
    sizes = [tuple(sorted(row)) for row in table.select("size_i", "size_j", "size_k").iter_rows()]
    times = Counter(sizes)
    doubtful = [case for case, size in zip(table["case"], sizes, strict=True) if times[size] > 1]
    seen: dict[object, list[tuple[str, Fingerprint]]] = defaultdict(list)
    found = {}
    for done, case in enumerate(doubtful, start=1):
        try:
            own = fingerprint(read(case))
        except Scan2TrainError:
            own = None
        if own is not None:
            first = next((name for name, other in seen[own.key] if same_picture(own, other)), None)
            if first is None:
                seen[own.key].append((case, own))
            else:
                found[case] = first
        if progress is not None:
            progress(done, len(doubtful))
    return found


def reader(out: Path | None, future: Plan | None) -> Callable[[str], Volume]:
    """A function that reads the image of a case: of the prepared set ``out``, or of the source of a plan."""
    if future is None:
        assert out is not None
        cases = prepared_cases(out)
        return lambda name: stored_image(cases[name])
    jobs = {job.case: job for job in future.jobs}
    return lambda name: read_row(dict(future.loaded(jobs[name]).row), Options())
