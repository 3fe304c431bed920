"""New DICOM files from others: bright where it is dense, without what identifies, with attributes set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scan2train.errors import NoImages, NotAnImage, Scan2TrainError, UnreadableFile, WrongUse
from scan2train.formats.dicom_clean.one_file import Asked, Cleaned, clean_or_error
from scan2train.formats.dicom_clean.setting import settings_of
from scan2train.indexing.salt import hashed, read_salt
from scan2train.indexing.tree import walk_tree
from scan2train.runners.here import run_here
from scan2train.runners.processes import run_in_processes
from scan2train.runners.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedFiles:
    """What came of a folder: files that were written, that were passed over, and that failed, by their errors.

    ``changes_measures`` names attributes that were set, and from which millimetres or measured values follow.
    """

    files: tuple[Cleaned, ...]
    skipped: tuple[Cleaned, ...]
    failed: tuple[tuple[str, Scan2TrainError], ...]
    changes_measures: tuple[str, ...] = ()


def clean(
    source: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    monochrome2: bool = False,
    strip_leaks: bool = False,
    set: Mapping[str, str] | None = None,  # noqa: A002 - the word of the command line
    salt: str | os.PathLike[str] | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> CleanedFiles:
    r"""Write new DICOM files from those of a source, which stays as it is.

    Pixel data that do not change are kept byte for byte, compressed ones too.

    Parameters
    ----------
    source
        A DICOM file, or a folder of them. What is no DICOM file is passed over.
    out
        The folder to write to, outside of the source. Files lie there as in the source. Running the same again changes
        nothing; a file that is there with another content is never replaced.
    monochrome2
        Make MONOCHROME1 images MONOCHROME2. Stored values of radiographs and captures are turned round within Bits
        Stored (``v' = lowest + highest - v``), padding, windows and VOI LUTs with them; what was compressed is written
        uncompressed. CT, MR, PET, NM and dose keep their values. Images whose pixels changed are DERIVED, have new SOP
        Instance and Series UIDs, and name their source.
    strip_leaks
        Take out the attributes of PS3.15 table E.1-1, all free text, curves, overlays, and private elements but
        those that values and places follow from. A patient's id becomes a salted hash, dates move so that the study
        lies on 1 January 1900, files are named by UIDs. UIDs, sex, age, size and weight stay. This is **not**
        de-identification: UIDs and pixels can still identify.
    set
        Keyword or tag to value: ``{"BodyPartExamined": "CHEST"}``, several values parted by ``\``. Done last.
    salt
        A file whose bytes salt the hashes of patients' ids; the user's own if not given.
    jobs
        How many processes work at once.
    progress
        Called with how many files are done, and how many there are.

    Returns
    -------
    CleanedFiles
        What was written, passed over, and what failed.

    Raises
    ------
    WrongUse, UnknownName
        If nothing is asked for, an attribute or value cannot be set, or ``out`` lies in the source or is a file.
    NoImages
        If the source holds no DICOM file.

    Notes
    -----
    **DICOM.** Where only the header changes, UIDs stay, so that other objects' references hold (PS3.15 would
    want new ones where an instance is passed on beside its original). References in other files to an image whose
    pixels changed still name the original.
    """
    asked = Asked(
        monochrome2=monochrome2,
        strip=strip_leaks,
        settings=settings_of(set or {}),
        pseudonym=partial(hashed, salt=read_salt(salt)) if strip_leaks else str,
    )
    if not (monochrome2 or strip_leaks or set):
        raise WrongUse("there is nothing to clean", expected="monochrome2, strip_leaks or set")
    tree = walk_tree(source)
    target = Path(out)
    _require_apart(Path(tree.root) if Path(source).is_dir() else None, target)
    return _run(asked, Path(tree.root), tree.paths, target, jobs, progress)


def _run(
    asked: Asked, root: Path, names: list[str], out: Path, jobs: int, progress: Progress | None
) -> CleanedFiles:
    done: dict[int, Cleaned] = {}
    failed: dict[int, Scan2TrainError] = {}
    work = partial(clean_or_error, asked, root, out)
    # Codecs can end the process that they run in; pydicom cannot.
    apart = asked.monochrome2 or jobs > 1
    with closing(run_in_processes(work, names, jobs) if apart else run_here(work, names)) as outcomes:
        for count, outcome in enumerate(outcomes, start=1):
            where = root / names[outcome.at]
            if isinstance(outcome.value, Cleaned):
                done[outcome.at] = outcome.value
            elif isinstance(outcome.value, NotAnImage):
                done[outcome.at] = Cleaned(path=names[outcome.at], skipped="is no DICOM file")
            elif isinstance(outcome.value, Scan2TrainError):
                failed[outcome.at] = outcome.value
            else:
                why = outcome.failure or outcome.value
                failed[outcome.at] = UnreadableFile("cannot be cleaned", where=where, found=why)
            if progress is not None:
                progress(count, len(names))
    order = [done[at] for at in sorted(done)]
    files = tuple(one for one in order if not one.skipped)
    if not files and not failed:
        raise NoImages("holds no DICOM file", where=root, found=f"{len(names)} other files")
    return CleanedFiles(
        files=files,
        skipped=tuple(one for one in order if one.skipped),
        failed=tuple((names[at], failed[at]) for at in sorted(failed)),
        changes_measures=tuple(one.keyword for one in asked.settings if one.changes_measures),
    )


def _require_apart(root: Path | None, out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise WrongUse("files are written to a folder, and this is none", where=out)
    place = Path(os.path.realpath(out))
    if root is not None and place.is_relative_to(os.path.realpath(root)):
        raise WrongUse(
            "the output would lie in the source",
            where=out,
            found=f"the source {root}",
            advice="Sources are never written. Choose a folder outside of it.",
        )
