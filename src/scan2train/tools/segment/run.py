"""The scans of some sources, each read, segmented and written; one after the other, or some at once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from scan2train.errors import (
    NoImages,
    OutputInUse,
    Scan2TrainError,
    SeveralVolumes,
    UnknownName,
    UnreadableFile,
    WrongUse,
)
from scan2train.formats.registry import by_suffix, suffix_of, written
from scan2train.index import index
from scan2train.labelling.legend import Legend
from scan2train.labelling.sidecar import sidecar_of, write_sidecar
from scan2train.preparing.apart import require_apart
from scan2train.preparing.choosing import choose
from scan2train.preparing.naming import name_cases
from scan2train.reading.one import read_row
from scan2train.reading.options import Options
from scan2train.runners.here import run_here
from scan2train.runners.processes import run_in_processes
from scan2train.runners.progress import Progress
from scan2train.tools.segment.outputs import cropped, labels_beside, masked
from scan2train.tools.segment.result import Doubt, Measure, Segmentation
from scan2train.volume import Labels, Volume
from scan2train.write import write


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Where labels go and, if wanted, masked and cropped scans: a file for one scan, else a folder.

    ``fill`` (HU) is what lies outside in a masked scan, ``margin_mm`` what is left around the labels in a cropped one.
    ``form`` makes the labels an object of DICOM: ``"seg"``, ``"seg-labelmap"`` or ``"rtstruct"``.
    """

    labels: Path
    masked: Path | None = None
    cropped: Path | None = None
    fill: float = -1024.0
    margin_mm: float = 10.0
    form: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmented:
    """One scan: what was measured and doubted, and the files that hold its labels; or its ``error``.

    The labels themselves are not kept: memory does not grow with the number of scans.
    """

    name: str
    measures: tuple[Measure, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    files: tuple[Path, ...] = ()
    error: Scan2TrainError | None = None


def segment_each(
    sources: Sequence[str | os.PathLike[str]],
    find: Callable[[Volume], Segmentation],
    wanted: Wanted,
    *,
    where: str | None = None,
    choices: str | Path | None = None,
    irregular: str = "refuse",
    jobs: int = 1,
    cache: bool = True,
    progress: Progress | None = None,
) -> list[Segmented]:
    """Segment every scan of the sources that ``where`` and ``choices`` take; one that fails does not end the rest.

    ``find`` is a function at the top level of a module, or a ``functools.partial`` of one; ``jobs`` and ``cache`` are
    as for ``index``.

    Raises
    ------
    NoImages
        If there is no scan.
    SeveralVolumes
        If a single file is to hold several.
    WrongUse, OutputInUse, UnknownName
        If an output lies in a source, is there already, or has an unknown suffix.
    """
    outputs = [one for one in (wanted.labels, wanted.masked, wanted.cropped) if one is not None]
    for out in outputs:
        require_apart([os.fspath(one) for one in sources], out.absolute())
    taken, _ = choose(index(*sources, cache=cache).volumes, where, choices)
    rows = taken.to_dicts()
    if not rows:
        raise NoImages(
            "no scan was found",
            where=", ".join(str(one) for one in sources),
            advice="See with `scan2train index` what is there; --where and --choices may leave out all of it.",
        )
    names = name_cases(rows)
    places = [_places(wanted, name, alone=len(rows) == 1, names=names) for name in names]
    _require_free([file for one in places for file in _files(*one)])
    items = list(zip(rows, names, places, strict=True))
    work = partial(_one, find, wanted, irregular)
    done: list[Segmented | None] = [None] * len(items)
    with closing(run_in_processes(work, items, jobs) if jobs > 1 else run_here(work, items)) as outcomes:
        for count, outcome in enumerate(outcomes, start=1):
            failure = UnreadableFile(
                "cannot be segmented", where=rows[outcome.at]["path"], found=outcome.failure
            )
            done[outcome.at] = outcome.value or Segmented(name=names[outcome.at], error=failure)
            if progress is not None:
                progress(count, len(items))
    return [one for one in done if one is not None]


def _one(
    find: Callable[[Volume], Segmentation],
    wanted: Wanted,
    irregular: str,
    item: tuple[Mapping[str, Any], str, tuple[Path, Path | None, Path | None]],
) -> Segmented:
    row, name, places = item
    try:
        volume = read_row(dict(row), Options(irregular=irregular))
        found = find(volume)
        files = _write(volume, found.labels, row, places, wanted)
    except Scan2TrainError as error:
        return Segmented(name=name, error=error)
    return Segmented(name=name, measures=found.measures, doubts=found.doubts, files=files)


def _write(
    volume: Volume,
    found: Labels,
    row: Mapping[str, Any],
    places: tuple[Path, Path | None, Path | None],
    wanted: Wanted,
) -> tuple[Path, ...]:
    made = []

    def put(what: Volume, path: Path, form: str | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(what, path, form, reference=None if form is None else row)
        made.append(path)

    labels, at_masked, at_cropped = places
    # All is made before anything is written: what cannot be made leaves nothing behind.
    whole = None if at_masked is None else masked(volume, found, wanted.fill)
    part = None if at_cropped is None else cropped(volume, found, wanted.margin_mm)

    def put_labels(what: Labels, path: Path, form: str | None = None) -> None:
        put(what, path, form)
        if _keeps_no_names(path):
            write_sidecar(path, _legend(what).labels)

    put_labels(found, labels, wanted.form)
    if at_masked is not None and whole is not None:
        put(whole, at_masked)
    if at_cropped is not None and part is not None:
        put(part[0], at_cropped)
        put_labels(part[1], labels_beside(at_cropped))
    return tuple(made)


def _keeps_no_names(path: Path) -> bool:
    return path.name.endswith((".nii", ".nii.gz"))


def _files(labels: Path, at_masked: Path | None, at_cropped: Path | None) -> list[Path]:
    """Every file that is written for a scan, what lies beside images too."""
    of_labels = [labels, *([] if at_cropped is None else [labels_beside(at_cropped)])]
    images = [*of_labels, *(one for one in (at_masked, at_cropped) if one is not None)]
    names = [sidecar_of(one) for one in of_labels if _keeps_no_names(one)]
    return [*(file for one in images for file in written(one)), *names]


def _legend(found: Labels) -> Legend:
    legend = Legend()
    for value, name in sorted(found.names.items()):
        legend = legend.with_label(value, name, None)
    return legend


def _places(
    wanted: Wanted, name: str, *, alone: bool, names: Sequence[str]
) -> tuple[Path, Path | None, Path | None]:
    def place(out: Path | None, form: str | None = None) -> Path | None:
        if out is None:
            return None
        if _is_file(out) if form is None else out.suffix == ".dcm":
            if not alone:
                raise SeveralVolumes(
                    "one file cannot hold the labels of several scans",
                    where=out,
                    found=f"{len(names)} scans: {', '.join(names[:5])}",
                    advice="Give a folder, or choose one scan with --where.",
                    volumes=tuple(names),
                )
            return out
        if out.suffix and not out.is_dir():
            by_suffix(out)  # names the suffixes there are
        return out / f"{name}{'.nii.gz' if form is None else '.dcm'}"

    labels = place(wanted.labels, wanted.form)
    assert labels is not None
    return labels, place(wanted.masked), place(wanted.cropped)


def _is_file(path: Path) -> bool:
    if path.is_dir():
        return False
    try:
        by_suffix(path)
    except UnknownName:
        return False
    return bool(suffix_of(path))


def _require_free(files: Sequence[Path]) -> None:
    twice = [file for file, n in Counter(file.absolute() for file in files).items() if n > 1]
    if twice:
        raise WrongUse(
            "labels, masked and cropped scans need places of their own",
            where=twice[0],
            found="two results of this name",
            advice="Give --out, --masked and --cropped folders of their own. A scan that is called as the cropped "
            "labels of another needs a run of its own: choose with --where.",
        )
    there = [file for file in files if file.exists()]
    if there:
        raise OutputInUse(
            "such a file is there already",
            where=there[0],
            found=", ".join(file.name for file in there[:3]),
            advice="Choose another place, or remove it.",
        )
