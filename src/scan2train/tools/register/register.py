"""One scan brought to the place of another: orientation, rigid, affine, deformable; and what is known of the result."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np

from scan2train.errors import Scan2TrainError, WrongUse
from scan2train.paths import path_given
from scan2train.preparing.machine import cores
from scan2train.read import read
from scan2train.tools.register.bend import composite, inverse
from scan2train.tools.register.faults import faults, labels_apart
from scan2train.tools.register.in_hu import in_hu
from scan2train.tools.register.linear import Told
from scan2train.tools.register.onto_fixed import image_onto, labels_onto
from scan2train.tools.register.options import RegisterOptions
from scan2train.tools.register.outputs import require_free, write_all
from scan2train.tools.register.overlap import dice
from scan2train.tools.register.report import report_of
from scan2train.tools.register.result import Registration
from scan2train.tools.register.stages import aligned
from scan2train.volume import Labels, Volume

#: A volume, or a file or folder of one.
Source = Volume | str | os.PathLike[str]


def register(
    fixed: Source,
    moving: Source,
    out: str | os.PathLike[str] | None = None,
    *,
    labels: Source | None = None,
    fixed_labels: Source | None = None,
    fixed_mask: Source | None = None,
    moving_mask: Source | None = None,
    irregular: str = "refuse",
    jobs: int | None = None,
    progress: Told | None = None,
    **choices: Any,
) -> Registration:
    """Bring ``moving`` to the place of ``fixed``: rigid, affine and, if wanted, deformable; from coarse to fine.

    Parameters
    ----------
    fixed, moving
        Volumes of one channel, or files or folders of one, in any format. Values in no known unit are taken for HU
        where air and tissue lie where HU put them; the report's notes say so.
    out
        A folder for transform, moved scan, labels, report and picture; nothing is written if not given.
    labels
        Labels of ``moving``: brought to the fixed grid once, through the whole transform.
    fixed_labels
        Labels of ``fixed``, for Dice before and after.
    fixed_mask, moving_mask
        Masks of what is compared; the patient with some air around if not given. Padding never counts.
    irregular
        As for :func:`scan2train.read`.
    jobs
        Threads, all cores if not given. The result does not depend on them.
    progress
        Called with the step's name, how much of it is done (0 to 1), and how alike the scans are.
    **choices
        ``rigid_only``: no affine stage. ``deformable``: a displacement comes first. ``method``: ``"demons"`` (values of
        both mean the same), ``"bspline"``, or ``"auto"``. ``start``: ``"none"``, ``"geometry"``, ``"moments"``,
        ``"body"``, ``"lungs"``, or ``"auto"``, which tries the first four and quarter turns. ``metric``:
        ``"correlation"``, ``"mutual-information"``, or ``"auto"``. ``label_sampling``: ``"linear"`` (each label as a
        picture of its own, the largest wins) or ``"nearest"``. ``finest_mm``: blocks of the last level (2).
        ``control_mm``: how far a B-spline's control points are apart (30). ``smoothing`` of demons, in voxels (1.5).
        ``rounds`` at each linear level (100). ``seed`` (0).

    Returns
    -------
    Registration
        With ``faults`` where the scans became less alike, the deformation folds, or the two have little in common.

    Raises
    ------
    WrongUse, UnknownName
        If a choice cannot be meant, ``fixed_labels`` come without ``labels``, or ``out`` lies in a source.
    OutputInUse
        If ``out`` holds such files.
    GeometryError
        If there are no millimetres.
    Scan2TrainError
        If the scans do not overlap; and as :func:`scan2train.read`.
    """
    options = _options(choices)
    if fixed_labels is not None and labels is None:
        raise WrongUse(
            "fixed labels are compared with those of the moving scan, and there are none",
            expected="labels (--labels) beside fixed_labels (--fixed-labels)",
        )
    sources = [
        one for one in (fixed, moving, labels, fixed_labels, fixed_mask, moving_mask) if one is not None
    ]
    place = None if out is None else path_given(out, "an output")
    if place is not None:
        require_free(place, [path_given(one) for one in sources if not isinstance(one, Volume)])
    told = progress or (lambda *_: None)
    (here, of_fixed), (other, of_moving) = (
        in_hu(_volume(what, irregular), name) for what, name in ((fixed, "fixed"), (moving, "moving"))
    )
    volumes = here, other
    own = _labels(labels, volumes[1])
    there = _labels(fixed_labels, volumes[0])
    masks = _labels(fixed_mask, volumes[0]), _labels(moving_mask, volumes[1])
    done = aligned(volumes, masks, options, jobs or cores(), told)
    told("moving the scan and its labels", 0.0, float("nan"))
    whole, back = composite(done.linear, done.field), inverse(done.linear, done.field)
    grid = volumes[0].grid
    nearest, threads = options.label_sampling == "nearest", jobs or cores()
    moved = image_onto(volumes[1], grid, whole, jobs=threads)
    brought = None if own is None else labels_onto(own, grid, whole, nearest=nearest, jobs=threads)
    overlap: dict[str, dict[int, float]] = {}
    if own is not None and there is not None:
        for word, transform in (("before", composite(np.eye(4), None)), ("after", whole)):
            on_truth = labels_onto(own, there.grid, transform, nearest=nearest, jobs=threads)
            overlap[word] = dice(on_truth, there)
        # A label of the moving scan alone may lie beyond the fixed field at one of the two times.
        every = sorted({value for shares in overlap.values() for value in shares})
        overlap = {
            word: {value: shares.get(value, 0.0) for value in every} for word, shares in overlap.items()
        }
    places = {
        "as found": done.held.points,
        "start": done.held.through(done.start.matrix),
        "end": done.held.through(whole),
    }
    wrong = (
        *faults(done.held, done.moving, places, done.jacobian, done.least_covered),
        *labels_apart(overlap),
    )
    done = replace(done, notes=(*of_fixed, *of_moving, *done.notes))
    report = report_of(done, volumes, options, overlap, wrong, back, jobs=threads)
    made = Registration(
        transform=whole, inverse=back, moved=moved, labels=brought, report=report, faults=wrong
    )
    if place is not None:
        write_all(place, made, done)
    return made


def _options(choices: dict[str, Any]) -> RegisterOptions:
    try:
        return RegisterOptions(**choices)
    except TypeError as error:
        raise WrongUse(f"register: {error}", advice="See the choices in help(scan2train.register).") from None


def _volume(what: Source, irregular: str) -> Volume:
    volume = what if isinstance(what, Volume) else read(what, irregular)
    if volume.array.dtype == np.bool_:
        return volume.replace(array=volume.array.view(np.uint8))
    return volume


def _labels(what: Source | None, of: Volume) -> Labels | None:
    """Labels of ``of``: as they lie, or, where they need a reference (structure sets), on its grid."""
    if what is None:
        return None
    if isinstance(what, Labels):
        return what
    if isinstance(what, Volume):
        raise WrongUse("a mask has names for values", expected="Labels", found=repr(what))
    try:
        found = read(what, as_labels=True)
    except Scan2TrainError as alone:
        try:
            found = read(what, as_labels=True, reference=of)
        except Scan2TrainError:
            raise alone from None
    assert isinstance(found, Labels)
    return found
