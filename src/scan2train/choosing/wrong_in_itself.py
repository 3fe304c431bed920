"""Which findings make a scan unfit, whatever is to be learnt from it."""

from __future__ import annotations

from scan2train.finding import Finding, Severity

#: Rules that compare scans: one that is unlike the others is not wrong for that, and a person decides.
_OF_THE_SET = "SET"


def wrong_in_itself(one: Finding) -> bool:
    """Whether a finding is an error of what it is about, and not of the set that it stands in."""
    return one.severity is Severity.ERROR and not one.code.startswith(_OF_THE_SET)
