"""Smooth and sharp reconstructions in one data set.

What it finds
-------------
CT volumes whose kernels are of different classes: smooth, medium (a vendor's standard for the body) and sharp (lung,
bone, edge). Classes are compared and not names, so that kernels of several vendors may well agree. Kernels that are not
known say nothing here.

Why it matters
--------------
A kernel changes texture, noise and the width of every edge: more than most diseases do. A network that sees sharp
volumes from one hospital and smooth ones from another learns the hospital; radiomic features and the emphysema index
move by more than what they are to measure.

What to do
----------
Take one class for training: --where "kernel_class == 'medium'". Most scans are stored as several reconstructions, so
that the other one of the same study is often there.

References
----------
DICOM PS3.3 C.8.2.1 (Convolution Kernel). Emphysema by kernel: Korean J Radiol 2018 (19) 249.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from scan2train.rule import Example, Hit, bad, error, good, near, warning

_CLASSES = ("smooth", "medium", "sharp")
#: So many kernels of a class are named.
_NAMED = 4


def check(volumes: pl.DataFrame) -> Iterator[Hit]:
    """Compare the classes of all CT volumes."""
    known = volumes.filter(
        (pl.col("modality") == "CT") & (pl.col("role") == "volume") & pl.col("kernel_class").is_in(_CLASSES)
    )
    classes = [name for name in _CLASSES if name in known["kernel_class"]]
    if len(classes) < 2:
        return
    severity = error if {"smooth", "sharp"}.issubset(classes) else warning
    yield severity(
        "the CT volumes of one data set were reconstructed with kernels of different sharpness",
        seen="; ".join(_told(known.filter(pl.col("kernel_class") == name), name) for name in classes),
        expected="kernels of one class",
        affects=known.height,
    )


def _told(those: pl.DataFrame, name: str) -> str:
    """A class, how many volumes are of it, its kernels, and one of the volumes."""
    kernels = those["kernel"].drop_nulls().unique(maintain_order=True).sort().to_list()
    more = ", …" if len(kernels) > _NAMED else ""
    volumes = "1 volume" if those.height == 1 else f"{those.height} volumes"
    return f"{name}: {volumes} ({', '.join(kernels[:_NAMED])}{more}; {min(those['path'].to_list())})"


def examples() -> Iterator[Example]:
    """Kernels of several vendors that agree in class, and that do not."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_nifti, small_series, together

    def series(*kernels: tuple[str, str], modality: str = "CT") -> Build:
        """One series of each manufacturer and kernel, in turn axial, sagittal and coronal."""
        return together(
            *(
                small_series(
                    ("LPS", "PIR", "LIP")[n % 3],
                    below=f"series-{n}",
                    series_number=n + 1,
                    manufacturer=maker,
                    kernel=kernel,
                    modality=modality,
                )
                for n, (maker, kernel) in enumerate(kernels)
            )
        )

    yield good("one volume", series(("SIEMENS", "B70f")))
    yield good(
        "the standard kernels of four vendors",
        series(
            ("SIEMENS", "B30f"), ("GE MEDICAL SYSTEMS", "STANDARD"), ("Philips", "B"), ("TOSHIBA", "FC08")
        ),
    )
    yield good("lung and bone", series(("GE MEDICAL SYSTEMS", "LUNG"), ("Siemens Healthineers", "Br64d\\3")))
    yield bad("smooth and sharp", series(("SIEMENS", "B20s"), ("SIEMENS", "B70s")), Severity.ERROR)
    yield bad(
        "smooth and sharp of two vendors",
        series(("GE MEDICAL SYSTEMS", "SOFT"), ("Philips", "B"), ("Canon Medical Systems", "FC52")),
        Severity.ERROR,
    )
    yield bad(
        "standard and lung", series(("GE MEDICAL SYSTEMS", "STANDARD"), ("Philips", "YC")), Severity.WARNING
    )
    yield bad("smooth and standard", series(("TOSHIBA", "FC01"), ("SIEMENS", "Br40d\\2")), Severity.WARNING)
    yield near(
        "different names and strengths of one class", series(("SIEMENS", "I31f\\3"), ("SIEMENS", "B40f"))
    )
    yield near("one that nobody knows", series(("SIEMENS", "B70f"), ("SIEMENS", "XQ-7")))
    yield near("a sharp CT beside a NIfTI file", together(series(("Philips", "YC")), small_nifti()))
    yield near(
        "a localizer with a kernel of its own",
        together(
            series(("SIEMENS", "B70f")),
            small_series(
                below="scout",
                series_number=9,
                shape=(13, 11, 1),
                manufacturer="SIEMENS",
                kernel="T20f",
                tags={"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
            ),
        ),
    )
