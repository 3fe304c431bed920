"""Structure sets as labels: every region's contours drawn into the slices of the image that they belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import GridMismatch, NotAnImage, SeveralVolumes, WrongUse
from scan2train.finding import Finding, Severity, Where
from scan2train.formats.dicom.rtstruct_read import Roi, StructureSet, read_structure_set
from scan2train.grid import Grid
from scan2train.knowledge.unsafe_text import harmless
from scan2train.reading.frame_of_reference import frame_of_reference
from scan2train.reading.label_mismatch import extent_told, mismatch
from scan2train.reading.label_objects import file_of
from scan2train.reading.options import Options
from scan2train.reading.reference import Reference, reference_of, series_beside
from scan2train.sampling.contours import Drawn, draw
from scan2train.volume import Labels

#: Contours farther than this from the slice that they are drawn into, in slices, are worth a word.
_OFF_SLICES = 0.05
#: Planes of contours so many slices apart leave slices between them empty.
_APART_SLICES = 1.5
_LOOK = "Look at the labels over their image: were these contours drawn on it?"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Region:
    value: int
    roi: Roi
    drawn: Drawn
    told: dict[str, Any]


def read_structures(row: Mapping[str, Any], base: Path, options: Options) -> Labels:
    """All regions of a structure set in one: values 1 to n in the order of its regions.

    Raises
    ------
    SeveralVolumes
        If regions overlap, and so cannot be told apart by one value a voxel.
    NotAnImage
        If labels are not what was asked for.
    WrongUse, GridMismatch, Scan2TrainError
        As :func:`read_each_structure`.
    """
    reference, about, regions = _regions(row, base, options)
    out = _empty(reference.grid, len(regions))
    overlaps: Counter[tuple[int, int]] = Counter()
    for one in regions:
        mask, target = one.drawn.mask, out[one.drawn.box]
        values, counts = np.unique(target[mask], return_counts=True)
        for value, count in zip(values.tolist(), counts.tolist(), strict=True):
            if value:
                overlaps[value, one.value] += count
        target[mask] = one.value
    names = {one.value: one.roi.name for one in regions}
    if overlaps:
        raise overlap(file_of(row, base), names, overlaps)
    findings = tuple(_findings(row, about, reference, regions))
    return Labels(array=out, grid=reference.grid, names=names, findings=findings, meta=_meta(row, regions))


def read_each_structure(row: Mapping[str, Any], base: Path, options: Options) -> list[Labels]:
    """Every region of a structure set that encloses something, as labels of its own; ``meta["roi"]`` says which.

    Raises
    ------
    WrongUse
        If no reference is given, and the series that was drawn on does not lie beside.
    GridMismatch
        If not one contour lies in a slice of the reference.
    Scan2TrainError
        If the file cannot be read.
    """
    reference, about, regions = _regions(row, base, options)
    found = []
    for one in regions:
        if not one.roi.contours:
            continue
        out = _empty(reference.grid, one.value)
        out[one.drawn.box][one.drawn.mask] = one.value
        found.append(
            Labels(
                array=out,
                grid=reference.grid,
                names={one.value: one.roi.name},
                findings=tuple(_findings(row, about, reference, [one])),
                meta={**_meta(row, regions), "roi": one.told},
            )
        )
    return found


def overlap(where: Path, names: Mapping[int, str], overlaps: Counter[tuple[int, int]]) -> SeveralVolumes:
    """The error that regions overlap: which, and by how much."""
    told = tuple(
        f"{harmless(names.get(a, ''), 60)} ({a}) and {harmless(names.get(b, ''), 60)} ({b}) share {count} voxels"
        for (a, b), count in sorted(overlaps.items())
    )
    return SeveralVolumes(
        "regions overlap, and one volume has one label a voxel: "
        + "; ".join(told[:8])
        + (" …" if len(told) > 8 else ""),
        volumes=told,
        where=where,
        advice="Read them with read_all: each region comes as labels of its own.",
        code="LAB001",
    )


def _empty(grid: Grid, largest: int) -> npt.NDArray[Any]:
    return np.zeros(grid.shape[::-1], dtype=np.uint8 if largest < 256 else np.uint16).transpose(2, 1, 0)


def _regions(
    row: Mapping[str, Any], base: Path, options: Options
) -> tuple[Reference, StructureSet, list[_Region]]:
    path = file_of(row, base)
    if not options.as_labels:
        raise NotAnImage(
            "a structure set: contours to be read together with their images",
            where=path,
            advice="Read it with as_labels=True and reference=, the image that it was drawn on; convert takes that "
            "image as --reference.",
        )
    about = read_structure_set(path)
    reference = _reference(about, path, base, options)
    regions = []
    voxel_ml = reference.grid.voxel_volume / 1000
    for value, roi in enumerate(about.rois, start=1):
        drawn = draw(roi.contours, reference.grid)
        told = {
            "value": value,
            "number": roi.number,
            "name": roi.name,
            "contours": len(roi.contours),
            "unmatched": drawn.unmatched,
            "beyond": drawn.beyond,
            "no_areas": roi.no_areas,
            "ml_contours": round(drawn.ml, 6),
            "ml_voxels": round(int(np.count_nonzero(drawn.mask)) * voxel_ml, 6),
        }
        regions.append(_Region(value=value, roi=roi, drawn=drawn, told=told))
    total = sum(len(one.roi.contours) for one in regions)
    if total and all(len(one.roi.contours) == one.drawn.unmatched for one in regions):
        raise GridMismatch(
            "not one contour lies in a slice of the reference",
            where=path,
            expected=extent_told(reference.grid),
            found=f"{total} contours elsewhere, or across the slices",
            advice="Give the image that the contours were drawn on.",
        )
    return reference, about, regions


def _reference(about: StructureSet, path: Path, base: Path, options: Options) -> Reference:
    if options.reference is not None:
        reference = reference_of(options.reference)
        reference.grid.require_physical("drawing contours")
        return reference
    beside = series_beside(base, about.series_uids) if about.series_uids else None
    if beside is None:
        raise WrongUse(
            "contours have no grid of their own, and the images that they were drawn on do not lie beside them",
            where=path,
            expected="reference=, the image on whose grid the labels are wanted",
            found=f"series {', '.join(about.series_uids) or 'that are not named'}",
        )
    return beside


def _findings(
    row: Mapping[str, Any], about: StructureSet, reference: Reference, regions: Iterable[_Region]
) -> Iterable[Finding]:
    chosen = list(regions)
    where = Where(path=row["path"], series_uid=reference.series_uid or None)

    finding = partial(mismatch, advice=_LOOK, where=where)
    frames = {one.roi.frame_of_reference_uid for one in chosen} - {""}
    own = frame_of_reference(reference)
    # Where the frame of reference differs, the same numbers are other places, unless someone has registered the two.
    if own and frames and own not in frames:
        yield finding(
            Severity.ERROR,
            "Contours are of another frame of reference than the image.",
            ", ".join(frames),
            own,
        )
    images = set() if reference.row is None else set(reference.row["member_uid"] or ())
    if images and about.image_uids and images.isdisjoint(about.image_uids):
        yield finding(
            Severity.WARNING,
            "Contours refer to other images than those of the reference.",
            f"none of {len(about.image_uids)} images",
            f"images of series {reference.series_uid}",
        )
    for told, severity, message in (
        ("unmatched", Severity.WARNING, "Contours lie in no slice of the reference, and were left out."),
        ("beyond", Severity.WARNING, "Contours reach beyond the reference, and were cut off there."),
    ):
        hit = [one for one in chosen if one.told[told]]
        if hit:
            yield finding(severity, message, _counted(hit, told), affects=len(hit))
    off = [one for one in chosen if one.drawn.off_slices > _OFF_SLICES]
    if off:
        yield finding(
            Severity.INFO,
            "Contours lie between slices, and were drawn into the nearest.",
            f"up to {max(one.drawn.off_slices for one in off):.2f} slices away",
            affects=len(off),
        )
    apart = [one for one in chosen if one.drawn.apart_slices > _APART_SLICES and one.drawn.mask.shape[2] > 1]
    if apart:
        yield finding(
            Severity.WARNING,
            "Contours are farther apart than slices: those between are empty.",
            f"up to {max(one.drawn.apart_slices for one in apart):.2f} slices apart",
            affects=len(apart),
        )


def _counted(regions: list[_Region], told: str) -> str:
    shown = [
        f"{harmless(one.roi.name, 60)}: {one.told[told]} of {one.told['contours']}" for one in regions[:8]
    ]
    return "; ".join(shown) + (" …" if len(regions) > 8 else "")


def _meta(row: Mapping[str, Any], regions: list[_Region]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("source", "path", "format", "role")}
    return {**kept, "rois": tuple(one.told for one in regions)}
