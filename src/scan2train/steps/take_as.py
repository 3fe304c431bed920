"""Say in which unit values are, where their file does not."""

from __future__ import annotations

from dataclasses import dataclass

from scan2train.recipe import ValueMap, ValueStep


@dataclass(frozen=True, kw_only=True)
class TakeAs(ValueStep):
    """Values stay what they are; from here on they are in ``measured_in``, such as ``"HU"``.

    Steps behind it that look at measured values (``crop_to_body``, ``over = "body"``) take them to be in this unit;
    where values were scaled or bent before it, they look at what those have become.

    ``prepare`` puts it first where a recipe is one for CT, the file does not know of units, and its values look
    like Hounsfield units; so what was taken for granted stands in the account.
    """

    measured_in: str

    def map(self) -> ValueMap:
        """No change."""
        return ValueMap()

    def unit(self, unit: str) -> str:  # noqa: ARG002 - whatever the file said
        """``measured_in``."""
        return self.measured_in
