"""All cases of two places, one after the other or in several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from scan2train.errors import NoImages, Scan2TrainError, SeveralVolumes
from scan2train.evaluating.case import BOTH_EMPTY, Wanted
from scan2train.evaluating.definitions import Definition, definitions
from scan2train.evaluating.evaluation import Evaluation
from scan2train.evaluating.ignored import ignored_in
from scan2train.evaluating.layers import Layers, layered, scores_of_layers
from scan2train.evaluating.pairs import Pair, names_told, pairs_of
from scan2train.evaluating.score import Score
from scan2train.evaluating.summary import summary_of
from scan2train.formats.dicom.rtstruct_read import read_structure_set
from scan2train.formats.sniff import sniff_file
from scan2train.read import read, read_all
from scan2train.reading.label_objects import structure_sets
from scan2train.reading.reference import series_beside
from scan2train.reading.source import index_alone
from scan2train.runners.here import run_here
from scan2train.runners.processes import run_in_processes
from scan2train.volume import Labels, Volume

Note = Callable[[int, int, str], None]
#: A case's scores, or why it has none.
_Made = tuple[list[Score], str]


def run(
    predictions: Path,
    truths: Path,
    wanted: Wanted,
    *,
    names: Mapping[int, str] | None = None,
    seed: int = 0,
    jobs: int = 1,
    progress: Note | None = None,
) -> Evaluation:
    """Score every case of two folders, or two files.

    Raises
    ------
    WrongUse
        As :func:`scan2train.evaluating.pairs.pairs_of`.
    NoImages
        If not a single one of several cases could be scored.
    Scan2TrainError
        Why the only case could not be.
    """
    definitions(wanted.tolerances, wanted.surface, wanted.empty)
    pairs, strange = pairs_of(predictions, truths)
    known = {**names_told(predictions), **names_told(truths), **(names or {})}
    made: dict[int, _Made] = {}
    if len(pairs) == 1:
        made[0] = (_scores(pairs[0], wanted, known), "")
    work = partial(_score, wanted=wanted, names=known)
    waiting = pairs if len(pairs) > 1 else []
    outcomes = run_in_processes(work, waiting, jobs) if jobs > 1 else run_here(work, waiting)
    for outcome in outcomes:
        made[outcome.at] = ([], outcome.failure) if outcome.failure else outcome.value
        if progress is not None:
            progress(len(made), len(pairs), pairs[outcome.at].case)
    failed = {pair.case: made[at][1] for at, pair in enumerate(pairs) if made[at][1]}
    if len(failed) == len(pairs):
        raise NoImages(
            "not a single case could be scored", where=predictions, found=next(iter(failed.values()))
        )
    scores = _with_all_labels(pairs, {pair.case: made[at][0] for at, pair in enumerate(pairs)}, failed)
    unit = _length(scores) or "mm"
    return Evaluation(
        pairs=tuple(pairs),
        scores=tuple(scores),
        summary=tuple(summary_of(scores, seed)),
        definitions=_told(scores, wanted, unit),
        wanted=wanted,
        seed=seed,
        missing=tuple(pair.case for pair in pairs if pair.prediction is None and pair.case not in failed),
        failed=failed,
        strange=strange,
        ignored=ignored_in(known, wanted.labels),
    )


def labels_of(path: Path, reference: Labels | None = None) -> Labels:
    """The labels that a file holds; ``reference``, where given, is what contours are drawn on.

    Raises
    ------
    Scan2TrainError
        As :func:`scan2train.read.read`, with the file's name.
    """
    try:
        found: Volume = read(path, as_labels=True, reference=reference)
    except Scan2TrainError as error:
        error.where = error.where or str(path)
        raise
    assert isinstance(found, Labels)
    return found


def layers_of(path: Path, reference: Labels | None = None) -> Layers:
    """The labels that a file holds, in several volumes where its regions or segments overlap.

    Raises
    ------
    Scan2TrainError
        As :func:`labels_of`.
    """
    try:
        return (labels_of(path, reference),)
    except SeveralVolumes as error:
        if error.code != "LAB001":
            raise
    return layered(
        one for one in read_all(path, as_labels=True, reference=reference) if isinstance(one, Labels)
    )


def masks_of(pair: Pair) -> tuple[Layers | None, Layers]:
    """Prediction and truth. Contours whose images do not lie beside them are drawn on the grid of the other.

    Raises
    ------
    Scan2TrainError
        As :func:`labels_of`.
    """
    if pair.prediction is None:
        return None, layers_of(pair.truth)
    if _without_grid(pair.truth):
        prediction = layers_of(pair.prediction)
        return prediction, layers_of(pair.truth, prediction[0])
    truth = layers_of(pair.truth)
    return layers_of(pair.prediction, truth[0] if _without_grid(pair.prediction) else None), truth


def _without_grid(path: Path) -> bool:
    """Whether a file holds contours whose images do not lie beside it."""
    if not path.is_file() or sniff_file(path) != "dicom" or not structure_sets(index_alone(path)):
        return False
    uids = read_structure_set(path).series_uids
    return not uids or series_beside(path.parent, uids) is None


def _scores(pair: Pair, wanted: Wanted, names: Mapping[int, str]) -> list[Score]:
    return scores_of_layers(*masks_of(pair), wanted, case=pair.case, names=names)


def _score(pair: Pair, wanted: Wanted, names: Mapping[int, str]) -> _Made:
    try:
        return _scores(pair, wanted, names), ""
    except Scan2TrainError as error:
        return [], str(error)


def _with_all_labels(
    pairs: Iterable[Pair], of_case: Mapping[str, list[Score]], failed: Mapping[str, str]
) -> list[Score]:
    """The scores of all cases, each with all labels that any has: those that a case lacks are empty in both masks.

    A case in millimetres has no scores in pixels, and one in pixels none in millimetres.
    """
    names = {one.label: one.name for scores in of_case.values() for one in scores}
    metrics: dict[str, dict[str, Score]] = {}
    for scores in filter(None, of_case.values()):
        metrics.setdefault(_length(scores), {}).update({one.metric: one for one in scores})
    every = []
    for case in (pair.case for pair in pairs if pair.case not in failed):
        own = {(one.label, one.metric): one for one in of_case[case]}
        unit = _length(of_case[case]) or next(iter(metrics), "")
        for label in sorted(names):
            for metric, like in metrics[unit].items():
                absent = replace(
                    like, case=case, label=label, name=names[label], value=None, note=BOTH_EMPTY,
                    truth=0, prediction=0,
                )  # fmt: skip
                every.append(own.get((label, metric), absent))
    return every


def _length(scores: Iterable[Score]) -> str:
    """The unit of lengths; empty without scores."""
    return next((one.unit for one in scores if one.metric == "hd"), "")


def _told(scores: Iterable[Score], wanted: Wanted, unit: str) -> dict[str, Definition]:
    """The definitions of all metrics that there are."""
    told = definitions(wanted.tolerances, wanted.surface, wanted.empty, unit)
    for other in ("mm", "px"):
        if any(one.metric not in told for one in scores):
            told |= definitions(wanted.tolerances, wanted.surface, wanted.empty, other)
    return told
