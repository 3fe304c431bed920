"""What a case is likely to cost, from its grids alone: bytes on disk, memory, time. Estimates, measured on CT."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Final

from scan2train.recipe import ValueStep, WholeStep

if TYPE_CHECKING:
    from scan2train.grid import Grid
    from scan2train.preparing.job import Job
    from scan2train.recipe import Recipe

#: Bytes on disk of a byte of voxels, by store. Noise does not compress; air that a clip made one value does.
_IMAGE_ON_DISK: Final = {"nifti": 0.7, "zarr": 0.6, "b2nd": 0.6, "npy": 1.0}
_LABELS_ON_DISK: Final = {"npy": 1.0}
_LABELS_PACKED = 0.03

#: A process with its libraries and compiled loops, and blocks that are on their way to the disk.
_PROCESS_BYTES = 210 << 20
#: Arrays of the source's size that live at once (what was read, and what is looked for in it), and of the result's.
_SOURCES, _RESULTS = 1.5, 1.15
#: And for each step that must see the whole volume, or look at values as they stand: the volume made before it.
_BETWEEN = 1.0

#: Nanoseconds a voxel: read and hashed before, sampled and written after; what is compressed; a step over the whole.
_BEFORE_NS, _AFTER_NS, _DECODING_NS, _WHOLE_NS = 13.0, 28.0, 40.0, 80.0
_LABELS_BEFORE_NS, _LABELS_AFTER_NS = 12.0, 12.0
_CASE_S = 0.05
_FLOAT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one case: bytes of voxels, bytes on disk, bytes of memory, seconds of one core."""

    n_bytes: int
    disk_bytes: int
    memory_bytes: int
    cpu_s: float


def cost_of(job: Job, before: Grid, after: Grid, recipe: Recipe, store: str, pace: float) -> Cost:
    """What ``job`` is likely to cost.

    Parameters
    ----------
    job
        The case.
    before, after
        Its grids; ``after`` at the most that it can be.
    recipe
        What will be done.
    store
        How the result is stored.
    pace
        How many times longer this machine takes than the one that the constants were measured on.
    """
    row = job.row
    channels = row["samples"] or 1
    sources, results = prod(before.shape), prod(after.shape)
    width = max(1, (row["bits_allocated"] or 16) // 8)
    image, labels = results * channels * _FLOAT, results if job.labels else 0
    cuts = sum(
        isinstance(step, WholeStep) or (isinstance(step, ValueStep) and step.looks) for step in recipe.steps
    )
    memory = (
        _PROCESS_BYTES + _SOURCES * sources * channels * width + (_RESULTS + _BETWEEN * bool(cuts)) * image
    )
    nanoseconds = channels * (_BEFORE_NS * sources + _AFTER_NS * results)
    nanoseconds += _WHOLE_NS * results * sum(isinstance(step, WholeStep) for step in recipe.steps)
    if row["pixel_kind"] == "encapsulated":
        nanoseconds += _DECODING_NS * sources * channels
    if job.labels:
        memory += 2 * sources + 2 * results
        nanoseconds += _LABELS_BEFORE_NS * sources + _LABELS_AFTER_NS * results
    packed = _IMAGE_ON_DISK.get(store, 1.0) * image + _LABELS_ON_DISK.get(store, _LABELS_PACKED) * labels
    return Cost(
        n_bytes=image + labels,
        disk_bytes=round(packed),
        memory_bytes=round(memory),
        cpu_s=pace * (_CASE_S + nanoseconds / 1e9),
    )
