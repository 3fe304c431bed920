"""From an index to the list of cases: chosen, paired with labels, named, each with its seed. Nothing is decoded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from scan2train.errors import NoImages, WrongUse
from scan2train.knowledge.file_names import natural_key
from scan2train.pairing.place import file_of
from scan2train.preparing.choosing import choose
from scan2train.preparing.declared import Declared
from scan2train.preparing.job import Failed, Job
from scan2train.preparing.label_files import label_files, root_of_labels
from scan2train.preparing.naming import name_cases
from scan2train.preparing.of_prepared import NO_IMAGE, is_no_image, with_facts
from scan2train.preparing.pairing import Paired, pair_beside, pair_given
from scan2train.preparing.parts import in_parts
from scan2train.preparing.roles import VOLUMES
from scan2train.preparing.seeds import seed_of
from scan2train.preparing.sources import path_below, root_names
from scan2train.reading.drawn_on import objects_in, pair_objects

if TYPE_CHECKING:
    from scan2train.index import Index

#: Why a file of labels is left out that belongs to no image.
_LONELY = "labels-without-image"
#: And a slice that differs from the volume of its series, where only the largest regular part was asked for.
_STRAY = "beside-the-largest-regular"
#: So many of the files that an image could have as its labels are named.
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The cases of a run in natural order of their names, and the volumes that are none, each with a reason.

    ``volumes`` is the table that the cases come from; its long lists stay in it until a case is worked on.
    ``names`` maps the rows of all images there to what their cases are called, whether they are chosen or not,
    ``roots`` the sources to what they are called, ``undecided`` a case whose labels cannot be told for sure to
    what there is to say; it cannot be made.
    """

    volumes: pl.DataFrame
    names: Mapping[int, str]
    roots: Mapping[str, str]
    jobs: tuple[Job, ...]
    undecided: Mapping[str, Failed]
    left_out: Sequence[Mapping[str, Any]]

    def loaded(self, job: Job, folder: str = "") -> Job:
        """The job with its whole row, to be written to ``folder``."""
        return replace(job, row=self.volumes.row(job.at, named=True), folder=folder)


def plan(
    index: Index,
    *,
    labels: str | Path | None,
    where: str | None,
    choices: str | Path | None,
    irregular: str = "refuse",
    seed: int,
    roles: Sequence[str] = VOLUMES,
) -> Plan:
    """Decide what becomes a case. Parameters are those of :func:`scan2train.prepare.prepare`.

    ``roles`` are those of the volumes that are taken where ``where`` does not speak of them.

    Raises
    ------
    NoImages
        If nothing is left to prepare; says why.
    WrongUse
        If ``where``, ``choices`` or ``labels`` cannot be meant.
    """
    sources = index.instances["source"].unique(maintain_order=True).to_list()
    wholes = index.volumes
    given = [] if labels in (None, "auto") else [str(root_of_labels(str(labels)))]
    roots = root_names([*sources, *given])
    whole_rows = wholes.drop(pl.selectors.starts_with("member_")).to_dicts()
    # Labels are those of a whole volume, and so of each of its parts.
    objects = [] if labels is None else objects_in(index)
    paired = _pair(wholes, whole_rows, labels, objects)
    volumes, whole_of = in_parts(wholes, irregular)
    volumes = with_facts(volumes)
    rows = volumes.drop(pl.selectors.starts_with("member_")).to_dicts()
    beside = {at for at, row in enumerate(rows) if is_no_image(row)}
    images = [at for at in range(len(rows)) if whole_of[at] not in paired.labels and at not in beside]
    # Named before they are chosen, so that a case keeps its name when others are left out.
    names = dict(zip(images, name_cases([rows[at] for at in images]), strict=True))
    table = volumes.drop(pl.selectors.starts_with("member_")).with_row_index("row")
    taken, left = choose(table.filter(table["row"].is_in(images)), where, choices, roles)
    left_out = [
        *_labels_left_out(
            whole_rows, paired, None if labels in (None, "auto") else root_of_labels(str(labels))
        ),
        *left.to_dicts(),
        *({**rows[at], "reason": NO_IMAGE} for at in sorted(beside)),
        *({**whole_rows[at], "reason": _STRAY} for at in sorted({*range(len(whole_rows))} - {*whole_of})),
    ]
    jobs: dict[str, Job] = {}
    undecided = {}
    declared = Declared(volumes)
    for at in sorted(taken["row"].to_list(), key=lambda at: natural_key(names[at])):
        case, found = names[at], paired.found.get(whole_of[at], ())
        if case in jobs:
            left_out.append({**rows[at], "reason": "same-content-twice"})
            continue
        if len(found) > 1:
            undecided[case] = _several_labels(found)
        elif whole_of[at] in paired.doubtful:
            undecided[case] = _shared_labels(paired.doubtful[whole_of[at]])
        job = Job(case=case, row=rows[at], at=at, root=roots[rows[at]["source"]], seed=seed_of(seed, case))
        jobs[case] = declared.told(_with_labels(job, found, roots))
    if not jobs:
        raise _nothing_left(index.skipped, left_out)
    return Plan(
        volumes=volumes,
        names=names,
        roots=roots,
        jobs=tuple(jobs.values()),
        undecided=undecided,
        left_out=left_out,
    )


def _with_labels(job: Job, found: tuple[Path, ...], roots: Mapping[str, str]) -> Job:
    if len(found) != 1:
        return job
    (file,) = found
    # Named by the image's own source where they lie in it; each place that was given is known by a name.
    places = [Path(job.row["source"]), *map(Path, roots)]
    root = next((place for place in places if file.is_relative_to(place)), places[0])
    return replace(job, labels=str(file), labels_root=roots[str(root)], labels_path=path_below(root, file))


def _labels_left_out(
    rows: Sequence[Mapping[str, Any]], paired: Paired, root: Path | None
) -> list[Mapping[str, Any]]:
    """The labels, which are no images: those without one of their own are told apart."""
    lonely = dict.fromkeys(paired.lonely)
    told: list[Mapping[str, Any]] = []
    for at in sorted(paired.labels):
        file = Path(file_of(rows[at]))
        told.append({**rows[at], "reason": _LONELY if file in lonely else "labels"})
        lonely.pop(file, None)
    for file in lonely:
        source = root or file.parent
        told.append(
            {"source": str(source), "path": path_below(source, file), "volume": "", "reason": _LONELY}
        )
    return told


def _several_labels(found: Sequence[Path]) -> Failed:
    names = sorted(file.name for file in found)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return Failed(
        error=f"several files could be its labels: {', '.join(names[:_NAMED])}{more}",
        advice="Name the folder or the files that are meant with --labels; masks of parts, one file each, must be "
        "made one file first. --labels none leaves labels out.",
    )


def _shared_labels(found: Sequence[Path]) -> Failed:
    names = ", ".join(sorted({file.name for file in found}))
    return Failed(
        error=f"these labels could be those of several images, and neither folder nor grid tells whose: {names}",
        advice="Lay the labels out in folders like those of the images, or name each as its image.",
    )


def _pair(
    volumes: pl.DataFrame,
    rows: Sequence[Mapping[str, Any]],
    labels: str | Path | None,
    objects: Sequence[Path],
) -> Paired:
    """Pair images with masks by names, and with structure sets and segmentations by the images that these name."""
    if labels is None:
        return replace(pair_beside(volumes), found={}, doubtful={}, lonely=())
    if labels == "auto":
        return pair_beside(volumes).with_more(pair_objects(volumes, objects))
    root, files = label_files(str(labels))
    paired = pair_given(rows, files, root).with_more(pair_objects(volumes, files))
    if not (paired.found or paired.doubtful):
        if not files and not Path(labels).exists():
            raise WrongUse(
                "there is no such folder or file of labels",
                where=labels,
                advice="Check the path of --labels; auto looks beside the images, and none leaves labels out.",
            )
        seen = ", ".join(sorted(file.name for file in files)[:3]) or "no file at all"
        raise WrongUse(
            "no labels there belong to any of the images",
            where=labels,
            expected="files named as the images, their volume ids or their series' folders, such as "
            + ", ".join(sorted(Path(file_of(row)).name for row in rows)[:3]),
            found=seen,
        )
    return paired


def _nothing_left(skipped: pl.DataFrame, left_out: Sequence[Mapping[str, Any]]) -> NoImages:
    reasons = sorted({str(one["reason"]) for one in left_out})
    rejected = "rejected" in reasons
    roles = sorted(reason.removeprefix("role-") for reason in reasons if reason.startswith("role-"))
    return NoImages(
        "there is nothing to prepare",
        found=f"{len(left_out)} volumes left out ({', '.join(reasons) or 'none'}) and {skipped.height} files skipped",
        advice="The table of --choices rejects volumes: write accept into its column choice where you want them all "
        "the same."
        if rejected
        else f"Volumes of another role are taken where --where speaks of it: --where \"role = '{roles[0]}'\"."
        if roles
        else "See what is there, and why files were skipped, with: scan2train index SRC -o DIR.",
    )
