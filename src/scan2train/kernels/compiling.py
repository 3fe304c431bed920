"""The ways in which kernels are compiled. All are kept in numba's cache and run without Python's lock.

numba has whatever a function calls optimised once more as part of it, entrances for others included. So functions have
only the entrances that are used.
"""

from __future__ import annotations

from numba import njit

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
