"""The frames of a segmentation that are wanted, and where each of them lies in a grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import GridMismatch, WrongUse
from scan2train.finding import Finding, Severity, Where
from scan2train.formats.dicom.native import DEFLATED
from scan2train.formats.dicom.pixels import read_pixels
from scan2train.formats.dicom.seg_read import Segmentation, read_segmentation
from scan2train.grid import Grid
from scan2train.knowledge.tolerances import LAB001_SILENT_VOXELS
from scan2train.reading.frame_of_reference import frame_of_reference
from scan2train.reading.label_mismatch import mismatch
from scan2train.reading.label_objects import as_stored, file_of
from scan2train.reading.options import Options
from scan2train.reading.reference import Reference, reference_of
from scan2train.reading.refusals import refusal
from scan2train.sampling.planes import Laid, lay
from scan2train.sampling.stack_of_planes import grid_of_planes

#: A frame is on the grid if no pixel is farther from its voxel than this.
ON_GRID_VOXELS = 0.1
#: Frames are read in parts of about so many bytes.
_AT_ONCE = 64 << 20
_LOOK = "Look at the labels over their image: do the two belong together?"


@dataclass(kw_only=True)
class Job:
    """One segmentation being read: what its header says, which frames are wanted, and where they go.

    Who puts them there counts in ``put`` and ``lost`` the pixels within the grid and beyond, and in ``overlaps``.
    """

    row: Mapping[str, Any]
    base: Path
    header: Segmentation
    frames: list[int]
    reference: Reference | None
    grid: Grid
    laid: Laid
    lost: int = 0
    put: int = 0
    overlaps: Counter[tuple[int, int]] = field(default_factory=Counter)

    @property
    def path(self) -> Path:
        """The file."""
        return file_of(self.row, self.base)


def job_of(
    row: Mapping[str, Any], base: Path, frames: list[int], options: Options, like: Job | None = None
) -> Job:
    """Lay frames of a segmentation into its own grid or the reference's; ``like`` is a job of the same file.

    Raises
    ------
    GridMismatch
        If they do not lie in the voxels of the grid.
    Scan2TrainError
        If the file cannot be read, or makes up no grid.
    """
    refused = refusal({**row, "irregular": "impossible-size"}, row["path"])
    if refused is not None and row["irregular"] == "impossible-size":
        raise refused
    header = like.header if like else read_segmentation(file_of(row, base))
    if not frames or max(frames) >= len(header.first):
        raise GridMismatch("the file holds fewer frames than when it was indexed", where=file_of(row, base))
    planes = header.first[frames], header.right[frames], header.down[frames]
    shape = row["size_j"], row["size_i"]
    if like:
        reference, grid = like.reference, like.grid
    elif options.reference is not None:
        reference = reference_of(options.reference)
        grid = reference.grid
        grid.require_physical("putting segments on a grid")
    else:
        reference = None
        grid = grid_of_planes(*planes, shape, header.between_mm, header.thickness_mm)
    laid = lay(grid, *planes, shape)
    off = float(laid.off_voxels.max())
    if not off <= ON_GRID_VOXELS:
        raise GridMismatch(
            "frames of the segmentation do not lie in the voxels of the "
            + ("reference" if reference else "grid that they make up"),
            where=file_of(row, base),
            expected=f"every pixel within {ON_GRID_VOXELS} voxels of a voxel of {grid!r}",
            found="frames that are turned or of other spacing" if np.isnan(off) else f"{off:.3g} voxels away",
            advice="Give the image that was segmented as reference; to_grid brings labels onto any other grid.",
        )
    return Job(row=row, base=base, header=header, frames=frames, reference=reference, grid=grid, laid=laid)


def stored(job: Job, frames: list[int]) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Give each frame's place in the job and its stored values, ``(rows, columns)``; a part of the frames at a time."""
    size = job.row["size_i"] * job.row["size_j"] * 2
    # Every part of a deflated file would inflate all of it again.
    part = len(frames) if DEFLATED in job.row["member_transfer_syntax"] else max(1, _AT_ONCE // max(size, 1))
    place = {frame: n for n, frame in enumerate(job.frames)}
    for first in range(0, len(frames), part):
        some = frames[first : first + part]
        pixels = read_pixels(as_stored(job.row, some), job.base).array
        if pixels.ndim != 3:
            raise WrongUse("a segmentation has one value a pixel", where=job.path, found=pixels.shape)
        for frame, values in zip(some, pixels, strict=True):
            yield place[frame], values


def findings_of(job: Job) -> Iterable[Finding]:
    """What there is to say about labels that were put on a reference.

    Raises
    ------
    GridMismatch
        If nothing of them is within it.
    """
    where = Where(path=job.row["path"], series_uid=job.row["series_uid"], volume=job.row["volume"])

    finding = partial(mismatch, advice=_LOOK, where=where)
    if job.reference is None:
        return
    if job.lost and not job.put:
        raise GridMismatch(
            "the segments lie beside the reference: nothing of them is within it",
            where=job.path,
            advice="Give the image that was segmented as reference.",
        )
    own, theirs = job.header.frame_of_reference_uid, frame_of_reference(job.reference)
    if own and theirs and own != theirs:
        yield finding(
            Severity.ERROR, "Segments are of another frame of reference than the image.", own, theirs
        )
    if job.lost:
        yield finding(
            Severity.WARNING,
            "Segments reach beyond the reference, and were cut off there.",
            f"{job.lost} voxels of {job.lost + job.put}",
        )
    off = float(job.laid.off_voxels.max())
    if off > LAB001_SILENT_VOXELS:
        yield finding(
            Severity.INFO,
            "Segments lie a little beside the voxels that they were given.",
            f"{off:.3g} voxels",
        )


def meta_of(job: Job, numbers: list[int]) -> dict[str, Any]:
    """Where the labels came from, and which segments they are."""
    kept = (
        "volume",
        "source",
        "path",
        "format",
        "role",
        "study_uid",
        "series_uid",
        "modality",
        "description",
    )
    told = tuple({"number": number, "name": job.header.names.get(number, "")} for number in numbers)
    about = {name: job.row[name] for name in kept if job.row.get(name)}
    return {**about, "segmentation": job.header.kind.lower(), "segments": told}
