"""One row a case of a dry run."""

from __future__ import annotations

from scan2train.tables.column import Column, Kind, Table


def _c(name: str, kind: Kind, meaning: str, unit: str = "") -> Column:
    return Column(name=name, kind=kind, meaning=meaning, unit=unit)


PLANS = Table(
    "plans",
    "One row a case that `prepare --dry-run` can foresee; in memory and in its JSON, never a file",
    (
        _c("case", "text", "Name of the case"),
        *(_c(f"source_size_{a}", "integer", f"Voxels along {a} before") for a in "ijk"),
        *(_c(f"source_spacing_{a}_mm", "number", f"Spacing along {a} before; of pixels, 1", "mm") for a in "ijk"),
        _c("source_orientation", "text", "Orientation before"),
        *(_c(f"size_{a}", "integer", f"Voxels along {a} after, or the most that there can be") for a in "ijk"),
        *(_c(f"spacing_{a}_mm", "number", f"Spacing along {a} after; of pixels, 1", "mm") for a in "ijk"),
        _c("orientation", "text", "Orientation after"),
        *(_c(f"factor_{a}", "number", f"Spacing along {a} after, over that of the source in this direction") for a in "ijk"),
        _c("at_most", "boolean", "A choice of the recipe decides the size: what stands here is the most that it can be"),
        _c("labelled", "boolean", "The case has labels"),
        _c("n_bytes", "integer", "Voxels of image and labels after, uncompressed", "bytes"),
        _c("disk_bytes", "integer", "What they are likely to take in the store; an estimate", "bytes"),
        _c("memory_bytes", "integer", "What a process is likely to need for the case, itself included; an estimate", "bytes"),
        _c("cpu_s", "number", "Time that one core is likely to need for the case on this machine; an estimate", "s"),
    ),
)
