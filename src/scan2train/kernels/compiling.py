"""The ways in which kernels are compiled. All are kept in numba's cache and run without Python's lock.

numba has whatever a function calls optimised once more as part of it, entrances for others included. So functions have
only the entrances that are used.

What is kept is true for as long as no source here changes. numba by itself compares the file of a function alone, and
would go on with old machine code where only a function that it calls has changed: after an update, for one.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from numba import njit as _njit

from scan2train.kernels.first_use import compiling

#: A digest of all sources whose machine code may have gone into one another.
_SOURCES = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
).hexdigest()


def njit(**options):
    """``numba.njit`` whose cache is good for exactly these sources."""

    def compiled(function):
        made = _njit(**options)(function)
        _watch(made._cache)  # noqa: SLF001 - nor whether it found what was kept
        file = made._cache._cache_file  # noqa: SLF001 - numba has no way to say what else a function depends on
        file._source_stamp = (file._source_stamp, _SOURCES)  # noqa: SLF001
        return made

    return compiled


def _watch(cache):
    """Have it said where nothing that was kept fits, so that numba compiles."""
    kept = cache.load_overload

    def load(signature, target):
        found = kept(signature, target)
        if found is None:
            compiling()
        return found

    cache.load_overload = load


#: For functions that Python calls.
outer = njit(cache=True, nogil=True, no_cfunc_wrapper=True)
#: For functions that only compiled code calls.
nested = njit(cache=True, nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
#: The same for functions that allocate nothing: without counting references to arrays, which would take longer than
#: the walk of a header itself.
inner = njit(cache=True, nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True)
#: The same for what runs once for every element, and is worth copying into its callers.
inlined = njit(
    cache=True, nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True
)
#: For the steps from a batch down to one header: compiled as part of their callers.
merged = njit(cache=True, nogil=True, inline="always")
