"""A split, or a prepared set, without its seed.

What it finds
-------------
Files that say which cases are trained on and which are tested with (split.json, splits_final.json and the like), and
the dataset.json of prepared sets, that hold no ``seed`` at their top level.

Why it matters
--------------
A split that cannot be drawn again cannot be checked, extended or compared with: nobody can tell whether it was drawn
once, or until the result was good. Results move by several points of Dice with the split alone.

What to do
----------
Draw the split again with a seed that is written into the file, as "seed" at its top level.

splits_final.json of nnU-Net is a bare list, which has no place for one: keep the split as split.json, {"seed": 0,
"folds": [{"train": [...], "val": [...]}]}, beside it.

References
----------
Pineau et al., The Machine Learning Reproducibility Checklist, 2020; nnU-Net, documentation/manual_data_splits.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from scan2train.finding import Where
from scan2train.knowledge.split_names import split_word
from scan2train.repository.bounded import read_bounded
from scan2train.rule import Example, Hit, bad, good, near, warning
from scan2train.tables.source_folder import source_folder

_MOST_BYTES = 64 << 20
#: Names of files that hold a split.
_SPLIT = r"(?i)(?:^|/)(?:[^/]*[-_. ])?(?:data)?(?:splits?|folds?|kfold|partitions?)(?:[-_. ][^/]*)?\.json$"
_SEED = re.compile(r"(?:random|rng)?_?(?:seed|state)", re.IGNORECASE)
#: What ``prepare`` leaves in a prepared set.
_PREPARED = ("dataset.json", "journal.jsonl", "recipe.toml")
_EXPECTED = 'a number as "seed"'


def check(files: pl.DataFrame, skipped: pl.DataFrame) -> Iterator[Hit]:
    """Read the few files whose names are such, and look for a seed."""
    splits = files.filter(pl.col("path").str.contains(_SPLIT))
    for source, path in splits.select("source", "path").unique(maintain_order=True).iter_rows():
        content = _json(source_folder(source) / path)
        if _is_split(content) and not _has_seed(content):
            yield warning(
                "a split without the seed that it was drawn with",
                # Keys may be the names of patients.
                seen=f"{'a list' if isinstance(content, list) else 'a table'} of {len(content)}, and no seed",
                expected=_EXPECTED,
                where=Where(path=path),
            )
    for source, folder in _prepared(files, skipped):
        content = _json(source_folder(source) / folder / "dataset.json")
        if isinstance(content, dict) and not _has_seed(content):
            yield warning(
                "a prepared set without the seed that it was made with",
                seen="no seed in dataset.json",
                expected=_EXPECTED,
                advice="Prepare it again with --seed, which is recorded.",
                where=Where(path=f"{folder}/dataset.json".removeprefix("/")),
            )


def _prepared(files: pl.DataFrame, skipped: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Source and folder of prepared sets: those that the index passed over, and a source that is one itself."""
    passed = skipped.filter(pl.col("reason") == "prepared-set").select("source", "path")
    yield from passed.iter_rows()
    told = files.filter(pl.col("path").is_in(_PREPARED)).group_by("source").agg(pl.col("path").n_unique())
    yield from ((source, "") for source, n in told.sort("source").iter_rows() if n == len(_PREPARED))


def _json(path: Path) -> Any:
    """What a JSON file holds; ``None`` where it is none."""
    content = read_bounded(path, _MOST_BYTES)
    try:
        return None if content is None else json.loads(content)
    except (ValueError, RecursionError):
        return None


def _is_split(content: Any) -> bool:
    """Whether it names parts, or folds: lists of cases, or cases with their part."""
    if isinstance(content, list):
        return any(_is_split(one) for one in content if isinstance(one, dict))
    if not isinstance(content, dict):
        return False
    if isinstance(content.get("folds"), (list, dict)):
        return True
    return any(
        (split_word(str(key)) and isinstance(value, list)) or (isinstance(value, str) and split_word(value))
        for key, value in content.items()
    )


def _has_seed(content: Any) -> bool:
    if not isinstance(content, Mapping):
        return False
    return any(
        _SEED.fullmatch(str(key)) and value not in (None, "", []) and not isinstance(value, bool)
        for key, value in content.items()
    )


def examples() -> Iterator[Example]:
    """Splits and prepared sets with a seed, and without."""
    from scan2train.finding import Severity
    from scan2train.testing.small import Build, small_nifti, small_text, together

    def beside(name: str, text: str) -> Build:
        return together(small_nifti(shape=(3, 4, 5)), small_text(name, text))

    def prepared(text: str) -> Build:
        files = {"dataset.json": text, "recipe.toml": "", "journal.jsonl": ""}
        return together(
            small_nifti(shape=(3, 4, 5)), *(small_text(f"ready/{name}", said) for name, said in files.items())
        )

    fold = '{"train": ["a"], "val": ["b"]}'
    yield good("a split with its seed", beside("split.json", f'{{"seed": 0, "folds": [{fold}], "test": []}}'))
    yield good("a prepared set", prepared('{"format": 1, "seed": 0}'))
    yield bad(
        "a split without", beside("split.json", f'{{"by": "patient", "folds": [{fold}]}}'), Severity.WARNING
    )
    yield bad("of nnU-Net", beside("preprocessed/splits_final.json", f"[{fold}, {fold}]"), Severity.WARNING)
    yield bad(
        "a seed of nothing", beside("my_split_v2.json", '{"seed": null, "test": ["a"]}'), Severity.WARNING
    )
    yield bad("a prepared set without", prepared('{"format": 1}'), Severity.WARNING)
    yield near(
        "a seed by another name", beside("splits.json", '{"random_state": 3, "train": ["a"], "test": ["b"]}')
    )
    yield near("no split by its content", beside("split.json", '{"window": [40, 400]}'))
    yield near("the declaration of another program", beside("dataset.json", '{"training": [], "test": []}'))
