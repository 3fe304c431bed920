"""What lies at one place of the hospital, and what was planted there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scan2train.testing.of_volume import series_of

if TYPE_CHECKING:
    from scan2train.testing.small import Build
    from scan2train.testing.vendors import Vendor
    from scan2train.volume import Volume

_VENDORS: Final[tuple[Vendor, ...]] = ("siemens", "ge", "philips", "canon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A scan or file to be written.

    ``where`` is the folder or file that a finding about it names; ``code`` the rule that must find it there, empty for
    what is sound; ``about`` says what it is to somebody who sees it for the first time.
    """

    where: str
    about: str
    build: Build
    code: str = ""


def chest_entry(number: int, code: str, about: str, volume: Volume, **more: Any) -> Entry:
    """A CT of a patient of its own, of the vendor whose turn it is; ``more`` as for ``series_of``: the fault."""
    where = f"ct/chest-{number}"
    more = {"vendor": _VENDORS[number % len(_VENDORS)], "patient": f"CT{number}", **more}
    return Entry(where=where, about=about, code=code, build=series_of(volume, where, **more))
