"""One volume through one reader: what came out, against what was scanned."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["same", "moved", "other-values", "other-shape", "not-refused", "refused", "crashed"]

#: What stands for ``code`` where no finding of the audit tells why.
UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parity:
    """What a reader returned for one volume, against the volume as scan2train reads it.

    Parameters
    ----------
    volume, path
        Id of the volume in the index (empty where the file gave none), and the file or folder below its source.
    reader
        The reader's name, as it was asked for.
    verdict
        ``same``; ``moved``: the values, elsewhere; ``other-values``: at least some of the values differ;
        ``other-shape``: voxels, slices or channels are missing or too many; ``not-refused``: scan2train refuses this
        volume, and the reader returned one; ``refused``: the reader raised an error; ``crashed``: its process died,
        hung or ran out of the memory it was given.
    differs
        Whether that is a difference. A refusal is none where scan2train refuses as well, or where the reader is not
        made for the format.
    refused
        Why scan2train refuses the volume; empty where it reads it.
    shape
        What the reader returned, as its user sees it; ``None`` where it returned nothing.
    moved_mm
        The largest distance between where the two put the same voxel; ``None`` where there is no patient geometry or
        no such voxel was found.
    value_max, value_p99, unit
        Largest difference of two values of the same voxel, and that which 99 of 100 voxels stay below; ``None`` where
        none were compared.
    compared
        How voxels were told to be the same: ``content`` (slices found again by what they show), ``place`` (the same
        point in the world), ``index``, or empty.
    kind
        What happened, as one word: ``shear``, ``slice-spacing``, ``values``, …; empty where nothing did. The same
        values, padding among them, are ``padding-kept``.
    note
        The same as a sentence.
    code
        The finding of the audit that tells why, or ``unexplained``; empty where nothing differs, but for the code of
        padding that the reader returns as values.
    warnings, warned
        How many warnings the reader printed, and the first.
    """

    volume: str
    path: str
    reader: str
    verdict: Verdict
    differs: bool
    refused: str = ""
    shape: tuple[int, ...] | None = None
    moved_mm: float | None = None
    value_max: float | None = None
    value_p99: float | None = None
    unit: str = ""
    compared: str = ""
    kind: str = ""
    note: str = ""
    code: str = ""
    warnings: int = 0
    warned: str = ""

    def to_json(self) -> dict[str, Any]:
        """All of it in plain values, in a fixed order."""
        return {**asdict(self), "shape": None if self.shape is None else list(self.shape)}
