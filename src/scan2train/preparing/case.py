"""One case from its sources to files on the disk. Runs in a worker; nothing here knows of other cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from scan2train.errors import OutputDamaged, Scan2TrainError, WrongUse
from scan2train.finding import Finding, Where
from scan2train.formats import nifti
from scan2train.preparing.account import ACCOUNT, IMAGE, LABELS, VALID, to_bytes, write_account
from scan2train.preparing.as_in_account import require_as_in_account
from scan2train.preparing.atomic import settle, sync_folder
from scan2train.preparing.job import Failed, Job, Made
from scan2train.preparing.read_labels import read_labels
from scan2train.preparing.same_grid import fit_to_grid
from scan2train.preparing.sources import describe_labels, describe_sources, without_place
from scan2train.preparing.unit import require_uptake, settle_unit
from scan2train.reading.one import read_row
from scan2train.reading.options import Options
from scan2train.recipe import Recipe, Step
from scan2train.steps.take_as import TakeAs
from scan2train.volume import Labels, Volume


def make_case(asked: Mapping[str, Any], reading: Options, job: Job) -> Made | Failed:
    """Read, prepare and write one case into ``job.folder``.

    Parameters
    ----------
    asked
        The recipe, as JSON.
    reading
        How to read the image.
    job
        The case.

    Returns
    -------
    Made or Failed
        ``Failed.fatal`` where the output cannot be written: that concerns every case and not this one alone.
    """
    recipe = Recipe.from_json(asked)
    try:
        volume, labels, findings, first = _read(job, reading, recipe)
        sources = describe_sources(job.row, job.root)
        labels_sources = describe_labels(job) if job.labels else []
        if job.again is None:
            run = replace(recipe, steps=(*first, *recipe.steps))
        else:
            require_as_in_account(job.again, sources, labels_sources)
            run = Recipe.from_json({"step": list(job.again.steps)})
        ready, ready_labels, done = _run(run, volume, labels, job.seed)
    except Scan2TrainError as error:
        return Failed(
            error=without_place(str(error), job.row), code=error.code or "", advice=error.advice or ""
        )
    except MemoryError:
        return Failed(error="not enough memory for this case", advice="Run it with fewer jobs.")
    images = {IMAGE: ready} | _mask_of(ready) | ({} if ready_labels is None else {LABELS: ready_labels})
    folder = Path(job.folder)
    try:
        files = _write(images, folder)
        account = write_account(
            job,
            asked=recipe,
            done=done,
            reading=reading,
            sources=sources,
            before=volume.grid,
            image=ready,
            labels=ready_labels,
            labels_sources=labels_sources,
            findings=findings,
            files=files,
        )
        text = to_bytes(account)
        (folder / ACCOUNT).write_bytes(text)
        files[ACCOUNT] = (len(text), settle(folder / ACCOUNT, crc32(text)))
        sync_folder(folder)
    except OSError as error:
        return Failed(error=f"cannot write {error.filename or folder}: {error.strerror}", fatal=True)
    except OutputDamaged as error:
        return Failed(error=str(error), fatal=True)
    except Scan2TrainError as error:
        return Failed(error=str(error), fatal=isinstance(error.__cause__, OSError))
    return Made(files=files, account=account)


def _read(
    job: Job, reading: Options, recipe: Recipe
) -> tuple[Volume, Labels | None, tuple[Finding, ...], tuple[Step, ...]]:
    require_uptake(job.row, reading, recipe)
    stored = read_row(dict(job.row), reading)
    volume, found = (stored, ()) if job.row["format"] == "dicom" else settle_unit(stored, recipe)
    # What was taken for granted is the first thing that was done: the account replays on what read() gives.
    first = () if volume.unit == stored.unit else (TakeAs(measured_in=volume.unit),)
    findings = (*volume.findings, *found)
    if not job.labels:
        return volume, None, _placed(findings, job), first
    labels = read_labels(job.labels, volume)
    if not isinstance(labels, Labels):
        raise WrongUse("this file does not hold labels", where=job.labels, found=repr(labels))
    labels, more = fit_to_grid(labels, volume.grid)
    return volume, labels, _placed((*findings, *labels.findings, *more), job), first


def _placed(findings: tuple[Finding, ...], job: Job) -> tuple[Finding, ...]:
    """The findings, each with the volume that it is about."""
    here = Where(path=job.row["path"], series_uid=job.row["series_uid"], volume=job.row["volume"])
    return tuple(replace(one, where=here) if one.where == Where() else one for one in findings)


def _run(
    recipe: Recipe, volume: Volume, labels: Labels | None, seed: int
) -> tuple[Volume, Labels | None, Recipe]:
    if labels is None:
        ready, done = recipe.run(volume, seed)
        return ready, None, done
    return recipe.run_pair(volume, labels, seed)


def _mask_of(volume: Volume) -> dict[str, Volume]:
    if volume.valid is None or volume.valid.all():
        return {}
    names = {0: "padding", 1: "data"}
    return {VALID: Labels(array=volume.valid.view(np.uint8), grid=volume.grid, names=names)}


def _write(images: Mapping[str, Volume], folder: Path) -> dict[str, tuple[int, str]]:
    folder.mkdir(parents=True)
    files = {}
    for name, image in images.items():
        path = folder / name
        nifti.write(image, path)
        files[name] = (path.stat().st_size, settle(path))
    return files
