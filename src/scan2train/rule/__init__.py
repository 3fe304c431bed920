"""What a rule is: one short file that looks at something and yields what is wrong with it.

A rule's file holds a docstring (its page), a function ``check`` whose parameters name what it looks at
(:data:`~scan2train.rule.inputs.INPUTS`; what has a default is given where it is there), and ``examples()``. Its code
and name are those of the file.
"""

from __future__ import annotations

from scan2train.rule.decoded import Decoded
from scan2train.rule.example import Example, bad, good, near
from scan2train.rule.hit import Hit, at, error, info, warning
from scan2train.rule.rule import Rule

__all__ = ["Decoded", "Example", "Hit", "Rule", "at", "bad", "error", "good", "info", "near", "warning"]
