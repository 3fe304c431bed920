"""What the headers of a PET say that uptake values follow from: each attribute by its keyword, wherever it stands."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scan2train.errors import NonconformingHeader

#: What is told of an injection.
INJECTION = (
    *("RadionuclideTotalDose", "RadionuclideHalfLife"),
    *("RadiopharmaceuticalStartDateTime", "RadiopharmaceuticalStartTime"),
)
#: Attributes that all slices must share: one patient, one injection, one kind of value.
SHARED = (
    *("Units", "SUVType", "CorrectedImage", "DecayCorrection", "AttenuationCorrected", "DecayCorrected"),
    *("DecayCorrectionDateTime", "PatientWeight", "PatientSize", "PatientSex", "SeriesDate", "SeriesTime"),
    *("TimezoneOffsetFromUTC", *INJECTION),
)
_OF_SLICES = (
    *("AcquisitionDate", "AcquisitionTime", "AcquisitionDateTime", "FrameReferenceTime"),
    "ActualFrameDuration",
)
_SEQUENCES = (
    *("RadiopharmaceuticalInformationSequence", "SharedFunctionalGroupsSequence"),
    *("PerFrameFunctionalGroupsSequence", "RealWorldValueMappingSequence"),
)
#: Private attributes: group and element, and how the name of their creator begins.
GE_SCAN = (0x0009, 0x0D, "GEMS_PETD")
PHILIPS_SUV = (0x7053, 0x00, "PHILIPS PET")
PHILIPS_ACTIVITY = (0x7053, 0x09, "PHILIPS PET")
_BLOCKS = range(0x10, 0x20)


@dataclass(frozen=True, slots=True, eq=False)
class UptakeHeader:
    """The header of one slice: of its file, and of its frame where functional groups speak of each."""

    where: str
    dataset: Any
    frame: int

    def value(self, keyword: str) -> Any:
        """The value of a standard attribute; ``None`` where it is absent or empty."""
        for place in self._places():
            found = place.get(keyword)
            if found is not None and str(found).strip() != "":
                return found
        return None

    def text(self, keyword: str) -> str:
        """Its value as a word in capitals; empty where there is none."""
        found = self.value(keyword)
        return "" if found is None else str(found).strip().upper()

    def words(self, keyword: str) -> frozenset[str]:
        """All its values in capitals."""
        found = self.value(keyword)
        several = [] if found is None else list(found) if hasattr(found, "append") else [found]
        return frozenset(str(one).strip().upper() for one in several)

    def number(self, keyword: str) -> float | None:
        """Its value as a finite number; ``None`` where it is none."""
        return _number(self.value(keyword))

    def within(self, keyword: str, low: float, high: float, unit: str) -> float:
        """Its value, which must lie between ``low`` and ``high``.

        Raises
        ------
        NonconformingHeader
            If it is absent, no number, or beyond; names the attribute and says what was found.
        """
        found = self.number(keyword)
        if found is None or not low <= found <= high:
            raise self.lacks(keyword, f"{low:g} to {high:g} {unit}", found=self.value(keyword))
        return found

    def items(self, keyword: str) -> list[Any]:
        """The items of a sequence, of this frame and of all frames."""
        return [item for place in (self.dataset, *self._groups()) for item in place.get(keyword) or ()]

    def private(self, attribute: tuple[int, int, str]) -> Any:
        """The value of a private attribute, below its creator's name (PS3.5 7.8.1); ``None`` where there is none."""
        group, element, creator = attribute
        for place in self._places():
            for block in _BLOCKS:
                named = place.get((group, block))
                if named is not None and str(named.value).strip().upper().startswith(creator):
                    found = place.get((group, block << 8 | element))
                    if found is not None and found.value not in (None, "", b""):
                        raw = found.value
                        return raw.decode("ascii", "replace").strip(" \0") if isinstance(raw, bytes) else raw
        return None

    def private_number(self, attribute: tuple[int, int, str]) -> float | None:
        """The same as a finite number above 0."""
        found = _number(self.private(attribute))
        return found if found is not None and found > 0 else None

    def lacks(
        self, keyword: str, expected: str, *, found: object = None, more: str = ""
    ) -> NonconformingHeader:
        """The error that an attribute is missing or unusable, by its name and tag."""
        state = "is missing" if found is None or str(found).strip() == "" else "is not usable"
        return NonconformingHeader(
            f"no uptake value (SUV) follows from this PET: {attribute_name(keyword)} {state}{more}",
            where=self.where,
            expected=expected,
            found=None if state == "is missing" else found,
            advice="Look it up in the department's records and correct the header, or read without suv.",
            code="ACQ008",
        )

    def _places(self) -> Iterator[Any]:
        yield self.dataset
        yield from self.dataset.get("RadiopharmaceuticalInformationSequence") or ()
        for group in self._groups():
            for name in ("FrameContentSequence", "UnassignedPerFrameConvertedAttributesSequence"):
                yield from group.get(name) or ()
            for item in group.get("UnassignedSharedConvertedAttributesSequence") or ():
                yield item
                yield from item.get("RadiopharmaceuticalInformationSequence") or ()

    def _groups(self) -> Iterator[Any]:
        frames = self.dataset.get("PerFrameFunctionalGroupsSequence") or ()
        if self.frame < len(frames):
            yield frames[self.frame]
        yield from self.dataset.get("SharedFunctionalGroupsSequence") or ()


def read_uptake_headers(paths: Sequence[Path], frames: Sequence[int]) -> tuple[UptakeHeader, ...]:
    """One header a slice; each file is read once.

    Raises
    ------
    NonconformingHeader
        If a header cannot be parsed, or slices contradict one another in what they must share.
    """
    datasets = {path: _read(path) for path in dict.fromkeys(paths)}
    headers = tuple(
        UptakeHeader(str(path), datasets[path], frame) for path, frame in zip(paths, frames, strict=True)
    )
    _require_one([UptakeHeader(str(path), dataset, 0) for path, dataset in datasets.items()])
    return headers


def attribute_name(keyword: str) -> str:
    """Keyword and tag, such as ``PatientWeight (0010,1030)``."""
    from pydicom.datadict import tag_for_keyword

    tag = tag_for_keyword(keyword) or 0
    return f"{keyword} ({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _require_one(headers: Sequence[UptakeHeader]) -> None:
    first, *others = headers
    shared = {keyword: first.words(keyword) for keyword in SHARED}
    for header in others:
        for keyword, theirs in shared.items():
            mine = header.words(keyword)
            if mine != theirs:
                raise header.lacks(
                    keyword,
                    f"{', '.join(sorted(theirs)) or 'none'}, as in {Path(first.where).name}",
                    found=", ".join(sorted(mine)) or "none",
                    more=": the slices contradict one another",
                )


def _read(path: Path) -> Any:
    import pydicom

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_wanted(), force=True)
        except Exception as error:  # whatever a broken file makes a parser raise
            raise NonconformingHeader(f"the header cannot be parsed again: {error}", where=path) from error


@cache
def _wanted() -> list[Any]:
    from pydicom.tag import Tag

    private = [
        group << 16 | element
        for group, number, _ in (GE_SCAN, PHILIPS_SUV, PHILIPS_ACTIVITY)
        for block in _BLOCKS
        for element in (block, block << 8 | number)
    ]
    keywords = dict.fromkeys((*SHARED, *_OF_SLICES, *_SEQUENCES))
    return [*map(Tag, keywords), *map(Tag, private)]


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
