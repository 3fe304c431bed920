"""From a pile of medical scans to training-ready volumes that can be trusted.

The public names stand here and are loaded when they are first used, so that ``import scan2train`` costs nothing.
A verb and the module that holds it share a name (``scan2train.read`` is the function, ``from scan2train.read
import VolumeList`` reaches into the module): as attributes of the package, the verbs always win.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from scan2train._names_stay import names_stay
from scan2train._version import __version__

if TYPE_CHECKING:
    from scan2train.check import check
    from scan2train.choose import choose
    from scan2train.cohort.diff import diff
    from scan2train.cohort.envelope import Envelope
    from scan2train.cohort.leaks import leaks
    from scan2train.cohort.parity import Parity, parity
    from scan2train.cohort.plan import plan
    from scan2train.cohort.split import split
    from scan2train.errors import (
        CasesFailed,
        ChangedSource,
        DecoderMissing,
        GeometryError,
        GridMismatch,
        HostileFile,
        IrregularSlices,
        NoImages,
        NonconformingHeader,
        NotAnImage,
        OutputDamaged,
        OutputInUse,
        Scan2TrainError,
        SeveralVolumes,
        UnknownName,
        UnreadableFile,
        WrongUse,
    )
    from scan2train.evaluate import Score, evaluate
    from scan2train.figures.histogram import histogram
    from scan2train.figures.montage import montage
    from scan2train.figures.show import show
    from scan2train.finding import Finding, Severity
    from scan2train.fit import fit
    from scan2train.grid import Grid
    from scan2train.header import header
    from scan2train.index import Index, index
    from scan2train.prepare import prepare
    from scan2train.read import read, read_all
    from scan2train.recipe import Choice, Recipe, Step
    from scan2train.replay import replay
    from scan2train.restore import restore
    from scan2train.stats import stats
    from scan2train.task import Task
    from scan2train.tools.clean import clean
    from scan2train.tools.features.features import features
    from scan2train.tools.harmonize.combat import Combat
    from scan2train.tools.harmonize.histogram import harmonize_histogram
    from scan2train.tools.harmonize.smooth import harmonize_smooth
    from scan2train.tools.lungs import LungOptions, segment_lungs
    from scan2train.tools.mesh.figure import surface
    from scan2train.tools.mesh.mesh import mesh
    from scan2train.tools.phases.phases import phases
    from scan2train.tools.postprocess.postprocess import postprocess
    from scan2train.tools.register.register import register
    from scan2train.tools.segment.result import Segmentation
    from scan2train.tools.segment_body import segment_body
    from scan2train.verify import verify
    from scan2train.volume import Labels, Volume
    from scan2train.write import convert, write

#: Public name -> the module that defines it.
_HOME = {
    "CasesFailed": "errors",
    "ChangedSource": "errors",
    "Choice": "recipe",
    "Combat": "tools.harmonize.combat",
    "DecoderMissing": "errors",
    "Envelope": "cohort.envelope",
    "Finding": "finding",
    "GeometryError": "errors",
    "Grid": "grid",
    "GridMismatch": "errors",
    "HostileFile": "errors",
    "Index": "index",
    "IrregularSlices": "errors",
    "Labels": "volume",
    "LungOptions": "tools.lungs",
    "NoImages": "errors",
    "NonconformingHeader": "errors",
    "NotAnImage": "errors",
    "OutputDamaged": "errors",
    "OutputInUse": "errors",
    "Parity": "cohort.parity",
    "Recipe": "recipe",
    "Scan2TrainError": "errors",
    "Score": "evaluate",
    "Segmentation": "tools.segment.result",
    "Severity": "finding",
    "SeveralVolumes": "errors",
    "Step": "recipe",
    "Task": "task",
    "UnknownName": "errors",
    "UnreadableFile": "errors",
    "Volume": "volume",
    "WrongUse": "errors",
    "check": "check",
    "choose": "choose",
    "clean": "tools.clean",
    "convert": "write",
    "features": "tools.features.features",
    "fit": "fit",
    "harmonize_histogram": "tools.harmonize.histogram",
    "harmonize_smooth": "tools.harmonize.smooth",
    "diff": "cohort.diff",
    "evaluate": "evaluate",
    "header": "header",
    "histogram": "figures.histogram",
    "index": "index",
    "leaks": "cohort.leaks",
    "mesh": "tools.mesh.mesh",
    "montage": "figures.montage",
    "parity": "cohort.parity",
    "phases": "tools.phases.phases",
    "plan": "cohort.plan",
    "postprocess": "tools.postprocess.postprocess",
    "prepare": "prepare",
    "read": "read",
    "read_all": "read",
    "register": "tools.register.register",
    "replay": "replay",
    "restore": "restore",
    "segment_body": "tools.segment_body",
    "segment_lungs": "tools.lungs",
    "show": "figures.show",
    "split": "cohort.split",
    "stats": "stats",
    "surface": "tools.mesh.figure",
    "verify": "verify",
    "write": "write",
}

#: A room of public names of its own; it is no name of ``import *``, which loads all of them.
_ROOM = "learn"

__all__ = [
    "CasesFailed",
    "ChangedSource",
    "Choice",
    "Combat",
    "DecoderMissing",
    "Envelope",
    "Finding",
    "GeometryError",
    "Grid",
    "GridMismatch",
    "HostileFile",
    "Index",
    "IrregularSlices",
    "Labels",
    "LungOptions",
    "NoImages",
    "NonconformingHeader",
    "NotAnImage",
    "OutputDamaged",
    "OutputInUse",
    "Parity",
    "Recipe",
    "Scan2TrainError",
    "Score",
    "Segmentation",
    "SeveralVolumes",
    "Severity",
    "Step",
    "Task",
    "UnknownName",
    "UnreadableFile",
    "Volume",
    "WrongUse",
    "__version__",
    "check",
    "choose",
    "clean",
    "convert",
    "diff",
    "evaluate",
    "features",
    "fit",
    "harmonize_histogram",
    "harmonize_smooth",
    "header",
    "histogram",
    "index",
    "leaks",
    "mesh",
    "montage",
    "parity",
    "phases",
    "plan",
    "postprocess",
    "prepare",
    "read",
    "read_all",
    "register",
    "replay",
    "restore",
    "segment_body",
    "segment_lungs",
    "show",
    "split",
    "stats",
    "surface",
    "verify",
    "write",
]


def __getattr__(name: str) -> object:
    """Load a public name on its first use."""
    if name == _ROOM:
        return importlib.import_module(f"{__name__}.{name}")
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, _ROOM])


names_stay(__name__, _HOME)
