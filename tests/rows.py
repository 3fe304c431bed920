"""Rows of the volumes table, as an index would give them."""

from __future__ import annotations

from scan2train.tables import VOLUMES


def row(path, *, source="/data/set", volume=None, shape=(4, 5, 6), affine=None, **more):
    identity = [1.0, 0, 0, 0, 0, 1.5, 0, 0, 0, 0, 2.0, 0, 0, 0, 0, 1]
    sizes = {f"size_{axis}": n for axis, n in zip("ijk", shape, strict=True)}
    spacings = dict(zip(("spacing_i_mm", "spacing_j_mm", "spacing_k_mm"), (1.0, 1.5, 2.0), strict=True))
    return {
        **dict.fromkeys(VOLUMES.schema),
        "source": source,
        "path": path,
        "volume": volume or f"{abs(hash((source, path))) % 16**12:012x}",
        "format": "nifti",
        "role": "volume",
        "physical": True,
        "affine": affine or identity,
        "orientation": "RAS",
        "member_path": [path],
        "member_size": [100],
        **sizes,
        **spacings,
        **more,
    }
