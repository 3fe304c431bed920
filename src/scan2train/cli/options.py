"""Arguments and options that several commands share, worded once."""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scan2train.errors import UnknownName
from scan2train.reading.options import IRREGULAR, SUV

#: The recipes that come with the package, told from its files so that ``--help`` loads nothing else.
PRESETS = ", ".join(sorted(path.stem for path in Path(__file__).parents[1].glob("recipes/*.toml")))
#: And the tasks.
TASKS = ", ".join(sorted(path.stem for path in Path(__file__).parents[1].glob("tasks/*.toml")))


class Format(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"


Printed = Annotated[Format, typer.Option("--format", help="How the result is printed.")]
Sources = Annotated[
    list[Path],
    typer.Argument(
        metavar="SRC",
        help="Folders of scans, single files, or folders that `index -o` left.",
        show_default=False,
    ),
]
PreparedSet = Annotated[
    Path, typer.Argument(metavar="OUT", help="A folder that `prepare` wrote.", show_default=False)
]
SetOrScans = Annotated[
    Path,
    typer.Argument(
        metavar="OUT", help="A folder that `prepare` wrote; or a folder of scans.", show_default=False
    ),
]
TrainingSplit = Annotated[
    Path | None,
    typer.Option(
        "--split",
        metavar="FILE",
        help="Look at this split's training cases alone.",
        show_default="split.json in OUT",
    ),
]
MovedSource = Annotated[
    Path | None,
    typer.Option(
        "--source",
        metavar="DIR",
        help="Where the scans lie now, if they have moved since they were prepared.",
        show_default="where they were",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        metavar="N",
        help="How many processes work at once; each holds one volume in memory.",
        show_default="all CPU cores",
    ),
]
FewJobs = Annotated[
    int,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        metavar="N",
        help="How many processes work at once; each holds one volume in memory.",
    ),
]
ValuesIn = Annotated[
    str | None,
    typer.Option(
        "--unit",
        metavar="HU",
        help="What values are in where files do not say so (NIfTI, MetaImage, NRRD): HU.",
        show_default="as read",
    ),
]
Where = Annotated[
    str | None,
    typer.Option(
        "--where",
        metavar="EXPR",
        help="Only volumes for which this is true: SQL over the columns of volumes.parquet, "
        "such as \"modality = 'CT' AND spacing_k_mm < 3\". Unless it speaks of role, only role 'volume' "
        "(prepare with a recipe for films: also 'picture').",
        show_default="all",
    ),
]
Choices = Annotated[
    Path | None,
    typer.Option(
        "--choices",
        metavar="FILE",
        help="A table (CSV or Parquet) with the columns volume (the id that index shows) and choice: accept or "
        "reject.",
        show_default="none",
    ),
]
RuleFolders = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules", metavar="DIR", help="Folder with rules of your own, one file each; may be repeated."
    ),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Neither use nor leave an index in your cache folder.")
]
Salt = Annotated[
    Path | None,
    typer.Option(
        "--salt",
        metavar="FILE",
        help="A file whose bytes salt the hashes of patient ids: share it, and the hashes agree.",
        show_default="one per user",
    ),
]
Irregular = Annotated[
    str,
    typer.Option(
        "--irregular",
        metavar="WORD",
        help="What to do with uneven, missing or doubled slices: refuse, regrid (resample to a regular grid from the "
        "true positions; invented slices are marked), split (into regular parts), keep-largest-regular.",
    ),
]
Suv = Annotated[
    str | None,
    typer.Option(
        "--suv",
        metavar="WORD",
        help="PET as standardised uptake values: bw (body weight), lbm (lean body mass), bsa (body surface).",
        show_default="as stored, Bq/ml",
    ),
]


def check_reading(irregular: str, suv: str | None) -> None:
    """Refuse a word of ``--irregular`` or ``--suv`` that is unknown; raises as :func:`offered`."""
    offered("--irregular", irregular, here=IRREGULAR)
    if suv is not None:
        offered("--suv", suv, here=SUV)


def offered(option: str, word: str, *, here: tuple[str, ...]) -> None:
    """Refuse a ``word`` that is not among those that are ``here``.

    Raises
    ------
    UnknownName
        If the word is unknown; lists what there is.
    """
    if word in here:
        return
    advice = f"{option} takes: {', '.join(here)}."
    near = get_close_matches(word, here)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise UnknownName(f"{option} {word!r} is unknown", advice=advice + meant)
