"""What the demo says about what it found, made, and left."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scan2train.index import Index
    from scan2train.prepare import Prepared


def describe_index(found: Index, seconds: float) -> Iterator[str]:
    """Volumes by what they are, each with its grid, and what was skipped."""
    n_files = found.instances.height + found.skipped.height
    roles = Counter(found.volumes["role"].to_list())
    what = ", ".join(f"{times} {_plural(role, times)}" for role, times in sorted(roles.items(), reverse=True))
    yield f"Indexed {n_files} files in {seconds:.1f} s: {what}"
    for row in found.volumes.sort("path").iter_rows(named=True):
        if row["role"] == "volume":
            size = "×".join(str(row[f"size_{axis}"]) for axis in "ijk")
            spacing = "×".join(f"{row[f'spacing_{axis}_mm']:.4g}" for axis in "ijk")
            maker = row["manufacturer"] or row["format"]
            yield f"  {row['path']}  {size} voxels, {spacing} mm, {row['orientation']}, {maker}"
    yield f"  {found.skipped.height} files gave no image:"
    for row in found.skipped.sort("path").iter_rows(named=True):
        yield f"  {row['path']}  {row['reason']}"


def describe_cases(prepared: Prepared, seconds: float) -> Iterator[str]:
    """Each case with its grid after."""
    yield f"Prepared {prepared.n_done} cases in {seconds:.1f} s: {prepared.out}"
    for row in prepared.cases.sort("case").iter_rows(named=True):
        size = "×".join(str(row[f"size_{axis}"]) for axis in "ijk")
        spacing = "×".join(f"{row[f'spacing_{axis}_mm']:.4g}" for axis in "ijk")
        labelled = "with its lesion" if row["labels_sha256"] else "without labels"
        yield f"  cases/{row['case']}  {size} voxels, {spacing} mm, {row['orientation']}, {labelled}"


def next_commands(folder: Path) -> Iterator[str]:
    """Where to look, and what to try."""
    yield "Look at"
    yield f"  {folder / 'demo.png'}  one case before and after"
    yield f"  {folder / 'ready'}  images, labels, and an account of what was done to each"
    yield "Try next"
    yield f"  scan2train index {folder / 'hospital'}"
    yield f"  scan2train prepare {folder / 'hospital'} --recipe ct-soft-tissue -o {folder / 'soft-tissue'}"
    yield "  scan2train prepare YOUR-FOLDER --recipe ct-lung -o ready --dry-run"


def _plural(role: str, times: int) -> str:
    return role if times == 1 or role.endswith("s") else f"{role}s"
