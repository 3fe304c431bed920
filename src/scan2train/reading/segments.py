"""DICOM segmentations as labels: every frame put where it lies, slices that were left out because they are empty too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import GridMismatch, HostileFile, Scan2TrainError, SeveralVolumes, WrongUse
from scan2train.finding import Finding, Severity, Where
from scan2train.formats.dicom.native import DEFLATED
from scan2train.formats.dicom.pixels import read_pixels
from scan2train.formats.dicom.seg_read import Segmentation, read_segmentation
from scan2train.formats.regular import largest_image
from scan2train.grid import Grid
from scan2train.knowledge.tolerances import LAB001_SILENT_VOXELS
from scan2train.knowledge.unsafe_text import harmless
from scan2train.reading.frame_of_reference import frame_of_reference
from scan2train.reading.label_objects import as_stored, file_of
from scan2train.reading.options import Options
from scan2train.reading.reference import Reference, reference_of
from scan2train.reading.refusals import refusal
from scan2train.reading.structures import overlap
from scan2train.sampling.planes import Laid, lay, put
from scan2train.sampling.stack_of_planes import grid_of_planes
from scan2train.volume import Labels, Volume

#: A frame is on the grid if no pixel is farther from its voxel than this.
ON_GRID_VOXELS = 0.1
#: Frames are read in parts of about so many bytes.
_AT_ONCE = 64 << 20


@dataclass(kw_only=True)
class _Job:
    """One segmentation being read: what its header says, which frames are wanted, and where they go."""

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
        return file_of(self.row, self.base)


def read_segments(row: Mapping[str, Any], base: Path, frames: list[int], options: Options) -> Volume:
    """These frames of a segmentation in one volume: labels of the segments' numbers.

    Without a reference they lie on the segmentation's own grid, from its first to its last frame, with the slices
    that it leaves out; with one on the reference's grid, voxel for voxel.

    Raises
    ------
    SeveralVolumes
        If segments overlap, or are fractional and several: then one volume cannot hold them.
    WrongUse
        If labels are asked for and a fractional segmentation holds parts.
    GridMismatch
        If frames do not lie in the voxels of the reference, or none within it.
    Scan2TrainError
        If the file cannot be read.
    """
    job = _job(row, base, frames, options)
    if job.header.kind == "FRACTIONAL" and not _is_whole(job):
        return _fraction(job, options)
    out = _labels(job, job.frames)
    if job.overlaps:
        raise overlap(job.path, job.header.names, job.overlaps)
    return _as_labels(job, out, _present(job))


def read_each_segment(row: Mapping[str, Any], base: Path, frames: list[int], options: Options) -> list[Volume]:
    """Every segment of a segmentation as a volume of its own, ``meta["segment"]`` says which; a label map as one.

    Raises
    ------
    Scan2TrainError
        As :func:`read_segments`, but for segments that overlap.
    """
    job = _job(row, base, frames, options)
    if job.header.kind == "LABELMAP":
        return [_as_labels(job, _labels(job, job.frames), _present(job))]
    numbers = sorted(set(job.header.segment[job.frames].tolist()))
    size = len(numbers) * int(np.prod(job.grid.shape, dtype=np.float64))
    if size > largest_image():
        raise HostileFile("the segments are larger than an image may be", where=job.path, found=f"{size} bytes")
    soft = job.header.kind == "FRACTIONAL" and not _is_whole(job)
    found: list[Volume] = []
    for number in numbers:
        own = [frame for frame in job.frames if job.header.segment[frame] == number]
        one = _job(row, base, own, options, job)
        volume = _fraction(one, options) if soft else _as_labels(one, _labels(one, own), [number])
        name = job.header.names.get(number, "")
        found.append(volume.replace(meta={**volume.meta, "segment": {"number": number, "name": name}}))
    return found


def _job(
    row: Mapping[str, Any], base: Path, frames: list[int], options: Options, like: _Job | None = None
) -> _Job:
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
        reference, grid = None, grid_of_planes(*planes, shape, header.between_mm)
    laid = lay(grid, *planes, shape)
    off = float(laid.off_voxels.max())
    if not off <= ON_GRID_VOXELS:
        raise GridMismatch(
            "frames of the segmentation do not lie in the voxels of the "
            + ("reference" if reference else "grid that they make up"),
            where=file_of(row, base),
            expected=f"every pixel within {ON_GRID_VOXELS} voxels of a voxel of {grid!r}",
            found="frames that are turned or of other spacing" if np.isnan(off) else f"{off:.3g} voxels away",
            advice="Give the image that was segmented as reference; the step to_grid brings labels onto any other grid.",
        )
    return _Job(
        row=row, base=base, header=header, frames=frames, reference=reference, grid=grid, laid=laid
    )


def _stored(job: _Job, frames: list[int]) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Each frame's place in the job and its stored values, ``(rows, columns)``; a part of the frames at a time."""
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


def _labels(job: _Job, frames: list[int]) -> npt.NDArray[Any]:
    """``(i, j, k)`` numbers of segments; overlaps are counted, and what lies beyond the grid."""
    kind = job.header.kind
    known = [*job.header.names, *job.header.segment.tolist()]
    wide = job.row["bits_allocated"] > 8 if kind == "LABELMAP" else max(known) > 255
    out = np.zeros(job.grid.shape[::-1], dtype=np.uint16 if wide else np.uint8)
    flat = out.reshape(-1)
    for n, values in _stored(job, frames):
        if kind == "LABELMAP" and job.header.background:
            values = np.where(values == job.header.background, 0, values)
        pixels, voxels = put(values, job.laid, n, job.grid.shape)
        job.put += len(voxels)
        job.lost += int(np.count_nonzero(values)) - len(voxels)
        number = int(job.header.segment[job.frames[n]])
        before = flat[voxels]
        for other in np.unique(before[before > 0]).tolist():
            if other != number:
                job.overlaps[min(other, number), max(other, number)] += int((before == other).sum())
        flat[voxels] = values.reshape(-1)[pixels] if kind == "LABELMAP" else number
    return out.transpose(2, 1, 0)


def _is_whole(job: _Job) -> bool:
    """Whether a fractional segmentation has nothing but none and all in it."""
    return all(
        bool(((values == 0) | (values == job.header.maximum)).all()) for _, values in _stored(job, job.frames)
    )


def _fraction(job: _Job, options: Options) -> Volume:
    if options.as_labels:
        raise WrongUse(
            "a fractional segmentation is no set of labels",
            where=job.path,
            found=f"values between 0 and 1 ({job.header.unit})",
            advice="Read it without as_labels, and say from which value on a voxel belongs: volume.array >= 0.5.",
            code="LAB003",
        )
    numbers = sorted(set(job.header.segment[job.frames].tolist()))
    if len(numbers) > 1:
        told = tuple(f"{number} {harmless(job.header.names.get(number, ''), 60)}" for number in numbers)
        raise SeveralVolumes(
            "a fractional segmentation of several segments is several volumes: " + "; ".join(told[:8]),
            volumes=told,
            where=job.path,
            advice="Read them with read_all.",
        )
    out = np.zeros(job.grid.shape[::-1], dtype=np.float32)
    for n, values in _stored(job, job.frames):
        pixels, voxels = put(values, job.laid, n, job.grid.shape)
        job.put += len(voxels)
        job.lost += int(np.count_nonzero(values)) - len(voxels)
        out.reshape(-1)[voxels] = values.reshape(-1)[pixels] / np.float32(job.header.maximum)
    return Volume(
        array=out.transpose(2, 1, 0),
        grid=job.grid,
        unit=job.header.unit,
        findings=tuple(_findings(job)),
        meta=_meta(job, numbers),
    )


def _present(job: _Job) -> list[int]:
    return sorted(job.header.names) if job.header.kind == "LABELMAP" else sorted(set(job.header.segment[job.frames].tolist()))


def _as_labels(job: _Job, out: npt.NDArray[Any], numbers: list[int]) -> Labels:
    return Labels(
        array=out,
        grid=job.grid,
        names={number: job.header.names.get(number, f"segment {number}") for number in numbers},
        findings=tuple(_findings(job)),
        meta=_meta(job, numbers),
    )


def _findings(job: _Job) -> Iterable[Finding]:
    where = Where(path=job.row["path"], series_uid=job.row["series_uid"], volume=job.row["volume"])

    def finding(severity: Severity, message: str, seen: str, expected: str = "") -> Finding:
        return Finding(
            code="LAB001",
            name="label-grid-mismatch",
            severity=severity,
            scope="volume",
            message=message,
            where=where,
            advice="Look at the labels over their image: do the two belong together?",
            seen=seen,
            expected=expected,
        )

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
            Severity.INFO, "Segments lie a little beside the voxels that they were given.", f"{off:.3g} voxels"
        )


def _meta(job: _Job, numbers: list[int]) -> dict[str, Any]:
    kept = ("volume", "source", "path", "format", "role", "study_uid", "series_uid", "modality", "description")
    told = tuple({"number": number, "name": job.header.names.get(number, "")} for number in numbers)
    about = {name: job.row[name] for name in kept if job.row.get(name)}
    return {**about, "segmentation": job.header.kind.lower(), "segments": told}
