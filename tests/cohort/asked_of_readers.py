"""Which loaders are asked, and which scans trouble one of them."""

from __future__ import annotations

OWN = "loaders_of_users:"
LOADERS = (
    *("right", "says_lps", "turned_with_its_affine", "takes_lps_for_ras", "mirrored", "first_slope_for_all"),
    *("by_name", "without_its_last_slice", "channel_first_without_a_place", "troubled"),
)
TROUBLED = ("dies", "swells", "refuses", "warns")
