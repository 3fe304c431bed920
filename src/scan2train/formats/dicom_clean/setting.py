"""Attributes that a user sets: which they are, whether their values can be, and what they would break."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from scan2train.errors import UnknownName, WrongUse

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_TAG = re.compile(r"\(?([0-9a-fA-F]{4})[, ]?([0-9a-fA-F]{4})\)?")
_WHOLE = {"US": (0, 0xFFFF), "SS": (-0x8000, 0x7FFF), "UL": (0, 0xFFFFFFFF), "SL": (-0x80000000, 0x7FFFFFFF)}
_REAL = ("FL", "FD")
_TEXT = ["AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"]
#: What says how the pixels lie, and what every file has of its own.
_PIXELS = frozenset(
    {
        *(0x00280002, 0x00280003, 0x00280004, 0x00280006, 0x00280008, 0x00280010, 0x00280011, 0x00280100),
        *(0x00280101, 0x00280102, 0x00280103, 0x00080005, 0x00080016, 0x00080018, 0x00200032),
    }
)
#: Setting these changes millimetres or measured values.
MEASURES = frozenset(
    {
        *(0x00280030, 0x00181164, 0x00182010, 0x00200037, 0x00180050, 0x00180088, 0x00281052, 0x00281053),
        *(0x00280120, 0x00280121, 0x00541001, 0x00101030, 0x00281054),
    }
)


@dataclass(frozen=True, slots=True)
class Setting:
    """An attribute to set: its tag, value representation and value, ``None`` for an empty one."""

    tag: int
    vr: str
    value: Any
    keyword: str

    @property
    def changes_measures(self) -> bool:
        """Whether millimetres or measured values follow from it."""
        return self.tag in MEASURES

    def apply(self, dataset: Dataset) -> None:
        """Set it; pydicom keeps the value as it is."""
        dataset.add_new(self.tag, self.vr, self.value)


def settings_of(asked: Mapping[str, str]) -> tuple[Setting, ...]:
    """Check what is to be set.

    Parameters
    ----------
    asked
        Keyword (``PatientID``) or tag (``(0010,0020)``) to value; several values are parted by backslashes, an empty
        text empties the attribute.

    Raises
    ------
    UnknownName
        If there is no such attribute in the standard.
    WrongUse
        If a value does not fit its value representation, or if setting the attribute would break the file.
    """
    return tuple(_setting(str(name), str(value)) for name, value in asked.items())


def _setting(name: str, text: str) -> Setting:
    from pydicom.datadict import dictionary_keyword, dictionary_VR

    tag = _tag_of(name)
    if tag in _PIXELS or tag >> 16 in {0, 2, 0x7FE0, 0xFFFC, 0xFFFE}:
        raise WrongUse(
            f"{name} cannot be set",
            expected="an attribute that does not say how the pixels lie, and that all files may share",
            advice="Write the volume anew with convert --format dicom where pixels or places are to change.",
        )
    try:
        vr, keyword = dictionary_VR(tag), dictionary_keyword(tag)
    except KeyError:
        raise UnknownName(
            f"{name} is no attribute of the standard",
            expected="a keyword such as PatientID, or a tag such as (0010,0020)",
            advice="Private attributes cannot be set.",
        ) from None
    if " or " in vr:
        vr = vr.split()[0]
    return Setting(tag, vr, _value(name, vr, text), keyword)


def _tag_of(name: str) -> int:
    from pydicom.datadict import keyword_dict, tag_for_keyword

    match = _TAG.fullmatch(name.strip())
    if match:
        return int(match[1] + match[2], 16)
    tag = tag_for_keyword(name.strip())
    if tag is None:
        near = get_close_matches(name, keyword_dict, n=3)
        raise UnknownName(
            f"{name!r} is no attribute",
            expected="a keyword such as PatientID, or a tag such as (0010,0020)",
            advice=f"Did you mean {' or '.join(near)}?" if near else None,
        )
    return int(tag)


def _value(name: str, vr: str, text: str) -> Any:
    if vr not in (*_TEXT, *_WHOLE, *_REAL):
        raise WrongUse(f"{name} has values that cannot be given as text", found=f"VR {vr}")
    if not text:
        return None
    parts = text.split("\\") if vr not in {"LT", "ST", "UT", "UR"} else [text]
    try:
        values: list[Any] = [_one(vr, part.strip()) for part in parts]
        _require_valid(vr, values)
    except (ValueError, TypeError, OverflowError) as error:
        raise WrongUse(f"{name} cannot be {text!r}", expected=f"values of VR {vr}", found=error) from error
    return values if len(values) > 1 else values[0]


def _one(vr: str, part: str) -> Any:
    if vr in _WHOLE:
        low, high = _WHOLE[vr]
        number = int(part)
        if not low <= number <= high:
            raise ValueError(f"{number} is not within {low} to {high}")
        return number
    return float(part) if vr in _REAL else part


def _require_valid(vr: str, values: list[Any]) -> None:
    from pydicom import config
    from pydicom.dataelem import DataElement

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        DataElement(0x00090001, vr, values, validation_mode=config.RAISE)
