"""Axes that other readers cannot hold."""

from __future__ import annotations

from pathlib import Path

from scan2train.finding import Finding, Severity
from scan2train.formats.noticed import noticed
from scan2train.grid import Grid
from scan2train.knowledge.tolerances import NII002_INFO_VOXELS, NII002_SILENT_COSINE


def sheared(grid: Grid, path: Path) -> tuple[Finding, ...]:
    """NII002 where axes are not perpendicular: a warning where that moves a voxel by half its size or more."""
    if grid.shear <= NII002_SILENT_COSINE:
        return ()
    extent = max(n * size for n, size in zip(grid.shape, grid.spacing, strict=True))
    moved = grid.shear * extent / min(grid.spacing)
    return (
        noticed(
            "NII002",
            path,
            "the axes are not perpendicular; read as they are, but readers based on ITK cannot hold that",
            severity=Severity.INFO if moved < NII002_INFO_VOXELS else Severity.WARNING,
            seen=f"cosine {grid.shear:.3g}, up to {moved:.3g} voxels over the volume",
            expected=f"at most {NII002_SILENT_COSINE}",
        ),
    )
