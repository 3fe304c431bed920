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
        Where they lie now: the folder that was prepared, or where there were several, the one that holds them all.
        ``None`` where they are where they were.
    """
    if moved is None:
        return {name: (out / journal.roots.get(name, f"../{name}")).resolve() for name in names}
    several = len(names) > 1
    return {
        name: (moved / name if several and (moved / name).exists() else moved).resolve() for name in names
    }


def file_in(root: Path, path: str) -> Path:
    """The file that an account calls ``path``, in a source that is a folder or that file itself."""
    return root if root.is_file() else root / path
