"""What a run is asked for, checked before anything is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from scan2train.errors import UnknownName, WrongUse
from scan2train.formats.image_files import image_files
from scan2train.preparing.atomic import sha256_of
from scan2train.preparing.job import Job
from scan2train.preparing.layouts import Layout, dataset_name, folder_of
from scan2train.preparing.of_prepared import account_beside
from scan2train.preparing.sources import stamps
from scan2train.preparing.store import Store
from scan2train.preparing.versions import versions
from scan2train.reading.options import Options
from scan2train.recipe import Recipe

#: What says how cases are laid out: none of it changes a case.
LAID = ("layout", "folder", "stack")
#: Columns of the volumes table that say where the volume lies, what else is there, or differ with the salt.
_NOT_THE_VOLUME_S = frozenset({"source", "patient", "siblings"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything besides the sources that a case's bytes depend on, and how they are laid out.

    ``folder`` is that of the layout, below the set's; empty where it is plain.
    """

    recipe: Recipe
    reading: Options
    seed: int
    store: Store
    layout: Layout
    folder: str = ""
    stack: bool = False

    @classmethod
    def checked(
        cls,
        recipe: Recipe | str | Path,
        reading: Options,
        seed: object,
        store: object,
        layout: object,
        dataset: tuple[object, str | None] = (900, None),
        *,
        stack: bool = False,
    ) -> Request:
        """Make a request of what a user gave; ``dataset`` is the number and the name of a layout's folder.

        Raises
        ------
        UnknownName, WrongUse
            If a recipe, word or seed cannot be meant; near names are listed.
        """
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            raise WrongUse("a seed is a whole number of at least 0", found=repr(seed))
        loaded = recipe if isinstance(recipe, Recipe) else Recipe.load(recipe)
        stored: Store = _word("store", store, get_args(Store))
        laid: Layout = _word("layout", layout, get_args(Layout))
        if laid != "plain" and stored != "nifti":
            raise WrongUse(
                f"the layout {laid} is of NIfTI files",
                expected="--store nifti with it",
                found=f"--store {stored}",
                advice=f"Leave out --layout, or --store; nnU-Net and the Decathlon's readers do not open {stored}.",
            )
        if stack and stored != "npy":
            raise WrongUse(
                "one array of all cases is written beside npy",
                expected="--store npy with --stack",
                found=f"--store {stored}",
                advice="Add --store npy, or leave out --stack.",
            )
        return cls(
            recipe=loaded,
            reading=reading,
            seed=seed,
            store=stored,
            layout=laid,
            folder=""
            if laid == "plain"
            else folder_of(laid, _number(dataset[0]), dataset_name(dataset[1], loaded)),
            stack=stack,
        )

    def to_json(self) -> dict[str, Any]:
        """What the journal keeps, so that a run with another request does not go on here."""
        return {
            "recipe": self.recipe.fingerprint,
            "name": self.recipe.name,
            "task": self.recipe.task,
            **self.reading.to_json(),
            "seed": self.seed,
            "store": self.store,
            "layout": self.layout,
            **({"folder": self.folder} if self.folder else {}),
            **({"stack": True} if self.stack else {}),
        }

    def key_of(self, job: Job) -> str:
        """A hash over all that a case's bytes depend on: the request, the sources, the labels, the versions.

        The sources are known by their row of the volumes table, and by size and time of change of their files.
        """
        row: Mapping[str, Any] = job.row
        depends = {
            **{word: value for word, value in self.to_json().items() if word not in LAID},
            "case": job.case,
            "root": job.root,
            "row": {name: value for name, value in row.items() if name not in _NOT_THE_VOLUME_S},
            "files": stamps(row),
            "labels": [job.labels_root, job.labels_path, *_content(job.labels)],
            "names": {str(value): name for value, name in job.names.items()},
            "account": _content_of_account(row),
            "versions": versions(),
            **({} if job.again is None else {"steps": list(job.again.steps)}),
        }
        return hashlib.blake2b(json.dumps(depends, sort_keys=True).encode(), digest_size=16).hexdigest()


def _content(path: str) -> list[str]:
    if not path:
        return []
    try:
        return [sha256_of(file) for file in image_files(Path(path))]
    except OSError:
        return ["unreadable"]  # reading the case will say why


def _content_of_account(row: Mapping[str, Any]) -> str:
    account = account_beside(row)
    return "" if account is None or not account.is_file() else sha256_of(account)


def _number(given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 0 < given < 1000:
        raise WrongUse("the number of a data set is between 1 and 999", found=repr(given))
    return given


def _word(option: str, given: object, known: tuple[str, ...]) -> Any:
    if not isinstance(given, str):
        raise WrongUse(f"{option} is a word", expected=" or ".join(known), found=repr(given))
    if given in known:
        return given
    near = get_close_matches(given, known, n=2)
    raise UnknownName(
        f"{option} cannot be {given!r}",
        expected=" or ".join(known),
        advice=f"Did you mean {' or '.join(near)}?" if near else None,
    )
