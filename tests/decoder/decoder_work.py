"""What the decoder processes of the tests are asked to do; nothing here is heavy."""

import os
import signal
import sys
import time

import numpy as np

from scan2train.errors import NonconformingHeader


def fill(kept, out, common, number, what="fill"):
    kept["done"] = kept.get("done", 0) + 1
    if what == "abort":
        os.abort()
    if what == "hang":
        signal.setitimer(signal.ITIMER_REAL, 0.2)  # the deadline, brought forward
        while True:
            pass
    if what == "wait":
        time.sleep(60)
    if what == "eat":
        kept["eaten"] = [np.ones(1 << 26, dtype=np.uint8) for _ in range(64)]
    if what == "refuse":
        raise NonconformingHeader(
            "is odd", expected="even", found=number, advice="Look at it.", code="PIX004"
        )
    if what == "bug":
        raise KeyError("no such thing")
    if what == "missing":
        raise FileNotFoundError(2, "No such file", "somewhere")
    out[:] = number % 256
    heavy = {"numba", "polars", "pydicom", "scipy", "multiprocessing"} & set(sys.modules)
    return common, str(os.getpid()), str(kept["done"]), " ".join(sorted(heavy))
