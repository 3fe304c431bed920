"""What an earlier run read of the same source, kept in the user's cache folder.

A file is taken as read if its path, size and time of change are the same. The cache is only ever a saving of time:
where it is damaged, foreign or cannot be written, the files are read.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path

import polars as pl

import scan2train
from scan2train.errors import Scan2TrainError
from scan2train.indexing.salt import user_folder
from scan2train.indexing.saved import read_table, write_table
from scan2train.indexing.source import Found, join, read_tree
from scan2train.indexing.tree import Tree
from scan2train.tables import FRAMES, INSTANCES, SKIPPED, VOLUMES, Table

_TABLES: dict[str, Table] = {"instances": INSTANCES, "frames": FRAMES, "skipped": SKIPPED, "others": VOLUMES}
_FILE = ["path", "size", "mtime_ns"]
#: Formats whose images are one file each, so that the file's own size and time say all.
_ONE_FILE = ["dicom", "png", "jpeg", "tiff", "bmp", "gif", "b2nd"]
#: Reasons that may be gone although the file has not changed: rights, and other files.
_PASSING = ["unreadable", "hostile", "link", "not-a-regular-file", "name-not-text"]


def read_with_cache(tree: Tree, *, salt: bytes, jobs: int, progress: Callable[[int], None]) -> Found:
    """As :func:`read_tree`, but reading only files that are not in the cache as they are."""
    folder = _folder(tree.root, salt)
    known = _load(folder)
    if known is None:
        found = read_tree(tree, salt=salt, jobs=jobs, progress=progress)
    else:
        found = _read_rest(tree, known, salt=salt, jobs=jobs, progress=progress)
    with contextlib.suppress(Scan2TrainError, OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in _TABLES:
            write_table(getattr(found, name), folder / f"{name}.parquet")
    return found


def _read_rest(tree: Tree, known: Found, *, salt: bytes, jobs: int, progress: Callable[[int], None]) -> Found:
    now = pl.DataFrame(
        {"path": tree.paths, "size": tree.sizes, "mtime_ns": tree.mtimes},
        schema={name: INSTANCES.schema[name] for name in _FILE},
    ).with_row_index("place")
    one_file = pl.col("format").is_in(_ONE_FILE) | pl.col("path").str.contains(r"\.nii(\.gz)?$")
    instances = known.instances.with_row_index("instance").filter(one_file).join(now, on=_FILE, how="semi")
    skipped = known.skipped.filter(~pl.col("reason").is_in(_PASSING)).join(now, on=_FILE, how="semi")
    rest = now.join(pl.concat([instances.select(_FILE), skipped.select(_FILE)]), on=_FILE, how="anti")
    progress(len(tree.paths) - rest.height)
    changed = Tree(
        tree.root,
        rest["path"].to_list(),
        rest["size"].to_numpy(writable=True),
        rest["mtime_ns"].to_numpy(writable=True),
        tree.passed,
    )
    fresh = read_tree(changed, salt=salt, jobs=jobs, progress=progress)
    kept = Found(
        instances=instances.drop("instance"),
        frames=_renumbered(known.frames, instances["instance"]),
        skipped=skipped,
        others=known.others.join(instances.select("source", "path"), on=["source", "path"], how="semi"),
    )
    return _in_order(join([kept, fresh]), now)


def _in_order(found: Found, now: pl.DataFrame) -> Found:
    places = now.select("path", "place")
    order = (
        found.instances.select("path")
        .join(places, on="path", how="left", maintain_order="left")["place"]
        .arg_sort()
    )
    return Found(
        instances=found.instances[order],
        frames=_renumbered(found.frames, order),
        skipped=found.skipped.join(places, on="path", how="left")
        .sort("place", nulls_last=True, maintain_order=True)
        .drop("place"),
        others=found.others.sort("path", maintain_order=True),
    )


def _renumbered(frames: pl.DataFrame, kept: pl.Series) -> pl.DataFrame:
    """The frames of the instances ``kept`` (row numbers), which are counted anew in that order."""
    numbers = pl.DataFrame(
        {"instance": kept.cast(pl.Int64), "now": range(len(kept))},
        schema={"instance": pl.Int64, "now": pl.Int64},
    )
    joined = frames.join(numbers, on="instance", how="inner").with_columns(pl.col("now").alias("instance"))
    return joined.drop("now").sort("instance", "frame", maintain_order=True)


def _folder(root: str, salt: bytes) -> Path:
    key = hashlib.blake2b(digest_size=16)
    for part in (
        root.encode(errors="surrogateescape"),
        hashlib.blake2b(salt).digest(),
        _fingerprint().encode(),
    ):
        key.update(len(part).to_bytes(8, "little") + part)
    return user_folder("cache") / "index" / key.hexdigest()


def _fingerprint() -> str:
    """Changes with the columns, with the version, and with the code that reads headers."""
    package = Path(__file__).parents[1]
    files = [
        f
        for sub in ("formats", "formats/dicom", "indexing", "kernels")
        for f in sorted((package / sub).glob("*.py"))
    ]
    code = [(f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in files]
    columns = {
        name: {column: str(kind) for column, kind in table.schema.items()} for name, table in _TABLES.items()
    }
    return repr((scan2train.__version__, columns, code))


def _load(folder: Path) -> Found | None:
    try:
        tables = {name: read_table(folder / f"{name}.parquet", table) for name, table in _TABLES.items()}
    except Scan2TrainError:
        return None
    return Found(**tables)
