"""Instances to volumes: which slices belong together, in what order, and what tells one volume from the next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scan2train.tables import VOLUMES

if TYPE_CHECKING:
    import polars as pl

    from scan2train.formats.header import ImageHeader


def stack(instances: pl.DataFrame, frames: pl.DataFrame) -> pl.DataFrame:
    """Group the DICOM images of an index into volumes.

    Slices belong together that agree in series, frame of reference, matrix, pixel cell, kernel, orientation and
    pixel spacing (cosines and spacing within rounding). They are ordered by the projection of their positions on
    the slice normal, so that k grows along row × column; instance numbers and slice locations play no part. Several
    slices at one place are told apart by whatever attribute explains them, and otherwise make the volume irregular.

    Parameters
    ----------
    instances, frames
        The tables of that name (:data:`scan2train.tables.INSTANCES`, :data:`scan2train.tables.FRAMES`).

    Returns
    -------
    The volumes table (:data:`scan2train.tables.VOLUMES`), in order of first appearance. Every row is enough to
    read its volume. ``irregular`` says why a volume is no regular grid, where it is none; its affine is then only
    that of the first slice and the mean step.
    """
    from scan2train.stacking.gather import gather

    return gather(instances, frames)


def describe_file(row: Mapping[str, Any], header: ImageHeader) -> list[dict[str, Any]]:
    """Rows of the volumes table for a file that is not DICOM, one for each volume that it holds.

    Parameters
    ----------
    row
        The file's row of the instances table.
    header
        What the file's format says of it.
    """
    from scan2train.formats.sibling import below

    grid = header.grid
    further = [(below(header.files[0], row["path"], file), file.stat()) for file in header.files[1:]]
    identity = str(row.get("content_id") or f"{row['source']}/{row['path']}")
    common = {
        "source": row["source"],
        "path": row["path"],
        "format": header.format,
        "role": "volume" if grid.physical else "picture",
        "split_by": "",
        "irregular": "",
        "n_slices": grid.shape[2],
        **_size(grid.shape, grid.spacing),
        "orientation": grid.orientation,
        "tilt_deg": _tilt_deg(grid.affine),
        "physical": grid.physical,
        "affine": grid.affine.ravel().tolist(),
        "samples": header.channels,
        "member_path": [row["path"]],
        "member_size": [row["size"]],
        "member_frames": [header.volumes],
        "member_slope": [header.slope],
        "member_intercept": [header.intercept],
        "noticed": [json.dumps(one.to_json()) for one in header.findings],
        "data_path": [path for path, _ in further],
        "data_size": [about.st_size for _, about in further],
        "data_mtime_ns": [about.st_mtime_ns for _, about in further],
    }
    return [
        {
            **dict.fromkeys(VOLUMES.schema),
            **common,
            "volume": _file_volume(identity, at, header.volumes),
            "dimension": header.dimension if header.volumes > 1 else "",
            "dimension_value": str(at) if header.volumes > 1 else "",
            "member_frame": [at],
        }
        for at in range(header.volumes)
    ]


def _file_volume(identity: str, at: int, of: int) -> str:
    import hashlib

    words = identity if of == 1 else f"{identity}#{at}"
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def _size(shape: tuple[int, int, int], spacing: tuple[float, float, float]) -> dict[str, float]:
    sizes: dict[str, float] = {f"size_{axis}": n for axis, n in zip("ijk", shape, strict=True)}
    return sizes | {f"spacing_{axis}_mm": s for axis, s in zip("ijk", spacing, strict=True)}


def _tilt_deg(affine: npt.NDArray[np.float64]) -> float:
    normal = np.cross(affine[:3, 0], affine[:3, 1])
    step = affine[:3, 2]
    cosine = abs(float(step @ normal)) / float(np.linalg.norm(step) * np.linalg.norm(normal))
    return float(np.degrees(np.arccos(min(1.0, cosine))))
