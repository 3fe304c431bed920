"""One reader over all cases, in a process of its own: ``python -m planted.work READER FOLDER OUT``."""

from __future__ import annotations

import os
import pickle
import sys
import warnings
from pathlib import Path

from planted.readers import READERS


def main() -> None:
    """Read each case; leave what was given, or the error, and whatever was printed meanwhile."""
    reader, folder, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    warnings.simplefilter("always")
    for case in sorted(folder.iterdir(), key=lambda path: int(path.name)):
        kept = out / f"{case.name}.pickle"
        if kept.exists():
            continue
        kept.write_bytes(pickle.dumps((None, "the process died")))
        log = os.open(out / f"{case.name}.log", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        try:
            result = (READERS[reader](case), "")
        except Exception as error:  # noqa: BLE001 - whatever a reader raises is its refusal
            result = (None, f"{type(error).__name__}: {error}"[:300])
        sys.stdout.flush()
        kept.write_bytes(pickle.dumps(result))


if __name__ == "__main__":
    main()
