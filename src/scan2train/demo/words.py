"""What the demo says about what it wrote, found and made, and where to look."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scan2train.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import polars as pl

    from scan2train.demo.hospital import Entry
    from scan2train.finding import Finding
    from scan2train.index import Index
    from scan2train.preparing.result import Prepared


def describe_hospital(entries: Sequence[Entry]) -> Iterator[str]:
    """What is sound, and how many faults were planted beside it."""
    sound = [entry for entry in entries if not entry.code]
    wide = max(len(entry.where) for entry in sound)
    for entry in sound:
        yield f"  {entry.where:{wide}}  {entry.about}"
    yield f"  and {len(entries) - len(sound)} faults, each at a place of its own"


def describe_index(found: Index, seconds: float) -> Iterator[str]:
    """Volumes by what they are, and how many files gave none."""
    n_files = found.instances.height + found.skipped.height
    roles = Counter(found.volumes["role"].to_list())
    what = ", ".join(_times(role, times) for role, times in roles.most_common())
    yield f"Indexed {n_files} files in {seconds:.1f} s: {what}; {found.skipped.height} files gave no image"


def describe_findings(findings: Sequence[Finding], entries: Sequence[Entry], seconds: float) -> Iterator[str]:
    """How many by severity, then a line a code, with what was planted for it."""
    planted = {entry.code: entry for entry in entries if entry.code}
    counts = Counter(one.severity for one in findings)
    worst_first = sorted(Severity, key=lambda one: -one.rank)
    yield f"Checked in {seconds:.1f} s: " + ", ".join(_times(one.value, counts[one]) for one in worst_first)
    codes: dict[tuple[int, str], list[Finding]] = {}
    for one in findings:
        codes.setdefault((-one.severity.rank, one.code), []).append(one)
    for (_, code), those in sorted(codes.items()):
        first = those[0]
        entry = planted.pop(code, None)
        beside = f"{entry.where}: {entry.about}" if entry else first.where.path or "all scans together"
        yield f"  {first.severity.value:7} {code} {first.name:26} ×{len(those):2}  {beside}"
    for entry in planted.values():
        yield f"  {entry.code} was planted, and was not found: {entry.where}"


def describe_choices(table: pl.DataFrame, path: Path) -> str:
    """How many volumes are fit."""
    fit = table.filter(table["choice"] == "accept").height
    return (
        f"{fit} of {table.height} volumes are fit, CTs with a lesion drawn and nothing wrong: {path} says why"
    )


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
    hospital, ready = folder / "hospital", folder / "ready"
    yield "Look at"
    yield f"  {folder / 'report.html'}  every volume, what is wrong with it and what to do; open it in a browser"
    yield f"  {folder / 'demo.png'}  one case before and after"
    yield f"  {ready}  images, labels, and an account of what was done to each"
    yield "Try next"
    yield f"  scan2train check {hospital}"
    yield "  scan2train explain GEO004"
    yield f"  scan2train index {hospital}"
    yield (
        f"  scan2train prepare {hospital} --recipe ct-soft-tissue --choices {folder / 'choices.csv'} "
        f"-o {folder / 'soft-tissue'}"
    )
    yield f"  scan2train report {ready} -o {folder / 'ready.html'}"
    yield "  scan2train check YOUR-FOLDER"


def _times(word: str, times: int) -> str:
    return f"{times} {word}" if times == 1 or word.endswith("s") else f"{times} {word}s"
