"""What decoding a volume's pixels showed, for rules that judge it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Facts that come with the pixels and cost nothing more.

    Parameters
    ----------
    spare_bits
        Whether bits beside the stored ones are in use.
    odd
        What else about the stored values does not fit the header, as a sentence; empty if nothing.
    fault
        Where a compressed stream departs from its standard and was decoded all the same, as a sentence; empty if
        nowhere.
    padded
        How many voxels hold the declared padding.
    undeclared
        The values that are padding though no header says so, and were masked.
    undeclared_count
        How many voxels hold one of them.
    doubtful
        Constants in corners of slices that may be padding, and were not masked.
    longer_by
        By how many bytes pixel data is longer than rows, columns, frames and bits demand.
    not_finite
        How many values are NaN or infinite, padding aside.
    """

    spare_bits: bool = False
    odd: str = ""
    fault: str = ""
    padded: int = 0
    undeclared: tuple[float, ...] = ()
    undeclared_count: int = 0
    doubtful: tuple[float, ...] = ()
    longer_by: int = 0
    not_finite: int = 0
