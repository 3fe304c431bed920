"""One frame, page or picture to decode."""

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
class Task:
    """A call of ``work(kept, out, *arguments)``, where ``out`` are ``size`` bytes to fill.

    ``work`` is a function at the top level of a module that imports nothing heavy. It may return words about what it
    decoded, and raise any :class:`~scan2train.errors.Scan2TrainError`. ``where`` is the file, for messages.
    """

    work: Work
    arguments: tuple[Any, ...]
    size: int
    where: str


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """What came of the task at place ``at``: its bytes, valid until the next is asked for, and the words about them."""

    at: int
    data: npt.NDArray[np.uint8]
    words: tuple[str, ...]
