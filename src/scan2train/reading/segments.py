"""DICOM segmentations as labels: every frame put where it lies, empty slices that were left out put back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import HostileFile, SeveralVolumes, WrongUse
from scan2train.formats.regular import largest_image
from scan2train.knowledge.unsafe_text import harmless
from scan2train.reading.options import Options
from scan2train.reading.segment_frames import Job, findings_of, job_of, meta_of, stored
from scan2train.reading.structures import overlap
from scan2train.sampling.planes import put
from scan2train.volume import Labels, Volume


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
    job = job_of(row, base, frames, options)
    if job.header.kind == "FRACTIONAL" and not _is_whole(job):
        return _fraction(job, options)
    out = _labels(job, job.frames)
    if job.overlaps:
        raise overlap(job.path, job.header.names, job.overlaps)
    return _as_labels(job, out, _present(job))


def read_each_segment(
    row: Mapping[str, Any], base: Path, frames: list[int], options: Options
) -> list[Volume]:
    """Every segment of a segmentation as a volume of its own, ``meta["segment"]`` says which; a label map as one.

    Raises
    ------
    Scan2TrainError
        As :func:`read_segments`, but for segments that overlap.
    """
    job = job_of(row, base, frames, options)
    if job.header.kind == "LABELMAP":
        return [_as_labels(job, _labels(job, job.frames), _present(job))]
    numbers = sorted(set(job.header.segment[job.frames].tolist()))
    size = len(numbers) * int(np.prod(job.grid.shape, dtype=np.float64))
    if size > largest_image():
        raise HostileFile(
            "the segments are larger than an image may be", where=job.path, found=f"{size} bytes"
        )
    soft = job.header.kind == "FRACTIONAL" and not _is_whole(job)
    found: list[Volume] = []
    for number in numbers:
        own = [frame for frame in job.frames if job.header.segment[frame] == number]
        one = job_of(row, base, own, options, job)
        volume = _fraction(one, options) if soft else _as_labels(one, _labels(one, own), [number])
        name = job.header.names.get(number, "")
        found.append(volume.replace(meta={**volume.meta, "segment": {"number": number, "name": name}}))
    return found


def _labels(job: Job, frames: list[int]) -> npt.NDArray[Any]:
    """``(i, j, k)`` numbers of segments; overlaps are counted, and what lies beyond the grid."""
    kind = job.header.kind
    known = [*job.header.names, *job.header.segment.tolist()]
    wide = job.row["bits_allocated"] > 8 if kind == "LABELMAP" else max(known) > 255
    out = np.zeros(job.grid.shape[::-1], dtype=np.uint16 if wide else np.uint8)
    flat = out.reshape(-1)
    for n, values in stored(job, frames):
        if kind == "LABELMAP" and job.header.background:
            values[values == job.header.background] = 0
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


def _is_whole(job: Job) -> bool:
    """Whether a fractional segmentation has nothing but none and all in it."""
    return all(
        bool(((values == 0) | (values == job.header.maximum)).all()) for _, values in stored(job, job.frames)
    )


def _fraction(job: Job, options: Options) -> Volume:
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
    for n, values in stored(job, job.frames):
        pixels, voxels = put(values, job.laid, n, job.grid.shape)
        job.put += len(voxels)
        job.lost += int(np.count_nonzero(values)) - len(voxels)
        out.reshape(-1)[voxels] = values.reshape(-1)[pixels] / np.float32(job.header.maximum)
    return Volume(
        array=out.transpose(2, 1, 0),
        grid=job.grid,
        unit=job.header.unit,
        findings=tuple(findings_of(job)),
        meta=meta_of(job, numbers),
    )


def _present(job: Job) -> list[int]:
    named = job.header.kind == "LABELMAP"
    return sorted(job.header.names if named else set(job.header.segment[job.frames].tolist()))


def _as_labels(job: Job, out: npt.NDArray[Any], numbers: list[int]) -> Labels:
    return Labels(
        array=out,
        grid=job.grid,
        names={number: job.header.names.get(number, f"segment {number}") for number in numbers},
        findings=tuple(findings_of(job)),
        meta=meta_of(job, numbers),
    )
