"""A folder of hard links that is brought in step with what it should hold: safe to be cut off, and to be done again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from scan2train.preparing.atomic import UNFINISHED, settle, sha256_of, sync_folder

#: The folders below that are ours alone: what else is called like a volume there was left by an earlier run.
PARTS = ("imagesTr", "labelsTr", "imagesTs", "labelsTs")
_VOLUME = ".nii.gz"


def bring_in_step(folder: Path, links: Mapping[str, Path]) -> None:
    """Make ``folder`` hold these links; those of cases that are no more are removed.

    Parameters
    ----------
    folder
        The folder, made where it is not there.
    links
        Path below ``folder`` to the file that stands there: a hard link, or a copy where the file system makes none.
    """
    for part in PARTS:
        (folder / part).mkdir(parents=True, exist_ok=True)
        _sweep(folder / part, {link.partition("/")[2] for link in links if link.startswith(f"{part}/")})
    for link, file in links.items():
        _put(file, folder / link)
    for part in PARTS:
        sync_folder(folder / part)
    sync_folder(folder.parent)


def _sweep(folder: Path, wanted: set[str]) -> None:
    for file in folder.iterdir():
        if file.name not in wanted and (file.name.endswith(_VOLUME) or file.name.startswith(UNFINISHED)):
            file.unlink()


def _put(file: Path, link: Path) -> None:
    if link.is_file() and (link.samefile(file) or _same_content(file, link)):
        return
    unfinished = link.with_name(UNFINISHED + link.name)
    unfinished.unlink(missing_ok=True)
    try:
        os.link(file, unfinished)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(file, unfinished)
        settle(unfinished)
    unfinished.replace(link)


def _same_content(file: Path, link: Path) -> bool:
    return link.stat().st_size == file.stat().st_size and sha256_of(link) == sha256_of(file)
