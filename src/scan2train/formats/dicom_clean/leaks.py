"""What identifies a patient, a person or a place, or can tell a label in words, taken out of a data set."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydicom.multival import MultiValue

from scan2train.formats.dicom_clean.moved_dates import days_to_first, moved
from scan2train.knowledge.identifying import EMPTIED, REMOVED, REMOVED_GROUPS, SAFE_PRIVATE

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

#: Value representations of free text, and of names of persons.
_FREE_TEXT = frozenset({"LT", "ST", "UT"})
_DATES = frozenset({"DA", "DT"})
_PATIENT_ID = 0x00100020
#: Attributes of the patient alone: dates there tell of a life and not of the scan.
_PATIENT_GROUP = 0x0010
#: A mosaic's slices are found by its CSA header.
_CSA = "SIEMENS CSA HEADER"


def strip_leaks(dataset: Dataset, pseudonym: Callable[[str], str]) -> int:
    """Take out what identifies, and free text; returns how many elements were removed, emptied or changed.

    Parameters
    ----------
    dataset
        Changed in place, with all that is nested in it.
    pseudonym
        What stands for a patient's id.
    """
    keep_csa = "MOSAIC" in str(dataset.get("ImageType", ""))
    count = _strip(dataset, pseudonym, days_to_first(dataset), keep_csa=keep_csa)
    dataset.LongitudinalTemporalInformationModified = "MODIFIED"
    return count


def _strip(dataset: Dataset, pseudonym: Callable[[str], str], days: int | None, *, keep_csa: bool) -> int:
    safe = _safe_private(dataset, keep_csa=keep_csa)
    count = 0
    for tag in list(dataset.keys()):
        if tag.is_private:
            if tag not in safe:
                del dataset[tag]
                count += 1
            elif dataset[tag].VR in _DATES and not dataset[tag].is_empty:
                # GE's time of the scan, which decay is counted to, goes with that of the injection.
                dataset[tag].value = _each(dataset[tag].value, lambda text: moved(text, days))
                count += 1
            continue
        if (tag.group & 0xFF00) in REMOVED_GROUPS:
            del dataset[tag]
            count += 1
            continue
        element = dataset[tag]
        if element.VR == "SQ" and tag not in REMOVED and tag not in EMPTIED:
            for item in element.value:
                count += _strip(item, pseudonym, days, keep_csa=keep_csa)
            continue
        count += _strip_element(dataset, element, pseudonym, days)
    return count


def _strip_element(
    dataset: Dataset, element: DataElement, pseudonym: Callable[[str], str], days: int | None
) -> int:
    tag = element.tag
    if element.is_empty and tag not in REMOVED:
        return 0
    if tag == _PATIENT_ID:
        element.value = pseudonym(str(element.value))
        return 1
    if element.VR in _DATES and tag.group != _PATIENT_GROUP:
        element.value = _each(element.value, lambda text: moved(text, days))
        return 1
    if element.VR == "TM" and tag.group != _PATIENT_GROUP:
        return 0  # a time of day orders phases, and decay is counted from it
    if element.VR in _FREE_TEXT or tag in REMOVED:
        del dataset[tag]
        return 1
    if element.VR == "PN" or tag in EMPTIED:
        dataset.add_new(tag, element.VR, [] if element.VR == "SQ" else None)
        return 1
    return 0


def _each(value: Any, change: Callable[[str], str]) -> Any:
    many = isinstance(value, (list, tuple, MultiValue))
    return [change(str(one)) for one in value] if many else change(str(value))


def _safe_private(dataset: Dataset, *, keep_csa: bool) -> frozenset[int]:
    """Private elements that stay, and their creators'."""
    kept: set[int] = set()
    for tag in list(dataset.keys()):
        if not tag.is_private_creator:
            continue
        creator = str(dataset[tag].value or "").strip()
        numbers = SAFE_PRIVATE.get(creator, frozenset())
        if creator == _CSA and not keep_csa:
            continue
        block = (tag.group << 16) | (tag.element << 8)
        own = {block | number for number in numbers} & {int(one) for one in dataset.keys()}  # noqa: SIM118
        kept |= own | ({int(tag)} if own else set())
    return frozenset(kept)
