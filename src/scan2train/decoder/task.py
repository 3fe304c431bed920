"""Frames, pages or pictures to decode: what they have in common, and each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

#: What a decoder keeps from one task of a run to the next, such as an open file.
Kept = dict[str, Any]
#: Fills ``out`` with what the further arguments name, and returns a few words about it.
Work = Callable[..., tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Run:
    """Calls of ``work(kept, out, common, *arguments)``, where ``out`` are the bytes to fill.

    ``work`` is a function at the top level of a module that imports nothing heavy. It may return words about what it
    decoded, and raise any :class:`~scan2train.errors.Scan2TrainError`.
    """

    work: Work
    common: Any


@dataclass(frozen=True, slots=True)
class Task:
    """The arguments of one call, the size of its result in bytes, and the file that it is about, for messages."""

    arguments: tuple[Any, ...]
    size: int
    where: str


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """What came of the task at place ``at``: its bytes, valid until the next is asked for, and the words about them."""

    at: int
    data: npt.NDArray[np.uint8]
    words: tuple[str, ...]
