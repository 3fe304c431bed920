"""What several rules need to know of a volume's slices."""

from __future__ import annotations

from typing import Final

#: Roles of what is trained on; localizers, captures and masks are set apart by themselves.
IMAGES: Final = ("volume", "derived")
