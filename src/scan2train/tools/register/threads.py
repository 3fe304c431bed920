"""How many threads SimpleITK works with, for a while, and without its warnings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Within, SimpleITK's filters use ``count`` threads, and warn of nothing on stderr; after it all is as before.

    Sums of a metric over several threads differ in their last bits from run to run, and an optimiser enlarges that.
    What a metric drives therefore runs with one; filters whose voxels do not depend on one another may have more.
    """
    import SimpleITK

    before = SimpleITK.ProcessObject.GetGlobalDefaultNumberOfThreads()
    loud = SimpleITK.ProcessObject.GetGlobalWarningDisplay()
    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(count)
    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        yield
    finally:
        SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(before)
        SimpleITK.ProcessObject.SetGlobalWarningDisplay(loud)
