"""A surface in the world from a mask or an image: extracted, closed, smoothed, made lighter, checked and written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scan2train.errors import WrongUse
from scan2train.measures.label_values import counts
from scan2train.paths import path_given
from scan2train.read import read
from scan2train.reading.kept import require_kept
from scan2train.tools.mesh.distance import Farness, hausdorff_mm
from scan2train.tools.mesh.extract import extract, needs_level
from scan2train.tools.mesh.fewer import fewer
from scan2train.tools.mesh.mesh_files import require_mesh_suffix, write_mesh
from scan2train.tools.mesh.smooth import smooth
from scan2train.tools.mesh.surface import Closedness, Surface, closedness
from scan2train.volume import Labels, Volume

#: Rounds of smoothing that take the stairs of voxels away.
ROUNDS = 10
#: No mask without names has as many different values, and hardly a scan has fewer.
_MOST_LABELS = 512
#: How far triangles may be moved to make them fewer, in the smallest spacing.
_ERROR = 0.25
#: By how much a surface may hold more or less than its voxels before that is pointed out, per cent.
_MOST_OFF = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mesh:
    """A surface, and how it came to be.

    ``first`` is how many triangles marching cubes made; ``smoothed_mm`` how far smoothing moved the surface, and
    ``error_mm`` how far making it lighter did (Hausdorff distances), ``allowed_mm`` the most that was allowed;
    ``volume_before_ml`` what the surface of marching cubes held, and ``voxels_ml`` the volume of the voxels within: the
    surface cuts their corners, of thin things and thick slices the most.
    """

    surface: Surface
    first: int
    smoothed_mm: float
    error_mm: float
    allowed_mm: float
    volume_before_ml: float
    voxels_ml: float
    closed: Closedness
    space: str

    def to_json(self) -> dict[str, Any]:
        """All numbers in plain values."""
        low, high = self.surface.points.min(axis=0), self.surface.points.max(axis=0)
        return {
            "version": 1,
            "points": len(self.surface.points),
            "triangles": len(self.surface.faces),
            "triangles_of_marching_cubes": self.first,
            "smoothing_distance_mm": self.smoothed_mm,
            "decimation_distance_mm": self.error_mm,
            "decimation_allowed_mm": self.allowed_mm,
            "volume_ml": self.surface.volume_mm3 / 1000,
            "volume_of_marching_cubes_ml": self.volume_before_ml,
            "volume_of_voxels_ml": self.voxels_ml,
            "area_cm2": self.surface.area_mm2 / 100,
            "watertight": self.closed.watertight,
            "open_edges": self.closed.open_edges,
            "crowded_edges": self.closed.crowded_edges,
            "pieces": self.closed.pieces,
            "box_ras_mm": [low.tolist(), high.tolist()],
            "space": self.space,
        }

    def lines(self) -> Iterator[str]:
        """The same in words."""
        told = self.to_json()
        yield f"{told['triangles']} triangles of {self.first}, {told['pieces']} pieces; {told['space']}"
        yield f"{told['volume_ml']:.6g} ml ({self.volume_before_ml:.6g} ml before), {told['area_cm2']:.6g} cm2"
        less = 100 * (told["volume_ml"] / self.voxels_ml - 1)
        thin = ": much of it is thin beside its voxels" if abs(less) > _MOST_OFF else ""
        yield f"the voxels within hold {self.voxels_ml:.6g} ml; the surface {less:+.1f} %{thin}"
        yield f"smoothing moved the surface by {self.smoothed_mm:.3g} mm at most"
        yield f"fewer triangles moved it by {self.error_mm:.3g} mm at most, of {self.allowed_mm:.3g} mm allowed"
        crowded = self.closed.crowded_edges
        if not self.closed.watertight:
            yield f"not watertight: {self.closed.open_edges} open edges, {crowded} with more than two triangles"
        elif crowded:
            yield f"watertight; at {crowded} edges parts of it touch, with four triangles or more"
        else:
            yield "watertight: each edge has two triangles"


def mesh(
    source: Volume | str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    level: float | None = None,
    label: int | None = None,
    close_mm: float = 0.0,
    fill_holes: bool = False,
    smooth_rounds: int = ROUNDS,
    error_mm: float | None = None,
    space: str = "LPS",
    picture: str | os.PathLike[str] | None = None,
    page: str | os.PathLike[str] | None = None,
    irregular: str = "refuse",
) -> Mesh:
    """Make the surface of a label, or of all that is at least as bright as a level.

    Parameters
    ----------
    source
        Labels or an image, or a file or folder of one. With ``level`` it is read as an image, else as labels.
    out
        ``.stl``, ``.ply`` or ``.glb``; nothing is written if not given.
    level
        For an image, in its unit: 300 HU for bone.
    label
        For labels: which one; all together if not given.
    close_mm
        Gaps up to twice this radius are closed, as in thin or porous bone.
    fill_holes
        What is shut in on all sides belongs to it.
    smooth_rounds
        Pairs of Taubin's steps, which do not shrink; 0 for none. No point moves by more than half the largest spacing.
    error_mm
        How far the surface may be moved to have fewer triangles; a quarter of the smallest spacing if not given, 0 for
        all triangles.
    space
        The axes of STL and PLY: ``"LPS"``, as 3D Slicer expects, or ``"RAS"``. GLB is in metres with Y up.
    picture, page
        A PNG of three views, and a page (``.html``) that turns the surface.
    irregular
        As for :func:`scan2train.read.read`.

    Returns
    -------
    Mesh
        The surface in RAS+ mm, with what was done and how far it moved.

    Raises
    ------
    WrongUse, UnknownName
        If an argument cannot be meant, an image has no level, nothing lies within, or a file of the source would be
        replaced.
    GeometryError
        If there are no millimetres, or axes are not perpendicular where gaps are to be closed.
    Scan2TrainError
        As :func:`scan2train.read.read`.
    """
    places = [path_given(one, "an output") for one in (out, picture, page) if one is not None]
    if out is not None:
        require_mesh_suffix(path_given(out))
    for word, value in (
        ("close_mm", close_mm),
        ("smooth_rounds", smooth_rounds),
        ("error_mm", error_mm or 0),
    ):
        if not 0 <= value < 1000:
            raise WrongUse(word, expected="0 or more, below 1000", found=repr(value))
    if not isinstance(source, Volume):
        require_kept(path_given(source), places)
    volume = source if isinstance(source, Volume) else source_of(source, level, label, irregular)
    first, voxels = extract(volume, level=level, label=label, close_mm=close_mm, fill=fill_holes)
    spacing = volume.grid.spacing
    most = max(spacing) / 2
    smoothed = smooth(first, smooth_rounds, most)
    moved = _moved_mm(smoothed, first, 1.001 * most)
    allowed = _ERROR * min(spacing) if error_mm is None else error_mm
    surface, error = fewer(smoothed, allowed)
    found = Mesh(
        surface=surface,
        first=len(first.faces),
        smoothed_mm=moved,
        error_mm=error,
        allowed_mm=allowed,
        volume_before_ml=first.volume_mm3 / 1000,
        voxels_ml=voxels * volume.grid.voxel_volume / 1000,
        closed=closedness(surface),
        space="metres, Y up" if out is not None and Path(out).suffix.lower() == ".glb" else f"mm, {space}",
    )
    _write(found, out, space, picture, page)
    return found


def _moved_mm(smoothed: Surface, first: Surface, reach: float) -> float:
    """The Hausdorff distance of a surface to the same with its points moved: nowhere more than these were."""
    corners = np.linalg.norm(smoothed.points - first.points, axis=1)
    bound = Farness(corners=corners, triangles=corners[first.faces].max(axis=1))
    return hausdorff_mm(smoothed, first, reach, (bound, bound))


def source_of(
    source: str | os.PathLike[str], level: float | None, label: int | None, irregular: str
) -> Volume:
    """Read what a surface is to be made of: labels, or with a level an image.

    Raises
    ------
    WrongUse
        If there is neither a level nor a label, and the values are those of an image.
    """
    if level is None and label is None:
        return _mask_of(source, irregular)
    found = read(source, irregular, as_labels=level is None)
    if not isinstance(found, Volume):
        raise WrongUse("a surface is that of one volume", where=source)
    # A mask that is given with a level is an image of numbers all the same.
    return (
        Volume(array=found.array, grid=found.grid)
        if level is not None and isinstance(found, Labels)
        else found
    )


def _mask_of(source: str | os.PathLike[str], irregular: str) -> Labels:
    try:
        found = read(source, irregular, as_labels=True)
    except WrongUse as error:
        if error.code != "LAB003":
            raise
        raise needs_level(source, error.found) from error
    if not isinstance(found, Labels):
        raise WrongUse("a surface is that of one volume", where=source)
    values = [] if found.names else list(counts(found))
    if values and (values[0] < 0 or len(values) > _MOST_LABELS):
        raise needs_level(
            source, f"{len(values)} values from {values[0]} to {values[-1]}, and no names of labels"
        )
    return found


def _write(
    found: Mesh,
    out: str | os.PathLike[str] | None,
    space: str,
    picture: str | os.PathLike[str] | None,
    page: str | os.PathLike[str] | None,
) -> None:
    for place in (out, picture, page):
        if place is not None:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
    if out is not None:
        write_mesh(found.surface, Path(out), space)
    if picture is not None:
        from scan2train.tools.mesh.picture import write_picture

        write_picture(found.surface, Path(picture))
    if page is not None:
        from scan2train.tools.mesh.page import write_page

        name = Path(out).name if out is not None else Path(page).stem
        write_page(found.surface, Path(page), name, list(found.lines()))
