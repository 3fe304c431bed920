"""Nobody knows how sharp a CT was reconstructed.

What it finds
-------------
CT volumes without a Convolution Kernel, or with one that the table of the vendors' kernels does not know. Where
pixels are looked at, also those whose noise contradicts the name: a kernel for lung or bone whose picture has no fine
grain, or one for soft tissue whose picture has little else.

Why it matters
--------------
The kernel is the filter of the reconstruction: it decides between sharp edges with much noise and smooth surfaces
with little. The same lung measured with two kernels differs in its emphysema index by a factor of three. Without the
name, no one can tell which volumes belong together; with a wrong one, a network learns the name of a hospital and not
a disease.

What to do
----------
Look at one slice of it beside one whose kernel is known, in a lung window, and leave it out if it is sharper or
smoother than the rest: --where "kernel_class == 'medium'" takes those that are known.

Where the picture contradicts the name, find out who has filtered or resampled the files since they left the scanner.

References
----------
DICOM PS3.3 C.8.2.1 (Convolution Kernel, type 3 of CT). Noise power spectra: ICRU Report 87. Emphysema by kernel:
Korean J Radiol 2018 (19) 249.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from scan2train.knowledge.tolerances import ACQ001_SHARP_GRAIN, ACQ001_SMOOTH_GRAIN
from scan2train.measures.noise_grain import noise_grain
from scan2train.rule import Example, Hit, bad, good, info, near, warning
from scan2train.volume import Volume

SUSPECT = (pl.col("modality") == "CT") & (pl.col("role") == "volume") & pl.col("kernel_class").is_null()


def check(row: Mapping[str, Any], volume: Volume | None = None) -> Iterator[Hit]:
    """Look for a name; and, where there is one and voxels are at hand, whether they agree with it."""
    if row["modality"] != "CT" or row["role"] != "volume":
        return
    if not row["kernel_class"]:
        yield from () if volume is not None else _unnamed(row)
    elif volume is not None:
        yield from _contradicted(row["kernel"], row["kernel_class"], noise_grain(volume))


def _unnamed(row: Mapping[str, Any]) -> Iterator[Hit]:
    kernel = (row["kernel"] or "").strip()
    if kernel:
        yield info(
            "the table of kernels does not know this one",
            seen=f"{kernel} ({row['manufacturer'] or 'no manufacturer'})",
            expected="a kernel that is known to be smooth, medium or sharp",
            scope="series",
        )
    else:
        yield warning(
            "a CT does not say with which kernel it was reconstructed",
            seen="no Convolution Kernel",
            expected="its name",
            scope="series",
        )


def _contradicted(kernel: str, named: str, grain: float | None) -> Iterator[Hit]:
    if grain is None:
        return
    seen = f"{kernel}; noise at 0.36 to 0.5 cycles/mm is {grain:.2g} of that at 0.12 to 0.25"
    if named == "sharp" and grain < ACQ001_SMOOTH_GRAIN:
        yield warning(
            "the kernel's name is that of a sharp one, and the picture is smooth",
            seen=seen,
            expected=f"{ACQ001_SMOOTH_GRAIN:g} at least",
        )
    elif named != "sharp" and grain > ACQ001_SHARP_GRAIN:
        yield warning(
            f"the kernel's name is that of a {named} one, and the picture is sharp",
            seen=seen,
            expected=f"{ACQ001_SHARP_GRAIN:g} at most",
        )


def examples() -> Iterator[Example]:
    """Names of four vendors, none, and unknown ones; noise as kernels leave it."""
    from scan2train.finding import Severity
    from scan2train.testing.noise import grained
    from scan2train.testing.small import small_series
    from scan2train.testing.small_objects import small_enhanced

    def even(kernel: str, grain: float | None, orientation: str = "LPS", maker: str = "SIEMENS") -> Any:
        return small_series(
            orientation,
            shape=(76, 81, 6),
            spacing=(0.8, 0.7, 2.1),
            kernel=kernel,
            manufacturer=maker,
            values=grained(grain, (0.8, 0.7)),
        )

    yield good("B30f of Siemens", small_series(kernel="B30f", manufacturer="SIEMENS"))
    yield good(
        "several values, of GE",
        small_series("PIR", kernel="STANDARD\\ASIR-V", manufacturer="GE MEDICAL SYSTEMS"),
    )
    yield good("MR, which has none", small_series(modality="MR", kernel=None))
    yield good("a standard kernel's noise", even("STANDARD", 0.4, maker="GE MEDICAL SYSTEMS"))
    yield good("a sharp kernel's noise, sagittal", even("YC", 4.0, "PIR", "Philips"))
    yield bad("none", small_series(kernel=None, manufacturer="TOSHIBA"), Severity.WARNING)
    yield bad("an empty one, oblique", small_series(kernel="", turned_deg=20), Severity.WARNING)
    yield bad(
        "an enhanced CT without one", small_enhanced(tags={"ConvolutionKernel": None}), Severity.WARNING
    )
    yield bad(
        "one that nobody knows",
        small_series("RPI", kernel="XQ-7", manufacturer="GE MEDICAL SYSTEMS"),
        Severity.INFO,
    )
    yield bad("B70f, smoothed since", even("B70f", 0.1), Severity.WARNING)
    yield bad(
        "FC08, sharpened, sagittal", even("FC08", 5.0, "PIR", "Canon Medical Systems"), Severity.WARNING
    )
    yield near("another vendor's spelling", small_series(kernel="fc18-h", manufacturer="CANON_MEC"))
    yield near("white noise under a smooth name", even("B20f", None))
    yield near(
        "a localizer", small_series(kernel=None, tags={"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]})
    )
