"""Tags of de-identification, and of names where it did not look, for the examples of rules."""

from __future__ import annotations

from typing import Any


def declared(*codes: str) -> dict[str, Any]:
    """Tags that say identities were removed, with these options of CID 7050."""
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    items = []
    for code in codes:
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "DCM", f"option {code}"
        items.append(item)
    return {"PatientIdentityRemoved": "YES", "DeidentificationMethodCodeSequence": Sequence(items)}


def nested(name: str = "Roe^Richard") -> dict[str, Any]:
    """A request whose item names a physician."""
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    item = Dataset()
    item.ScheduledPerformingPhysicianName = name
    return {"RequestAttributesSequence": Sequence([item])}
