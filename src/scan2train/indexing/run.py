"""From one source to its four tables."""

from __future__ import annotations

import os
from collections.abc import Callable

import polars as pl

from scan2train.indexing import cache as cached
from scan2train.indexing.label_roles import with_label_roles
from scan2train.indexing.source import Found, read_tree
from scan2train.indexing.tree import look, walk_tree
from scan2train.kernels.file_facts import HAS_STATX
from scan2train.stack import stack
from scan2train.tables import VOLUMES

Tables = dict[str, pl.DataFrame]


def index_source(
    source: str | os.PathLike[str],
    *,
    jobs: int,
    cache: bool,
    salt: bytes,
    progress: Callable[[int, int], None] | None,
) -> Tables:
    """Index one folder or file; the keys are those of :class:`scan2train.index.Index`."""
    tree = walk_tree(source)
    total = len(tree.paths)
    done = 0

    def count(n: int) -> None:
        nonlocal done
        done += n
        if progress is not None:
            progress(done, total)

    if cache or not HAS_STATX:
        look(tree)
    if cache:
        found = cached.read_with_cache(tree, salt=salt, jobs=jobs, progress=count)
    else:
        found = read_tree(tree, salt=salt, jobs=jobs, progress=count)
    return {
        "instances": found.instances,
        "frames": found.frames,
        "volumes": _volumes(found),
        "skipped": found.skipped,
    }


def _volumes(found: Found) -> pl.DataFrame:
    """The DICOM stacks, then the volumes of other files; masks are told from images when all are there."""
    dicom = found.instances["format"] == "dicom"
    parts = [stack(found.instances, found.frames)] if dicom.any() else []
    if not (parts or found.others.height):
        return VOLUMES.frame()
    return with_label_roles(pl.concat([*parts, found.others]))
