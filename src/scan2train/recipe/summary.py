"""What cases add to a fit: small, and the same sum whatever the order in which they come."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class Summary(ABC):
    """What one case, or several together, add to a fit. It crosses borders of processes, and holds no voxels.

    ``merge`` must give the same for every order of cases, to the last bit: numbers of whole things, or exact fractions.
    """

    @abstractmethod
    def merge(self, other: Self) -> Self:
        """Both together."""
