"""Every volume of a source through every reader, each against the truth."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from scan2train.cohort.parity.compare import Compared
from scan2train.cohort.parity.explained import Explanations
from scan2train.cohort.parity.place import places_of
from scan2train.cohort.parity.row import UNEXPLAINED, Parity
from scan2train.cohort.parity.work import Heard, Report, Task, work
from scan2train.errors import WrongUse
from scan2train.index import Index, index
from scan2train.runners.outcome import Outcome
from scan2train.runners.progress import Progress


def parity(
    source: Index | str | os.PathLike[str],
    readers: str | Callable[..., object] | Iterable[str | Callable[..., object]] = (),
    *,
    jobs: int = 2,
    limit_s: float = 300.0,
    progress: Progress | None = None,
) -> list[Parity]:
    """Read every volume with other readers, and say where they return something else than what was scanned.

    Parameters
    ----------
    source
        An index, or a folder or file to be indexed.
    readers
        Of ``simpleitk``, ``monai``, ``monai-itk``, ``monai-pydicom``, ``torchio`` and ``nibabel``; or loaders of your
        own: a function at the top level of a module, ``"module:function"`` or ``"file.py:function"``. If none is
        given, SimpleITK, MONAI, TorchIO and nibabel, those of them that are installed.

        A loader is called with a :class:`~pathlib.Path`, that of a file or of a folder that holds one DICOM series. It
        returns ``(array, affine)``, ``(array, affine, "LPS")``, or an object with ``affine`` and an array: ``array``
        ``(i, j, k)`` with channels in front or behind, ``affine`` 4×4 from an index of that array to the voxel's
        centre in mm, RAS+ unless ``"LPS"`` is said. SimpleITK images are taken as they are. Without an affine values
        alone are compared.
    jobs
        Processes at work; each holds one volume as it is and as the reader returns it.
    limit_s
        Seconds after which a reader is taken to hang.
    progress
        Called with the number of readings done and of all.

    Returns
    -------
    One row a volume and reader, in the order of the index and of ``readers``. Distances are in RAS+ mm between where
    the two put the same voxel; differences of values in the volume's unit, padding left out.

    Raises
    ------
    NoImages
        If a folder holds no image at all.
    UnknownName, WrongUse
        If a reader does not exist, is not installed, or cannot be imported, or an argument cannot be meant.
    """
    from scan2train.check import check
    from scan2train.cohort.parity.known import readers_named
    from scan2train.runners.processes import run_in_processes

    if jobs < 1 or limit_s <= 0:
        raise WrongUse("jobs and limit_s must be above 0", found=f"{jobs} and {limit_s}")
    names = readers_named([readers] if isinstance(readers, str) or callable(readers) else readers)
    found = source if isinstance(source, Index) else index(source)
    explanations = Explanations(check(found, pixels=False))
    with tempfile.TemporaryDirectory(prefix="scan2train-") as links:
        places = places_of(found, Path(links))
        tasks = [
            Task(number=number, place=place, reader=name, limit_s=limit_s)
            for number, place in enumerate(places)
            for name in names
        ]
        rows: dict[int, list[Parity]] = {}
        for done, outcome in enumerate(run_in_processes(work, tasks, jobs), start=1):
            rows[outcome.at] = list(_rows(tasks[outcome.at], outcome, explanations))
            if progress is not None:
                progress(done, len(tasks))
    return [row for at in sorted(rows) for row in rows[at]]


def _rows(task: Task, outcome: Outcome, explanations: Explanations) -> Iterator[Parity]:
    """The rows of one reading; one that cost its process is a row for each volume that lay there."""
    place = task.place
    report: Report = outcome.value or _crash(task, outcome)
    rows = place.rows or ({"volume": "", "path": place.shown, "member_path": [place.shown]},)
    for row, heard in zip(rows, report.volumes, strict=True):
        one = heard.compared
        differs = one.verdict != "same" and not (
            one.verdict == "refused" and (report.unfit or bool(heard.refused))
        )
        code = ""
        if differs or one.kind == "padding-kept":
            code = heard.code if heard.refused else explanations.code(one.kind, place, row, heard.codes)
        yield Parity(
            volume=row["volume"],
            path=row["path"],
            reader=task.reader,
            verdict=one.verdict,  # type: ignore[arg-type]
            differs=differs,
            refused=heard.refused,
            shape=report.shape,
            moved_mm=one.moved_mm,
            value_max=one.value_max,
            value_p99=one.value_p99,
            unit=heard.unit,
            compared=one.how,
            kind=one.kind,
            note=one.note,
            code=code or (UNEXPLAINED if differs else ""),
            warnings=len(report.warned),
            warned=report.warned[0] if report.warned else "",
        )


def _crash(task: Task, outcome: Outcome) -> Report:
    why = outcome.failure if outcome.died else f"cannot be compared: {outcome.failure}"
    if "SIGALRM" in why:
        why = f"did not end within {task.limit_s:g} s"
    lost = Heard(compared=Compared(verdict="crashed", kind="crashed", note=why))
    return Report(volumes=[lost] * max(1, len(task.place.rows)))
