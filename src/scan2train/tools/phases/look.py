"""What one volume's picture shows: read where its death costs nothing but itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scan2train.errors import Scan2TrainError
from scan2train.measures.blur import Blur, blur
from scan2train.measures.contrast_look import ContrastLook, contrast_look
from scan2train.read import read


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """``contrast`` of a CT, and ``blur``; ``failed`` says why it could not be read, empty if it could."""

    contrast: ContrastLook | None = None
    blur: Blur | None = None
    failed: str = ""


def look(row: Mapping[str, Any], unit: str | None = None) -> Look:
    """Look at the volume of a row of the volumes table; ``unit`` is that of its values where its file does not say."""
    try:
        volume = read(row, "keep-largest-regular")
    except Scan2TrainError as error:
        return Look(failed=error.message)
    if unit is not None and row["format"] != "dicom":
        volume = volume.replace(unit=unit)
    return Look(
        contrast=contrast_look(volume) if row["modality"] in ("CT", None) else None, blur=blur(volume)
    )
