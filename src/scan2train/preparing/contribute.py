"""What one case adds to the fit of a recipe. Runs in a worker, and gives back a summary and no voxels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scan2train.errors import Scan2TrainError
from scan2train.preparing.case import read_case
from scan2train.preparing.job import Failed, Job
from scan2train.preparing.sources import without_places
from scan2train.reading.options import Options
from scan2train.recipe import Recipe, Summary
from scan2train.recipe.fitting import contribution


def contribute(asked: Mapping[str, Any], reading: Options, job: Job) -> Summary | Failed:
    """Read a case, take it to the first step that waits, and sum up what stands there.

    ``Failed.fatal`` where the case is sound but lacks what the step is fitted on; one that is not even read will fail
    in the run, too, and is told there.
    """
    recipe = Recipe.from_json(asked)
    try:
        volume, labels, _, first = read_case(job, reading, recipe)
    except Scan2TrainError as error:
        return Failed(error=without_places(str(error), job))
    try:
        return contribution(replace(recipe, steps=(*first, *recipe.steps)), volume, labels, job.seed)
    except Scan2TrainError as error:
        return Failed(error=without_places(str(error), job), fatal=True)
