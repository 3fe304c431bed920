"""Predictions back on the geometry of their sources: voxel for voxel, slice for slice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scan2train.errors import CasesFailed, GridMismatch, Scan2TrainError, UnknownName, WrongUse
from scan2train.paths import path_given
from scan2train.preparing.prepared import Case, prepared_cases
from scan2train.read import read
from scan2train.reading.labels import as_labels
from scan2train.restoring.back import back_to, on_prepared_grid
from scan2train.restoring.objects import write_on_slices
from scan2train.restoring.predictions import prediction_files
from scan2train.restoring.source import RowsAt, rows_kept, source_row
from scan2train.volume import Labels, Volume
from scan2train.write import write

#: What predictions can be written as.
FORMS = ("nifti", "seg", "rtstruct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was written: ``files`` maps a case to its file, ``failed`` to its error.

    ``strange`` belongs to no case; ``without`` are the cases without a prediction.
    """

    files: Mapping[str, Path]
    failed: Mapping[str, Scan2TrainError]
    strange: tuple[Path, ...] = ()
    without: tuple[str, ...] = ()

    def raise_for_failures(self) -> None:
        """Do nothing where every prediction was restored.

        Raises
        ------
        CasesFailed
            Otherwise; names the first.
        """
        for case, error in self.failed.items():
            raise CasesFailed(
                f"{len(self.failed)} of {len(self.failed) + len(self.files)} predictions could not be restored",
                found=f"{case}: {error}",
            )


def restore(
    out: str | Path,
    predictions: str | Path | Mapping[str, Volume | npt.NDArray[Any]],
    to: str | Path,
    *,
    form: str = "nifti",
    source: str | Path | None = None,
) -> Restored:
    """Bring predictions on prepared images back to the grids that their sources were read on.

    Parameters
    ----------
    out
        The prepared set: a folder that :func:`scan2train.prepare` wrote.
    predictions
        A folder of files named after their cases, one such file, or a mapping from a case's name to a
        :class:`~scan2train.volume.Volume`, :class:`~scan2train.volume.Labels` or ``(i, j, k)`` array. Each must lie on
        the grid of its prepared image; whole numbers of an integer type are labels.
    to
        The folder to write to; made if it is not there. Files are named after their cases.
    form
        ``"nifti"``, or for labels ``"seg"`` (DICOM SEG) or ``"rtstruct"`` (RT Structure Set), which refer to the
        instances of the source and need it.
    source
        Where the sources lie now, if they have moved since the set was prepared.

    Returns
    -------
    What was written, and what could not be.

    Raises
    ------
    UnknownName, WrongUse
        If an argument cannot be meant, or no prediction belongs to a case.

    Notes
    -----
    Everything goes through world space in one sampling, whatever steps were done, so that tilted and oblique sources
    need no care. DICOM objects lie on the slices themselves, also where these are uneven and were read with
    ``irregular``; a NIfTI lies on the grid that they were read on. Labels are interpolated each as a picture of its
    own, and the largest wins.
    """
    if form not in FORMS:
        raise UnknownName(f"cannot restore as {form!r}", expected=" or ".join(FORMS))
    cases = prepared_cases(path_given(out), None if source is None else Path(source))
    given: Mapping[str, Any]
    strange: tuple[Path, ...] = ()
    if isinstance(predictions, Mapping):
        given = _known(predictions, cases)
    else:
        given, strange = prediction_files(path_given(predictions), cases)
    folder = path_given(to)
    _make(folder, cases.values())
    files, failed = {}, {}
    rows_at = rows_kept()
    for name in (name for name in cases if name in given):
        try:
            files[name] = _restore(cases[name], given[name], folder, form, rows_at)
        except Scan2TrainError as error:
            failed[name] = error
    return Restored(
        files=files,
        failed=failed,
        strange=strange,
        without=tuple(name for name in cases if name not in given),
    )


def _known(predictions: Mapping[str, Any], cases: Mapping[str, Case]) -> Mapping[str, Any]:
    unknown = sorted(set(predictions) - set(cases))
    if unknown:
        raise WrongUse(
            "the set has no such case", expected=", ".join(list(cases)[:5]), found=", ".join(unknown[:5])
        )
    return predictions


def _make(folder: Path, cases: Iterable[Case]) -> None:
    for root in {case.root for case in cases}:
        if root.is_dir() and folder.resolve().is_relative_to(root):
            raise WrongUse(
                "the result would be written into a source",
                where=folder,
                found=f"the source {root}",
                advice="Sources are never written. Choose a folder outside of it.",
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUse("the folder cannot be made", where=folder, found=error.strerror) from error


def _restore(case: Case, given: Any, folder: Path, form: str, rows_at: RowsAt) -> Path:
    prediction = on_prepared_grid(_loaded(given, case, form), case)
    if isinstance(prediction, Labels):
        prediction = prediction.replace(names={**case.names, **prediction.names})
    if form == "nifti":
        target = folder / f"{case.name}.nii.gz"
        write(back_to(case.before, prediction), target)
        return target
    if not isinstance(prediction, Labels):
        raise WrongUse(
            "only labels become a DICOM object", where=case.name, found="values that are no whole numbers"
        )
    target = folder / f"{case.name}.dcm"
    write_on_slices(prediction, source_row(case, rows_at), target, form)
    return target


def _loaded(given: Any, case: Case, form: str) -> Volume:
    if isinstance(given, np.ndarray):
        if given.shape != case.after.shape:
            raise GridMismatch(
                "the prediction has another shape than the prepared image",
                where=case.name,
                expected=case.after.shape,
                found=given.shape,
            )
        given = Volume(array=given, grid=case.after)
    if isinstance(given, Volume):
        whole = given.array.dtype.kind in "iub" and not isinstance(given, Labels)
        return as_labels(given) if whole else given
    try:
        return read(given, as_labels=True)
    except WrongUse:
        if form != "nifti":
            raise
        return read(given)  # probabilities and the like
