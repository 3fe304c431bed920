"""A folder of scans as tables: every image's header, the volumes they make, and what could not be used."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scan2train.errors import NoImages, WrongUse
from scan2train.runners.progress import Progress

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Index:
    """What is in a source, as four frames of declared columns (:mod:`scan2train.tables`).

    Parameters
    ----------
    instances
        One row an image file: what its header says, and where its pixels lie.
    frames
        One row a frame of an enhanced object; ``instance`` is a row number of ``instances``.
    volumes
        One row a volume, enough to read it.
    skipped
        One row a file that gave no image, with the reason.
    """

    instances: pl.DataFrame
    frames: pl.DataFrame
    volumes: pl.DataFrame
    skipped: pl.DataFrame

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write ``instances.parquet``, ``frames.parquet``, ``volumes.parquet`` and ``skipped.parquet``.

        Each file is there whole or not at all. Returns the folder, which is made if need be.
        """
        from scan2train.indexing.saved import save

        return save(self, Path(folder))

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Read what :meth:`save` wrote.

        Raises
        ------
        UnreadableFile
            If a file is missing, damaged, or was written with other columns.
        """
        from scan2train.indexing.saved import load

        return cls(**load(Path(folder)))


def index(
    *sources: str | os.PathLike[str],
    jobs: int | None = None,
    cache: bool = True,
    salt: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    empty: bool = False,
) -> Index:
    """Read every header below the sources, once.

    Images are told by content. DICOM headers are read by a compiled walker that checks every length against the file;
    what it declines goes to pydicom. Files that give no image are listed with the reason, and the run goes on.

    Parameters
    ----------
    sources
        Folders, files, or folders that :meth:`Index.save` wrote. Links that lead out of a folder are not followed.
    jobs
        Threads; as many as there are processors (at most 8) if not given.
    cache
        Keep the tables in the user's cache folder, so that a second run reads only files whose size or time changed.
    salt
        A file whose bytes salt the hashes of identities; the user's own salt if not given.
    progress
        Called with the number of files done and of all files, now and then.
    empty
        Give an index also of sources without any image, where the table of skipped files says why.

    Raises
    ------
    NoImages
        If a source has no image at all, unless ``empty`` allows it.
    WrongUse
        If a source does not exist, or the salt cannot be read or kept.
    """
    from scan2train.indexing.label_roles import with_label_roles
    from scan2train.indexing.run import index_source
    from scan2train.indexing.salt import read_salt
    from scan2train.indexing.saved import is_saved, join

    if not sources:
        raise WrongUse("there is nothing to index", expected="at least one folder or file")
    if jobs is not None and jobs < 1:
        raise WrongUse("the number of jobs must be at least 1", found=jobs)
    threads = jobs or min(os.cpu_count() or 1, 8)
    found = []
    for source in sources:
        if is_saved(Path(source)):
            one = Index.load(source)
        else:
            one = Index(
                **index_source(source, jobs=threads, cache=cache, salt=read_salt(salt), progress=progress)
            )
        if one.instances.is_empty() and not empty:
            raise NoImages(
                "no image was found",
                where=source,
                found=_others(one.skipped["reason"].to_list()),
                advice="Check the path. Files are told by content: DICOM, NIfTI, MetaImage, NRRD, NumPy arrays with "
                "their geometry, and pictures are images.",
            )
        found.append(one)
    if len(found) == 1:
        return found[0]
    tables = join(found)
    # A mask's image may lie in another source.
    return Index(**{**tables, "volumes": with_label_roles(tables["volumes"])})


def _others(reasons: Sequence[str]) -> str:
    """How many files there are that are no images, and why, the commonest reasons first."""
    if not reasons:
        return "no file at all"
    counts = Counter(reasons).most_common(3)
    files = "1 other file" if len(reasons) == 1 else f"{len(reasons)} other files"
    return f"{files} ({', '.join(f'{number} {reason}' for reason, number in counts)})"
