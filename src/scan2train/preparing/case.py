"""One case from its sources to files on the disk. Runs in a worker; nothing here knows of other cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from scan2train.errors import OutputDamaged, Scan2TrainError, WrongUse
from scan2train.finding import Finding, Where
from scan2train.formats.registry import by_suffix
from scan2train.preparing.account import ACCOUNT, to_bytes, write_account
from scan2train.preparing.as_in_account import require_as_in_account
from scan2train.preparing.atomic import settle, sync_folder
from scan2train.preparing.foreseen import require_unit
from scan2train.preparing.job import Failed, Job, Made
from scan2train.preparing.of_prepared import account_beside, read_prepared
from scan2train.preparing.read_labels import read_labels
from scan2train.preparing.same_grid import fit_to_grid
from scan2train.preparing.sources import (
    describe_labels,
    describe_sources,
    path_of_image,
    path_of_labels,
    without_places,
)
from scan2train.preparing.store import Store, file_name, files_of
from scan2train.preparing.uptake import require_uptake
from scan2train.reading.one import read_row
from scan2train.reading.options import Options
from scan2train.recipe import Instruction, Recipe
from scan2train.recipe.unit import settle_unit, taken_as
from scan2train.volume import Labels, Volume


def make_case(asked: Mapping[str, Any], reading: Options, store: Store, job: Job) -> Made | Failed:
    """Read, prepare and write one case into ``job.folder``.

    Parameters
    ----------
    asked
        The recipe, as JSON.
    reading
        How to read the image.
    store
        How its volumes are stored.
    job
        The case.

    Returns
    -------
    Made or Failed
        ``Failed.fatal`` where the output cannot be written: that concerns every case and not this one alone.
    """
    recipe = Recipe.from_json(asked)
    try:
        volume, labels, findings, first = read_case(job, reading, recipe)
        sources = describe_sources(job.row, job.root)
        labels_sources = describe_labels(job) if job.labels else []
        if job.again is None:
            run = replace(recipe, steps=(*first, *recipe.steps))
        else:
            require_as_in_account(job.again, sources, labels_sources)
            run = Recipe.from_json({"step": list(job.again.steps)})
        ready, ready_labels, done = _run(run, volume, labels, job.seed)
    except Scan2TrainError as error:
        return Failed(error=without_places(str(error), job), code=error.code or "", advice=error.advice or "")
    except MemoryError:
        return Failed(error="not enough memory for this case", advice="Run it with fewer jobs.")
    # The mask is a part of its own in every store.
    parts = {"image": ready.replace(valid=None)} | _mask_of(ready)
    if ready_labels is not None:
        parts["labels"] = ready_labels.replace(valid=None)
    folder = Path(job.folder)
    try:
        files = _write({file_name(part, store): one for part, one in parts.items()}, folder)
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


def read_case(
    job: Job, reading: Options, recipe: Recipe
) -> tuple[Volume, Labels | None, tuple[Finding, ...], tuple[Instruction, ...]]:
    """The volume, its labels, what reading noticed, and the steps that come before the recipe's own."""
    require_uptake(job.row, reading, recipe)
    require_unit(job.row, recipe)
    # What a PET is multiplied by stands in its headers alone: they are read again for a recipe that asks for it.
    reading = replace(reading, factors=any(step.word() == "suv" for step in recipe.steps))
    account = account_beside(job.row)
    stored = read_row(dict(job.row), reading) if account is None else read_prepared(account)
    volume, found = settle_unit(stored, recipe)
    first = taken_as(stored, volume)
    findings = _placed((*volume.findings, *found), job)
    if not job.labels:
        return volume, None, findings, first
    labels = read_labels(job.labels, volume)
    if not isinstance(labels, Labels):
        raise WrongUse("this file does not hold labels", where=job.labels, found=repr(labels))
    if job.names and not labels.names:
        labels = labels.replace(names=dict(job.names))
    labels, more = fit_to_grid(labels, volume.grid)
    # What a mask shares with its image, such as thick slices, is said once.
    known = {(one.code, one.seen) for one in findings}
    own = (one for one in labels.findings if one.scope == "file" or (one.code, one.seen) not in known)
    return volume, labels, (*findings, *_placed((*own, *more), job, path_of_labels)), first


def _placed(
    findings: tuple[Finding, ...], job: Job, named: Callable[[str, Job], str] = path_of_image
) -> tuple[Finding, ...]:
    """The findings, each with its case's volume and the file that it is about, none with a place on this machine."""
    here = Where(path=job.row["path"], series_uid=job.row["series_uid"], volume=job.row["volume"])
    places = (
        here
        if one.where == Where()
        else replace(
            one.where,
            path=None if one.where.path is None else named(one.where.path, job),
            volume=here.volume,
        )
        for one in findings
    )
    return tuple(replace(one, where=where) for one, where in zip(findings, places, strict=True))


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
    return {"valid": Labels(array=volume.valid.view(np.uint8), grid=volume.grid, names=names)}


def _write(images: Mapping[str, Volume], folder: Path) -> dict[str, tuple[int, str]]:
    folder.mkdir(parents=True)
    files = {}
    for name, image in images.items():
        path = folder / name
        by_suffix(path).write(image, path)
        for file in files_of(path):
            files[file.relative_to(folder).as_posix()] = (file.stat().st_size, settle(file))
    return files
