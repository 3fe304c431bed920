"""Where the sources of a prepared set lie now."""

from __future__ import annotations

from pathlib import Path

from scan2train.preparing.journal import Journal


def places_of_sources(out: Path, journal: Journal, names: set[str], moved: Path | None) -> dict[str, Path]:
    """Each source's folder or file by its name.

    Parameters
    ----------
    out
        The prepared set.
    journal
        Its journal, which knows where the sources lay.
    names
        What the sources are called in the accounts.
    moved
        Where they lie now: the folder that was prepared, or where there were several, the one that holds them all, or
        the one of them that is not where it was. ``None`` where they are where they were.
    """
    before = {name: (out / journal.roots.get(name, f"../{name}")).resolve() for name in names}
    if moved is None:
        return before
    within = {name: (moved / name).resolve() for name in names if len(names) > 1 and (moved / name).exists()}
    others = names - within.keys()
    gone = {name for name in others if not before[name].exists()} or others
    return before | within | dict.fromkeys(gone, moved.resolve())


def file_in(root: Path, path: str) -> Path:
    """The file that an account calls ``path``, in a source that is a folder or that file itself."""
    return root if root.is_file() else root / path
