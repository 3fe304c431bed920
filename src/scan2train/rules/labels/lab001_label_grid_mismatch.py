"""A mask does not lie on the grid of its image.

What it finds
-------------
Pairs of an image and its mask whose grids differ: in shape, or by how many voxels of the image a corner lies
elsewhere. A mask of one shape with its image that covers the very same voxels in another order is told, and is no
error: through world space it fits. A DICOM segmentation is compared with the series that it names, and may leave out
slices of it.

Why it matters
--------------
Most training code lays mask and image together by index and looks at no affine. A mask of another spacing, shift or
direction then labels the wrong tissue, and where the shapes agree by chance nothing says so.

What to do
----------
Look at the pair: prepare brings the mask onto the image through world space, which is right if both affines are. If
they are not, find out which of the two files lost its geometry.

References
----------
nifti1.h, "3D image (volume) orientation and location in space"; DICOM PS3.3 C.7.6.2.1.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from scan2train.grid import Grid
from scan2train.knowledge.tolerances import LAB001_INFO_VOXELS, LAB001_SILENT_VOXELS
from scan2train.rule import Example, Hit, bad, error, good, info, near, warning
from scan2train.rule.pair import Pair
from scan2train.sampling.alignment import align, covers


def check(pair: Pair) -> Iterator[Hit]:
    """Compare the corners of both grids."""
    image, labels = _grid(pair.image), _grid(pair.labels)
    if image is None or labels is None:
        return
    if pair.how == "reference" and _lies_in(image, labels, pair.labels["member_position_mm"] or ()):
        return  # a segmentation leaves out slices in which there is nothing, between others as well
    # One mask may be that of several images: each is named.
    beside = f"beside {pair.image['path'] or pair.image['volume']}"
    if image.shape != labels.shape:
        yield error(
            "the mask has another shape than its image",
            seen=f"{_size(labels)} {beside}",
            expected=_size(image),
        )
        return
    if not (image.physical and labels.physical):
        if image.physical != labels.physical:
            yield warning(
                "only one of mask and image has patient geometry: they can be laid together by index alone",
                seen=f"{labels!r} {beside}",
                expected=repr(image),
            )
        return
    distance = image.distance_in_voxels(labels)
    if distance <= LAB001_SILENT_VOXELS:
        return
    alignment = align(labels, image)
    if alignment is not None and alignment.exact and covers(image, labels) and covers(labels, image):
        yield info(
            "the mask covers the voxels of its image in another order: by index it does not fit, in space it does",
            seen=f"{labels.orientation}, {_size(labels)} {beside}",
            expected=f"{image.orientation}, {_size(image)}",
        )
    else:
        severity = info if distance <= LAB001_INFO_VOXELS else error
        yield severity(
            "the mask lies on another grid than its image",
            seen=f"corners up to {distance:.3g} voxels apart {beside}",
            expected=f"at most {LAB001_SILENT_VOXELS:g}",
        )


def _lies_in(image: Grid, labels: Grid, places_mm: Sequence[float]) -> bool:
    """Whether every voxel of the labels is one of the image's; ``places_mm`` are those of their slices, unevenly."""
    columns, rows, slices = labels.shape
    ks = np.arange(slices, dtype=np.float64)
    if len(places_mm) == slices > 1 and places_mm[-1] != places_mm[0]:
        # Where slices are left out in between, the step of the grid is only a mean.
        ks = (np.asarray(places_mm) - places_mm[0]) / (places_mm[-1] - places_mm[0]) * (slices - 1)
    corners = np.array(list(product((0, columns - 1), (0, rows - 1), ks)))
    indices = image.to_index(labels.to_world(corners))
    start, beside = (
        image.to_index(labels.to_world(np.array(those)))
        for those in ([(0, 0, 0)] * 2, [(1, 0, 0), (0, 1, 0)])
    )
    whole = np.abs(indices - indices.round()).max() <= LAB001_SILENT_VOXELS
    within = (indices.round() >= 0).all() and (indices.round() < image.shape).all()
    one_size = np.abs(np.abs(beside - start).max(axis=1) - 1).max() <= LAB001_SILENT_VOXELS
    return bool(whole and within and one_size)


def _grid(row: Mapping[str, Any]) -> Grid | None:
    sizes = [row[f"size_{axis}"] for axis in "ijk"]
    if row["affine"] is None or None in sizes:
        return None
    i, j, k = sizes
    return Grid((i, j, k), np.reshape(row["affine"], (4, 4)), bool(row["physical"]))


def _size(grid: Grid) -> str:
    return " × ".join(str(n) for n in grid.shape)


def examples() -> Iterator[Example]:
    """Masks on their image's grid, beside it, and in another order."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_nifti, small_series, together

    def two(image: Build, name: str = "scan_seg.nii.gz", **mask: Any) -> Build:
        return together(image, small_nifti(name, labels=True, **mask))

    yield good("one grid", two(small_nifti()))
    yield good(
        "one grid, oblique, in two formats",
        two(small_nifti("scan.mha", turned_deg=20), "scan_seg.nrrd", turned_deg=20),
    )
    yield good("an image without a mask", small_nifti())
    yield bad(
        "half a slice is missing below",
        two(small_nifti(), values=lambda mask: mask[:, :, 1:]),
        Severity.ERROR,
    )
    yield bad("shifted by 2 mm", two(small_nifti(), shift_mm=(2.0, 0.0, 0.0)), Severity.ERROR)
    yield bad("another spacing of one shape", two(small_nifti(), spacing=(1.3, 1.7, 2.0)), Severity.ERROR)
    yield bad(
        "a mask beside a DICOM series, mirrored by index",
        two(small_series(below="ct"), "ct_seg.nii.gz", orientation="RPS", shift_mm=(5.0, 0.0, 0.0)),
        Severity.ERROR,
    )
    yield bad(
        "the same voxels with the axes in another order, in another shape",
        two(small_nifti(), orientation="ASR", shape=(11, 8, 13), spacing=(1.7, 2.5, 1.3)),
        Severity.ERROR,
    )
    yield bad(
        "one mask for two images of one grid, shifted by 20 mm",
        together(
            small_nifti("p_t1.nii.gz"),
            small_nifti("p_t2.nii.gz"),
            small_nifti("p_seg.nii.gz", labels=True, shift_mm=(20.0, 0.0, 0.0)),
        ),
        Severity.ERROR,
    )
    yield bad(
        "a mask that lost its place",
        two(small_nifti(), "scan_seg.nii", header={"sform_code": 0, "qform_code": 0}),
        Severity.WARNING,
    )
    yield near("the same voxels in another order", two(small_nifti(), orientation="LPS"), Severity.INFO)
    yield near("0.3 voxels off", two(small_nifti(), shift_mm=(0.4, 0.0, 0.0)), Severity.INFO)
    yield near(
        "0.004 voxels off", two(small_nifti(orientation="PIR"), orientation="PIR", shift_mm=(0.005, 0.0, 0.0))
    )
